/// A number as the unevaluated sum of two doubles, |lo| ≤ ulp(hi)/2: about 106 bits.
///
/// T. J. Dekker, "A Floating-Point Technique for Extending the Available Precision" (Numerische Mathematik 18, 1971). No
/// fused multiply-add is used, so that every processor gives the same bits.
struct DoubleDouble {
  var hi: Double
  var lo: Double

  init(_ hi: Double, _ lo: Double = 0) { (self.hi, self.lo) = (hi, lo) }

  /// a + b exactly (Knuth's two-sum).
  @inline(__always) static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    let part = sum - a
    return DoubleDouble(sum, (a - (sum - part)) + (b - part))
  }

  /// a + b exactly, where |a| ≥ |b| or a is 0.
  @inline(__always) static func orderedSum(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    return DoubleDouble(sum, b - (sum - a))
  }

  /// a · b exactly, where neither factor exceeds 2⁹⁹⁵ and no part underflows.
  @inline(__always) static func product(_ a: Double, _ b: Double) -> DoubleDouble {
    let (a1, a2) = halves(a)
    let (b1, b2) = halves(b)
    let product = a * b
    return DoubleDouble(product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2)
  }

  /// Two parts of at most 26 bits each (Veltkamp).
  @inline(__always) private static func halves(_ a: Double) -> (Double, Double) {
    let scaled = 134_217_729 * a
    let high = scaled - (scaled - a)
    return (high, a - high)
  }

  /// The nearest double.
  @inline(__always) var rounded: Double { hi + lo }

  /// Relative error about 2⁻¹⁰³.
  @inline(__always) static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let product = DoubleDouble.product(a.hi, b.hi)
    return orderedSum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi))
  }

  /// Relative error about 2⁻¹⁰².
  @inline(__always) static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let quotient = a.hi / b.hi
    let back = DoubleDouble.product(quotient, b.hi)
    return orderedSum(quotient, (((a.hi - back.hi) - back.lo) + (a.lo - quotient * b.lo)) / b.hi)
  }
}

/// c₀ + c₁x + c₂x² + …, even and odd terms side by side, so that one multiplication need not wait for the other.
@inline(__always) func polynomial<let count: Int>(_ x: Double, _ c: InlineArray<count, Double>) -> Double {
  let square = x * x
  var (sum, other) = (c[count - 1], c[count - 2])
  for i in stride(from: count - 3, to: 0, by: -2) {
    sum = sum * square + c[i]
    other = other * square + c[i - 1]
  }
  return count % 2 == 0 ? other + x * sum : (sum * square + c[0]) + x * other
}
