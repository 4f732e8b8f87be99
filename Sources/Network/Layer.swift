import Autodiff
import Kernels

/// A building block of a model; sizes of inputs follow from what comes before.
public indirect enum Layer: Hashable, Sendable {
  case linear(outputs: Int, bias: Bool)
  /// Σ_j w_j^degree x_j for each output, without bias.
  case power(outputs: Int, degree: Double)
  case convolution(channels: Int, kernel: Int, stride: Int, padding: Int, bias: Bool)
  /// Batch normalisation with scale and bias.
  case batchNorm
  /// Group normalisation with scale and bias; as many groups of equal size as fit, at most so many.
  case groupNorm(most: Int)
  /// multiplier · W x, W drawn from a normal distribution; biases start at 0. The layer of a `Parametrization`.
  case scaledLinear(outputs: Int, bias: Bool, multiplier: Double, deviation: Double)
  case relu
  case tanh
  case maxPool(kernel: Int, stride: Int, padding: Int)
  case averagePool(kernel: Int, stride: Int, padding: Int)
  /// The mean over all pixels.
  case globalAveragePool
  case flatten
  /// body(x) + shortcut(x); an empty shortcut is x itself.
  case residual([NamedLayer], shortcut: [NamedLayer])
}

/// A layer under the name that its weights have in files, `layer1.0.conv1`.
public struct NamedLayer: Hashable, Sendable {
  public var name: String
  public var layer: Layer

  public init(_ name: String, _ layer: Layer) {
    self.name = name
    self.layer = layer
  }
}

/// Records layers on a tape and collects their parameters.
struct NetworkBuilder {
  var tape: Tape
  var parameters: [Parameter] = []

  init(input: SampleShape) { tape = Tape(input: input) }

  /// Records `layers` on the operation at `start` and returns the position of the last one.
  mutating func record(_ layers: [NamedLayer], on start: Int) -> Int {
    layers.reduce(start) { record($1, on: $0) }
  }

  private mutating func record(_ named: NamedLayer, on x: Int) -> Int {
    let shape = tape.nodes[x].shape
    switch named.layer {
    case .linear(let outputs, let hasBias):
      let y = tape.record(.linear(inputs: shape.channels, outputs: outputs), x)
      parameters.append(
        Parameter(name: named.name + ".weight", kind: .linear, fanIn: shape.channels, fanOut: outputs))
      return hasBias ? recordBias(named.name, channels: outputs, fanIn: shape.channels, on: y) : y
    case .power(let outputs, let degree):
      parameters.append(
        Parameter(name: named.name + ".weight", kind: .power, fanIn: shape.channels, fanOut: outputs))
      return tape.record(.power(inputs: shape.channels, outputs: outputs, degree: degree), x)
    case .convolution(let channels, let kernel, let stride, let padding, let hasBias):
      let geometry = ConvolutionGeometry(
        inputHeight: shape.height, inputWidth: shape.width, inputChannels: shape.channels,
        outputChannels: channels,
        kernel: kernel, stride: stride, padding: padding)
      let y = tape.record(.convolution(Convolution(geometry)), x)
      let fanIn = shape.channels * kernel * kernel
      parameters.append(
        Parameter(
          name: named.name + ".weight", kind: .convolution, fanIn: fanIn, fanOut: channels * kernel * kernel))
      return hasBias ? recordBias(named.name, channels: channels, fanIn: fanIn, on: y) : y
    case .batchNorm:
      let statistics = tape.record(.standardize(channels: shape.channels), x)
      parameters.append(
        Parameter(name: named.name, kind: .statistics, fanIn: shape.channels, fanOut: shape.channels))
      return recordAffine(named.name, channels: shape.channels, on: statistics)
    case .groupNorm(let most):
      let groups = (1...max(1, min(most, shape.channels))).last { shape.channels % $0 == 0 } ?? 1
      let y = tape.record(.groupNormalize(GroupNormalization(groups: groups, channels: shape.channels)), x)
      return recordAffine(named.name, channels: shape.channels, on: y)
    case .scaledLinear(let outputs, let hasBias, let multiplier, let deviation):
      var y = tape.record(.linear(inputs: shape.channels, outputs: outputs), x)
      parameters.append(
        Parameter(
          name: named.name + ".weight", kind: .linear, fanIn: shape.channels, fanOut: outputs,
          deviation: deviation))
      if multiplier != 1 { y = tape.record(.multiply(Float(multiplier)), y) }
      return hasBias
        ? recordBias(named.name, channels: outputs, fanIn: shape.channels, deviation: 0, on: y) : y
    case .relu: return tape.record(.relu, x)
    case .tanh: return tape.record(.tanh, x)
    case .maxPool(let kernel, let stride, let padding):
      return tape.record(.maxPool(pooling(shape, kernel, stride, padding)), x)
    case .averagePool(let kernel, let stride, let padding):
      return tape.record(.averagePool(pooling(shape, kernel, stride, padding)), x)
    case .globalAveragePool:
      let whole = Pooling(inputHeight: shape.height, inputWidth: shape.width, kernel: shape.height, stride: 1)
      return tape.record(.averagePool(whole), x)
    case .flatten: return tape.record(.flatten, x)
    case .residual(let body, let shortcut):
      let y = record(body, on: x)
      return tape.record(.add, y, record(shortcut, on: x))
    }
  }

  private mutating func recordBias(
    _ name: String, channels: Int, fanIn: Int, deviation: Double? = nil, on y: Int
  ) -> Int {
    parameters.append(
      Parameter(
        name: name + ".bias", kind: .bias, fanIn: fanIn, fanOut: channels, deviation: deviation))
    return tape.record(.bias(channels: channels), y)
  }

  /// The scale and bias after a normalisation, which begin at 1 and 0.
  private mutating func recordAffine(_ name: String, channels: Int, on x: Int) -> Int {
    parameters.append(Parameter(name: name + ".weight", kind: .scale, fanIn: channels, fanOut: channels))
    parameters.append(Parameter(name: name + ".bias", kind: .shift, fanIn: channels, fanOut: channels))
    return tape.record(.bias(channels: channels), tape.record(.scale(channels: channels), x))
  }

  private func pooling(_ shape: SampleShape, _ kernel: Int, _ stride: Int, _ padding: Int) -> Pooling {
    Pooling(
      inputHeight: shape.height, inputWidth: shape.width, kernel: kernel, stride: stride, padding: padding)
  }
}
