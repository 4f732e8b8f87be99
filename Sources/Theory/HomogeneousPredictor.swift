import Elementary

/// A predictor that is linear in the features and homogeneous of degree d ≥ 1 in the weights, f(x) = Σ_i w_i^d x_i, w > 0
/// (Theorems 5.1–5.3).
public enum HomogeneousPredictor {
  /// The limit of small steps: S = |Σ w^{2d−2} x x'| / Σ w^{2d−2} x². Depends on the direction of w only.
  ///
  /// - Precondition: three vectors of one length.
  public static func response(
    _ weights: [Double], degree: Double, source: [Double], probe: [Double]
  ) -> Response {
    // Relative to the largest weight: powers would underflow for small weights, and S does not see a common factor.
    let largest = weights.max() ?? 1
    var (own, other) = (0.0, 0.0)
    for (i, weight) in weights.enumerated() {
      let slope = degree == 1 ? 1 : pow(weight / largest, 2 * degree - 2)
      own += slope * source[i] * source[i]
      other += slope * source[i] * probe[i]
    }
    return Response(source: own, probe: other, scale: own)
  }

  /// One step of size η on (x, y), exactly: Δf(X) = Σ X_i [(w_i − η d r w_i^{d−1} x_i)^d − w_i^d], r = f(x) − y.
  ///
  /// S is not defined (NaN) where a step makes a weight negative and d is not a whole number.
  public static func step(
    _ weights: [Double], degree: Double, source: [Double], target: Double, probe: [Double],
    learningRate: Double
  ) -> Response {
    let residual = zip(weights, source).reduce(-target) { $0 + pow($1.0, degree) * $1.1 }
    var (own, other, scale) = (0.0, 0.0, 0.0)
    for (i, weight) in weights.enumerated() {
      let change = -learningRate * degree * residual * pow(weight, degree - 1) * source[i]
      let ratio = change / weight
      // w^d ((1 + ε)^d − 1), by expm1 while 1 + ε is positive: nothing cancels for a small step.
      let moved =
        ratio > -1
        ? pow(weight, degree) * expm1(degree * log1p(ratio))
        : pow(weight + change, degree) - pow(weight, degree)
      own += source[i] * moved
      other += probe[i] * moved
      scale += abs(source[i] * moved)
    }
    return Response(source: abs(own), probe: other, scale: scale)
  }

  static func check(_ start: [Double], degree: Double, rate: Double) throws(TheoryError) {
    guard degree >= 1, degree.isFinite, degree <= 100 else {
      throw .invalid(what: "the degree", value: degree, reason: "degrees are 1 to 100")
    }
    guard !start.isEmpty else { throw .tooFew(what: "weights", least: 1, found: 0) }
    for weight in start where !(weight > 0 && weight.isFinite) {
      throw .invalid(what: "a start weight", value: weight, reason: "weights start above 0")
    }
    try checkPositive("the rate", rate)
  }
}

/// The flow on an orthogonal design, loss ½ Σ s_i (β_i − β*_i)² with β = w^d, which leaves every weight alone:
///
///     dβ/dt = −η d² s β^{2−2/d} (β − β*)
///     d = 1:   β = β* + (β₀ − β*) e^{−ηst}
///     d = 2:   β = β* / (1 + (β*/β₀ − 1) e^{−4ηsβ*t}),   β* = 0: β₀/(1 + 4ηsβ₀t)
///     else an incomplete beta (hypergeometric) function of β/β* grows linearly in t and is inverted by bisection.
public struct HomogeneousFlow: GradientFlow {
  public let start: [Double]
  public let degree: Double
  /// β*.
  public let optimum: [Double]
  /// s, the second moments of the features.
  public let moments: [Double]
  public let rate: Double

