import Elementary
import Random

/// The elastic and the inelastic phase of one curve: where S, changing fast at first, begins to settle (`elasticity.md` §5).
///
/// log₁₀ S is fitted over log₁₀ t by one line and by two joined segments of at least half a decade each; where S has not moved
/// before their joint, by three: waiting, change, rest. A bootstrap of the line's residuals says how often as many segments
/// would gain as much by chance.
public struct PhaseFit: Hashable, Sendable {
  public enum Outcome: String, Hashable, Sendable {
    /// S changes, then settles: there is an onset t*.
    case settles
    /// One line is as good, or S hardly moves.
    case none = "no phase change"
    /// S has changed, and goes on changing at the end.
    case changing = "still changing"
    /// Fewer than eight measurements, or less than a decade and a half.
    case tooShort = "too short"
  }

  public var outcome: Outcome
  /// t*, the joint of the two segments; nil without one.
  public var onset: Double?
  /// The share of bootstrap curves on which two segments gain as much.
  public var pValue: Double?
  /// Largest by smallest S up to the joint.
  public var moved: Double
  /// The steepest slope over half a decade before the joint and the slope after it, d log S / d log t.
  public var earlySlope: Double?
  public var lateSlope: Double?
  /// The median of S after the joint; of all S without one.
  public var level: Double
  /// Times at which S is a spike: a denominator that crosses zero. They are left out of the fit.
  public var spikes: [Double]
  /// How many measurements were fitted.
  public var count: Int

  static let level = 0.05
  static let leastMove = 1.5
  static let shareOfSlope = 0.25
  static let leastSegment = 0.5

  /// Fits one curve. Times at 0 and values that are not positive have no logarithm and are left out.
  ///
  /// - Parameters:
  ///   - draws: the bootstrap's; the same for every curve of one call.
  ///
  /// Cost: `replicates` · joints · (measurements + joints), with twenty joints a decade: a tenth of a second for six
  /// decades.
  public init(times: [Double], values: [Double], draws: RandomStream, replicates: Int = 499) {
    var points = zip(times, values).filter { $0 > 0 && $1 > 0 && $0.isFinite && $1.isFinite }
      .sorted { $0.0 < $1.0 }
    let spiky = PhaseFit.spikes(points.map { log10($0.1) })
    spikes = spiky.sorted().map { points[$0].0 }
    points = points.enumerated().filter { !spiky.contains($0.offset) }.map(\.element)
    count = points.count
    let all = points.map(\.1)
    level = PhaseFit.median(all)
    moved = (all.max() ?? 1) / (all.min() ?? 1)
    outcome = .none
    let curve = LogCurve(times: points.map(\.0), values: all)
    guard count >= 8, curve.length >= 3 * PhaseFit.leastSegment else {
      outcome = .tooShort
      return
    }
    if moved < PhaseFit.leastMove { return }
    let joints = Joints(curve.x, least: PhaseFit.leastSegment)
    guard let best = joints.best(curve.residuals) else { return }
    if accept(joints, best, curve, draws, replicates) { return }
    // S has waited before it changed: one more segment in front.
    if let waiting = joints.best(afterWaiting: curve.residuals) {
      _ = accept(joints, waiting, curve, draws, replicates)
    }
  }

  /// Takes segments joined at these places if they gain more than chance and S has moved before the last joint.
  private mutating func accept(
    _ joints: Joints, _ found: Joints.Found, _ curve: LogCurve, _ draws: RandomStream, _ replicates: Int
  ) -> Bool {
    let p = joints.pValue(curve.residuals, found, draws: draws, replicates: replicates)
    pValue = min(p, pValue ?? 1)
    if p >= PhaseFit.level { return false }
    let joint = joints.places[found.last]
    // The measurement after the joint belongs to both: a fall between two measurements is movement before it.
    let reached = curve.indices.first { curve.x[$0] >= joint - 1e-9 } ?? curve.x.count - 1
    let early = Array(curve.indices[...reached])
    let (before, after) = (early.map { curve.y[$0] }, curve.indices.filter { curve.x[$0] >= joint - 1e-9 })
    let movedBefore = pow(10, (before.max() ?? 0) - (before.min() ?? 0))
    if movedBefore < PhaseFit.leastMove { return false }
    let slopes = joints.slopes(curve, at: found)
    let steepest = max(curve.steepest(in: early, over: PhaseFit.leastSegment), abs(slopes.early))
    (pValue, earlySlope, lateSlope) = (p, steepest, slopes.late)
    moved = movedBefore
    onset = pow(10, joint)
    level = pow(10, PhaseFit.median(after.map { curve.y[$0] }))
    outcome = abs(slopes.late) < PhaseFit.shareOfSlope * steepest ? .settles : .changing
    return true
  }

