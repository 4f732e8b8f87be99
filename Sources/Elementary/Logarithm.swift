/// The natural logarithm. Within 0.9 ulp; −∞ at 0, NaN below.
public func log(_ x: Double) -> Double {
  guard let (k, m) = split(x) else { return special(x) }
  return logarithm(k, m - 1, 0)
}

/// log(1 + x) without cancellation. Within 0.9 ulp; −∞ at −1, NaN below.
public func log1p(_ x: Double) -> Double {
  if abs(x) < 0x1p-54 { return x }
  // 1 + x lies in [√½, √2): nothing to take out.
  if x > -0.29 && x < 0.41 { return logarithm(0, x, 0) }
  let sum = DoubleDouble.sum(1, x)
  guard let (k, m) = split(sum.hi) else { return special(sum.hi) }
  return logarithm(k, m - 1, sum.lo / sum.hi)
}

/// The logarithm to base 10. Within 0.51 ulp, so exact for powers of ten.
public func log10(_ x: Double) -> Double {
  guard split(x) != nil else { return special(x) }
  return (preciseLog(x) * DoubleDouble(0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57)).rounded
}

/// The logarithm to base 2. Within 0.51 ulp, so exact for powers of two.
public func log2(_ x: Double) -> Double {
  guard split(x) != nil else { return special(x) }
  return (preciseLog(x) * DoubleDouble(0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56)).rounded
}

/// x = 2^k m with √½ ≤ m < √2; nil unless 0 < x < ∞.
@inline(__always) private func split(_ x: Double) -> (k: Int, m: Double)? {
  guard x > 0 && x < .infinity else { return nil }
  let isSubnormal = x < 0x1p-1022
  let bits = (isSubnormal ? x * 0x1p54 : x).bitPattern
  // The bits of √½: what lies above them counts the octaves.
  let octaves = Int64(bitPattern: bits &- 0x3FE6_A09E_667F_3BCD) >> 52
  let m = Double(bitPattern: bits &- UInt64(bitPattern: octaves) << 52)
  return (Int(octaves) - (isSubnormal ? 54 : 0), m)
}

/// The logarithm of what `split` leaves: 0, ∞, numbers below 0 and NaN.
private func special(_ x: Double) -> Double { x == 0 ? -.infinity : x < 0 ? .nan : x }

/// ln 2 in two parts, the first with 32 bits, so that its product with a whole number of 11 bits is exact.
private let ln2 = DoubleDouble(0x1.62e42fee00000p-1, 0x1.a39ef35793c76p-33)

/// k ln 2 + log(1 + f) + tail for √½ ≤ 1 + f < √2.
///
/// With s = f/(2 + f): log(1 + f) = 2 artanh s = f − f²/2 + s (f²/2 + 2s²/3 + 2s⁴/5 + …), of which all but f is small; the
/// term 2s²²/23 is below 2⁻⁶⁰.
@inline(__always) private func logarithm(_ k: Int, _ f: Double, _ tail: Double) -> Double {
  let s = f / (2 + f)
  let z = s * s
  let series =
    z
    * polynomial(
      z, [2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15, 2 / 17, 2 / 19, 2 / 21])
  let half = 0.5 * f * f
  let main = DoubleDouble.sum(Double(k) * ln2.hi, f)
  return main.hi + (main.lo - (half - (s * (half + series) + (Double(k) * ln2.lo + tail))))
}

/// log x in two parts for 0 < x < ∞; relative error below 2⁻⁶⁴.
///
/// 2 artanh s = 2s + 2s³/3 + …: the first two terms in two parts, the rest, below 2⁻¹² of them, in one.
func preciseLog(_ x: Double) -> DoubleDouble {
  guard let (k, m) = split(x) else { return DoubleDouble(special(x)) }
  let s = DoubleDouble(m - 1) / DoubleDouble.sum(m, 1)
  let square = s * s
  let cube = s * square * DoubleDouble(0x1.5555555555555p-1, 0x1.5555555555555p-55)
  let z = square.hi
  let rest =
    s.hi * z * z
    * polynomial(z, [2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15, 2 / 17, 2 / 19, 2 / 21, 2 / 23, 2 / 25])
  let first = DoubleDouble.sum(Double(k) * ln2.hi, 2 * s.hi)
  let second = DoubleDouble.sum(first.hi, cube.hi)
  let low = first.lo + second.lo + (Double(k) * ln2.lo + (2 * s.lo + (cube.lo + rest)))
  return DoubleDouble.orderedSum(second.hi, low)
}
