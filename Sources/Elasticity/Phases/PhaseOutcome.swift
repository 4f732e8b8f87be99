import Tables

/// What can be said of the phases of a curve.
public enum PhaseOutcome: String, Hashable, Sendable, CaseIterable {
  /// S changes, then settles: the slope after the onset t* is below a quarter of that before it, with 95 %
  /// certainty.
  case settles
  /// S has changed, and the slope at the end is above a quarter of that before, with 95 % certainty.
  case changing = "still changing"
  /// S has changed; noise leaves both open.
  case unclear = "changed, whether it has settled cannot be told"
  /// One line is as good, or S hardly moves.
  case none = "no phase change"
  /// Fewer than eight measurements, less than a decade and a half, or no room for two segments.
  case tooShort = "too short"
  /// Several runs that have too few times in common.
  case apart = "the runs share too few times"
}

/// Why there is no outcome, no onset or no interval, or what it does not say.
public enum PhaseRemark: Hashable, Sendable, CustomStringConvertible {
  case fewMeasurements(Int)
  case fewDecades(Double)
  case noRoom
  case fewShared(Int, runs: Int)
  case oneLine
  case smallMove(Double)
  case noSteepMiddle
  case correlated(Double)
  case littlePower(Int)
  case fewRuns(Int)
  case exact

  public var description: String {
    switch self {
    case .fewMeasurements(let count):
      "\(count) measurements with a logarithm; \(PhaseCurve.leastCount) are needed"
    case .fewDecades(let decades):
      "\(decades.significant(2)) decades of time; \(PhaseCurve.leastDecades) are needed"
    case .noRoom: "the times leave no room for two segments of three measurements and half a decade"
    case .fewShared(let count, let runs):
      "the \(runs) runs share \(count) times; measure them at the same steps or take each by itself"
    case .oneLine: "one line is as good"
    case .smallMove(let moved):
      "S moves by a factor of \(moved.significant(2)); \(PhaseFit.leastMove) is needed"
    case .noSteepMiddle: "three segments are better than one line, but the middle one is not the steepest"
    case .correlated(let correlation):
      "correlated at \(correlation.significant(2)), perhaps as a walk is: one curve cannot tell a drift from a walk; "
        + "measure more seeds, or say exact=yes of a curve without noise"
    case .littlePower(let count): "\(count) measurements show a change only where noise is below 5 %"
    case .exact: "no interval: a curve without noise has none"
    case .fewRuns(let count): "no interval: over runs it needs 3, not \(count)"
    }
  }
}
