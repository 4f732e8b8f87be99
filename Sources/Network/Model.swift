import Autodiff

/// A recipe for a network: what to build, without weights and without the size of the data.
public struct Model: Hashable, Sendable {
  public enum Architecture: Hashable, Sendable {
    /// One linear layer on the flattened input.
    case linear
    /// Linear layers with the activation between them; `widths` are those of the hidden layers.
    case mlp(widths: [Int])
    /// One ReLU gate an output, max(0, w·x).
    case gate
    /// For each entry a 3×3 convolution, ReLU and 2×2 max-pool; then one linear layer.
    case cnn(channels: [Int])
    /// ResNet-18 (He et al. 2016, arXiv 1512.03385) with the ImageNet stem and no normalisation layers; `width` channels
    /// in the first stage.
    case resnet18(width: Int)
  }

  public var architecture: Architecture
  /// Whether linear layers and the convolutions of `cnn` have a bias. ResNet-18 has one in its last layer only.
  public var bias: Bool
  public var initializer: Initializer
  /// A factor on all initial parameters.
  public var scale: Double
  /// What stands between the layers of `mlp`.
  public var activation: Activation
  /// How the layers of `mlp` are scaled with their widths.
  public var parametrization: Parametrization

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

  public var name: String {
    switch architecture {
    case .linear: "linear"
    case .gate: "gate"
    case .mlp: "mlp"
    case .cnn: "cnn"
    case .resnet18: "resnet18"
    }
  }

  /// Builds the network for samples of one shape and a number of outputs (classes).
  ///
  /// - Throws: `NetworkError` where the model cannot take such samples.
  public func network(input: SampleShape, outputs: Int) throws(NetworkError) -> Network {
    try check("outputs", [outputs])
    switch architecture {
    case .linear, .gate: break
    case .mlp(let widths): try check("a width", widths)
    case .cnn(let channels):
      try check("a number of channels", channels)
      // Each stage halves the image; a shift by more than the word's width gives 0 and does not trap.
      guard min(input.height, input.width) >> channels.count > 0 else {
        throw .inputTooSmall(model: name, needs: 1 << min(channels.count, 32), input: input)
      }
    case .resnet18(let width):
      try check("width", [width])
      guard input.channels == 3 else { throw .wrongChannels(model: name, needs: 3, has: input.channels) }
      guard input.height == input.width, input.height >= 8 else {
        throw .inputTooSmall(model: name, needs: 8, input: input)
      }
    }
    var builder = NetworkBuilder(input: input)
    _ = builder.record(layers(inputs: input.count, outputs: outputs), on: 0)
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
    case .gate: return Model.sequential([.flatten, .linear(outputs: outputs, bias: bias), .relu], from: -1)
    case .cnn(let channels):
      let stages = channels.flatMap {
        [
          Layer.convolution(channels: $0, kernel: 3, stride: 1, padding: 1, bias: bias), .relu,
          .maxPool(kernel: 2, stride: 2, padding: 0),
        ]
      }
      return Model.sequential(stages + [.flatten, .linear(outputs: outputs, bias: bias)], from: 0)
    case .resnet18(let width): return Model.resnet18(width: width, outputs: outputs)
    }
  }

  /// Numbers layers as `nn.Sequential` does; a leading flatten before position 0 carries no number of its own.
  private static func sequential(_ layers: [Layer], from first: Int) -> [NamedLayer] {
    layers.enumerated().map { NamedLayer("\($0.offset + first)", $0.element) }
  }

  private static func resnet18(width: Int, outputs: Int) -> [NamedLayer] {
    var layers = [
      NamedLayer("conv1", .convolution(channels: width, kernel: 7, stride: 2, padding: 3, bias: false)),
      NamedLayer("relu", .relu),
      NamedLayer("maxpool", .maxPool(kernel: 3, stride: 2, padding: 1)),
    ]
    for stage in 0..<4 {
      for block in 0..<2 {
        let reshapes = stage > 0 && block == 0
        layers += basicBlock(
          "layer\(stage + 1).\(block)", channels: width << stage, stride: reshapes ? 2 : 1, projects: reshapes
        )
      }
    }
    return layers + [
      NamedLayer("avgpool", .globalAveragePool),
      NamedLayer("fc", .linear(outputs: outputs, bias: true)),
    ]
  }

  /// relu(conv2(relu(conv1(x))) + shortcut(x))
  private static func basicBlock(_ name: String, channels: Int, stride: Int, projects: Bool) -> [NamedLayer] {
    let body = [
      NamedLayer(
        "\(name).conv1", .convolution(channels: channels, kernel: 3, stride: stride, padding: 1, bias: false)),
      NamedLayer("\(name).relu", .relu),
      NamedLayer(
        "\(name).conv2", .convolution(channels: channels, kernel: 3, stride: 1, padding: 1, bias: false)),
    ]
    let projection = NamedLayer(
      "\(name).downsample.0",
      .convolution(channels: channels, kernel: 1, stride: stride, padding: 0, bias: false))
    return [
      NamedLayer(name, .residual(body, shortcut: projects ? [projection] : [])),
      NamedLayer("\(name).relu2", .relu),
    ]
  }
}
