import Autodiff
import Datasets
import Elasticity
import Foundation
import Kernels
import Network
import Random
import Tensor
import Testing
import Training

/// Multiply-adds and storage allocations of the engine's pieces of work, held against a committed record.
///
/// Counts do not depend on the machine, so that a change in the cost of a command shows where times would not.
@Suite struct CountTests {
  /// Written anew with SREL_RECORD=1; the recording run fails, so that the new record is looked at.
  @Test func workAndAllocationsAreAsRecorded() async {
    // A process of its own: the counters are shared by all tests.
    await #expect(processExitsWith: .success) {
      let found = try Counted.all().map { "\($0.name)\t\($0.multiplyAdds)\t\($0.allocations)\n" }
      let text = "work\tmultiply_adds\tallocations\n" + found.joined()
      if ProcessInfo.processInfo.environment["SREL_RECORD"] == "1" {
        try text.write(to: Counted.record, atomically: true, encoding: .utf8)
        Issue.record("recorded in \(Counted.record.path): look at the difference and commit it")
        return
      }
      let recorded = try String(contentsOf: Counted.record, encoding: .utf8)
      for (now, then) in zip(text.split(separator: "\n"), recorded.split(separator: "\n")) {
        #expect(now == then, "the counts have changed: SREL_RECORD=1 ./scripts/test --filter CountTests")
      }
      #expect(text.count == recorded.count)
    }
  }
}

/// What one piece of work costs when its buffers are warm.
private struct Counted {
  var name: String
  var multiplyAdds: Int
  var allocations: Int

  static let record = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/counts.tsv")

  /// Runs the work once to warm the buffers and once to count.
  init(_ name: String, _ work: () throws -> Void) rethrows {
    try work()
    let before = (Counters.multiplyAdds, Tensor.allocations)
    try work()
    self.name = name
    multiplyAdds = Counters.multiplyAdds - before.0
    allocations = Tensor.allocations - before.1
  }

  /// One worker throughout: each worker has scratch of its own.
  static func all() throws -> [Counted] {
    let workers = Workers(count: 1)
    var (mlp, resnet) = (try mlpRun(workers), try resnetRun(workers))
    let ofResnet = try resnet.data.subset(rows: Array(0..<12))
    let ofMLP = try mlp.data.subset(rows: Array(0..<50))
    let one = try mlp.data.subset(rows: [0])
    let engine = ExactEngine(
      network: mlp.network, weights: mlp.weights, loss: .meanSquaredError, workers: workers)
    var counts = [
      try Counted("train step, mlp 10-100-100-1, batch 32") { try mlp.advance(workers: workers) },
      try Counted("train step, resnet18, batch 24") { try resnet.advance(workers: workers) },
      try Counted("evaluate, mlp 10-100-100-1, 640 samples") {
        _ = try mlp.evaluate(on: mlp.data, workers: workers)
      },
      try Counted("evaluate, resnet18, 48 samples") {
        _ = try resnet.evaluate(on: resnet.data, workers: workers)
      },
      try Counted("one source of 50 probes, sgd, mlp 10-100-100-1") {
        _ = try engine.responses(sources: one, probes: ofMLP, update: .sgd(learningRate: 1e-3))
      },
      try Counted("tangent kernel, mlp 10-100-100-1, 50 points") {
        _ = try TangentKernel(network: mlp.network, weights: mlp.weights, points: ofMLP)
      },
    ]
    let updates: [UpdateRule] = [
      .sgd(learningRate: 1e-3), .adamFresh(learningRate: 1e-4), .trainer(learningRate: 1e-4), .firstOrder,
      .biasOnly(learningRate: 1e-3),
    ]
    for update in updates {
      counts.append(
        try Counted("measure \(update.name), resnet18, 12 points") {
          _ = try Measurement(
            of: resnet, name: "r", sources: ofResnet, probes: ofResnet,
            options: MeasurementOptions(updates: [update], distances: [.logits, .kl]), workers: workers)
        })
    }
    return counts
  }

  private static func mlpRun(_ workers: Workers) throws -> Run {
    var data = try Dataset.mixture(
      classes: 2, perClass: 320, dimensions: 10, separation: 1, noise: 1, seed: Seed(1))
    data.targets = Tensor([640, 1], repeating: 0.5)
    return try Run(
      Model(.mlp(widths: [100, 100])), on: data, optimizer: .sgd(learningRate: 1e-3),
      options: TrainingOptions(batch: 32, loss: .meanSquaredError, seed: Seed(1)), workers: workers)
  }

  private static func resnetRun(_ workers: Workers) throws -> Run {
    let options = LoadOptions(perClass: 16, channels: 3, pad: 32, normalization: .dataset)
    return try Run(
      Model(.resnet18(width: 64)), on: try Dataset.load(.fashionMNISTSubset, options),
      optimizer: .adam(learningRate: 1e-4), options: TrainingOptions(batch: 24, seed: Seed(1)),
      workers: workers)
  }
}
