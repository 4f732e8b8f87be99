import Tables
import Training

/// The run that is being trained while a block inside `train` or `step` is run.
///
/// It is the only owner of the run, so that a step changes the weights in place.
final class TrainingContext {
  var trained: TrainedRun
  /// The name under which the run can be used inside its own block.
  let name: String?
  /// The self-checks of the measurements made on the way.
  var checks = MeasurementChecks()
  /// Keeps the training as it stands, in time or at once; false where that is not possible.
  var checkpoint: ((Course, _ isLast: Bool) -> Bool)?

  init(_ trained: TrainedRun, name: String?) {
    self.trained = trained
    self.name = name
  }

  /// The names that are defined inside a block.
  func value(of name: String) -> Value? {
    switch name {
    case "step": .number(Double(trained.run.step))
    case "epoch": .number(trained.run.epoch)
    case "loss": .number(trained.loss)
    case "accuracy": .number(trained.accuracy)
    case self.name: .run(trained)
    default: nil
    }
  }

  /// Adds the rows of a command of the block to the tables of the run.
  func keep(_ table: Table, from verb: String) { trained.keep(table, from: verb) }
}

/// Where a training stands: for a live line, or a line an epoch.
public struct TrainingProgress: Sendable, Equatable {
  public var run: String
  public var step: Int
  public var lastStep: Int
  public var epoch: Double
  public var loss: Double
  public var accuracy: Double?
  public var testAccuracy: Double?
  public var measurements: Int
  public var plannedMeasurements: Int
  public var stepsPerSecond: Double
  /// The last step of an epoch or of the command.
  public var isMilestone: Bool
  public var isLast: Bool

  /// `seed=1  epoch 2/3  step 120/180  loss 0.41  accuracy 0.86  measured 14/21  14.2 steps/s  ETA 00:12`
  public func text(epochs: Double? = nil) -> String {
    var parts = [run, "epoch \(epoch.twoDecimals)", "step \(step)/\(lastStep)", "loss \(loss.threeDecimals)"]
    if let accuracy { parts.append("acc \(accuracy.threeDecimals)") }
    if let testAccuracy { parts.append("test acc \(testAccuracy.threeDecimals)") }
    if plannedMeasurements > 0 { parts.append("measured \(measurements)/\(plannedMeasurements)") }
    if stepsPerSecond > 0, stepsPerSecond.isFinite {
      parts.append("\(stepsPerSecond.significantText) steps/s")
      if !isLast { parts.append("ETA \(clock(Double(lastStep - step) / stepsPerSecond))") }
    }
    return parts.joined(separator: "  ")
  }

  private func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 360_000 else { return "long" }
    let whole = Int(seconds.rounded())
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    let tail = two(whole / 60 % 60) + ":" + two(whole % 60)
    return whole >= 3600 ? "\(whole / 3600):" + tail : tail
  }
}

extension Double {
  fileprivate var twoDecimals: String { fixed(2) }
  fileprivate var threeDecimals: String { magnitude < 0.001 && self != 0 ? significant(2) : fixed(3) }
  fileprivate var significantText: String { significant(3) }

  /// So many digits after the point.
  func fixed(_ digits: Int) -> String {
    guard isFinite, magnitude < 1e12 else { return shortest }
    let scale = (0..<digits).reduce(1) { product, _ in product * 10 }
    let scaled = Int((magnitude * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: max(0, digits - fraction.count))
    return (self < 0 && scaled != 0 ? "-" : "") + "\(scaled / scale)." + zeros + fraction
  }
}
