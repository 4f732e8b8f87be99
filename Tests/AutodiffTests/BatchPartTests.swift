import Autodiff
import Kernels
import Tensor
import TestSupport
import Testing

/// A batch in parts, joined at every layer that normalizes by its statistics, is the batch.
@Suite struct BatchPartTests {
  /// Runs a batch in parts of so many samples each; the gradients are added up.
  private static func run(
    _ tape: Tape, _ parameters: [Tensor], _ sizes: [Int]
  ) -> (output: [[Float]], gradients: [[Double]], statistics: [Int: Tensor]) {
    let samples = sizes.reduce(0, +)
    let all = ChainTests.noise(tape.input.batch(of: samples), 1)
    let d = ChainTests.noise(tape.output.batch(of: samples), 2)
    var parts = sizes.map { _ in BatchPart(for: tape) }
    // The second time over warm buffers.
    for _ in 0..<2 {
      var first = 0
      for (place, size) in sizes.enumerated() {
        var input = Tensor(uninitialized: tape.input.batch(of: size))
        for sample in 0..<size { Samples.copy(first + sample, of: all, to: sample, of: &input) }
        parts[place].begin(input, tape)
        first += size
      }
      var isDone = false
      while !isDone {
        first = 0
        isDone = true
        for (place, size) in sizes.enumerated() {
          let ends = parts[place].advance(tape, parameters) { output in
            var own = Tensor(uninitialized: output.shape)
            for sample in 0..<size { Samples.copy(first + sample, of: d, to: sample, of: &own) }
            return own
          }
          isDone = isDone && ends
          first += size
        }
        if !isDone { tape.join(parameters, count: parts.count) { $1(&parts[$0]) } }
      }
    }
    let gradients = parameters.indices.map { parameter in
      (0..<parameters[parameter].count).map { place in
        parts.reduce(0.0) { $0 + Double($1.gradients[parameter][flat: place]) }
      }
    }
    return (parts.flatMap { $0.output.rows.map { $0.map(Float.init) } }, gradients, parts[0].statistics)
  }

  @Test(arguments: ChainTests.Kind.allCases) func partsAreTheBatch(_ kind: ChainTests.Kind) {
    let plain = ChainTests.tape(kind)
    var fused = plain
    fused.fuse()
    let parameters = ChainTests.parameters(plain)
    var (values, back) = (Activations(), Gradients())
    let samples = 9
    plain.evaluate(
      parameters, ChainTests.noise(plain.input.batch(of: samples), 1), for: .training, into: &values)
    plain.backpropagate(
      parameters, values, outputGradient: ChainTests.noise(plain.output.batch(of: samples), 2), into: &back)
    for sizes in [[9], [4, 5], [1, 3, 5]] {
      let found = Self.run(fused, parameters, sizes)
      for (row, expected) in zip(found.output, values.output.rows) {
        for (a, b) in zip(row, expected) { #expect(abs(Double(a) - Double(b)) < 2e-5) }
      }
      #expect(found.statistics.count == values.statistics.count)
      for (node, own) in found.statistics {
        for (a, b) in zip(own.scalars, values.statistics[node]?.scalars ?? []) {
          #expect(abs(a - b) <= 1e-5 * max(1, abs(b)))
        }
      }
      for (parameter, shape) in plain.parameterShapes.enumerated() where !plain.isStatistic[parameter] {
        var expected = Tensor(zeros: shape)
        plain.parameterGradient(parameter, of: parameters, values, back, into: &expected)
        let scale = expected.scalars.reduce(0) { max($0, abs($1)) }
        for (a, b) in zip(found.gradients[parameter], expected.scalars) {
          #expect(abs(a - Double(b)) <= 2e-5 * Double(scale), "parameter \(parameter) in \(sizes)")
        }
      }
    }
  }
}
