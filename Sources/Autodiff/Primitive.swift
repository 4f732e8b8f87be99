import Kernels
import Tensor

/// One operation of a network. The set is closed: every rule below is an exhaustive switch, so a new primitive does not
/// compile until it has a shape, a cost, a value, its gradients and a difference rule.
public enum Primitive: Hashable, Sendable {
  /// The network's input.
  case input
  /// x·w, w `[inputs, outputs]`.
  case linear(inputs: Int, outputs: Int)
  /// x·w^degree, w `[inputs, outputs]` raised element by element: linear in x, homogeneous in w.
  case power(inputs: Int, outputs: Int, degree: Double)
  /// x ∗ w, w `[kernelHeight, kernelWidth, inputs, outputs]`.
  indirect case convolution(Convolution)
  /// x + b, one b a channel.
  case bias(channels: Int)
  /// max(x, 0).
  case relu
  /// tanh x.
  case tanh
  /// factor · x, the multiplier of a parametrization.
  case multiply(Float)
  case maxPool(Pooling)
  case averagePool(Pooling)
  /// x₀ + x₁, the end of a residual block.
  case add
  /// (x − mean)/√(variance + ε) by channel, mean and variance `[2, channels]`: batch normalisation without its scale and
  /// bias. The statistics are kept from training and fixed in every measurement; no step moves them.
  case standardize(channels: Int)
  /// x·γ, one γ a channel.
  case scale(channels: Int)
  /// Group normalisation without its scale and bias.
  case groupNormalize(GroupNormalization)
  /// To one vector, features in the order channel, row, column.
  case flatten

  /// The shape of the parameter, or nil for a primitive without one.
  public var parameterShape: Shape? {
    switch self {
    case .linear(let inputs, let outputs), .power(let inputs, let outputs, _): return [inputs, outputs]
    case .convolution(let convolution):
      let g = convolution.geometry
      return [g.kernelHeight, g.kernelWidth, g.inputChannels, g.outputChannels]
    case .bias(let channels), .scale(let channels): return [channels]
    case .standardize(let channels): return [2, channels]
    case .input, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .groupNormalize, .flatten: return nil
    }
  }

  /// Whether the parameter holds statistics, which training keeps beside the weights and no step moves.
  public var isStatistic: Bool { if case .standardize = self { true } else { false } }

  /// The stretches of the parameter that a gradient can move; all else is dead, or statistics.
  public var liveRanges: [Range<Int>] {
    switch self {
    case .convolution(let convolution):
      let tap = convolution.geometry.inputChannels * convolution.geometry.outputChannels
      return convolution.liveTaps.reduce(into: []) { ranges, live in
        let start = ranges.last?.upperBound == live * tap ? ranges.removeLast().lowerBound : live * tap
        ranges.append(start..<(live + 1) * tap)
      }
    case .linear, .power, .bias, .scale: return parameterShape.map { [0..<$0.count] } ?? []
    case .input, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .groupNormalize,
      .flatten:
      return []
    }
  }

  /// The shape of one output sample. `input` is that of the first operand.
  public func outputShape(_ input: SampleShape) -> SampleShape {
    switch self {
    case .input, .bias, .relu, .tanh, .multiply, .add, .standardize, .scale, .groupNormalize: return input
    case .linear(_, let outputs), .power(_, let outputs, _):
      return SampleShape(height: input.height, width: input.width, channels: outputs)
    case .convolution(let convolution):
      let g = convolution.geometry
      return SampleShape(height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels)
    case .maxPool(let pooling), .averagePool(let pooling):
      return SampleShape(height: pooling.outputHeight, width: pooling.outputWidth, channels: input.channels)
    case .flatten: return SampleShape(channels: input.count)
    }
  }

  /// Multiply-adds of the value for one sample, as they are carried out, and of the gradient at the operand. `input` is the
  /// shape of the first operand.
  public func multiplyAdds(_ input: SampleShape) -> Int {
    if case .convolution(let convolution) = self {
      convolution.multiplyAdds
    } else {
      directMultiplyAdds(input)
    }
  }

