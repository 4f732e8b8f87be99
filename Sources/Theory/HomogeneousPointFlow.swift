import Elementary

/// The flow of Σ w_i^d x_i on one data point (x, y). All weights follow from one number s, ds/dt = −η d r(s):
///
///     d = 1:  w = w₀ + x s        d = 2:  w = w₀ e^{x s}        else  w = (w₀^{2−d} − (d − 2) x s)^{1/(2−d)}
///     r(s) = Σ w_i(s)^d x_i − y
///
/// d = 1 has s = (y − f₀)(1 − e^{−η‖x‖²t})/‖x‖², for any start; for the others `PointPath` has the state at
/// rest and the time of every s.
public struct HomogeneousPointFlow: GradientFlow {
  public let start: [Double]
  public let degree: Double
  public let point: [Double]
  public let target: Double
  public let rate: Double

  /// - Throws: `TheoryError` for sizes that do not agree and numbers out of range.
  public init(
    start: [Double], degree: Double, point: [Double], target: Double, rate: Double = 1
  ) throws(TheoryError) {
    try HomogeneousPredictor.check(start, degree: degree, rate: rate)
    try check("the point", point, count: start.count)
    try check("the target", [target])
    try checkPositive("the square of the point", dot(point, point))
    (self.start, self.degree, self.point, self.target, self.rate) = (start, degree, point, target, rate)
  }

  public var inputCount: Int { start.count }
  public var weightNames: [String] { start.indices.map { "w_\($0)" } }

  /// Cost: for d ≠ 1 some 10⁴ evaluations of all weights, and a hundred for each time.
  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    return try representable(degree == 1 ? linearStates(at: times) : pathStates(at: times))
  }

  private func linearStates(at times: [Double]) -> [FlowState] {
    let square = dot(point, point)
    let gap = target - dot(start, point)
    return times.map { time in
      let s = -gap * expm1(-rate * time * square) / square
      let left = gap * exp(-rate * time * square)
      return FlowState(time: time, weights: zip(start, point).map { $0 + $1 * s }, loss: left * left / 2)
    }
  }

  private func pathStates(at times: [Double]) throws(TheoryError) -> [FlowState] {
    let path = PointPath(start: start, degree: degree, point: point, target: target)
    guard path.firstGap.isFinite else { throw .overflow(time: 0) }
    if path.firstGap == 0 { return times.map { FlowState(time: $0, weights: start, loss: 0) } }
    let clock = FlowClock { path.pace(at: $0) / (rate * degree) }
    return zip(times, clock.places(at: times)).map { time, place in
      let (weights, gap) = path.state(at: place)
      return FlowState(
        time: time, weights: place == -.infinity ? start : weights, loss: gap * gap / 2)
    }
  }

  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    HomogeneousPredictor.response(weights, degree: degree, source: source.x, probe: probe.x)
  }

  public func responses(_ weights: [Double]) -> (LabelledPoint, LabelledPoint) -> Response {
    let slopes = HomogeneousPredictor.slopes(weights, degree: degree)
    return { HomogeneousPredictor.response(slopes: slopes, source: $0.x, probe: $1.x) }
  }
}
