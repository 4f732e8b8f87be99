import Autodiff
import Kernels
import Tensor
import TestSupport
import Testing

/// What a pass holds is known before it runs.
@Suite struct RoomTests {
  @Test(arguments: ChainTests.Kind.allCases) func roomIsThatOfAPass(_ kind: ChainTests.Kind) {
    var tape = ChainTests.tape(kind)
    tape.fuse()
    let parameters = ChainTests.parameters(tape)
    let input = ChainTests.noise(tape.input.batch(of: 1), 1)
    let d = ChainTests.noise(tape.output.batch(of: 1), 2)
    for purpose in [Purpose.differences, .gradients, .prediction] {
      var values = Activations()
      for _ in 0..<3 { tape.evaluate(parameters, input, for: purpose, into: &values) }
      #expect(values.bytes == 4 * tape.room(for: purpose), "\(purpose)")
      if purpose == .prediction { continue }
      var back = Gradients()
      for _ in 0..<3 { tape.backpropagate(parameters, values, outputGradient: d, into: &back) }
      #expect(back.bytes == 4 * tape.roomForGradients(keepsFactors: true), "factors for \(purpose)")
      if purpose == .gradients { continue }
      let changes = zip(tape.parameterShapes, tape.isStatistic).map { parameter -> ParameterChange in
        parameter.1 ? .none : .dense(ChainTests.noise(parameter.0, 3))
      }
      var differences = Differences()
      for _ in 0..<3 { tape.difference(parameters, changes: changes, base: values, into: &differences) }
      #expect(differences.bytes == 4 * tape.roomForDifferences)
    }
    var part = BatchPart(for: tape)
    for _ in 0..<3 {
      part.begin(input, tape)
      while !part.advance(tape, parameters, outputGradient: { _ in d }) {
        tape.join(parameters, count: 1) { $1(&part) }
      }
    }
    let room = tape.room(for: .training) + tape.roomForGradients(keepsFactors: false)
    // The gradient at the output is the caller's and is let go of.
    #expect(part.bytes <= 4 * room && part.bytes >= 4 * (room - tape.output.count))
  }
}
