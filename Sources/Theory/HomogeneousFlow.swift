import Glibc

/// The flow of Σ w_i^d x_i on an orthogonal design, loss ½ Σ s_i (β_i − β*_i)² with β = w^d, which leaves every weight alone:
///
///     dβ/dt = −η d² s β^{2−2/d} (β − β*)
///     d = 1:   β = β* + (β₀ − β*) e^{−ηst}, for any start
///     β* = 0:  w = w₀ (1 + (2d − 2) d η s w₀^{2d−2} t)^{−1/(2d−2)}
///     d = 2:   β*/β = 1 + (β*/β₀ − 1) e^{−4ηsβ*t}
///     else an incomplete beta (hypergeometric) function of β/β* grows linearly in t and is inverted by bisection.
///
/// A feature with s = 0 leaves its weight where it began. All is done in ln β, which neither overflows nor rounds to 0.
public struct HomogeneousFlow: GradientFlow {
  public let start: [Double]
  public let degree: Double
  /// β*.
  public let optimum: [Double]
  /// s, the second moments of the features.
  public let moments: [Double]
  public let rate: Double

  /// - Parameters:
  ///   - start: w(0), positive; any for d = 1.
  ///   - moments: s, not negative; nil for 1 everywhere.
  /// - Throws: `TheoryError` for sizes that do not agree and numbers out of range.
  public init(
    start: [Double], degree: Double, optimum: [Double], moments: [Double]? = nil, rate: Double = 1
  ) throws(TheoryError) {
    try HomogeneousPredictor.check(start, degree: degree, rate: rate)
    try check("the optimum", optimum)
    try check("the start", start, count: optimum.count)
    let moments = moments ?? [Double](repeating: 1, count: start.count)
    try check("the moments", moments, count: start.count)
    for moment in moments where moment < 0 {
      throw .invalid(what: "a moment", value: moment, reason: "second moments are 0 or more")
    }
    (self.start, self.degree, self.optimum) = (start, degree, optimum)
    (self.moments, self.rate) = (moments, rate)
  }

  public var inputCount: Int { start.count }
  public var weightNames: [String] { start.indices.map { "w_\($0)" } }

  /// Cost: for another d than 1 and 2 about 5000 operations a weight and time.
  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    var states = times.map { FlowState(time: $0, weights: [], loss: 0) }
    for i in start.indices {
      let path = path(of: i)
      for (place, time) in times.enumerated() {
        let (weight, gap) = path(time)
        states[place].weights.append(weight)
        if moments[i] > 0 { states[place].loss += moments[i] * gap * gap / 2 }
      }
    }
    return try representable(states)
  }

  /// w_i and β_i − β*_i, without cancellation, as functions of time.
  private func path(of i: Int) -> (Double) -> (weight: Double, gap: Double) {
    let (first, goal, pace) = (start[i], optimum[i], rate * moments[i])
    if degree == 1 {
      return { time in
        let gap = time == 0 || pace == 0 ? first - goal : (first - goal) * exp(-pace * time)
        // From the nearer end.
        return (gap == first - goal ? first : goal + gap, gap)
      }
    }
    let gap = pow(first, degree) - goal
    if pace == 0 || gap == 0 || goal > 0 && degree * log(first) == log(goal) { return { _ in (first, gap) } }
    let moving = goal == 0 ? fall(from: first, pace) : approach(from: first, to: goal, pace)
    return { $0 == 0 ? (first, gap) : moving($0) }
  }

  /// β* = 0: a power law.
  private func fall(from first: Double, _ pace: Double) -> (Double) -> (weight: Double, gap: Double) {
    let power = 2 * degree - 2
    let speed = log(power) + log(degree * pace) + power * log(first)
    return { [degree] time in
      let weight = exp(log(first) - softplus(speed + log(time)) / power)
      return (weight, pow(weight, degree))
    }
  }

  /// β* ≠ 0, as ln x(t) with x = β/|β*|.
  private func approach(
    from first: Double, to goal: Double, _ pace: Double
  ) -> (Double) -> (weight: Double, gap: Double) {
    let (degree, size) = (degree, abs(goal))
    let ratio = degree * log(first) - log(size)
    let weight = { (ratio: Double) in exp((log(size) + ratio) / degree) }
    // τ = η d² s |β*|^{2−2/d} t
    let speed = pace * degree * degree * pow(size, 2 - 2 / degree)
    if goal < 0 {
      // p = x/(1 + x) falls to 0; for d < 2 in finite time, for d = 2 as e^{−τ}.
      let integral = IncompleteBeta(a: 2 / degree - 1, c: 2 - 2 / degree)
      return { time in
        let now =
          degree == 2
          ? ratio - speed * time - softplus(ratio + log(-expm1(-speed * time)))
          : integral.inverse(from: ratio, growth: -speed * time)
        return (weight(now), size * exp(now) + size)
      }
    }
    if degree == 2 {
      return { time in
        // x = 1/D, D = 1 + (1/x₀ − 1) e^{−τ} as a sum of positive terms.
        let decay = -speed * time
        let divisor = exp(decay - ratio) - expm1(decay)
        let now = divisor.isFinite ? -log(divisor) : ratio - decay
        let gap = now < -1 ? expm1(now) : -expm1(-ratio) * exp(decay) / divisor
        return (weight(now), size * gap)
      }
    }
    if ratio < 0 {
      let integral = IncompleteBeta(a: 2 / degree - 1, c: 0)
      let start = ratio - log(-expm1(ratio))
      return { time in
        let logit = integral.inverse(from: start, growth: speed * time)
        return (weight(-softplus(-logit)), -size / (1 + exp(logit)))
      }
    }
    // From above: u = 1/x grows to 1, and u/(1 − u) = 1/(x − 1).
    let integral = IncompleteBeta(a: 2 - 2 / degree, c: 0)
    let start = -ratio - log(-expm1(-ratio))
    return { time in
      let logit = integral.inverse(from: start, growth: speed * time)
      return (weight(softplus(-logit)), size * exp(-logit))
    }
  }

  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    HomogeneousPredictor.response(weights, degree: degree, source: source.x, probe: probe.x)
  }
}
