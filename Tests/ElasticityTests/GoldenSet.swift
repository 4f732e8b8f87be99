import Datasets
import Foundation
import Network
import Tensor

/// Weights, points and float64 answers as the PyTorch yardstick writes them.
struct GoldenSet {
  let network: Network
  let weights: [Tensor]
  let points: Dataset
  /// `[n, classes]`.
  let logits: [Double]
  private let folder: String

  static let updates = ["sgd_1e-3", "sgd_1e-4", "sgd_1e-7", "adam_fresh_1e-4"]

  init(_ folder: String) throws {
    self.folder = folder
    struct About: Decodable {
      var width: Int
      var classes: Int
    }
    let about = try JSONDecoder().decode(
      About.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/golden.json")))
    let images = try NPYArray(reading: folder + "/points.npy")
    let labels = try NPYArray(reading: folder + "/labels.npy").doubles.map { Int($0) }
    logits = try NPYArray(reading: folder + "/logits.npy").doubles
    points = Dataset(
      name: "golden",
      samples: Tensor(Shape(images.dimensions), scalars: images.floats).permuted([0, 2, 3, 1]),
      labels: labels, classNames: (0..<about.classes).map { "class \($0)" }, indices: Array(labels.indices),
      split: "train", digest: "", preparation: [])
    let (height, width, channels) = points.sampleShape
    network = try Model(.resnet18(width: about.width))
      .network(input: .init(height: height, width: width, channels: channels), outputs: about.classes)
    weights = try network.imported(SafetensorsFile(reading: folder + "/resnet18.safetensors").tensors)
  }

  /// S [source, probe] in float64.
  func matrix(_ update: String, _ distance: String) throws -> [Double] {
    try NPYArray(reading: folder + "/s_\(update)_\(distance).npy").doubles
  }
}
