import Autodiff
import Datasets
import Kernels
import Network
import Random
import Tensor
import TestSupport
import Testing
import Training

/// The shipped images as the demo loads them: 3x32x32, normalised.
enum Shoes {
  static let train = Result { try load(.train) }
  static let test = Result { try load(.test) }

  private static func load(_ split: Split) throws -> Dataset {
    try Dataset.load(
      .fashionMNISTSubset, LoadOptions(split: split, channels: 3, pad: 32, normalization: .dataset))
  }
}

/// The demo's training, kept before step 1 and after 60 and 180 steps.
enum DemoRun {
  static let steps = [0, 60, 180]

  static let snapshots = Result {
    var run = try Run(
      Model(.resnet18(width: 64)), on: try Shoes.train.get(),
      optimizer: .adam(learningRate: 1e-4, weightDecay: 1e-4),
      options: TrainingOptions(batch: 25, seed: Seed(1)),
      workers: .all)
    var kept = [run]
    for step in 1...180 {
      try run.advance(workers: .all)
      if steps.contains(step) { kept.append(run) }
    }
    return kept
  }
}

/// Three overlapping clouds in six dimensions.
func mixture(perClass: Int = 40, seed: UInt64 = 1, split: Split = .train) throws -> Dataset {
  try Dataset.mixture(
    classes: 3, perClass: perClass, dimensions: 6, separation: 2, noise: 1, seed: Seed(seed), split: split)
}

/// The order in which a run visits its samples: the permutation of stream `order` for each epoch, cut into batches.
func expectedRows(_ run: Run) -> [Int] {
  var generator = RandomStream(run.options.seed, .order).generator(UInt64(run.step / run.batchesPerEpoch))
  let order = generator.permutation(run.data.count)
  let first = run.batchInEpoch * run.options.batch
  return Array(order[first..<min(first + run.options.batch, order.count)])
}

/// One batch in `Double`: mean loss and its gradient at every parameter.
struct DoubleBatch {
  let loss: Double
  let gradients: [[Double]]
  let outputs: [[Double]]

  /// - Parameter sides: an evaluation in `Float`, which says on which side of its kink a ReLU is that lies within rounding of
  ///   it: the derivatives of both sides are right there, and all others must agree.
  init(
    _ network: Network, weights: [[Double]], data: Dataset, rows: [Int], loss: Loss, sides: Activations? = nil
  ) {
    let oracle = Oracle(network.tape, parameters: weights)
    var values = oracle.values(data.batch(rows: rows).scalars.map(Double.init), samples: rows.count)
    outputs = DoubleLosses.rows(values[values.count - 1], width: network.outputs)
    var (total, gradient) = (0.0, [Double]())
    for (z, row) in zip(outputs, rows) {
      switch loss {
      case .crossEntropy:
        total += DoubleLosses.crossEntropy(z, data.labels[row])
        gradient += DoubleLosses.crossEntropyGradient(z, data.labels[row])
      case .meanSquaredError:
        let y =
          data.targets.map { targets in
            (0..<targets.shape[1]).map { Double(targets[flat: row * targets.shape[1] + $0]) }
          } ?? data.classNames.indices.map { $0 == data.labels[row] ? 1 : 0 }
        total += DoubleLosses.meanSquaredError(z, y)
        gradient += DoubleLosses.meanSquaredErrorGradient(z, y)
      }
    }
    self.loss = total / Double(rows.count)
    for (index, node) in network.tape.nodes.enumerated() {
      guard case .relu = node.primitive, let operand = node.first, let sides else { continue }
      let (open, scale) = (sides.values[index].scalars, values[operand].map(abs).max() ?? 0)
      for i in open.indices where (open[i] > 0) != (values[operand][i] > 0) {
        #expect(abs(values[operand][i]) <= 1e-6 * scale, "a kink of operation \(index)")
        values[operand][i] = open[i] > 0 ? .leastNormalMagnitude : 0
      }
    }
    gradients = oracle.gradients(
      values, outputGradient: gradient.map { $0 / Double(rows.count) }, samples: rows.count)
  }
}

func doubles(_ tensors: [Tensor]) -> [[Double]] { tensors.map { $0.scalars.map(Double.init) } }