  /// Multiply-adds by the definition for one sample, those with padding left out: as many has the gradient at the parameter.
  public func directMultiplyAdds(_ input: SampleShape) -> Int {
    switch self {
    case .linear(let inputs, let outputs), .power(let inputs, let outputs, _):
      return input.height * input.width * inputs * outputs
    case .convolution(let convolution): return convolution.directMultiplyAdds
    case .input, .bias, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .scale,
      .groupNormalize, .flatten:
      return 0
    }
  }

  /// The parameter in panels, where products are better served by them.
  func packed(_ parameter: Tensor) -> PackedWeights? {
    switch self {
    case .linear: return Linear.packed(parameter)
    case .convolution(let convolution): return convolution.packed(parameter)
    case .input, .power, .bias, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .scale,
      .groupNormalize, .flatten:
      return nil
    }
  }

  // What only some primitives need is handed over unevaluated: to look at a tensor that several threads share means to
  // count a reference, and they would wait for each other.

  /// Computes the output from the operands (the second one for `add` only) and the parameter.
  func value(
    _ x: Tensor, _ second: Tensor?, parameter: @autoclosure () -> Tensor,
    packed: @autoclosure () -> PackedWeights?, into out: inout Tensor
  ) {
    switch self {
    case .input: Elementwise.copy(x, into: &out)
    case .linear: Linear.product(x, parameter(), packed: packed(), into: &out)
    case .power(_, _, let degree): Linear.product(x, powers(parameter(), degree), into: &out)
    case .convolution(let convolution): convolution.product(x, parameter(), packed: packed(), into: &out)
    case .bias: Elementwise.addBias(x, parameter(), into: &out)
    case .relu: Elementwise.relu(x, into: &out)
    case .tanh: Elementwise.tanh(x, into: &out)
    case .multiply(let factor): Elementwise.scaled(x, by: factor, into: &out)
    case .maxPool(let pooling): pooling.maximum(x, into: &out)
    case .averagePool(let pooling): pooling.average(x, into: &out)
    case .add: Elementwise.sum(x, required(second), into: &out)
    case .standardize: Normalization.standardize(x, parameter(), into: &out)
    case .scale: Normalization.scale(x, by: parameter(), into: &out)
    case .groupNormalize(let normalization): normalization.value(x, into: &out)
    case .flatten: Samples.flatten(x, into: &out)
    }
  }

  /// Adds to `out`, the gradient at one operand, what flows back from `d`, the gradient at the output.
  ///
  /// `accumulating: false` means that `out` holds nothing yet and is overwritten. `statistics` are those of the batch
  /// where training used them in place of the kept ones.
  func inputGradient(
    _ d: Tensor, input x: @autoclosure () -> Tensor, output y: @autoclosure () -> Tensor,
    parameter: @autoclosure () -> Tensor, statistics: @autoclosure () -> Tensor?, into out: inout Tensor,
    accumulating: Bool
  ) {
    switch self {
    case .input: break
    case .linear: Linear.inputGradient(d, parameter(), into: &out, accumulating: accumulating)
    case .power(_, _, let degree):
      Linear.inputGradient(d, powers(parameter(), degree), into: &out, accumulating: accumulating)
    case .convolution(let convolution):
      convolution.inputGradient(d, parameter(), into: &out, accumulating: accumulating)
    case .bias, .add:
      if accumulating { Elementwise.accumulate(d, into: &out) } else { Elementwise.copy(d, into: &out) }
    case .relu:
      overwriting(&out, accumulating) { Elementwise.reluGradient(d, output: y(), into: &$0) }
    case .tanh:
      overwriting(&out, accumulating) { Elementwise.tanhGradient(d, output: y(), into: &$0) }
    case .multiply(let factor):
      overwriting(&out, accumulating) { Elementwise.scaled(d, by: factor, into: &$0) }
    case .maxPool(let pooling):
      if !accumulating { Elementwise.fill(&out, with: 0) }
      pooling.maximumGradient(d, input: x(), output: y(), into: &out)
    case .averagePool(let pooling):
      if !accumulating { Elementwise.fill(&out, with: 0) }
      pooling.averageGradient(d, into: &out)
    case .standardize:
      overwriting(&out, accumulating) { out in
        guard let statistics = statistics() else {
          return Normalization.scaleByDeviation(d, parameter(), into: &out)
        }
        Elementwise.copy(d, into: &out)
        ChannelChain(statistics: statistics).takeBackThroughBatch(&out, standardized: y())
      }
    case .scale: Normalization.scale(d, by: parameter(), into: &out, accumulating: accumulating)
    case .groupNormalize(let normalization):
      overwriting(&out, accumulating) { normalization.inputGradient(d, input: x(), output: y(), into: &$0) }
    case .flatten:
      overwriting(&out, accumulating) { Samples.flatten(d, into: &$0, inverse: true) }
    }
  }

