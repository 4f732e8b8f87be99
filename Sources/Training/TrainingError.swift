import Autodiff
import Network

/// Why a run cannot be made or go on.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  case network(NetworkError)
  case noData(name: String)
  case batchTooLarge(batch: Int, samples: Int)
  case notPositive(what: String, value: Double)
  case noTargets(loss: Loss, name: String)
  case otherClasses(train: [String], test: [String])
  case otherShape(train: SampleShape, test: SampleShape)
  case otherTargets(train: Int, test: Int)
  /// The loss of a batch is not a number; the weights are those before that batch's step.
  case diverged(step: Int, loss: Double)
  /// A batch takes more bytes than there are.
  case memory(batch: Int, needs: Int, has: Int)
  /// Weights and moments that are read back are not those of this model and optimiser.
  case otherState

  public var description: String {
    switch self {
    case .network(let error): error.description
    case .noData(let name): "\(name) has no samples to train on"
    case .batchTooLarge(let batch, let samples):
      "a batch of \(batch) is larger than the data set of \(samples): use batch=\(samples) or less"
    case .notPositive(let what, let value): "\(what) must be positive and finite, not \(value)"
    case .noTargets(let loss, let name): "\(name) has no targets for the loss '\(loss.rawValue)'"
    case .otherClasses(let train, let test):
      "test data has the classes \(test.joined(separator: ", ")), training data \(train.joined(separator: ", "))"
    case .otherShape(let train, let test):
      "test data has samples of \(test), training data of \(train): load both with the same options"
    case .otherTargets(let train, let test):
      "test data has \(test) targets a sample, training data \(train)"
    case .diverged(let step, let loss):
      "the loss at step \(step) is \(loss.isNaN ? "not a number" : "infinite"): training stopped before that step and everything so far is kept; "
        + "try a smaller lr"
    case .memory(let batch, let needs, let has):
      "a batch of \(batch) takes \(Footprint.text(needs)), and \(Footprint.text(has)) may be used: "
        + "set memory=\(Footprint.text(needs)), or train with a smaller batch"
    case .otherState: "the kept weights and moments belong to another model or optimiser"
    }
  }
}
