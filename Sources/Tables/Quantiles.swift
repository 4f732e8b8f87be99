import Elementary

/// Student's t distribution.
public enum StudentT {
  /// The number below which a share p of the distribution with `freedom` degrees lies; ±∞ for p = 1 and 0.
  ///
  /// Solves I_{ν/(ν+t²)}(ν/2, ½) = 2(1 − p) by Newton's method on logarithms, to about 1e-12.
  /// - Precondition: 0 ≤ p ≤ 1, freedom > 0.
  public static func quantile(_ p: Double, freedom: Double) -> Double {
    precondition(p >= 0 && p <= 1 && freedom > 0, "share \(p) of t with \(freedom) degrees of freedom")
    if p < 0.5 { return -quantile(1 - p, freedom: freedom) }
    let tail = 2 * (1 - p)
    if tail == 0 { return .infinity }
    if tail == 1 { return 0 }
    let target = log(tail)
    let normalizer = GammaFunction.logarithmOfBeta(freedom / 2, 0.5)
    return exp(
      fallingRoot(from: 0.5) { s in
        let t = exp(s)
        let share = twoSided(t, freedom: freedom)
        // d ln share / d ln t = −2 t f(t) / share
        let density = exp(-0.5 * (freedom + 1) * log1p(t * t / freedom) - normalizer) / freedom.squareRoot()
        return (log(share) - target, -2 * t * density / share)
      })
  }

  /// The probability of a |t| as large or larger.
  public static func twoSided(_ t: Double, freedom: Double) -> Double {
    let square = t * t
    guard square.isFinite else { return square.isNaN ? .nan : 0 }
    return GammaFunction.shares(
      freedom / 2, 0.5, x: freedom / (freedom + square), y: square / (freedom + square)
    ).below
  }
}

/// The χ² distribution.
public enum ChiSquared {
  /// The number below which a share p of the distribution with `freedom` degrees lies, to about 1e-12.
  ///
  /// - Precondition: 0 < p < 1, freedom > 0.
  public static func quantile(_ p: Double, freedom: Double) -> Double {
    precondition(p > 0 && p < 1 && freedom > 0, "share \(p) of χ² with \(freedom) degrees of freedom")
    let shape = freedom / 2
    let isLower = p <= 0.5
    let target = log(isLower ? p : 1 - p)
    let root = fallingRoot(from: log(shape)) { s in
      let x = exp(s)
      let (below, above) = GammaFunction.shares(shape, x)
      let density = GammaFunction.density(shape, x)
      return isLower
        ? (target - log(below), -density / below) : (log(above) - target, -density / above)
    }
    return 2 * exp(root)
  }
}

/// Shares of a number of trials.
public enum Binomial {
  /// The interval of Clopper and Pearson for a share of which k of n were seen, such as 0.99 for 99 %.
  ///
  /// - Precondition: 0 ≤ k ≤ n, 0 < coverage < 1.
  public static func interval(_ k: Int, of n: Int, coverage: Double) -> (low: Double, high: Double) {
    precondition(k >= 0 && k <= n && n > 0 && coverage > 0 && coverage < 1, "\(k) of \(n)")
    let tail = (1 - coverage) / 2
    let low = k == 0 ? 0 : share(Double(k), Double(n - k + 1)) { $0.below - tail }
    let high = k == n ? 1 : share(Double(k + 1), Double(n - k)) { tail - $0.above }
    return (low, high)
  }

  /// Where a number that grows with x in a beta distribution changes its sign, by bisection.
  private static func share(
    _ a: Double, _ b: Double, _ number: ((below: Double, above: Double)) -> Double
  ) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if number(GammaFunction.shares(a, b, x: middle, y: 1 - middle)) < 0 {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }
}

/// The root of a falling function by Newton's method, kept between the points where its sign is known.
private func fallingRoot(
  from start: Double, _ function: (Double) -> (value: Double, slope: Double)
) -> Double {
  var (low, high) = (-Double.infinity, Double.infinity)
  var x = start
  for _ in 0..<100 {
    let (value, slope) = function(x)
    if value == 0 { return x }
    if value > 0 { low = x } else { high = x }
    var next = x - value / slope
    // A step out of the bracket, or one that is no number because a share was 0, halves it instead.
    if !(next > low && next < high) || abs(next - x) > 4 {
      next = low.isFinite && high.isFinite ? (low + high) / 2 : value > 0 ? x + 1 : x - 1
    }
    if abs(next - x) <= 1e-15 * max(1, abs(x)) { return next }
    x = next
  }
  return x
}
