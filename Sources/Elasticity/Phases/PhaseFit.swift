import Elementary
import Random
import Tables

/// The elastic and the inelastic phase of one curve: where S, changing fast at first, begins to settle
/// (`elasticity.md` §5).
///
/// ln S is fitted over log₁₀ t by one line and by two or three joined segments. Whether these gain more than
/// noise is read off curves of AR(1) noise, as loud at each place as the residuals and correlated as much as
/// they may be (an upper bound: Berger and Boos 1994). It settles only where an upper bound of the late slope
/// is below a quarter of the slope before (two one-sided tests: Schuirmann 1987). The constants are those of
/// `uncertainty.md` §2.1, and its tables say what holds.
public struct PhaseFit: Hashable, Sendable {
  public private(set) var outcome = PhaseOutcome.tooShort
  /// What limits the outcome.
  public private(set) var remarks: [PhaseRemark] = []
  /// t*, the last joint; nil unless S settles.
  public var onset: Double? { outcome == .settles ? joints.last.map { exp($0 * log(10)) } : nil }
  /// An upper value of the share of noise curves on which segments gain as much.
  public private(set) var pValue: Double?
  /// The lag-1 correlation of the noise, corrected for what the segments take out of it.
  public private(set) var correlation: Double?
  /// Largest by smallest S of the fitted line up to the last joint; over all times where it moves after that
  /// alone, and of one line.
  public private(set) var moved: Double?
  /// The slopes of the last two segments, d log S / d log t.
  public private(set) var earlySlope: Double?
  public private(set) var lateSlope: Double?
  /// The median of S after the last joint; of all S without one.
  public private(set) var level: Double
  /// Times at which S is a spike: a denominator that crosses zero. They are left out of the fit.
  public let spikes: [Double]
  /// How many measurements were fitted, and how many have no logarithm or stand at times that not every run
  /// has.
  public let count: Int
  public let leftOut: Int

  /// log₁₀ of the joints.
  private(set) var joints: [Double] = []
  /// How loud the noise is at each measurement.
  private(set) var loudness: [Double] = []
  /// There is no noise.
  private(set) var isExact = false

  public static let leastMove = 1.5
  private static let significance = 0.05
  private static let shareOfSlope = 0.25
  /// Three segments in place of two need this much of a gain of the second joint.
  private static let significanceOfSecond = 0.01
  /// What four slopes and levels and two joints take of the measurements.
  static let parameters = 6.0
  /// Below this many measurements a drop by 3 is found only where noise is below 5 %.
  private static let countOfPower = 13

  /// Fits one curve. Times at 0 and values that are not positive have no logarithm and are left out, in any
  /// order.
  ///
  /// - Parameters:
  ///   - seed: that of the noise curves (stream `bootstrap`).
  ///   - isExact: the curve has no noise (a closed form): nothing is compared with noise, and the slopes decide.
  ///
  /// Cost: 13 · 999 scans of N · joints + pairs of joints: 0.1 s for 41 measurements over four decades.
  public init(times: [Double], values: [Double], seed: Seed, isExact: Bool = false) {
    let curve = PhaseCurve([RunCurve(times: times, values: values)])
    self.init(
      curve, PhaseFit.isLongEnough(curve) ? NoiseCalibration(curve.x, seed: seed) : nil, isExact: isExact)
  }

  /// Whether a curve is calibrated and fitted at all.
  static func isLongEnough(_ curve: PhaseCurve) -> Bool {
    curve.x.count >= PhaseCurve.leastCount && curve.decades >= PhaseCurve.leastDecades - 1e-9
  }

  /// - Parameter calibration: that of the curve's times; nil where the curve is too short.
  init(_ curve: PhaseCurve, _ calibration: NoiseCalibration?, isExact: Bool = false) {
    (spikes, count, leftOut) = (curve.spikes, curve.x.count, curve.leftOut)
    level = exp(Statistics.median(curve.y) ?? .nan)
    guard let calibration, !calibration.segments.places.isEmpty else {
      refuse(curve)
      return
    }
    judge(curve, calibration, isExact: isExact)
  }

  /// The outcome of a curve that cannot be fitted.
  private mutating func refuse(_ curve: PhaseCurve) {
    if curve.unshared > 0 {
      outcome = .apart
      remarks = [.fewShared(count, runs: curve.runs.count)]
    } else if count < PhaseCurve.leastCount {
      remarks = [.fewMeasurements(count)]
    } else {
      remarks = [curve.decades < PhaseCurve.leastDecades - 1e-9 ? .fewDecades(curve.decades) : .noRoom]
    }
  }

