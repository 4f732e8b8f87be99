import Foundation
import Tables

/// How much later one onset is than another, in decades, with a 95 % interval and a p-value over runs.
struct OnsetDifference: Hashable, Sendable {
  /// log₁₀ of the second onset by the first.
  var difference: Double
  var low: Double
  var high: Double
  /// Two-sided; below .05 just where the interval excludes no difference.
  var pValue: Double

  /// The onsets of two conditions, each refitted over the same runs in the same order.
  ///
  /// The differences run by run and those without one run give mean and error as for one onset
  /// (`OnsetInterval`), with R − 1 degrees of freedom; nil for fewer than three runs.
  init?(paired first: OnsetSample, _ second: OnsetSample) {
    guard first.runs.count >= OnsetInterval.fewestRuns else { return nil }
    let refits = second.refits.minus(first.refits)
    let onsets = (second.onset - first.onset, refits.mean)
    self.init(onsets, error: refits.error, freedom: Double(first.runs.count - 1))
  }

  /// The onsets of two conditions with runs of their own: the squares of the errors are added, with
  /// Satterthwaite's degrees of freedom; nil for fewer than three runs of one.
  init?(apart first: OnsetSample, _ second: OnsetSample) {
    guard min(first.runs.count, second.runs.count) >= OnsetInterval.fewestRuns else { return nil }
    let (a, b) = (first.refits.error, second.refits.error)
    let variance = a * a + b * b
    let freedom =
      variance * variance
      / (a * a * a * a / Double(first.runs.count - 1) + b * b * b * b / Double(second.runs.count - 1))
    let onsets = (second.onset - first.onset, second.refits.mean - first.refits.mean)
    self.init(onsets, error: variance.squareRoot(), freedom: freedom)
  }

  /// The hull of the intervals around the difference of all runs' onsets and around the mean of the runs'
  /// own.
  private init(_ onsets: (all: Double, mean: Double), error: Double, freedom: Double) {
    let half = StudentT.quantile(0.975, freedom: freedom) * error
    difference = onsets.all
    (low, high) = (min(onsets.all, onsets.mean) - half, max(onsets.all, onsets.mean) + half)
    let least = onsets.all * onsets.mean > 0 ? min(abs(onsets.all), abs(onsets.mean)) : 0
    pValue = StudentT.twoSided(least / error, freedom: freedom)
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