  /// - Parameters:
  ///   - start: w(0), positive.
  ///   - moments: s, positive; nil for 1 everywhere.
  /// - Throws: `TheoryError` for sizes that do not agree and numbers out of range.
  public init(
    start: [Double], degree: Double, optimum: [Double], moments: [Double]? = nil, rate: Double = 1
  ) throws(TheoryError) {
    try HomogeneousPredictor.check(start, degree: degree, rate: rate)
    try Theory.check("the optimum", optimum)
    try Theory.check("the start", start, count: optimum.count)
    let moments = moments ?? [Double](repeating: 1, count: start.count)
    try Theory.check("the moments", moments, count: start.count)
    for moment in moments { try checkPositive("a moment", moment) }
    (self.start, self.degree, self.optimum) = (start, degree, optimum)
    (self.moments, self.rate) = (moments, rate)
  }

  public var inputCount: Int { start.count }
  public var weightNames: [String] { start.indices.map { "w_\($0)" } }

  /// Cost: for another d than 1 and 2 about 5000 operations a weight and time.
  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try Theory.check(times: times)
    var states = times.map { FlowState(time: $0, weights: [], loss: 0) }
    for i in start.indices {
      let path = path(i, at: times)
      for (place, beta) in path.enumerated() {
        let weight = degree == 1 ? beta.value : pow(beta.value, 1 / degree)
        states[place].weights.append(weight)
        states[place].loss += moments[i] * beta.gap * beta.gap / 2
      }
    }
    return states
  }

  /// β_i(t), and β_i(t) − β*_i without cancellation.
  private func path(_ i: Int, at times: [Double]) -> [(value: Double, gap: Double)] {
    let beta = pow(start[i], degree)
    let goal = optimum[i]
    let pace = rate * moments[i]
    if degree == 1 || beta == goal {
      return times.map { time in
        let gap = (start[i] - goal) * exp(-pace * time)
        return (beta == goal ? beta : goal + gap, beta == goal ? 0 : gap)
      }
    }
    if goal == 0 {
      let power = 2 * degree - 2
      return times.map { time in
        let value = pow(pow(start[i], -power) + power * degree * pace * time, -degree / power)
        return (value, value)
      }
    }
    if degree == 2 {
      return times.map { time in
        // With ε = e^{−4ηsβ*t}: β − β* = −β* (β*/β₀ − 1) ε / (1 + (β*/β₀ − 1) ε); for β* < 0 divided by ε first.
        let shift = goal / beta - 1
        let decay = exp(-4 * pace * abs(goal) * time)
        if goal < 0 {
          let value = goal * decay / (decay + shift)
          return (value, value - goal)
        }
        return (goal / (1 + shift * decay), -goal * shift * decay / (1 + shift * decay))
      }
    }
    return betaPath(beta, goal: goal, pace: pace, at: times)
  }

  /// Any degree: with x = β/|β*| and τ = η d² s |β*|^{2−2/d} t one of three forms of ∫ x^{2/d−2} dx/(x ∓ 1) is linear in τ.
  private func betaPath(
    _ beta: Double, goal: Double, pace: Double, at times: [Double]
  ) -> [(value: Double, gap: Double)] {
    let size = abs(goal)
    let low = 2 / degree - 1
    let high = 2 - 2 / degree
    let speed = pace * degree * degree * pow(size, high)
    let x = beta / size
    if goal < 0 {
      // p = x/(1 + x) falls to 0; for d < 2 in finite time.
      let integral = IncompleteBeta(a: low, c: high)
      return times.map { time in
        let logit = integral.inverse(from: log(x), growth: -speed * time)
        let value = size * exp(logit)
        return (value, value - goal)
      }
    }
    if x < 1 {
      let integral = IncompleteBeta(a: low, c: 0)
      let first = log(x) - log1p(-x)
      return times.map { time in
        let logit = integral.inverse(from: first, growth: speed * time)
        return (size / (1 + exp(-logit)), -size / (1 + exp(logit)))
      }
    }
    // From above: u = 1/x grows to 1, and u/(1 − u) = 1/(x − 1).
    let integral = IncompleteBeta(a: high, c: 0)
    let first = -log(x - 1)
    return times.map { time in
      let logit = integral.inverse(from: first, growth: speed * time)
      return (size * (1 + exp(-logit)), size * exp(-logit))
    }
  }

  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    HomogeneousPredictor.response(weights, degree: degree, source: source.x, probe: probe.x)
  }
}