  private mutating func judge(_ curve: PhaseCurve, _ calibration: NoiseCalibration, isExact: Bool) {
    let segments = calibration.segments
    let (lineless, scan, loudness, lag) = segments.noise(of: curve.y)
    self.loudness = loudness
    outcome = .none
    let line = SegmentLine(curve.x, curve.y, joints: [])
    moved = exp(abs(line.slopes[0]) * curve.decades)
    let size = curve.y.reduce(1) { $0 + $1 * $1 }
    // What rounding leaves of a line is no noise to be judged.
    if scan.total <= 1e-24 * size {
      (pValue, remarks) = (1, [.oneLine])
      return
    }
    guard let wanted = isExact ? exactly(scan) : compare(scan, lag, calibration) else { return }
    guard let line = Self.line(curve, segments, lineless, scan, wanted) else {
      remarks.insert(.noSteepMiddle, at: 0)
      return
    }
    let before = Self.factor(line.knots.dropLast())
    // What changes after the last joint alone has not settled, but it has changed.
    let move = before < Self.leastMove ? Self.factor(line.knots[...]) : before
    moved = move
    if move < Self.leastMove {
      remarks = [.smallMove(move)]
      return
    }
    joints = line.joints
    let after = curve.x.indices.filter { curve.x[$0] >= (joints.last ?? 0) - 1e-9 }
    level = exp(Statistics.median(after.map { curve.y[$0] }) ?? .nan)
    // Slopes over ln t.
    (earlySlope, lateSlope) = (line.early / log(10), line.late / log(10))
    let ending = ending(of: line, correlation: min(correlation ?? 0, 0.98))
    outcome = ending == .settles && before < Self.leastMove ? .unclear : ending
  }

  /// Largest by smallest S between some knots of ln S.
  private static func factor(_ knots: ArraySlice<Double>) -> Double {
    exp((knots.max() ?? 0) - (knots.min() ?? 0))
  }

  /// Whether two segments are enough, and whether three are better than these.
  private typealias Wanted = (two: Bool, three: Bool)

  /// What AR(1) noise says; nil where one line is as good.
  private mutating func compare(
    _ scan: JoinedSegments.Scan, _ lag: Double, _ calibration: NoiseCalibration
  ) -> Wanted? {
    let upper = calibration.upperCorrelation(lag)
    let correlation = calibration.medianCorrelation(lag)
    let shares = calibration.shares(scan, upperCorrelation: upper, loudness: loudness)
    let hasPairs = scan.pair != nil
    let p = hasPairs ? min(1, 2 * min(shares.one, shares.two)) : shares.one
    (pValue, self.correlation) = (p, correlation)
    if p >= Self.significance { remarks.append(.oneLine) }
    if upper > 0.9 { remarks.append(.correlated(correlation)) }
    if count < Self.countOfPower { remarks.append(.littlePower(count)) }
    if p >= Self.significance { return nil }
    let isEnough = shares.one < (hasPairs ? Self.significance / 2 : Self.significance)
    return (isEnough, shares.second < Self.significanceOfSecond)
  }

  /// Of a curve without noise three segments are better where the second joint explains most of what one
  /// leaves.
  private mutating func exactly(_ scan: JoinedSegments.Scan) -> Wanted? {
    loudness = loudness.map { _ in 0 }
    isExact = true
    return (true, scan.gainOfSecond > 1)
  }

  /// Two or three joined segments: three where two are not enough or three are better, and where the middle
  /// one is the steepest: waiting, change, rest. Nil where it is not and two are not enough.
  private static func line(
    _ curve: PhaseCurve, _ segments: JoinedSegments, _ lineless: [Double], _ scan: JoinedSegments.Scan,
    _ wanted: Wanted
  ) -> SegmentLine? {
    func refined(_ places: [Int]) -> SegmentLine {
      let joints = segments.refined(places.map { segments.places[$0] }, lineless, within: 0.1)
      return SegmentLine(curve.x, curve.y, joints: joints)
    }
    if let number = scan.pair, !wanted.two || wanted.three {
      let pair = segments.pairs[number]
      let three = refined([pair.first, pair.last])
      let steepness = three.slopes.map(abs)
      if steepness[1] >= steepness[0], steepness[1] >= steepness[2] { return three }
    }
    return wanted.two ? refined([scan.place]) : nil
  }

  /// Whether the late slope is small beside the early one, with 95 % certainty, or is not.
  private func ending(of line: SegmentLine, correlation: Double) -> PhaseOutcome {
    let freedom = max(Double(count) - Self.parameters, 1)
    let scale = (Double(count) / freedom).squareRoot()
    let scatter = loudness.map { $0 * scale }
    let quantile = StudentT.quantile(0.95, freedom: max(freedom, 3))
    let (early, late) = (line.early, line.late)
    let share = early < 0 ? -Self.shareOfSlope : Self.shareOfSlope
    /// sign · late − |early|/4 and how far it may be from the truth.
    func excess(_ sign: Double) -> (value: Double, error: Double) {
      var weights = [Double](repeating: 0, count: line.slopes.count)
      weights[weights.count - 2] = -share
      weights[weights.count - 1] = sign
      let error = line.standardError(ofSlopes: weights, loudness: scatter, correlation: correlation)
      return (sign * late - share * early, quantile * error)
    }
    let (rising, falling) = (excess(1), excess(-1))
    if max(rising.value + rising.error, falling.value + falling.error) < 0 { return .settles }
    let same = late < 0 ? falling : rising
    return same.value - same.error > 0 ? .changing : .unclear
  }
}
