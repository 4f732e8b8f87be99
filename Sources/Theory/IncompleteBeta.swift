import Elementary

/// An incomplete beta integral, which runs through a logarithm where an exponent is 0, and its inverse:
///
///     B(p) = ∫ p^{a−1} (1 − p)^{c−1} dp = p^a/a · ₂F₁(a, 1 − c; a + 1; p) + constant
///
/// For −1 < a, c ≤ 2. As p may be so near to 0 or 1 that it rounds, it is given by its logit ℓ = ln(p/(1 − p)).
struct IncompleteBeta: Sendable {
  let a: Double
  let c: Double
  /// The constant that joins the series around 0 and around 1 at p = ½.
  private let join: Double

  init(a: Double, c: Double) {
    precondition(a > -1 && a <= 2 && c > -1 && c <= 2, "beta exponents \(a), \(c)")
    (self.a, self.c) = (a, c)
    let half = -log(2.0)
    join = IncompleteBeta.series(half, a, c) + IncompleteBeta.series(half, c, a)
  }

  /// B at the logit ℓ, up to a constant that is the same for all ℓ. Grows with ℓ.
  func callAsFunction(_ logit: Double) -> Double {
    // ln p = −ln(1 + e^{−ℓ})
    let log = { (l: Double) in l > 0 ? -log1p(exp(-l)) : l - log1p(exp(l)) }
    return logit <= 0
      ? IncompleteBeta.series(log(logit), a, c) : join - IncompleteBeta.series(log(-logit), c, a)
  }

  /// Σ_k (1 − c)_k/k! p^{a+k}/(a + k), without the constant 1/a of its first term, for p ≤ ½.
  private static func series(_ logP: Double, _ a: Double, _ c: Double) -> Double {
    let p = exp(logP)
    // (p^a − 1)/a, ln p for a = 0.
    var sum = a == 0 ? logP : expm1(a * logP) / a
    var term = exp(a * logP)
    var k = 1.0
    while k < 200 {
      term *= (k - c) / k * p
      let next = term / (a + k)
      sum += next
      if abs(next) <= 1e-18 * abs(sum) || term == 0 { break }
      k += 1
    }
    return sum
  }

  /// The logit at which B has grown by `growth` (negative: fallen) since the logit `start`, by bisection.
  ///
  /// −∞ if B cannot fall so far: it is bounded below where a > 0.
  func inverse(from start: Double, growth: Double) -> Double {
    if growth == 0 { return start }
    let goal = self(start) + growth
    var (low, high) = (start, start)
    var stride = 1.0
    // B grows at least like ℓ or like a power of e^ℓ on one side, so doubling reaches every goal that exists.
    while growth > 0, self(high) < goal, high < 1e300 {
      low = high
      high += stride
      stride *= 2
    }
    while growth < 0, self(low) > goal {
      if low < -1e5 { return -.infinity }
      high = low
      low -= stride
      stride *= 2
    }
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return middle }
      if self(middle) < goal { low = middle } else { high = middle }
    }
  }
}