  /// Values far above both neighbourhoods, at most two in a row: S = D(x')/D(x) where D(x) passes through zero.
  private static func spikes(_ logs: [Double]) -> Set<Int> {
    guard logs.count >= 8 else { return [] }
    let smooth = logs.indices.map { i in
      median(Array(logs[max(0, i - 3)...min(logs.count - 1, i + 3)]))
    }
    let gaps = zip(logs, smooth).map { $0 - $1 }
    // Six robust deviations, and at least a factor of 3.
    let bound = max(log10(3), 6 * 1.4826 * median(gaps.map(abs)))
    let high = Set(gaps.indices.filter { gaps[$0] > bound })
    return high.filter { i in !(high.contains(i - 1) && high.contains(i + 1)) }
  }

  static func median(_ values: [Double]) -> Double {
    let ordered = values.sorted()
    guard !ordered.isEmpty else { return .nan }
    let middle = ordered.count / 2
    return ordered.count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
  }
}

/// log S over log t, with the line through it.
private struct LogCurve {
  let x: [Double]
  let y: [Double]
  /// What the line leaves.
  let residuals: [Double]

  init(times: [Double], values: [Double]) {
    x = times.map { log10($0) }
    y = values.map { log10($0) }
    residuals = LogCurve.withoutLine(y, x)
  }

  var indices: Range<Int> { x.indices }
  var length: Double { (x.last ?? 0) - (x.first ?? 0) }

  /// What is left of `y` without its projection on constants and x.
  static func withoutLine(_ y: [Double], _ x: [Double]) -> [Double] {
    let (meanX, meanY, slope) = line(y, x)
    return y.indices.map { y[$0] - meanY - slope * (x[$0] - meanX) }
  }

  static func slope(_ y: [Double], _ x: [Double]) -> Double { line(y, x).slope }

  /// The line of least squares: its slope and the point that it goes through.
  private static func line(_ y: [Double], _ x: [Double]) -> (meanX: Double, meanY: Double, slope: Double) {
    let n = Double(max(y.count, 1))
    let (meanX, meanY) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    var (xx, xy) = (0.0, 0.0)
    for i in y.indices {
      xx += (x[i] - meanX) * (x[i] - meanX)
      xy += (x[i] - meanX) * (y[i] - meanY)
    }
    return (meanX, meanY, xx > 0 ? xy / xx : 0)
  }

  /// The largest absolute slope of a line through a window of this width.
  func steepest(in chosen: [Int], over width: Double) -> Double {
    chosen.map { first in
      let window = chosen.filter { x[$0] >= x[first] - 1e-9 && x[$0] <= x[first] + width + 1e-9 }
      guard let last = window.last, x[last] - x[first] >= width / 2 else { return 0 }
      return abs(LogCurve.slope(window.map { y[$0] }, window.map { x[$0] }))
    }.max() ?? 0
  }
}

/// The places at which segments can be joined, with what a joint there explains.
private struct Joints {
  /// log₁₀ t.
  let places: [Double]
  /// max(x − place, 0) without its line, of length 1.
  private let hinges: [[Double]]
  /// The inner products of the hinges.
  private let overlaps: [[Double]]
  private let x: [Double]

  /// The joint of two segments, or the two of three, and by which share of what then is left they gain.
  struct Found {
    var first: Int?
    var last: Int
    var gain: Double
  }

