import Elementary

/// The flow of Σ w_i^d x_i on an orthogonal design, loss ½ Σ s_i (β_i − β*_i)² with β = w^d, which leaves
/// every weight alone:
///
///     dβ/dt = −η d² s β^{2−2/d} (β − β*)
///     d = 1:   β = β* + (β₀ − β*) e^{−ηst}, for any start
///     β* = 0:  w = w₀ (1 + (2d − 2) d η s w₀^{2d−2} t)^{−1/(2d−2)}
///     d = 2:   β*/β = 1 + (β*/β₀ − 1) e^{−4ηsβ*t}
///     else each weight has the flow on one data point x = 1, y = β* (`PointPath`)
///
/// A feature with s = 0 leaves its weight where it began. All is done in ln w, which neither overflows nor
/// rounds to 0.
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

  /// Cost: for another d than 1 and 2 some 10⁴ operations for each weight with a start, optimum and moment of
  /// its own, and a hundred for each time.
  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    var states = times.map { FlowState(time: $0, weights: [], loss: 0) }
    var known: [[Double]: [Place]] = [:]
    for i in start.indices {
      let problem = [start[i], optimum[i], moments[i]]
      let places = known[problem] ?? path(from: start[i], to: optimum[i], rate * moments[i], at: times)
      known[problem] = places
      for (index, place) in places.enumerated() {
        states[index].weights.append(place.weight)
        if moments[i] > 0 { states[index].loss += moments[i] * place.gap * place.gap / 2 }
      }
    }
    return try representable(states)
  }

  /// A weight and |β − β*|, without cancellation.
  private typealias Place = (weight: Double, gap: Double)

  private func path(from first: Double, to goal: Double, _ pace: Double, at times: [Double]) -> [Place] {
    if degree == 1 {
      return times.map { time in
        let exponent = pace == 0 || time == 0 ? 0 : -pace * time
        let gap = (first - goal) * exp(exponent)
        // From the nearer end.
        return (exponent > -0.5 ? first + (first - goal) * expm1(exponent) : goal + gap, gap)
      }
    }
    let gap = pow(first, degree) - goal
    if pace == 0 || gap == 0 { return times.map { _ in (first, gap) } }
    let moved =
      if goal == 0 {
        times.map { fall(from: first, pace, $0) }
      } else if degree == 2 {
        times.map { square(from: first, to: goal, pace, $0) }
      } else {
        other(from: first, to: goal, pace, at: times)
      }
    return zip(times, moved).map { $0 == 0 ? (first, gap) : $1 }
  }

  /// β* = 0: a power law.
  private func fall(from first: Double, _ pace: Double, _ time: Double) -> Place {
    let power = 2 * degree - 2
    let growth = log(power) + log(degree * pace) + power * log(first) + log(time)
    let weight = exp(log(first) - softplus(growth) / power)
    return (weight, pow(weight, degree))
  }

  /// d = 2, β* ≠ 0: ln x(t) with x = β/|β*|.
  private func square(from first: Double, to goal: Double, _ pace: Double, _ time: Double) -> Place {
    let size = abs(goal)
    let ratio = 2 * log(first) - log(size)
    let decay = -4 * pace * size * time
    let weight = { (ratio: Double) in exp((log(size) + ratio) / 2) }
    if goal < 0 {
      // x/(1 + x) falls as e^{−τ}.
      let now = ratio + decay - softplus(ratio + log(-expm1(decay)))
      return (weight(now), size * exp(now) + size)
    }
    // x = 1/D, D = 1 + (1/x₀ − 1) e^{−τ} as a sum of positive terms.
    let divisor = exp(decay - ratio) - expm1(decay)
    let now = divisor.isFinite ? -log(divisor) : ratio - decay
    let ahead =
      abs(ratio) < 1 ? expm1(-ratio) * exp(decay) : exp(decay - ratio) - exp(decay)
    return (weight(now), size * (now < -1 ? expm1(now) : -ahead / divisor))
  }

  private func other(from first: Double, to goal: Double, _ pace: Double, at times: [Double]) -> [Place] {
    let path = PointPath(start: [first], degree: degree, point: [1], target: goal)
    if path.firstGap == 0 { return times.map { _ in (first, 0) } }
    let clock = FlowClock { [degree] in path.pace(at: $0) / (pace * degree) }
    return clock.places(at: times).map {
      let (weights, gap) = path.state(at: $0)
      return (weights[0], gap)
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
