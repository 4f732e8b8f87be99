import Elementary

/// The flow of a gate on Gaussian data, x ~ N(0, I), whose targets are those of a gate w*:
///
///     ∇L = w/2 − (1/2π) [(π − θ) w* + ‖w*‖ sin θ w/‖w‖],   θ the angle of w and w*
///
/// Along it cot θ grows linearly in e^{ηt/2} and 1/‖w‖ is a linear function of (cos θ, sin θ) over π − θ, so
/// that, with p and q the parts of w along and across w* and ρ = ‖w*‖,
///
///     P = p₀ e^{−ηt/2} + (ρ (π − θ₀)/π)(1 − e^{−ηt/2}),   Q = q₀ e^{−ηt/2},
///     θ(t) = atan2(Q, P),   (p, q) = (P, Q) (π − θ)/(π − θ₀).
///
/// θ falls for ever, so w·x' changes its sign at most finitely often: S changes in jumps, then stays.
public struct ReLUGatePopulationFlow: GradientFlow {
  public let start: [Double]
  public let teacher: [Double]
  public let rate: Double

  /// - Throws: `TheoryError` for sizes that do not agree, vectors at 0, numbers that are not finite.
  public init(start: [Double], teacher: [Double], rate: Double = 1) throws(TheoryError) {
    try check("the teacher", teacher)
    try check("the start", start, count: teacher.count)
    try checkPositive("the rate", rate)
    try checkPositive("the length of the teacher", norm(teacher))
    try checkPositive("the length of the start", norm(start))
    (self.start, self.teacher, self.rate) = (start, teacher, rate)
  }

  public var inputCount: Int { start.count }
  public var weightNames: [String] { start.indices.map { "w_\($0)" } }

  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    let length = norm(teacher)
    let along = teacher.map { $0 / length }
    let parallel = dot(start, along)
    let rest = across(along)
    let across = norm(rest)
    let direction = across > 0 ? rest.map { $0 / across } : rest
    // π − θ₀, which keeps its digits where the start is nearly opposite to the teacher.
    let opening = atan2(across, -parallel)
    let isOpposite = across == 0 && parallel < 0
    return try representable(
      times.map { time in
        let decay = exp(-rate * time / 2)
        let p = parallel * decay - (isOpposite ? 0 : length * opening / .pi * expm1(-rate * time / 2))
        let q = across * decay
        let scale = isOpposite ? 1 : atan2(q, -p) / opening
        let weights = zip(along, direction).map { scale * (p * $0 + q * $1) }
        return FlowState(
          time: time, weights: time == 0 ? start : weights,
          loss: loss(scale * (p * p + q * q).squareRoot(), isOpposite ? .pi : atan2(q, p)))
      })
  }

  /// The part of the start across the teacher, from the products s_i w*_k − s_k w*_i with the largest w*_k.
  ///
  /// Products that differ by the rounding of decimal numbers count as equal: a start opposite to the teacher
  /// stays on its line, which any deviation would make it leave.
  private func across(_ along: [Double]) -> [Double] {
    let k = teacher.indices.max { abs(teacher[$0]) < abs(teacher[$1]) } ?? 0
    let shift = zip(start, teacher).map { s, w in
      let (own, other) = (s * teacher[k], start[k] * w)
      // Fused multiply-adds give the difference of the products to its last digit.
      let difference = (-other).addingProduct(s, teacher[k]) + other.addingProduct(-start[k], w)
      return abs(difference) <= 2 * .ulpOfOne * abs(own) ? 0 : difference / teacher[k]
    }
    let parallel = dot(shift, along)
    return zip(shift, along).map { $0 - parallel * $1 }
  }

  /// ½ E (f − y)² = ¼ ‖w‖² + ¼ ρ² − (‖w‖ρ/2π)(sin θ + (π − θ) cos θ).
  private func loss(_ r: Double, _ theta: Double) -> Double {
    let length = norm(teacher)
    // As (r − ρ)² / 4 plus what the angle costs, 1 − (sin θ + (π − θ) cos θ)/π: nothing cancels near the
    // optimum.
    let half = sin(theta / 2)
    let small = theta < 1e-3 ? theta * theta * theta / 3 : sin(theta) - theta * cos(theta)
    let cost = (2 * .pi * half * half - small) / .pi
    return (r - length) * (r - length) / 4 + r * length / 2 * cost
  }

  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    ReLUGate.response(weights, source: source.x, probe: probe.x)
  }
}
