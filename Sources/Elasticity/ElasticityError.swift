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
  /// `bias_only` with an `only=` that leaves its one weight out.
  case withoutOutputBias(pattern: String, bias: String)
  case nothingToMeasure(what: String)
  /// `only=` that fits no weight.
  case noSuchWeights(pattern: String, known: [String])
  /// `trainer` away from a run.
  case noTrainer
  case notOfFirstOrder(distance: Distance)
  case noSubtraction
  /// Predictions from elsewhere whose shapes do not fit together.
  case misshapen(what: String, expected: String, found: [Int])
  /// A number of the file of an option that names no class or probe; rows are counted from 0.
  case notInRange(option: String, file: String, row: Int, found: Double, expected: String)
  /// Predictions from elsewhere that are NaN or infinite, in the file of an option; rows are counted from 0.
  case notFinitePrediction(option: String, file: String, source: Int?, probe: Int, output: Int)
  case needsNetwork(control: Control)
  /// `group=` that names no attribute of the samples.
  case noSuchAttribute(String, known: [String])
  /// More pairs of samples than are kept in memory.
  case tooManyPairs(sources: Int, probes: Int, most: Int)
  /// One source and one probe at a time take more bytes than there are.
  case memory(needs: Int, has: Int)
  /// Predictions of the network are not finite: the weights have diverged.
  case notFinite(sample: Int)
  /// The gradients of one layer at all points are more numbers than are held.
  case kernelTooLarge(points: Int, weights: Int, most: Int)
  /// `between=` a column with a single entry.
  case oneCondition(column: String)
  /// Two runs of one condition that `paired=` cannot tell apart.
  case repeatedRun(column: String, entry: String, condition: String)
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
    case .withoutOutputBias(let pattern, let bias):
      "bias_only steps the output bias '\(bias)' alone, which only=\"\(pattern)\" leaves out: adam_fresh steps other weights"
    case .noSuchWeights(let pattern, let known):
      "no weight is called '\(pattern)': the network has \(known.prefix(3).joined(separator: ", ")), …, \(known.suffix(2).joined(separator: ", "))"
    case .noTrainer: "update=trainer is a step of a run's own optimiser: measure a run"
    case .notOfFirstOrder(let distance):
      "'\(distance.rawValue)' has no limit for small steps: it does not vanish where nothing moves; use sgd(lr=1e-6)"
    case .noSuchAttribute(let name, let known):
      known.isEmpty
        ? "the samples have no attribute '\(name)': corrupt gives them 'corrupted' and 'clean'"
        : "the samples have no attribute '\(name)', only \(known.joined(separator: ", "))"
    case .misshapen(let what, let expected, let found): "\(what) has to be \(expected), not \(found)"
    case .notInRange(_, let file, let row, let found, let expected):
      "\(file) has \(found) in row \(row), counted from 0, which is not \(expected)"
    case .notFinitePrediction(_, let file, let source, let probe, let output):
      "\(file) holds NaN or infinity at \(source.map { "source \($0), " } ?? "")probe \(probe), class \(output), counted from 0: "
        + (source == nil
          ? "the network that wrote it has diverged, or the row was never computed; write the file anew, or leave out that probe in all files"
          : "the step at that source has diverged, or its row was never computed; take a smaller step, or leave out that source in after= and sources=")
    case .needsNetwork(let control):
      "control=\(control.rawValue) takes a step of its own: it needs a network, not predictions"
    case .noSubtraction: "first_order has no two predictions to subtract: leave out method=subtraction"
    case .nothingToMeasure(let what): "the list of \(what) is empty: name at least one"
    case .tooManyPairs(let sources, let probes, let most):
      "\(sources) sources and \(probes) probes are \(sources * probes) pairs, at most \(most) are kept: pick fewer points"
    case .memory(let needs, let has):
      "one source and one probe at a time take \(Footprint.text(needs)), and \(Footprint.text(has)) may be used: set memory=\(Footprint.text(needs))"
    case .notFinite(let sample):
      "the network predicts NaN or infinity at sample \(sample): its weights have diverged, nothing can be measured"
    case .kernelTooLarge(let points, let weights, let most):
      "the kernel of \(points) points needs their gradients of \(weights) weights of one layer at once, at most \(most / max(weights, 1)) points fit: pick fewer points"
    case .oneCondition(let column):
      "column '\(column)' has one entry: there are no two conditions to compare"
    case .repeatedRun(let column, let entry, let condition):
      "\(condition) has several runs with \(column) \(entry): name a column that each run has once, or leave out paired="
    case .interrupted(let done, let count):
      "stopped after \(done) of \(count) sources; this measurement is not kept"
    }
  }
}