  init(_ x: [Double], least: Double) {
    self.x = x
    var (places, hinges): ([Double], [[Double]]) = ([], [])
    let (first, last) = (x.first ?? 0, x.last ?? 0)
    // Twenty a decade: finer than measurements are spaced.
    for step in 0...max(0, Int((last - first - 2 * least) * 20 + 1e-9)) {
      let place = first + least + Double(step) / 20
      guard place <= last - least + 1e-9, x.count(where: { $0 <= place }) >= 3,
        x.count(where: { $0 >= place }) >= 3
      else { continue }
      let hinge = LogCurve.withoutLine(x.map { max($0 - place, 0) }, x)
      let length = Joints.dot(hinge, hinge).squareRoot()
      if length < 1e-9 { continue }
      places.append(place)
      hinges.append(hinge.map { $0 / length })
    }
    (self.places, self.hinges) = (places, hinges)
    overlaps = hinges.map { a in hinges.map { Joints.dot(a, $0) } }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  /// The joint that leaves least of the line's residuals.
  func best(_ residuals: [Double]) -> Found? {
    let products = hinges.map { Joints.dot($0, residuals) }
    guard let place = products.indices.max(by: { abs(products[$0]) < abs(products[$1]) }) else { return nil }
    return found(nil, place, products[place] * products[place], residuals)
  }

  /// The two joints that leave least: a segment of waiting, one of change, one of rest.
  func best(afterWaiting residuals: [Double]) -> Found? {
    let products = hinges.map { Joints.dot($0, residuals) }
    var best: (first: Int, last: Int, explained: Double)?
    for first in places.indices {
      for last in places.indices.dropFirst(first + 2) {
        let overlap = overlaps[first][last]
        let rest = 1 - overlap * overlap
        if rest < 1e-9 { continue }
        let further = products[last] - overlap * products[first]
        let explained = products[first] * products[first] + further * further / rest
        if explained > best?.explained ?? -1 { best = (first, last, explained) }
      }
    }
    return best.map { found($0.first, $0.last, $0.explained, residuals) }
  }

  private func found(_ first: Int?, _ last: Int, _ explained: Double, _ residuals: [Double]) -> Found {
    let total = Joints.dot(residuals, residuals)
    return Found(first: first, last: last, gain: explained / max(total - explained, 1e-300))
  }

  /// How often residuals drawn again gain as much from as many joints.
  func pValue(_ residuals: [Double], _ found: Found, draws: RandomStream, replicates: Int) -> Double {
    var count = 1
    for replicate in 0..<replicates {
      var generator = draws.generator(UInt64(replicate))
      let drawn = LogCurve.withoutLine(
        residuals.map { _ in residuals[generator.integer(below: residuals.count)] }, x)
      let again = found.first == nil ? best(drawn) : best(afterWaiting: drawn)
      if let again, again.gain >= found.gain { count += 1 }
    }
    return Double(count) / Double(replicates + 1)
  }

  /// The slopes of the last two segments.
  func slopes(_ curve: LogCurve, at found: Found) -> (early: Double, late: Double) {
    func raw(_ place: Int) -> [Double] { curve.x.map { max($0 - places[place], 0) } }
    func length(_ place: Int) -> Double {
      let hinge = LogCurve.withoutLine(raw(place), curve.x)
      return Joints.dot(hinge, hinge).squareRoot()
    }
    let last = Joints.dot(hinges[found.last], curve.residuals)
    var (bendFirst, bendLast) = (0.0, last)
    if let first = found.first {
      // Least squares on two hinges of length 1.
      let overlap = overlaps[first][found.last]
      let product = Joints.dot(hinges[first], curve.residuals)
      bendFirst = (product - overlap * last) / (1 - overlap * overlap) / length(first)
      bendLast = (last - overlap * product) / (1 - overlap * overlap)
    }
    bendLast /= length(found.last)
    let bent = zip(raw(found.first ?? found.last), raw(found.last)).map { bendFirst * $0 + bendLast * $1 }
    let start = LogCurve.slope(zip(curve.y, bent).map { $0 - $1 }, curve.x)
    return (start + bendFirst, start + bendFirst + bendLast)
  }
}
