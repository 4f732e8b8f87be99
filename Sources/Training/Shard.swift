import Autodiff
import Datasets
import Network
import Random
import Tensor

/// The part of a batch that one worker runs, with the buffers for it.
///
/// The split depends on the batch and the network alone, never on the number of workers: each part of a gradient is summed
/// by itself.
struct Shard: Sendable {
  private(set) var part: BatchPart
  private(set) var loss = 0.0
  private(set) var correct = 0
  private var targets = Targets.classes([])

  init(network: Network) { part = BatchPart(for: network.tape) }

  /// Begins a pass over `rows`.
  mutating func begin(_ rows: [Int], epoch: Int, seed: Seed, network: Network, data: Dataset, loss: Loss) {
    part.begin(data.batch(rows: rows, epoch: epoch, seed: seed), network.tape)
    targets = data.targets(rows, for: loss)
  }

  /// Goes on, forward and then backward; the gradient is that of the mean over `batch` samples.
  ///
  /// - Returns: whether the gradient is there, else the shards have to be joined.
  mutating func advance(
    batch: Int, network: Network, weights: [Tensor], loss: Loss
  ) -> Bool {
    part.advance(network.tape, weights) { output in
      self.loss = loss.values(output, targets).reduce(0, +)
      correct = Evaluation.correct(output, targets)
      return loss.gradient(output, targets, scale: 1 / Double(batch))
    }
  }

  /// Lets the shards of a batch go on where they wait for each other.
  static func join(_ shards: inout [Shard], first count: Int, network: Network, weights: [Tensor]) {
    network.tape.join(weights, count: count) { place, change in change(&shards[place].part) }
  }
}

extension Dataset {
  /// The shape of one sample.
  public var input: SampleShape {
    let (height, width, channels) = sampleShape
    return SampleShape(height: height, width: width, channels: channels)
  }

  /// How many outputs a network needs under a loss; 0 where the data has no targets for it.
  public func outputs(for loss: Loss) -> Int {
    switch loss {
    case .crossEntropy: classNames.count
    case .meanSquaredError: targets.map { $0.shape[1] } ?? classNames.count
    }
  }

  /// What the samples at `rows` should be predicted as; for MSE without targets the one-hot classes.
  public func targets(_ rows: [Int], for loss: Loss) -> Targets {
    switch loss {
    case .crossEntropy: return .classes(rows.map { labels[$0] })
    case .meanSquaredError:
      if let values = batchTargets(rows: rows) { return .values(values) }
      var hot = Tensor(zeros: [rows.count, classNames.count])
      for (place, row) in rows.enumerated() { hot[flat: place * classNames.count + labels[row]] = 1 }
      return .values(hot)
    }
  }
}
