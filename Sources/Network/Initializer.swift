import Autodiff
import Kernels
import Random
import Tensor

/// How initial weights are drawn.
public enum Initializer: String, CaseIterable, Hashable, Sendable, Codable {
  /// As PyTorch and torchvision do: Kaiming normal (fan out) for the ResNet's convolutions, uniform in ±1/√fanIn for all
  /// else.
  case standard = "default"
  /// Kaiming normal (fan out, gain √2; He et al. 2015, arXiv 1502.01852) for all weights; biases as `standard`.
  case kaiming
}

/// One parameter of a network.
public struct Parameter: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case linear, convolution, bias
    /// Weights that are raised to a power; they start above 0.
    case power
    /// The scale and the bias of a normalisation layer.
    case scale, shift
    /// Mean and variance that batch normalisation keeps, `[2, channels]`; no gradient moves them.
    case statistics
  }

  /// The name in PyTorch's files, `layer1.0.conv1.weight`; of statistics the layer's, `bn1`.
  public let name: String
  public let kind: Kind
  public let fanIn: Int
  public let fanOut: Int
  /// The standard deviation of its first values where the parametrization fixes it, else nil.
  public var deviation: Double?
}

extension Network {
  /// Draws the initial weights from the stream `init`, each parameter under its own name; normalisation layers begin as
  /// the identity on standardized values.
  ///
  /// Every scalar is a function of (seed, parameter name, index): the number of workers does not matter.
  public func initialWeights(seed: Seed, workers: Workers) -> [Tensor] {
    zip(parameters, tape.parameterShapes).map { parameter, shape in
      switch parameter.kind {
      case .scale: return Tensor(shape, repeating: 1)
      case .power: return Tensor(shape, repeating: Float(model.scale * Model.homogeneousStart))
      case .shift: return Tensor(zeros: shape)
      case .statistics: return Tensor(shape, scalars: (0..<shape.count).map { $0 < shape[1] ? 0 : 1 })
      case .linear, .convolution, .bias: break
      }
      let stream = RandomStream(seed, .initialization, object: parameter.name)
      let deviation = normalDeviation(of: parameter)
      let bound = 1 / Double(max(parameter.fanIn, 1)).squareRoot()
      return Tensor(shape, workers: workers) { index in
        let draw =
          if let deviation { deviation * stream.normal(at: index) } else {
            bound * (2 * stream.uniform(at: index) - 1)
          }
        return Float(model.scale * draw)
      }
    }
  }

  /// The standard deviation of a normally drawn parameter, nil for a uniform one.
  private func normalDeviation(of parameter: Parameter) -> Double? {
    if let deviation = parameter.deviation { return deviation }
    let isKaiming =
      switch (parameter.kind, model.initializer, model.architecture) {
      case (.bias, _, _), (.power, _, _), (.scale, _, _), (.shift, _, _), (.statistics, _, _): false
      case (_, .kaiming, _): true
      case (.convolution, .standard, .resnet): true
      default: false
      }
    return isKaiming ? (2 / Double(parameter.fanOut)).squareRoot() : nil
  }
}