  /// The live stretches of the parameter in pieces of at most so many scalars, where its gradient can be had piece by
  /// piece, and whole stretches where it cannot.
  func pieces(most scalars: Int) -> [Range<Int>] {
    let row: Int
    switch self {
    case .linear(_, let outputs): row = outputs
    case .convolution(let convolution): row = convolution.geometry.outputChannels
    case .power, .bias, .scale: return liveRanges
    case .input, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .groupNormalize,
      .flatten:
      return []
    }
    let step = max(1, scalars / row) * row
    return liveRanges.flatMap { range in
      stride(from: range.lowerBound, to: range.upperBound, by: step).map {
        $0..<min(range.upperBound, $0 + step)
      }
    }
  }

  /// The gradient at the parameter from the factors (x, d), over all samples or for one of them alone.
  ///
  /// - Parameter piece: one of `pieces`, whose gradient then stands at the beginning of `out`; nil: all of it.
  func parameterGradient(
    input x: @autoclosure () -> Tensor, outputGradient d: @autoclosure () -> Tensor,
    parameter: @autoclosure () -> Tensor, sample: Int?, piece: Range<Int>? = nil, into out: inout Tensor
  ) {
    switch self {
    case .linear(_, let outputs):
      Linear.weightGradient(x(), d(), sample: sample, rows: piece?.rows(of: outputs), into: &out)
    case .power(_, _, let degree):
      // By the chain rule from the gradient at w^degree.
      let weights = parameter()
      var atPowers = Tensor(uninitialized: weights.shape)
      Linear.weightGradient(x(), d(), sample: sample, into: &atPowers)
      Power.derivative(weights, degree: degree, times: atPowers, into: &out)
    case .convolution(let convolution):
      convolution.weightGradient(
        x(), d(), sample: sample, rows: piece?.rows(of: convolution.geometry.outputChannels), into: &out)
    case .bias: Elementwise.biasGradient(d(), sample: sample, into: &out)
    case .scale: Normalization.scaleGradient(x(), d(), sample: sample, into: &out)
    case .input, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .groupNormalize,
      .flatten:
      break
    }
  }

  /// Runs a kernel that can only overwrite, through a temporary where something is there already.
  private func overwriting(_ out: inout Tensor, _ accumulating: Bool, _ body: (inout Tensor) -> Void) {
    guard accumulating else { return body(&out) }
    var part = Tensor(uninitialized: out.shape)
    body(&part)
    Elementwise.accumulate(part, into: &out)
  }

  func required(_ operand: Tensor?) -> Tensor {
    guard let operand else { preconditionFailure("\(self) needs an operand") }
    return operand
  }

  /// The weights of `power`, raised.
  func powers(_ weights: Tensor, _ degree: Double) -> Tensor {
    var result = Tensor(uninitialized: weights.shape)
    Power.value(weights, degree: degree, into: &result)
    return result
  }
}

extension Range<Int> {
  /// The rows of a matrix in which a stretch of its scalars lies.
  ///
  /// - Precondition: it begins and ends between two rows.
  fileprivate func rows(of width: Int) -> Range<Int> {
    precondition(lowerBound % width == 0 && upperBound % width == 0, "\(self) is no rows of \(width)")
    return lowerBound / width..<upperBound / width
  }
}
