import Elementary

/// One ReLU gate, f(x) = max(0, w·x), with the loss ½ (f − y)² (Lemma 4.3).
public enum ReLUGate {
  /// The change at the source and at the probe by one step of size η on (x, y), exactly:
  ///
  ///     w⁺ = w + η r 1[w·x > 0] x,  r = y − f(x),
  ///     D(x') = max(a' + η r g, 0) − max(a', 0),  a' = w·x', g = x·x'
  ///
  /// Both are 0 where the gate is closed at x, and S is then not defined.
  ///
  /// - Precondition: three vectors of one length.
  public static func step(
    weights: [Double], source x: [Double], target y: Double, probe: [Double], learningRate: Double
  ) -> Response {
    let (a, b) = (dot(weights, x), dot(weights, probe))
    guard a > 0 else { return Response(source: 0, probe: 0, scale: 1) }
    let push = learningRate * (y - a)
    let own = change(a, by: push * dot(x, x))
    return Response(source: abs(own), probe: change(b, by: push * dot(x, probe)), scale: abs(own))
  }

  /// max(a + d, 0) − max(a, 0) without cancellation where the gate stays open.
  private static func change(_ a: Double, by d: Double) -> Double {
    if a > 0 { return a + d > 0 ? d : -a }
    return max(a + d, 0)
  }

  /// The limit of small steps: S = 1[a' > 0] |g| / ‖x‖², for an open gate at x.
  ///
  /// - Parameter rounding: how far each weight may be off, beside its own last places.
  public static func response(
    _ weights: [Double], source x: [Double], probe: [Double], rounding: Double = 0
  ) -> Response {
    guard isOpen(weights, x, rounding) else { return Response(source: 0, probe: 0, scale: 1) }
    let square = dot(x, x)
    return Response(
      source: square, probe: isOpen(weights, probe, rounding) ? dot(x, probe) : 0, scale: square)
  }

  /// w·x > 0. On the hyperplane, where only rounding gives w·x a sign, the gate counts as closed.
  private static func isOpen(_ weights: [Double], _ x: [Double], _ rounding: Double) -> Bool {
    let bound = zip(weights, x).reduce(0) { $0 + (4 * .ulpOfOne * abs($1.0) + rounding) * abs($1.1) }
    return dot(weights, x) > bound
  }
}

/// The flow of a gate on one point (x, y): while it is open, with q = ‖x‖² and a₀ = w₀·x > 0,
///
///     w(t) = w₀ + (x/q)(y − a₀)(1 − e^{−ηqt})
///
/// For y < 0 it closes at t* = ln((a₀ − y)/(−y)) / (ηq) and rests there; a closed gate never moves.
public struct ReLUGateFlow: GradientFlow {
  public let start: [Double]
  public let point: [Double]
  public let target: Double
  public let rate: Double

  /// - Throws: `TheoryError` for sizes that do not agree, a point at 0, numbers that are not finite.
  public init(start: [Double], point: [Double], target: Double, rate: Double = 1) throws(TheoryError) {
    try check("the point", point)
    try check("the start", start, count: point.count)
    try check("the target", [target])
    try checkPositive("the rate", rate)
    try checkPositive("the square of the point", dot(point, point))
    (self.start, self.point, self.target, self.rate) = (start, point, target, rate)
  }

  public var inputCount: Int { start.count }
  public var weightNames: [String] { start.indices.map { "w_\($0)" } }

  /// When the gate closes at its point; nil if it stays open, 0 if it is closed from the start.
  public var closingTime: Double? {
    let a = dot(start, point)
    if a <= 0 { return 0 }
    if target >= 0 { return nil }
    return log1p(a / -target) / (rate * dot(point, point))
  }

  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    let square = dot(point, point)
    let a = dot(start, point)
    return try representable(
      times.map { time in
        if let closing = closingTime, time >= closing {
          // At rest on the hyperplane w·x = 0, or where it started if it never was open.
          let shift = a > 0 ? -a / square : 0
          let weights = zip(start, point).map { $0 + $1 * shift }
          return FlowState(time: time, weights: weights, loss: target * target / 2)
        }
        let done = -expm1(-rate * time * square)
        let weights = zip(start, point).map { $0 + $1 * ((target - a) * done / square) }
        let residual = (a - target) * exp(-rate * time * square)
        return FlowState(time: time, weights: weights, loss: residual * residual / 2)
      })
  }

  /// S is 0/0 once the gate has closed at the source. What the flow has taken off the start leaves the
  /// rounding of the start.
  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    let largest = start.map(abs).max() ?? 0
    return ReLUGate.response(
      weights, source: source.x, probe: probe.x, rounding: weights == start ? 0 : 4 * .ulpOfOne * largest)
  }
}

func norm(_ x: [Double]) -> Double { dot(x, x).squareRoot() }
