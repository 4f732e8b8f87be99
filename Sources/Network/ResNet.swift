/// A residual network (He et al. 2016, arXiv 1512.03385) in torchvision's form and with its names of weights.
///
/// Depths 18 and 34 have basic blocks of two 3×3 convolutions, 50 and more bottlenecks of 1×1, 3×3 (with the stride) and
/// 1×1 to four times the channels.
public struct ResNet: Hashable, Sendable, Codable {
  public enum Depth: Int, CaseIterable, Hashable, Sendable, Codable {
    case eighteen = 18
    case thirtyFour = 34
    case fifty = 50
    case hundredOne = 101
    case hundredFiftyTwo = 152

    /// `resnet18`, as in torchvision.
    public var name: String { "resnet\(rawValue)" }

    /// Blocks in each of the four stages.
    var blocks: [Int] {
      switch self {
      case .eighteen: [2, 2, 2, 2]
      case .thirtyFour, .fifty: [3, 4, 6, 3]
      case .hundredOne: [3, 4, 23, 3]
      case .hundredFiftyTwo: [3, 8, 36, 3]
      }
    }

    var isBottleneck: Bool { rawValue >= 50 }
  }

  public enum Stem: String, CaseIterable, Hashable, Sendable, Codable {
    /// A 7×7 convolution of stride 2 and a 3×3 max-pool of stride 2.
    case imagenet
    /// A 3×3 convolution of stride 1.
    case cifar
  }

  public enum Norm: String, CaseIterable, Hashable, Sendable, Codable {
    case none
    /// By the batch in training, by kept statistics in measurements and tests.
    case batch
    /// In groups of channels of one sample, 32 of them where they divide the channels.
    case group
  }

  public var depth: Depth
  /// Channels of the first stage; 64 in torchvision.
  public var width: Int
  public var stem: Stem
  public var norm: Norm

  public init(depth: Depth, width: Int = 64, stem: Stem = .imagenet, norm: Norm = .none) {
    self.depth = depth
    self.width = width
    self.stem = stem
    self.norm = norm
  }

  func layers(outputs: Int) -> [NamedLayer] {
    var layers: [NamedLayer]
    switch stem {
    case .imagenet:
      layers =
        convolution("conv1", width, kernel: 7, stride: 2) + normalization("bn1") + [
          NamedLayer("relu", .relu), NamedLayer("maxpool", .maxPool(kernel: 3, stride: 2, padding: 1)),
        ]
    case .cifar:
      layers = convolution("conv1", width, kernel: 3) + normalization("bn1") + [NamedLayer("relu", .relu)]
    }
    for (stage, blocks) in depth.blocks.enumerated() {
      for block in 0..<blocks {
        let reshapes = block == 0 && (stage > 0 || depth.isBottleneck)
        layers += residual(
          "layer\(stage + 1).\(block)", channels: width << stage, stride: stage > 0 && block == 0 ? 2 : 1,
          projects: reshapes)
      }
    }
    return layers + [
      NamedLayer("avgpool", .globalAveragePool),
      NamedLayer("fc", .linear(outputs: outputs, bias: true)),
    ]
  }

  /// relu(body(x) + shortcut(x))
  private func residual(_ name: String, channels: Int, stride: Int, projects: Bool) -> [NamedLayer] {
    let outputs = depth.isBottleneck ? 4 * channels : channels
    var body: [NamedLayer]
    if depth.isBottleneck {
      body = convolution("\(name).conv1", channels, kernel: 1) + normalization("\(name).bn1")
      body.append(NamedLayer("\(name).relu1", .relu))
      body += convolution("\(name).conv2", channels, kernel: 3, stride: stride) + normalization("\(name).bn2")
      body.append(NamedLayer("\(name).relu2", .relu))
      body += convolution("\(name).conv3", outputs, kernel: 1) + normalization("\(name).bn3")
    } else {
      body = convolution("\(name).conv1", channels, kernel: 3, stride: stride) + normalization("\(name).bn1")
      body.append(NamedLayer("\(name).relu1", .relu))
      body += convolution("\(name).conv2", channels, kernel: 3) + normalization("\(name).bn2")
    }
    let shortcut =
      projects
      ? convolution("\(name).downsample.0", outputs, kernel: 1, stride: stride)
        + normalization("\(name).downsample.1") : []
    return [
      NamedLayer(name, .residual(body, shortcut: shortcut)), NamedLayer("\(name).relu", .relu),
    ]
  }

  private func convolution(_ name: String, _ channels: Int, kernel: Int, stride: Int = 1) -> [NamedLayer] {
    [
      NamedLayer(
        name,
        .convolution(channels: channels, kernel: kernel, stride: stride, padding: kernel / 2, bias: false))
    ]
  }

  private func normalization(_ name: String) -> [NamedLayer] {
    switch norm {
    case .none: []
    case .batch: [NamedLayer(name, .batchNorm)]
    case .group: [NamedLayer(name, .groupNorm(most: 32))]
    }
  }
}
