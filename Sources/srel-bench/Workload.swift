import Autodiff
import Datasets
import Elasticity
import Foundation
import Kernels
import Network
import Random
import Tensor
import Training

/// A piece of work to be timed; names are those of the PyTorch yardstick.
struct Workload {
  var name: String
  /// How often `run` does the work.
  var rounds = 1
  /// Multiply-adds of one round, where they are worth a rate.
  var multiplyAdds = 0
  var run: () throws -> Void

  static func all(workers: Workers) throws -> [Workload] {
    let resnet = try imageRun(Model(.resnet18(width: 64)), samples: 256, batch: 25, workers)
    let points = try resnet.data.subset(rows: Array(0..<60))
    var works = [
      measurement("measurement_shared_s", resnet, points, .adamFresh(learningRate: 1e-4), workers),
      measurement("measurement_sgd_s", resnet, points, .sgd(learningRate: 1e-3), workers),
    ]
    works.append(steps("resnet18_train_step_b25_s", resnet, workers))
    works.append(
      steps(
        "resnet18_train_step_b256_s",
        try imageRun(Model(.resnet18(width: 64)), samples: 256, batch: 256, workers),
        workers))
    for batch in [1, 60] { works.append(try forward("resnet18_forward_b\(batch)_s", resnet, batch)) }
    for width in [100, 1000] {
      let run = try vectorRun(width: width, workers)
      works.append(steps("mlp\(width)_train_step_s", run, workers, rounds: 20))
      works.append(try source("mlp\(width)_source_50_probes_s", run, workers))
    }
    return works
  }

  /// What the published notebooks do every nine batches: all pairs of three classes, here with every distance.
  private static func measurement(
    _ name: String, _ run: Run, _ points: Dataset, _ update: UpdateRule, _ workers: Workers
  ) -> Workload {
    let options = MeasurementOptions(updates: [update], distances: Distance.allCases)
    return Workload(name: name, multiplyAdds: (60 * 60 + 3 * 60) * run.network.tape.multiplyAdds) {
      _ = try Measurement(
        of: run, name: "run", sources: points, probes: points, options: options, workers: workers)
    }
  }

  private static func steps(_ name: String, _ start: Run, _ workers: Workers, rounds: Int = 1) -> Workload {
    var run = start
    return Workload(
      name: name, rounds: rounds, multiplyAdds: 3 * run.options.batch * run.network.tape.multiplyAdds
    ) { for _ in 0..<rounds { try run.advance(workers: workers) } }
  }

  private static func forward(_ name: String, _ run: Run, _ batch: Int) throws -> Workload {
    let input = run.data.batch(rows: Array(0..<batch))
    var activations = Activations()
    return Workload(name: name, multiplyAdds: batch * run.network.tape.multiplyAdds) {
      run.network.tape.evaluate(run.weights, input, into: &activations)
    }
  }

  private static func source(_ name: String, _ run: Run, _ workers: Workers) throws -> Workload {
    let engine = ExactEngine(
      network: run.network, weights: run.weights, loss: .meanSquaredError, workers: workers)
    let source = try run.data.subset(rows: [0])
    let probes = try run.data.subset(rows: Array(0..<50))
    return Workload(name: name, rounds: 20) {
      for _ in 0..<20 {
        _ = try engine.responses(sources: source, probes: probes, update: .sgd(learningRate: 1e-4))
      }
    }
  }

  private static func imageRun(_ model: Model, samples: Int, batch: Int, _ workers: Workers) throws -> Run {
    try Run(
      model, on: normal([samples, 32, 32, 3], classes: 3),
      optimizer: .adam(learningRate: 1e-4, weightDecay: 1e-4),
      options: TrainingOptions(batch: batch, seed: Seed(0)),
      workers: workers)
  }

  private static func vectorRun(width: Int, _ workers: Workers) throws -> Run {
    var data = normal([640, 1, 1, 10], classes: 1)
    data.targets = normal([640, 1, 1, 1], classes: 1).samples.reshaped(to: [640, 1])
    return try Run(
      Model(.mlp(widths: [width, width])), on: data, optimizer: .sgd(learningRate: 1e-3),
      options: TrainingOptions(batch: 32, loss: .meanSquaredError, seed: Seed(0)), workers: workers)
  }

  /// Normally drawn samples `[n, h, w, c]` with labels in turn.
  private static func normal(_ shape: Shape, classes: Int) -> Dataset {
    let draws = RandomStream(Seed(0), .data, object: "\(shape)").normals(0..<UInt64(shape.count))
    return Dataset(
      name: "normal", samples: Tensor(shape, scalars: draws.map(Float.init)),
      labels: (0..<shape[0]).map { $0 % classes }, classNames: (0..<classes).map(String.init),
      indices: Array(0..<shape[0]), split: "train", digest: "", preparation: [])
  }
}
