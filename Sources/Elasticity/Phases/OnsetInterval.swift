import Random
import Tables

/// A 95 % interval of the onset, in log₁₀ t.
struct OnsetInterval: Hashable, Sendable {
  var low: Double
  var high: Double

  static let fewestRuns = 3
  private static let curves = 199
  private static let level = 0.975

  /// Over runs: [min(t*, m) − t f, max(t*, m) + t f] with the t quantile of R − 1 degrees, m the mean of the
  /// runs' own onsets, f the larger of their standard error and of the jackknife's of the onset of all
  /// (`uncertainty.md` §2.1). Nil for fewer than three. Costs 2 R refits.
  init?(overRunsOf curve: PhaseCurve, _ fit: PhaseFit, _ segments: JoinedSegments) {
    guard curve.runs.count >= Self.fewestRuns, let onset = fit.joints.last else { return nil }
    let refits = OnsetRefits(curve.runs, fit.joints, segments)
    let freedom = Double(curve.runs.count - 1)
    let half = StudentT.quantile(Self.level, freedom: freedom) * refits.error
    self.init(min(onset, refits.mean) - half, max(onset, refits.mean) + half, within: segments.x)
  }

  /// Of one run: t* ± t_{N−6} sd of the onsets of 199 curves, the fitted one with AR(1) noise as loud at each
  /// place as six parameters may have left of it. A larger ρ would not be safer: it shifts the curve and
  /// leaves the joint. Nil for a curve without noise.
  init?(ofOneRun curve: PhaseCurve, _ fit: PhaseFit, _ segments: JoinedSegments, seed: Seed) {
    guard let onset = fit.joints.last, !fit.isExact else { return nil }
    let line = SegmentLine(curve.x, curve.y, joints: fit.joints)
    let count = Double(curve.x.count)
    let correlation = min(fit.correlation ?? 0, 0.9)
    /// What so many parameters leave of correlated residuals.
    func left(_ parameters: Double) -> Double {
      max(count - parameters * (1 + correlation) / (1 - correlation), count / 3)
    }
    let squares = JoinedSegments.dot(line.residuals, line.residuals)
    let least = (squares / left(Double(2 + 2 * fit.joints.count))).squareRoot()
    let scale = (count / left(PhaseFit.parameters)).squareRoot()
    let fitted = curve.y.indices.map { curve.y[$0] - line.residuals[$0] }
    let stream = RandomStream(seed, .bootstrap, object: "onset")
    let onsets = (0..<Self.curves).map { number in
      let normals = NoiseCalibration.normals(stream, curve: number, count: curve.x.count)
      let noise = AutoregressiveNoise.curve(normals, correlation: correlation)
      let drawn = fitted.indices.map { fitted[$0] + noise[$0] * max(fit.loudness[$0] * scale, least) }
      return segments.onset(segments.withoutLine(drawn), near: fit.joints, within: 1)
    }
    let freedom = max(count - PhaseFit.parameters, 3)
    let error = max(Statistics.standardDeviation(onsets) ?? 0, JoinedSegments.resolution)
    let half = StudentT.quantile(Self.level, freedom: freedom) * error
    self.init(onset - half, onset + half, within: segments.x)
  }

  /// An onset lies among the measurements.
  private init(_ low: Double, _ high: Double, within x: [Double]) {
    self.low = max(low, x.first ?? low)
    self.high = min(high, x.last ?? high)
  }
}

/// The onsets of single runs, and of all runs but one, near those of all.
struct OnsetRefits: Sendable {
  let own: [Double]
  let without: [Double]

  private static let reach = 0.5

  init(_ runs: [[Double]], _ joints: [Double], _ segments: JoinedSegments) {
    func onset(_ y: [Double]) -> Double {
      segments.onset(segments.withoutLine(y), near: joints, within: Self.reach)
    }
    own = runs.map(onset)
    without = runs.indices.map { left in
      let others = runs.indices.filter { $0 != left }
      return onset(segments.x.indices.map { i in Statistics.mean(others.map { runs[$0][i] }) ?? 0 })
    }
  }

  private init(own: [Double], without: [Double]) { (self.own, self.without) = (own, without) }

  /// What is more in these runs than in those, run by run.
  func minus(_ other: OnsetRefits) -> OnsetRefits {
    OnsetRefits(
      own: zip(own, other.own).map { $0 - $1 }, without: zip(without, other.without).map { $0 - $1 })
  }

  var mean: Double { Statistics.mean(own) ?? .nan }

  /// The larger of sd/√R of the runs' own onsets and of the jackknife's √((R − 1)/R Σ (· − mean)²); never
  /// below what the search can tell apart.
  var error: Double {
    let count = Double(without.count)
    let spread = (Statistics.standardDeviation(without) ?? 0) * (count - 1) / count.squareRoot()
    return max(Statistics.standardError(own) ?? 0, spread, JoinedSegments.resolution)
  }
}

extension JoinedSegments {
  /// The last joint of a curve that is known to have joints near these: the best on the grid, moved off it,
  /// for one; two are both moved within `width`.
  func onset(_ lineless: [Double], near joints: [Double], within width: Double) -> Double {
    guard joints.count == 1 else { return refined(joints, lineless, within: width).last ?? .nan }
    return refined([bestPlace(lineless, near: joints[0], within: width)], lineless, within: 0.1)[0]
  }
}
