import Autodiff
import Datasets
import Foundation
import Kernels
import Network
import Tables
import Tensor

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

  /// Steps of a pass forward, one back and the gradients at the weights; beside the run itself, a gradient of every batch shard and activations are held.
  static func training(_ network: Network, batch: Int, steps: Int) -> CostEstimate {
    let shards = network.normalizesBatches || batch < 8 ? 1.0 : batch < 64 ? 2 : 4
    return CostEstimate(
      multiplyAdds: Double(batch) * Double(steps)
        * Double(2 * network.tape.multiplyAdds + network.tape.directMultiplyAdds),
      bytes: 4 * Double(network.weightCount) * shards + 2 * Double(batch) * activations(network))
  }

  /// The same work beside what is held for other reasons.
  func beside(_ held: Double) -> CostEstimate {
    CostEstimate(multiplyAdds: multiplyAdds, bytes: bytes + held)
  }

  /// For each update and source one pass over all probes and four more; each thread holds a stepped network.
  static func measurement(
    _ network: Network, sources: Int, probes: Int, updates: [String], threads: Int
  ) -> CostEstimate {
    let (s, p) = (Double(sources), Double(probes))
    let forward = Double(network.tape.multiplyAdds)
    // A dense difference pass, which small networks take under Adam, is two products a layer.
    let isSmall = network.tape.multiplyAdds < 1_000_000
    let passes = updates.reduce(0) { total, update in
      total + (isSmall && (update == "adam_fresh" || update == "trainer") ? 2 : 1) * (s * (p + 4) + p)
    }
    let crew = Double(min(threads, sources))
    return CostEstimate(
      multiplyAdds: passes * forward,
      bytes: (p + 2 * min(s, 64) + 2 * crew * min(p, 64)) * activations(network)
        + 8 * crew * Double(network.liveWeightCount) + 500 * s * p)
  }

  /// Bytes of all activations of one sample.
  private static func activations(_ network: Network) -> Double {
    4 * Double(network.tape.nodes.reduce(0) { $0 + $1.shape.count })
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
