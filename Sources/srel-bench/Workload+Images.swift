import Autodiff
import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tensor
import Training

extension Workload {
  /// Networks and image sizes that people have: training steps and measurements of ResNet-18 and 50 with and without
  /// batch norm at 32, 64 and 224 pixels, an MLP on images of digits, a CNN of two layers.
  static func images(_ workers: Workers) -> [Workload] {
    let resnets = [
      ImageCase("resnet18_bn_32", .eighteen, .batch, pixels: 32, batch: 25, points: 60),
      ImageCase("resnet18_64", .eighteen, .none, pixels: 64, batch: 25, points: 60),
      ImageCase("resnet18_bn_64", .eighteen, .batch, pixels: 64, batch: 25, points: 60),
      ImageCase("resnet18_224", .eighteen, .none, pixels: 224, batch: 8, points: 12),
      ImageCase("resnet18_bn_224", .eighteen, .batch, pixels: 224, batch: 8, points: 12),
      ImageCase("resnet50_bn_224", .fifty, .batch, pixels: 224, batch: 4, points: 12),
    ]
    let others = [
      ImageCase(
        "mlp_digits", Model(.mlp(widths: [256, 128])), pixels: 28, channels: 1, classes: 10, batch: 32,
        points: 50),
      ImageCase(
        "cnn_32_64", Model(.cnn(channels: [32, 64])), pixels: 28, channels: 1, classes: 10, batch: 32,
        points: 50),
    ]
    return (resnets + others).flatMap { $0.workloads(workers) }
  }
}

/// One network with images of one size.
private struct ImageCase: Sendable {
  let name: String
  let model: Model
  let pixels: Int
  let channels: Int
  let classes: Int
  let batch: Int
  let points: Int

  init(
    _ name: String, _ model: Model, pixels: Int, channels: Int = 3, classes: Int = 3, batch: Int, points: Int
  ) {
    (self.name, self.model, self.pixels, self.channels) = (name, model, pixels, channels)
    (self.classes, self.batch, self.points) = (classes, batch, points)
  }

  init(
    _ name: String, _ depth: ResNet.Depth, _ norm: ResNet.Norm, pixels: Int, batch: Int, points: Int
  ) {
    self.init(
      name, Model(.resnet(ResNet(depth: depth, norm: norm))), pixels: pixels, batch: batch, points: points)
  }

  /// A step of Adam, and one fresh Adam step at each point with all points as probes.
  func workloads(_ workers: Workers) -> [Workload] {
    let tape =
      (try? model.network(input: .init(height: pixels, width: pixels, channels: channels), outputs: classes))?
      .tape
    let (forward, ofWeights) = (tape?.multiplyAdds ?? 0, tape?.directMultiplyAdds ?? 0)
    return [
      Workload(name: "\(name)_train_step_s", multiplyAdds: batch * (2 * forward + ofWeights)) {
        var run = try run(workers)
        return { try run.advance(workers: workers) }
      },
      Workload(name: "\(name)_measurement_s", multiplyAdds: (points * points + 3 * points) * forward) {
        var run = try run(workers)
        for _ in 0..<5 { try run.advance(workers: workers) }
        let points = try run.data.subset(rows: Array(0..<points))
        let options = MeasurementOptions(
          updates: [.adamFresh(learningRate: 1e-4)], distances: [.kl, .logits])
        return {
          _ = try Measurement(
            of: run, name: "run", sources: points, probes: points, options: options, workers: workers)
        }
      },
    ]
  }

  private func run(_ workers: Workers) throws -> Run {
    try Run(
      model, on: Workload.normal([max(batch, points), pixels, pixels, channels], classes: classes),
      optimizer: .adam(learningRate: 1e-4), options: TrainingOptions(batch: batch, seed: Seed(0)),
      workers: workers)
  }
}
