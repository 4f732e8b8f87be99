import Autodiff
import Network

/// Why a measurement cannot be made.
public enum ElasticityError: Error, Hashable, Sendable, CustomStringConvertible {
  case noSources
  case noProbes
  case otherShape(what: String, network: SampleShape, found: SampleShape)
  case otherClasses(what: String, network: [String], found: [String])
  case needsClasses(distance: Distance)
  case needsLearningRate(update: String, value: Double)
  case noOutputBias(model: String)
  case nothingToMeasure(what: String)
  /// More pairs of samples than are kept in memory.
  case tooManyPairs(sources: Int, probes: Int, most: Int)
  /// Predictions of the network are not finite: the weights have diverged.
  case notFinite(sample: Int)
  /// The gradients of one layer at all points are more numbers than are held.
  case kernelTooLarge(points: Int, weights: Int, most: Int)
  /// Stopped between two sources on request; nothing of the measurement is kept.
  case interrupted(sourcesDone: Int, of: Int)

  public var description: String {
    switch self {
    case .noSources: "there is no source to take a step at: pick points first"
    case .noProbes: "there is no probe to watch: pick points first"
    case .otherShape(let what, let network, let found):
      "the \(what) are samples of \(found), the network takes \(network): load them with the same options as the training data"
    case .otherClasses(let what, let network, let found):
      "the \(what) have the classes \(found.joined(separator: ", ")), the network was trained on \(network.joined(separator: ", "))"
    case .needsClasses(let distance):
      "distance '\(distance.rawValue)' needs class probabilities; a regression has 'output' and 'loss'"
    case .needsLearningRate(let update, let value):
      "\(update) needs a positive lr, not \(value): \(update)(lr=1e-3)"
    case .noOutputBias(let model): "\(model) has no bias in its last layer: bias_only has nothing to move"
    case .nothingToMeasure(let what): "the list of \(what) is empty: name at least one"
    case .tooManyPairs(let sources, let probes, let most):
      "\(sources) sources and \(probes) probes are \(sources * probes) pairs, at most \(most) are kept: pick fewer points"
    case .notFinite(let sample):
      "the network predicts NaN or infinity at sample \(sample): its weights have diverged, nothing can be measured"
    case .kernelTooLarge(let points, let weights, let most):
      "the kernel of \(points) points needs their gradients of \(weights) weights of one layer at once, at most \(most / max(weights, 1)) points fit: pick fewer points"
    case .interrupted(let done, let count):
      "stopped after \(done) of \(count) sources; this measurement is not kept"
    }
  }
}
