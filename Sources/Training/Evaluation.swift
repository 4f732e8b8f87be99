import Autodiff
import Datasets
import Kernels
import Network
import Tensor

/// How well a set of weights predicts a data set.
public struct Evaluation: Hashable, Sendable {
  public var samples: Int
  /// Mean loss.
  public var loss: Double
  /// Fraction predicted rightly; 0 for regressions.
  public var accuracy: Double

  /// Predicts every sample of `data`, in chunks that depend on the network alone, spread over the workers.
  ///
  /// - Complexity: samples · multiply-adds of the network.
  public init(_ network: Network, weights: [Tensor], on data: Dataset, loss: Loss, workers: Workers) {
    let chunk = network.footprint.samplesAtOnce
    struct Part: Sendable {
      var loss = 0.0
      var correct = 0
    }
    var parts = [Part](repeating: Part(), count: (data.count + chunk - 1) / chunk)
    workers.forEach(of: &parts) { index, part in
      let rows = Array(index * chunk..<min(data.count, (index + 1) * chunk))
      var activations = Activations()
      network.tape.evaluate(weights, data.batch(rows: rows), for: .prediction, into: &activations)
      let targets = data.targets(rows, for: loss)
      part.loss = loss.values(activations.output, targets).reduce(0, +)
      part.correct = Evaluation.correct(activations.output, targets)
    }
    samples = data.count
    let total = Double(max(data.count, 1))
    self.loss = parts.reduce(0) { $0 + $1.loss } / total
    accuracy = Double(parts.reduce(0) { $0 + $1.correct }) / total
  }

  /// How many samples have their largest output at their class; 0 for regressions.
  static func correct(_ outputs: Tensor, _ targets: Targets) -> Int {
    guard case .classes(let labels) = targets else { return 0 }
    let width = outputs.shape.last ?? 0
    return outputs.withSpan { outputs in
      labels.indices.count { n in
        let (row, label) = (outputs.extracting(n * width..<(n + 1) * width), labels[n])
        // The first of several largest outputs counts.
        return row[label] == row[label]
          && (0..<width).allSatisfy { $0 < label ? row[$0] < row[label] : !(row[$0] > row[label]) }
      }
    }
  }
}

extension Run {
  /// Predicts a data set with the present weights.
  ///
  /// - Throws: `TrainingError` where its classes, samples or targets are not like those of the training data.
  public func evaluate(on other: Dataset, workers: Workers) throws(TrainingError) -> Evaluation {
    guard other.classNames == data.classNames else {
      throw .otherClasses(train: data.classNames, test: other.classNames)
    }
    guard other.input == data.input else { throw .otherShape(train: data.input, test: other.input) }
    guard other.outputs(for: options.loss) == network.outputs else {
      throw .otherTargets(train: network.outputs, test: other.outputs(for: options.loss))
    }
    return Evaluation(network, weights: weights, on: other, loss: options.loss, workers: workers)
  }
}
