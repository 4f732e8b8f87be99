import Autodiff
import Network

/// How a batch is cut into parts; it follows from the batch and the network alone, never from the number of workers or the
/// memory: each part of a gradient is summed by itself.
struct BatchSplit {
  /// The rows of each part.
  let parts: [[Int]]

  /// Parts that are under way at a time; their gradients are added up before the next ones begin.
  static let mostAtOnce = 4
  /// Bytes that the activations of one part may take, where they need not wait for each other.
  private static let mostBytes = 128 << 20

  /// At most four parts of about equal size, none so small that a thread is not worth its start; more where four would hold
  /// too much, and the parts need not wait for each other.
  ///
  /// - Parameter sampleBytes: what a sample takes in training.
  init(_ rows: [Int], _ network: Network, sampleBytes: Int) {
    let work = rows.count * network.tape.multiplyAdds
    let isSmall = rows.count < 2 || work < (rows.count < 8 ? 1_000_000_000 : 2_000_000)
    var count = isSmall ? 1 : rows.count < 64 ? 2 : 4
    let bytes = rows.count * sampleBytes
    if !network.normalizesBatches, bytes > BatchSplit.mostBytes {
      count = min(rows.count, max(count, (bytes + BatchSplit.mostBytes - 1) / BatchSplit.mostBytes))
    }
    parts = (0..<count).map { Array(rows[rows.count * $0 / count..<rows.count * ($0 + 1) / count]) }
  }

  /// The parts that are under way together, one list after the other.
  var rounds: [ArraySlice<[Int]>] {
    stride(from: 0, to: parts.count, by: BatchSplit.mostAtOnce).map {
      parts[$0..<min(parts.count, $0 + BatchSplit.mostAtOnce)]
    }
  }
}

extension Network {
  /// Bytes that a step on a batch takes, the weights and moments of the run not counted.
  public func trainingBytes(batch: Int) -> Int {
    let footprint = footprint
    let split = BatchSplit(Array(0..<batch), self, sampleBytes: footprint.training)
    let together = split.rounds.first ?? []
    let gradients = together.count + (split.rounds.count > 1 ? 1 : 0)
    return together.joined().count * footprint.training + gradients * footprint.weights
  }
}
