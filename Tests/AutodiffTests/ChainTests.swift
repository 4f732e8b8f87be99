import Autodiff
import Kernels
import Tensor
import TestSupport
import Testing

/// A network whose chains run in one pass gives the bits of the same network, operation by operation.
@Suite struct ChainTests {
  enum Kind: String, CaseIterable, Sendable { case dense, normalized, grouped, residual }

  static func tape(_ kind: Kind) -> Tape {
    var tape = Tape(input: SampleShape(height: 4, width: 4, channels: 3))
    func convolution(_ inputs: Int, _ outputs: Int) -> Primitive {
      .convolution(
        Convolution(
          ConvolutionGeometry(
            inputHeight: 4, inputWidth: 4, inputChannels: inputs, outputChannels: outputs, kernel: 3,
            stride: 1,
            padding: 1)))
    }
    func affine(_ x: Int) -> Int {
      tape.record(.bias(channels: 8), tape.record(.scale(channels: 8), x))
    }
    var x = tape.record(convolution(3, 8), 0)
    switch kind {
    case .dense: x = tape.record(.relu, tape.record(.bias(channels: 8), x))
    case .normalized: x = tape.record(.relu, affine(tape.record(.standardize(channels: 8), x)))
    case .grouped:
      x = tape.record(
        .relu, affine(tape.record(.groupNormalize(GroupNormalization(groups: 2, channels: 8)), x)))
    case .residual:
      let y = tape.record(.relu, tape.record(.bias(channels: 8), x))
      let body = affine(tape.record(.standardize(channels: 8), tape.record(convolution(8, 8), y)))
      x = tape.record(.relu, tape.record(.add, body, y))
      let second = affine(tape.record(.standardize(channels: 8), tape.record(convolution(8, 8), x)))
      let shortcut = affine(tape.record(.standardize(channels: 8), tape.record(convolution(8, 8), x)))
      x = tape.record(.relu, tape.record(.add, second, shortcut))
    }
    x = tape.record(.flatten, x)
    x = tape.record(.bias(channels: 5), tape.record(.linear(inputs: 128, outputs: 5), x))
    return tape
  }

  static func parameters(_ tape: Tape) -> [Tensor] {
    zip(tape.parameterShapes, tape.isStatistic).enumerated().map { place, parameter in
      var values = noise(parameter.0, place + 10)
      if parameter.1 {
        let channels = parameter.0[1]
        for c in 0..<channels { values[flat: channels + c] = abs(values[flat: channels + c]) + 0.2 }
      }
      return values
    }
  }

  @Test(arguments: Kind.allCases, [Purpose.differences, .gradients, .prediction])
  func passesHaveTheSameBits(_ kind: Kind, purpose: Purpose) {
    let plain = Self.tape(kind)
    var fused = plain
    fused.fuse()
    let (parameters, input) = (Self.parameters(plain), noise(plain.input.batch(of: 3), 1))
    var (one, other) = (Activations(), Activations())
    // The second time over warm buffers.
    for _ in 0..<2 {
      plain.evaluate(parameters, input, into: &one)
      fused.evaluate(parameters, input, for: purpose, into: &other)
    }
    #expect(one.output == other.output)
    #expect(one.statistics == other.statistics)
    let d = noise(plain.output.batch(of: 3), 2)
    if purpose == .prediction { return }
    var (back, again) = (Gradients(), Gradients())
    plain.backpropagate(parameters, one, outputGradient: d, into: &back)
    fused.backpropagate(parameters, other, outputGradient: d, into: &again)
    for (parameter, shape) in plain.parameterShapes.enumerated() where !plain.isStatistic[parameter] {
      var (g, h) = (Tensor(zeros: shape), Tensor(zeros: shape))
      plain.parameterGradient(parameter, of: parameters, one, back, sample: 1, into: &g)
      fused.parameterGradient(parameter, of: parameters, other, again, sample: 1, into: &h)
      #expect(g == h)
    }
  }

