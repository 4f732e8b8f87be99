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
      var values = Self.noise(parameter.0, place + 10)
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
    let (parameters, input) = (Self.parameters(plain), Self.noise(plain.input.batch(of: 3), 1))
    var (one, other) = (Activations(), Activations())
    // The second time over warm buffers.
    for _ in 0..<2 {
      plain.evaluate(parameters, input, into: &one)
      fused.evaluate(parameters, input, for: purpose, into: &other)
    }
    #expect(one.output == other.output)
    #expect(one.statistics == other.statistics)
    let d = Self.noise(plain.output.batch(of: 3), 2)
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
    let (parameters, input) = (Self.parameters(plain), Self.noise(plain.input.batch(of: 3), 1))
    let packed = fused.packed(parameters, Workers(count: 1))
    var (one, other) = (Activations(), Activations())
    plain.evaluate(parameters, input, into: &one)
    fused.evaluate(parameters, packed: packed, input, into: &other)
    let all = zip(plain.parameterShapes, plain.isStatistic).enumerated().map {
      place, parameter -> ParameterChange in
      parameter.1 ? .none : .dense(Self.noise(parameter.0, place + 40))
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
    let input = Self.noise(tape.input.batch(of: 3), 1)
    var (all, some) = (Activations(), Activations())
    tape.evaluate(parameters, input, into: &all)
    some.copy(2, of: all, to: 0, of: 2, for: tape)
    some.copy(0, of: all, to: 1, of: 2, for: tape)
    #expect(some.output.rows == [all.output.rows[2], all.output.rows[0]])
    let changes = zip(tape.parameterShapes, tape.isStatistic).map { parameter -> ParameterChange in
      parameter.1 ? .none : .dense(Self.noise(parameter.0, 3))
    }
    var (one, other) = (Differences(), Differences())
    tape.difference(parameters, changes: changes, base: all, into: &one)
    tape.difference(parameters, changes: changes, base: some, into: &other)
    #expect(other.output.rows == [one.output.rows[2], one.output.rows[0]])
  }

  static func noise(_ shape: Shape, _ salt: Int) -> Tensor {
    TapeCase.all[0].draw(shape, "chain \(salt)")
  }
}
