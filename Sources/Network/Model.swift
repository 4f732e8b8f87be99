import Autodiff

/// A recipe for a network: what to build, without weights and without the size of the data.
public struct Model: Hashable, Sendable, Codable {
  public enum Architecture: Hashable, Sendable, Codable {
    /// One linear layer on the flattened input.
    case linear
    /// Linear layers with the activation between them; `widths` are those of the hidden layers.
    case mlp(widths: [Int])
    /// One ReLU gate an output, max(0, w·x).
    case gate
    /// Σ_j w_j^degree x_j for each output (Theorems 5.1–5.3), without bias; all weights start at `homogeneousStart`.
    case homogeneous(degree: Double)
    /// For each entry a 3×3 convolution, ReLU and 2×2 max-pool; then one linear layer.
    case cnn(channels: [Int])
    /// A residual network (He et al. 2016, arXiv 1512.03385) as torchvision has it.
    case resnet(ResNet)

    /// ResNet-18 with the ImageNet stem and no normalisation layers; `width` channels in the first stage.
    public static func resnet18(width: Int) -> Architecture {
      .resnet(ResNet(depth: .eighteen, width: width))
    }
  }

  /// The first weights of `homogeneous`, before `scale`: above 0, as the theorems ask.
  public static let homogeneousStart = 0.3

  public var architecture: Architecture
  /// Whether linear layers and the convolutions of `cnn` have a bias. ResNets have one in their last layer only.
  public var bias: Bool
  public var initializer: Initializer
  /// A factor on all initial parameters.
  public var scale: Double
  /// What stands between the layers of `mlp`.
  public var activation: Activation
  /// How the layers of `mlp` are scaled with their widths.
  public var parametrization: Parametrization
  /// Where the first weights come from, if they are not drawn.
  public var weights: WeightFile?

  /// The recipe alone; the file of its weights is coded apart, since it is long.
  private enum CodingKeys: String, CodingKey {
    case architecture, bias, initializer, scale, activation, parametrization
  }

  public init(
    _ architecture: Architecture, bias: Bool = true, initializer: Initializer = .standard, scale: Double = 1,
    activation: Activation = .relu, parametrization: Parametrization = .standard
  ) {
    self.activation = activation
    self.parametrization = parametrization
    self.architecture = architecture
    self.bias = bias
    self.initializer = initializer
    self.scale = scale
  }

  /// The highest degree of `homogeneous`, that of its closed form.
  public static let highestDegree = 100.0

  public var name: String {
    switch architecture {
    case .linear: "linear"
    case .gate: "gate"
    case .homogeneous: "homogeneous"
    case .mlp: "mlp"
    case .cnn: "cnn"
    case .resnet(let resnet): resnet.depth.name
    }
  }

  /// Whether `bias` and `initializer` mean something: `homogeneous` has no biases and no drawn weights.
  public var hasBiasOption: Bool { if case .homogeneous = architecture { false } else { true } }

  /// Builds the network for samples of one shape and a number of outputs (classes).
  ///
  /// - Throws: `NetworkError` where the model cannot take such samples.
  public func network(input: SampleShape, outputs: Int) throws(NetworkError) -> Network {
    try check("outputs", [outputs])
    switch architecture {
    case .linear, .gate: break
    case .homogeneous(let degree):
      guard degree >= 1, degree <= Model.highestDegree else { throw .degree(degree) }
    case .mlp(let widths): try check("a width", widths)
    case .cnn(let channels):
      try check("a number of channels", channels)
      // Each stage halves the image; a shift by more than the word's width gives 0 and does not trap.
      guard min(input.height, input.width) >> channels.count > 0 else {
        throw .inputTooSmall(model: name, needs: 1 << min(channels.count, 32), input: input)
      }
    case .resnet(let resnet):
      try check("width", [resnet.width])
      guard input.channels == 3 else { throw .wrongChannels(model: name, needs: 3, has: input.channels) }
      guard input.height == input.width, input.height >= 8 else {
        throw .inputTooSmall(model: name, needs: 8, input: input)
      }
    }
    var builder = NetworkBuilder(input: input)
    _ = builder.record(layers(inputs: input.count, outputs: outputs), on: 0)
    builder.tape.fuse()
    return Network(model: self, tape: builder.tape, parameters: builder.parameters)
  }

  private func check(_ what: String, _ values: [Int]) throws(NetworkError) {
    for value in values where value < 1 { throw .notPositive(model: name, what: what, value: value) }
  }

  /// The layers under PyTorch's names: positions in an `nn.Sequential`, or torchvision's for the ResNet.
  private func layers(inputs: Int, outputs: Int) -> [NamedLayer] {
    switch architecture {
    case .linear: return Model.sequential([.flatten, .linear(outputs: outputs, bias: bias)], from: -1)
    case .mlp(let widths):
      return Model.sequential([.flatten] + denseLayers(widths, inputs: inputs, outputs: outputs), from: -1)
    case .homogeneous(let degree):
      return Model.sequential([.flatten, .power(outputs: outputs, degree: degree)], from: -1)
    case .gate: return Model.sequential([.flatten, .linear(outputs: outputs, bias: bias), .relu], from: -1)
    case .cnn(let channels):
      let stages = channels.flatMap {
        [
          Layer.convolution(channels: $0, kernel: 3, stride: 1, padding: 1, bias: bias), .relu,
          .maxPool(kernel: 2, stride: 2, padding: 0),
        ]
      }
      return Model.sequential(stages + [.flatten, .linear(outputs: outputs, bias: bias)], from: 0)
    case .resnet(let resnet): return resnet.layers(outputs: outputs)
    }
  }

  /// Numbers layers as `nn.Sequential` does; a leading flatten before position 0 carries no number of its own.
  private static func sequential(_ layers: [Layer], from first: Int) -> [NamedLayer] {
    layers.enumerated().map { NamedLayer("\($0.offset + first)", $0.element) }
  }
}