  @Test(arguments: Kind.allCases, [false, true])
  func differencesHaveTheSameBits(_ kind: Kind, isFirstOrder: Bool) {
    let plain = Self.tape(kind)
    var fused = plain
    fused.fuse()
    let (parameters, input) = (Self.parameters(plain), noise(plain.input.batch(of: 3), 1))
    let packed = fused.packed(parameters, Workers(count: 1))
    var (one, other) = (Activations(), Activations())
    plain.evaluate(parameters, input, into: &one)
    fused.evaluate(parameters, packed: packed, input, into: &other)
    let all = zip(plain.parameterShapes, plain.isStatistic).enumerated().map {
      place, parameter -> ParameterChange in
      parameter.1 ? .none : .dense(noise(parameter.0, place + 40))
    }
    // All weights, the last layer alone, all but one, none.
    var selections = [all, all.map { _ in .none }]
    for place in all.indices {
      var alone = all.map { _ in ParameterChange.none }
      alone[place] = all[place]
      var without = all
      without[place] = .none
      selections += [alone, without]
    }
    var (first, second) = (Differences(), Differences())
    for changes in selections {
      plain.difference(parameters, changes: changes, base: one, isFirstOrder: isFirstOrder, into: &first)
      fused.difference(
        parameters, packed: packed, changes: changes, base: other, isFirstOrder: isFirstOrder, into: &second)
      #expect(first.output == second.output)
    }
  }

  @Test func samplesAreCopiedBetweenPasses() {
    var tape = Self.tape(.residual)
    tape.fuse()
    let parameters = Self.parameters(tape)
    let input = noise(tape.input.batch(of: 3), 1)
    var (all, some) = (Activations(), Activations())
    tape.evaluate(parameters, input, into: &all)
    some.copy(2, of: all, to: 0, of: 2, for: tape)
    some.copy(0, of: all, to: 1, of: 2, for: tape)
    #expect(some.output.rows == [all.output.rows[2], all.output.rows[0]])
    let changes = zip(tape.parameterShapes, tape.isStatistic).map { parameter -> ParameterChange in
      parameter.1 ? .none : .dense(noise(parameter.0, 3))
    }
    var (one, other) = (Differences(), Differences())
    tape.difference(parameters, changes: changes, base: all, into: &one)
    tape.difference(parameters, changes: changes, base: some, into: &other)
    #expect(other.output.rows == [one.output.rows[2], one.output.rows[0]])
  }
}

/// What a pass holds is known before it runs.
@Suite struct RoomTests {
  @Test(arguments: ChainTests.Kind.allCases) func roomIsThatOfAPass(_ kind: ChainTests.Kind) {
    var tape = ChainTests.tape(kind)
    tape.fuse()
    let parameters = ChainTests.parameters(tape)
    let input = noise(tape.input.batch(of: 1), 1)
    let d = noise(tape.output.batch(of: 1), 2)
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
        parameter.1 ? .none : .dense(noise(parameter.0, 3))
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

/// A batch in parts, joined at every layer that normalizes by its statistics, is the batch.
@Suite struct BatchPartTests {
  /// Runs a batch in parts of so many samples each; the gradients are added up.
  private static func run(
    _ tape: Tape, _ parameters: [Tensor], _ sizes: [Int]
  ) -> (output: [[Float]], gradients: [[Double]], statistics: [Int: Tensor]) {
    let samples = sizes.reduce(0, +)
    let all = noise(tape.input.batch(of: samples), 1)
    let d = noise(tape.output.batch(of: samples), 2)
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
    plain.evaluate(parameters, noise(plain.input.batch(of: samples), 1), for: .training, into: &values)
    plain.backpropagate(
      parameters, values, outputGradient: noise(plain.output.batch(of: samples), 2), into: &back)
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

private func noise(_ shape: Shape, _ salt: Int) -> Tensor { TapeCase.all[0].draw(shape, "chain \(salt)") }
