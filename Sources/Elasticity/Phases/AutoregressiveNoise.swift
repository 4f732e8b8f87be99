/// Gaussian noise in which each measurement is correlated with the one before it: AR(1), of order one.
enum AutoregressiveNoise {
  /// z₀ = e₀, z_i = ρ z_{i−1} + √(1 − ρ²) e_i of variance 1; at ρ = 1 the random walk z_i = z_{i−1} + e_i.
  static func curve(_ innovations: [Double], correlation: Double) -> [Double] {
    let share = correlation < 1 ? (1 - correlation * correlation).squareRoot() : 1
    var curve = innovations
    for i in curve.indices.dropFirst() { curve[i] = correlation * curve[i - 1] + share * innovations[i] }
    return curve
  }

  /// How loud the noise is around each measurement: the root mean square of the residuals over ± max(2, N/10)
  /// places, at least a tenth of that of all.
  static func loudness(_ residuals: [Double]) -> [Double] {
    let count = residuals.count
    let reach = max(2, Int((Double(count) / 10).rounded(.toNearestOrEven)))
    var sums = [0.0]
    for residual in residuals { sums.append(sums[sums.count - 1] + residual * residual) }
    let means = residuals.indices.map { i in
      let (first, last) = (max(i - reach, 0), min(i + reach + 1, count))
      return (sums[last] - sums[first]) / Double(last - first)
    }
    let least = 0.01 * means.reduce(0, +) / Double(max(count, 1))
    // The last term keeps residuals of exactly zero divisible.
    return means.map { (max($0, least) + 1e-300).squareRoot() }
  }

  /// r₁ = Σ z_i z_{i+1} / Σ z_i² with z = residual / loudness.
  static func lagCorrelation(_ residuals: [Double], loudness: [Double]) -> Double {
    var (products, squares, last) = (0.0, 0.0, 0.0)
    for i in residuals.indices {
      let z = residuals[i] / loudness[i]
      products += last * z
      squares += z * z
      last = z
    }
    return squares > 0 ? products / squares : 0
  }

  /// Σ_ij b_i ρ^|i−j| b_j, the variance of Σ b_i z_i. Costs O(N).
  static func variance(ofSum weights: [Double], correlation: Double) -> Double {
    var (squares, products, before) = (0.0, 0.0, 0.0)
    for weight in weights {
      squares += weight * weight
      products += weight * before
      before = correlation * (before + weight)
    }
    return squares + 2 * products
  }
}
