import Kernels
import Tensor

/// One operation of a network. The set is closed: every rule below is an exhaustive switch, so a new primitive does not
/// compile until it has a shape, a cost, a value, its gradients and a difference rule.
public enum Primitive: Hashable, Sendable {
  /// The network's input.
  case input
  /// x·w, w `[inputs, outputs]`.
  case linear(inputs: Int, outputs: Int)
  /// x ∗ w, w `[kernelHeight, kernelWidth, inputs, outputs]`.
  case convolution(Convolution)
  /// x + b, one b a channel.
  case bias(channels: Int)
  /// max(x, 0).
  case relu
  /// tanh x.
  case tanh
  /// factor · x, the multiplier of a parametrization.
  case scale(Float)
  case maxPool(Pooling)
  case averagePool(Pooling)
  /// x₀ + x₁, the end of a residual block.
  case add
  /// To one vector, features in the order channel, row, column.
  case flatten

  /// The shape of the parameter, or nil for a primitive without one.
  public var parameterShape: Shape? {
    switch self {
    case .linear(let inputs, let outputs): return [inputs, outputs]
    case .convolution(let convolution):
      let g = convolution.geometry
      return [g.kernelHeight, g.kernelWidth, g.inputChannels, g.outputChannels]
    case .bias(let channels): return [channels]
    case .input, .relu, .tanh, .scale, .maxPool, .averagePool, .add, .flatten: return nil
    }
  }

  /// The stretches of the parameter that can influence an output; all else is dead.
  public var liveRanges: [Range<Int>] {
    switch self {
    case .convolution(let convolution):
      let tap = convolution.geometry.inputChannels * convolution.geometry.outputChannels
      return convolution.liveTaps.map { $0 * tap..<($0 + 1) * tap }
    case .linear, .bias: return parameterShape.map { [0..<$0.count] } ?? []
    case .input, .relu, .tanh, .scale, .maxPool, .averagePool, .add, .flatten: return []
    }
  }

  /// The shape of one output sample. `input` is that of the first operand.
  public func outputShape(_ input: SampleShape) -> SampleShape {
    switch self {
    case .input, .bias, .relu, .tanh, .scale, .add: return input
    case .linear(_, let outputs):
      return SampleShape(height: input.height, width: input.width, channels: outputs)
    case .convolution(let convolution):
      let g = convolution.geometry
      return SampleShape(height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels)
    case .maxPool(let pooling), .averagePool(let pooling):
      return SampleShape(height: pooling.outputHeight, width: pooling.outputWidth, channels: input.channels)
    case .flatten: return SampleShape(channels: input.count)
    }
  }

  /// Multiply-adds for one sample, those with padding left out. `input` is the shape of the first operand.
  public func multiplyAdds(_ input: SampleShape) -> Int {
    switch self {
    case .linear(let inputs, let outputs): return input.height * input.width * inputs * outputs
    case .convolution(let convolution): return convolution.multiplyAdds
    case .input, .bias, .relu, .tanh, .scale, .maxPool, .averagePool, .add, .flatten: return 0
    }
  }

  /// Computes the output from the operands and the parameter.
  func value(_ x: [Tensor], parameter: Tensor?, into out: inout Tensor) {
    switch self {
    case .input: Elementwise.copy(x[0], into: &out)
    case .linear: Linear.product(x[0], required(parameter), into: &out)
    case .convolution(let convolution): convolution.product(x[0], required(parameter), into: &out)
    case .bias: Elementwise.addBias(x[0], required(parameter), into: &out)
    case .relu: Elementwise.relu(x[0], into: &out)
    case .tanh: Elementwise.tanh(x[0], into: &out)
    case .scale(let factor): Elementwise.scaled(x[0], by: factor, into: &out)
    case .maxPool(let pooling): pooling.maximum(x[0], into: &out)
    case .averagePool(let pooling): pooling.average(x[0], into: &out)
    case .add: Elementwise.sum(x[0], x[1], into: &out)
    case .flatten: Samples.flatten(x[0], into: &out)
    }
  }

  /// Adds to `out`, the gradient at one operand, what flows back from `d`, the gradient at the output.
  ///
  /// `accumulating: false` means that `out` holds nothing yet and is overwritten.
  func inputGradient(
    _ d: Tensor, input x: Tensor, output y: Tensor, parameter: Tensor?, into out: inout Tensor,
    accumulating: Bool
  ) {
    switch self {
    case .input: break
    case .linear: Linear.inputGradient(d, required(parameter), into: &out, accumulating: accumulating)
    case .convolution(let convolution):
      convolution.inputGradient(d, required(parameter), into: &out, accumulating: accumulating)
    case .bias, .add:
      if accumulating { Elementwise.accumulate(d, into: &out) } else { Elementwise.copy(d, into: &out) }
    case .relu:
      overwriting(&out, accumulating) { Elementwise.reluGradient(d, output: y, into: &$0) }
    case .tanh:
      overwriting(&out, accumulating) { Elementwise.tanhGradient(d, output: y, into: &$0) }
    case .scale(let factor):
      overwriting(&out, accumulating) { Elementwise.scaled(d, by: factor, into: &$0) }
    case .maxPool(let pooling):
      if !accumulating { Elementwise.fill(&out, with: 0) }
      pooling.maximumGradient(d, input: x, output: y, into: &out)
    case .averagePool(let pooling):
      if !accumulating { Elementwise.fill(&out, with: 0) }
      pooling.averageGradient(d, into: &out)
    case .flatten:
      overwriting(&out, accumulating) { Samples.flatten(d, into: &$0, inverse: true) }
    }
  }

  /// The gradient at the parameter from the factors (x, d), over all samples or for one of them alone.
  func parameterGradient(input x: Tensor, outputGradient d: Tensor, sample: Int?, into out: inout Tensor) {
    switch self {
    case .linear: Linear.weightGradient(x, d, sample: sample, into: &out)
    case .convolution(let convolution): convolution.weightGradient(x, d, sample: sample, into: &out)
    case .bias: Elementwise.biasGradient(d, sample: sample, into: &out)
    case .input, .relu, .tanh, .scale, .maxPool, .averagePool, .add, .flatten: break
    }
  }

  /// Runs a kernel that can only overwrite, through a temporary where something is there already.
  private func overwriting(_ out: inout Tensor, _ accumulating: Bool, _ body: (inout Tensor) -> Void) {
    guard accumulating else { return body(&out) }
    var part = Tensor(uninitialized: out.shape)
    body(&part)
    Elementwise.accumulate(part, into: &out)
  }

  func required(_ parameter: Tensor?) -> Tensor {
    guard let parameter else { preconditionFailure("\(self) needs its parameter") }
    return parameter
  }
}
