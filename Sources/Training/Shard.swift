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
  var gradients: [Tensor]
  var loss = 0.0
  var correct = 0
  /// By operation, the batch statistics that were used in place of the kept ones.
  var statistics: [Int: Tensor] { activations.statistics }
  var samples: Int { activations.samples }
  private var activations = Activations()
  private var backward = Activations()

  init(network: Network) { gradients = network.tape.zeroGradients() }

  /// Cuts a batch into at most four parts of about equal size, none so small that a thread is not worth its start.
  static func split(_ rows: [Int], multiplyAdds: Int) -> [[Int]] {
    let work = rows.count * multiplyAdds
    let count = rows.count < 8 || work < 2_000_000 ? 1 : rows.count < 64 ? 2 : 4
    return (0..<count).map { Array(rows[rows.count * $0 / count..<rows.count * ($0 + 1) / count]) }
  }

  /// Forward and backward over `rows`; the gradient is that of the mean over `batch` samples.
  mutating func run(
    _ rows: [Int], batch: Int, epoch: Int, seed: Seed, network: Network, weights: [Tensor], data: Dataset,
    loss: Loss
  ) {
    network.tape.evaluate(
      weights, data.batch(rows: rows, epoch: epoch, seed: seed), isTraining: true, into: &activations)
    let targets = data.targets(rows, for: loss)
    self.loss = loss.values(activations.output, targets).reduce(0, +)
    correct = Evaluation.correct(activations.output, targets)
    network.tape.backpropagate(
      weights, activations,
      outputGradient: loss.gradient(activations.output, targets, scale: 1 / Double(batch)),
      into: &backward)
    for parameter in gradients.indices {
      network.tape.parameterGradient(
        parameter, of: weights, activations, backward, into: &gradients[parameter])
    }
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
