import Tables

/// How much later one onset is than another, in decades, over runs.
struct OnsetDifference: Hashable, Sendable {
  /// log₁₀ of the onset by that of the other condition: of all runs, and the mean of the runs' own.
  let ofAll: Double
  let ofRuns: Double
  private let error: Double
  private let freedom: Double

  /// The onsets of two conditions, each refitted over the same runs in the same order.
  ///
  /// The differences run by run and those without one run give mean and error as for one onset
  /// (`OnsetInterval`), with R − 1 degrees of freedom; nil for fewer than three runs.
  init?(paired level: OnsetSample, against other: OnsetSample) {
    guard level.runs.count >= OnsetInterval.fewestRuns else { return nil }
    let refits = level.refits.minus(other.refits)
    (ofAll, ofRuns) = (level.onset - other.onset, refits.mean)
    (error, freedom) = (refits.error, Double(level.runs.count - 1))
  }

  /// The onsets of two conditions with runs of their own: the squares of the errors are added, with
  /// Satterthwaite's degrees of freedom; nil for fewer than three runs of one.
  init?(apart level: OnsetSample, against other: OnsetSample) {
    guard min(level.runs.count, other.runs.count) >= OnsetInterval.fewestRuns else { return nil }
    let (a, b) = (level.refits.error * level.refits.error, other.refits.error * other.refits.error)
    (ofAll, ofRuns) = (level.onset - other.onset, level.refits.mean - other.refits.mean)
    error = (a + b).squareRoot()
    freedom =
      (a + b) * (a + b) / (a * a / Double(level.runs.count - 1) + b * b / Double(other.runs.count - 1))
  }

  /// The hull of the intervals around the difference of all runs and around the mean of the runs' own.
  func interval(coverage: Double) -> (low: Double, high: Double) {
    let half = StudentT.quantile(1 - (1 - coverage) / 2, freedom: freedom) * error
    return (min(ofAll, ofRuns) - half, max(ofAll, ofRuns) + half)
  }

  /// Two-sided: at most 1 − c just where the interval of coverage c excludes no difference.
  var pValue: Double {
    let least = ofAll * ofRuns > 0 ? min(abs(ofAll), abs(ofRuns)) : 0
    return StudentT.twoSided(least / error, freedom: freedom)
  }
}

/// The runs of one condition and their onset.
struct OnsetSample: Sendable {
  let runs: [[Double]]
  /// log₁₀ of the onset of the mean of these runs.
  let onset: Double
  let refits: OnsetRefits

  /// - Parameter runs: those of the group to be taken, by their places; nil takes all.
  init?(_ group: PhaseGroup, runs places: [Int]? = nil) {
    guard group.fit.outcome == .settles, let segments = group.calibration?.segments else { return nil }
    let runs = places.map { $0.map { group.curve.runs[$0] } } ?? group.curve.runs
    guard !runs.isEmpty else { return nil }
    let mean = segments.x.indices.map { i in Statistics.mean(runs.map { $0[i] }) ?? 0 }
    self.runs = runs
    onset =
      places == nil
      ? group.fit.joints.last ?? .nan
      : segments.onset(segments.withoutLine(mean), near: group.fit.joints, within: 0.5)
    refits = OnsetRefits(runs, group.fit.joints, segments)
  }
}
