import Elementary

/// The gamma function's relatives that quantiles need, by series and continued fractions.
enum GammaFunction {
  private static let halfLogTwoPi = 0.918938533204672741780329736406

  /// ln Γ(x) for x > 0, to about 1e-15 of its largest term: Stirling's series from 10 upward, the recurrence below.
  static func logarithm(_ x: Double) -> Double {
    var (shifted, product) = (x, 1.0)
    while shifted < 10 {
      product *= shifted
      shifted += 1
    }
    return (shifted - 0.5) * log(shifted) - shifted + halfLogTwoPi + remainder(shifted) - log(product)
  }

  /// ln Γ(x) − (x − ½) ln x + x − ½ ln 2π for x ≥ 10 (Abramowitz & Stegun 6.1.41).
  private static func remainder(_ x: Double) -> Double {
    let z = 1 / (x * x)
    return (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188))))) / x
  }

  /// ln B(a, b), without the cancellation of two large ln Γ where an argument is large.
  static func logarithmOfBeta(_ a: Double, _ b: Double) -> Double {
    let (small, large) = (min(a, b), max(a, b))
    guard large >= 10 else { return logarithm(a) + logarithm(b) - logarithm(a + b) }
    let sum = large + small
    return logarithm(small) + small - (large - 0.5) * log1p(small / large) - small * log(sum)
      + remainder(large) - remainder(sum)
  }

  /// The shares of the gamma distribution of shape a below and above x > 0; the smaller one is exact, the other 1 − it.
  static func shares(_ a: Double, _ x: Double) -> (below: Double, above: Double) {
    let factor = density(a, x)
    if x < a + 1 {
      var (term, sum, n) = (1 / a, 1 / a, a)
      while term > 1e-17 * sum {
        n += 1
        term *= x / n
        sum += term
      }
      let below = min(factor * sum, 1)
      return (below, 1 - below)
    }
    let above = min(
      factor
        * continuedFraction(first: x + 1 - a) { k in (-k * (k - a), x + 2 * k + 1 - a) },
      1)
    return (1 - above, above)
  }

  /// x^a e^{−x} / Γ(a): x times the density.
  static func density(_ a: Double, _ x: Double) -> Double {
    guard a >= 10 else { return exp(a * log(x) - x - logarithm(a)) }
    let mu = (x - a) / a
    return exp(a * (log1p(mu) - mu) + 0.5 * log(a) - halfLogTwoPi - remainder(a))
  }

  /// The shares of the beta distribution below x and above it, where y = 1 − x is given too so that neither rounds.
  static func shares(_ a: Double, _ b: Double, x: Double, y: Double) -> (below: Double, above: Double) {
    if x <= 0 { return (0, 1) }
    if y <= 0 { return (1, 0) }
    if x > (a + 1) / (a + b + 2) {
      let (above, below) = shares(b, a, x: y, y: x)
      return (below, above)
    }
    let logX = x < 0.5 ? log(x) : log1p(-y)
    let logY = y < 0.5 ? log(y) : log1p(-x)
    let factor = exp(a * logX + b * logY - logarithmOfBeta(a, b)) / a
    // Numerical Recipes §6.4: the even and odd terms of the fraction, each with denominator 1.
    let fraction = continuedFraction(first: 1) { k in
      let m = (k / 2).rounded(.down)
      let numerator =
        k.truncatingRemainder(dividingBy: 2) == 0
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      return (numerator, 1)
    }
    let below = min(factor * fraction, 1)
    return (below, 1 - below)
  }

  /// 1/(b₀ + a₁/(b₁ + a₂/(b₂ + …))) by the method of Lentz; `term(k)` gives a_k and b_k.
  private static func continuedFraction(
    first: Double, _ term: (Double) -> (a: Double, b: Double)
  ) -> Double {
    let tiny = 1e-300
    var d = 1 / (abs(first) < tiny ? tiny : first)
    var (c, result, k) = (1 / tiny, d, 1.0)
    while k < 100_000 {
      let (a, b) = term(k)
      let (below, above) = (b + a * d, b + a / c)
      d = 1 / (abs(below) < tiny ? tiny : below)
      c = abs(above) < tiny ? tiny : above
      result *= c * d
      if abs(c * d - 1) < 4e-16 { break }
      k += 1
    }
    return result
  }
}
