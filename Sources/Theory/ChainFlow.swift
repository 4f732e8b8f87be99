import Elementary

/// A deep chain, f(x) = (Π_l a_l)(v·x), homogeneous of degree L + 1, on one data point (x, y). The vector
/// moves along x only, v = v₀ + x (U − U₀)/‖x‖ with U = v·x/‖x‖, so that the L + 1 numbers U, a_1, …, a_L
/// describe the flow (`ChainPath`).
public struct ChainFlow: GradientFlow {
  /// a_l(0).
  public let factors: [Double]
  /// v(0).
  public let start: [Double]
  public let point: [Double]
  public let target: Double
  public let rate: Double

  /// - Throws: `TheoryError` for sizes that do not agree, no factors, numbers that are not finite.
  public init(
    factors: [Double], start: [Double], point: [Double], target: Double, rate: Double = 1
  ) throws(TheoryError) {
    guard !factors.isEmpty else { throw .tooFew(what: "factors", least: 1, found: 0) }
    try check("the factors", factors)
    try check("the point", point)
    try check("the start", start, count: point.count)
    try check("the target", [target])
    try checkPositive("the square of the point", dot(point, point))
    try checkPositive("the rate", rate)
    (self.factors, self.start, self.point, self.target, self.rate) = (factors, start, point, target, rate)
  }

  public var inputCount: Int { start.count }
  /// a_0, a_1, …, then v_0, v_1, …
  public var weightNames: [String] { factors.indices.map { "a_\($0)" } + start.indices.map { "v_\($0)" } }

  /// Cost: some 10⁴ evaluations of all factors, and a hundred for each time.
  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    let length = norm(point)
    let terms = zip(start, point).reduce(0) { $0 + abs($1.0 * $1.1) } / length
    let first = dot(start, point) / length
    let path = ChainPath(
      values: [first] + factors, rounding: 4 * Double.ulpOfOne * terms, length: length, target: target)
    guard path.firstGap.isFinite else { throw .overflow(time: 0) }
    if path.isAtRest {
      let loss = path.firstGap * path.firstGap / 2
      return try representable(times.map { FlowState(time: $0, weights: factors + start, loss: loss) })
    }
    let clock = FlowClock { path.pace(at: $0) / (rate * length) }
    return try representable(
      zip(times, clock.places(at: times)).map { time, place in
        let (values, gap) = path.state(at: place)
        let moved = (values[0] - first) / length
        let weights = Array(values.dropFirst()) + zip(start, point).map { $0 + moved * $1 }
        return FlowState(
          time: time, weights: place == -.infinity ? factors + start : weights, loss: gap * gap / 2)
      })
  }

  /// Π_{m≠l} a_m for each l.
  static func productsWithoutOne(_ factors: [Double]) -> [Double] {
    factors.indices.map { left in
      factors.indices.reduce(1) { $1 == left ? $0 : $0 * factors[$1] }
    }
  }

  /// K(x, x') = P² x·x' + (v·x)(v·x') Σ_l Π_{m≠l} a_m².
  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    let factors = Array(weights.prefix(factors.count))
    let v = Array(weights.dropFirst(factors.count))
    let square = factors.reduce(1) { $0 * $1 * $1 }
    let others = ChainFlow.productsWithoutOne(factors).reduce(0) { $0 + $1 * $1 }
    let (own, other) = (dot(v, source.x), dot(v, probe.x))
    let kernel = square * dot(source.x, source.x) + own * own * others
    return Response(
      source: kernel, probe: square * dot(source.x, probe.x) + own * other * others, scale: kernel)
  }
}
