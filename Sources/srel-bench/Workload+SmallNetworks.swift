import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tensor
import Theory
import Training

extension Workload {
  /// MLPs 10-w-w-1 under squared error and SGD.
  static func smallNetworks(_ workers: Workers) -> [Workload] {
    [100, 1000].flatMap { width in
      let forward = 10 * width + width * width + width
      return [
        Workload(
          name: "mlp\(width)_train_step_s", rounds: 20, multiplyAdds: 3 * 32 * forward,
          isShared: width >= 1000
        ) {
          var run = try vectorRun(width: width, workers)
          return { for _ in 0..<20 { try run.advance(workers: workers) } }
        },
        // The base predictions of the probes and all that a measurement sets up are in it, as in the yardstick.
        Workload(
          name: "mlp\(width)_source_50_probes_s", rounds: 20, multiplyAdds: 2 * 50 * forward, isShared: false
        ) { try sources(1, width: width, rounds: 20, workers) },
        // One of fifty sources, whose probes are predicted once for all.
        Workload(
          name: "mlp\(width)_each_of_50_sources_s", rounds: 50, multiplyAdds: 50 * forward
        ) { try sources(50, width: width, rounds: 1, workers) },
      ]
    }
  }

  private static func sources(_ count: Int, width: Int, rounds: Int, _ workers: Workers) throws
    -> () throws -> Void
  {
    let run = try vectorRun(width: width, workers)
    let engine = ExactEngine(
      network: run.network, weights: run.weights, loss: .meanSquaredError, workers: workers)
    let sources = try run.data.subset(rows: Array(0..<count))
    let probes = try run.data.subset(rows: Array(0..<50))
    return {
      for _ in 0..<rounds {
        _ = try engine.responses(
          sources: sources, probes: probes, update: .sgd(learningRate: 1e-4), distances: [.output])
      }
    }
  }

  private static func vectorRun(width: Int, _ workers: Workers) throws -> Run {
    var data = normal([640, 1, 1, 10], classes: 1)
    data.targets = normal([640, 1, 1, 1], classes: 1).samples.reshaped(to: [640, 1])
    return try Run(
      Model(.mlp(widths: [width, width])), on: data, optimizer: .sgd(learningRate: 1e-3),
      options: TrainingOptions(batch: 32, loss: .meanSquaredError, seed: Seed(0)), workers: workers)
  }

  /// The paper's ridge experiment: 100 features, 2000 samples, 8001 times, 10 starts, 20 pairs.
  static var theory: [Workload] {
    [
      Workload(name: "ridge_p100_s", isShared: false) {
        var size = RidgeExperiment.Size()
        size.features = 100
        let times = (0...8000).map { Double($0) / 1000 }
        return {
          var state = NumPyRandomState(seed: 5)
          let experiment = try RidgeExperiment(size, state: &state)
          _ = try experiment.curves(times: times, as: .corrected, pairing: .between)
        }
      }
    ]
  }
}
