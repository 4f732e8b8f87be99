import Autodiff
import Datasets
import Elasticity
import Foundation
import Kernels
import Network
import Tables
import Tensor
import Training

/// What a training or a measurement is expected to cost, counted from the shapes of its network before anything runs.
struct CostEstimate: Equatable {
  /// Multiply-adds of all matrix products.
  var multiplyAdds: Double
  /// Bytes held at the same time.
  var bytes: Double

  /// Bytes of the program itself, without any data.
  static let program = 36e6

  /// Bytes of a run as long as it is kept: weights and moments.
  static func run(_ network: Network, moments: Int) -> Double {
    4 * Double(network.weightCount) * Double(1 + moments)
  }

  /// Steps of a pass forward, one back and the gradients at the weights; beside the run itself, a gradient of every batch
  /// shard and activations are held.
  static func training(_ network: Network, batch: Int, steps: Int) -> CostEstimate {
    CostEstimate(
      multiplyAdds: Double(batch) * Double(steps)
        * Double(2 * network.tape.multiplyAdds + network.tape.directMultiplyAdds),
      bytes: Double(network.trainingBytes(batch: batch)))
  }

  /// The same work beside what is held for other reasons.
  func beside(_ held: Double) -> CostEstimate {
    CostEstimate(multiplyAdds: multiplyAdds, bytes: bytes + held)
  }

  /// For each update and source one pass over all probes and four more; memory as the engine plans it.
  ///
  /// - Parameter trainerIsLinear: whether the run's own steps are multiples of the gradient.
  static func measurement(
    _ network: Network, sources: Int, probes: Int, updates: [String], trainerIsLinear: Bool, workers: Workers
  ) throws(ElasticityError) -> CostEstimate {
    let (s, p) = (Double(sources), Double(probes))
    let forward = Double(network.tape.multiplyAdds)
    let isSmall = network.tape.multiplyAdds < ExactEngine.smallNetwork
    let footprint = network.footprint
    var (passes, bytes) = (0.0, 0)
    for update in updates {
      let isLinear = update == "trainer" ? trainerIsLinear : update != "adam_fresh"
      // A dense difference pass, which small networks take under Adam, is two products a layer.
      passes += (isSmall && !isLinear ? 2 : 1) * (s * (p + 4) + p)
      let plan = try MemoryPlan(
        footprint, sources: sources, probes: probes, usesDifferences: isLinear || isSmall, isLinear: isLinear,
        workers: workers)
      bytes = max(bytes, plan.bytes)
    }
    return CostEstimate(multiplyAdds: passes * forward, bytes: Double(bytes))
  }

  static func * (cost: CostEstimate, count: Int) -> CostEstimate {
    CostEstimate(multiplyAdds: cost.multiplyAdds * Double(count), bytes: cost.bytes)
  }

  /// One after the other: work adds up, memory is that of the larger one.
  static func + (a: CostEstimate, b: CostEstimate) -> CostEstimate {
    CostEstimate(multiplyAdds: a.multiplyAdds + b.multiplyAdds, bytes: max(a.bytes, b.bytes))
  }

  /// `about 4 min at 40 GFLOP/s (4.8e12 multiply-adds), 310 MB`
  func text(at rate: MachineRate) -> String {
    let seconds = 2 * multiplyAdds / rate.operationsPerSecond
    let time =
      switch seconds {
      case ..<1: "under 1 s"
      case ..<90: "about \(seconds.significant(2)) s"
      case ..<5400: "about \((seconds / 60).significant(2)) min"
      default: "about \((seconds / 3600).significant(2)) h"
      }
    let work = String(format: "%.1e", multiplyAdds).replacingOccurrences(of: "e+0", with: "e")
      .replacingOccurrences(of: "e+", with: "e")
    return
      "\(time) at \((rate.operationsPerSecond / 1e9).significant(2)) GFLOP/s (\(work) multiply-adds), \(Int((bytes / 1e6).rounded(.up))) MB"
  }
}

extension Session {
  /// The rate at which this machine is expected to train and measure with the threads that are set; measured now.
  public var plannedRate: MachineRate { Planner.measuredRate(workers: workers) }
}
