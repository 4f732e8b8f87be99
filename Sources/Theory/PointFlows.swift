import Elementary

/// The flow of Σ w_i^d x_i on one data point (x, y). All weights follow from one number s, ds/dt = −η d r(s):
///
///     d = 1:  w = w₀ + x s        d = 2:  w = w₀ e^{x s}        else  w = (w₀^{2−d} − (d − 2) x s)^{1/(2−d)}
///     r(s) = Σ w_i(s)^d x_i − y
///
/// d = 1 has s = (y − f₀)(1 − e^{−η‖x‖²t})/‖x‖²; for the others the scalar equation is followed to 1e-13.
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

  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    let path: [Double]
    if degree == 1 {
      let square = dot(point, point)
      let gap = target - dot(start, point)
      path = times.map { -gap * expm1(-rate * square * $0) / square }
    } else {
      let terms = zip(start, point).reduce(abs(target)) { $0 + abs(pow($1.0, degree) * $1.1) }
      let equation = DormandPrince(
        slope: { state in [-rate * degree * residual(weights(state[0]))] },
        // Below this the residual is the rounding of its terms.
        isAtRest: { state in abs(residual(weights(state[0]))) <= 4e-16 * terms })
      path = try equation.states(from: [0], at: times).map { $0[0] }
    }
    return zip(times, path).map { time, s in
      let weights = weights(s)
      let residual = residual(weights)
      return FlowState(time: time, weights: weights, loss: residual * residual / 2)
    }
  }

  /// w(s). For d between 1 and 2 a weight that has fallen to 0 stays there.
  private func weights(_ s: Double) -> [Double] {
    zip(start, point).map { weight, x in
      if degree == 1 { return weight + x * s }
      if degree == 2 { return weight * exp(x * s) }
      let base = pow(weight, 2 - degree) - (degree - 2) * x * s
      return base > 0 ? pow(base, 1 / (2 - degree)) : degree < 2 ? 0 : .infinity
    }
  }

  private func residual(_ weights: [Double]) -> Double {
    zip(weights, point).reduce(-target) { $0 + (degree == 1 ? $1.0 : pow($1.0, degree)) * $1.1 }
  }

  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    HomogeneousPredictor.response(weights, degree: degree, source: source.x, probe: probe.x)
  }
}

/// A deep chain, f(x) = (Π_l a_l)(v·x), homogeneous of degree L + 1, on one data point (x, y). The vector moves along x
/// only, v = v₀ + x (u − u₀)/‖x‖² with u = v·x, so that L + 1 numbers describe the flow, with P = Π a_l and r = P u − y:
///
///     du/dt = −η r P ‖x‖²,   da_l/dt = −η r u Π_{m≠l} a_m;   a_l² − u²/‖x‖² is conserved for each l
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

  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    let square = dot(point, point)
    let first = dot(start, point)
    let equation = DormandPrince(
      slope: { state in
        let others = ChainFlow.productsWithoutOne(Array(state.dropFirst()))
        let product = others[0] * state[1]
        let push = -rate * (product * state[0] - target)
        return [push * product * square] + others.map { push * state[0] * $0 }
      },
      isAtRest: { state in
        let output = state.reduce(1, *)
        return abs(output - target) <= 4e-16 * (abs(output) + abs(target))
      })
    let path = try equation.states(from: [first] + factors, at: times)
    return zip(times, path).map { time, state in
      let moved = (state[0] - first) / square
      let residual = state.reduce(1, *) - target
      return FlowState(
        time: time, weights: state.dropFirst() + zip(start, point).map { $0 + moved * $1 },
        loss: residual * residual / 2)
    }
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
