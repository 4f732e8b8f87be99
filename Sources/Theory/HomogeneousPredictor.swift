import Elementary

/// A predictor that is linear in the features and homogeneous of degree d ≥ 1 in the weights, f(x) = Σ_i w_i^d x_i, w > 0
/// or d = 1 (Theorems 5.1–5.3).
public enum HomogeneousPredictor {
  /// The limit of small steps: S = |Σ w^{2d−2} x x'| / Σ w^{2d−2} x². Depends on the direction of w only.
  ///
  /// - Precondition: three vectors of one length.
  public static func response(
    _ weights: [Double], degree: Double, source: [Double], probe: [Double]
  ) -> Response {
    response(slopes: slopes(weights, degree: degree), source: source, probe: probe)
  }

  /// w^{2d−2} up to a common factor, which S does not see: relative to the largest weight, since powers of small weights
  /// would underflow.
  static func slopes(_ weights: [Double], degree: Double) -> [Double] {
    let largest = weights.max() ?? 1
    return weights.map { degree == 1 ? 1 : pow($0 / largest, 2 * degree - 2) }
  }

  static func response(slopes: [Double], source: [Double], probe: [Double]) -> Response {
    var (own, other) = (0.0, 0.0)
    for (i, slope) in slopes.enumerated() {
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
    try Theory.check("the start", start)
    for weight in start where weight <= 0 && degree != 1 {
      throw .invalid(
        what: "a start weight", value: weight, reason: "weights start above 0 where the degree is above 1")
    }
    try checkPositive("the rate", rate)
  }
}
