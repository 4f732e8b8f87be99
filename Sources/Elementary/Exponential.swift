/// e^x. Within 0.65 ulp, 0.8 of a subnormal one; overflows to ∞ above 709.78, and goes through subnormal numbers to 0
/// below −745.13.
public func exp(_ x: Double) -> Double {
  exponential(DoubleDouble(x))
}

/// e^x − 1 without cancellation. Within 0.8 ulp.
public func expm1(_ x: Double) -> Double {
  if abs(x) < 0x1p-54 { return x }
  // Beyond ±40 one of the two terms is below a quarter of an ulp of the other.
  if x > 40 { return exp(x) }
  if x < -40 { return -1 }
  return x.isNaN ? x : exponentialMinusOne(x).rounded
}

/// tanh x = (e^{2x} − 1) / (e^{2x} + 1). Within 0.8 ulp.
public func tanh(_ x: Double) -> Double {
  let size = abs(x)
  if size < 0x1p-28 || x.isNaN { return x }
  // 1 − tanh 20 is below a quarter of an ulp of 1.
  if size > 20 { return x < 0 ? -1 : 1 }
  let change = exponentialMinusOne(2 * size)
  let sum = DoubleDouble.sum(2, change.hi)
  let result = (change / DoubleDouble.orderedSum(sum.hi, sum.lo + change.lo)).rounded
  return x < 0 ? -result : result
}

/// e^x rounded once, of an exponent in two parts.
func exponential(_ x: DoubleDouble) -> Double {
  if x.hi > 710 { return .infinity }
  if x.hi < -746 { return 0 }
  if x.hi.isNaN { return x.hi }
  let (k, a, b) = reduced(x)
  let one = DoubleDouble.orderedSum(1, a)
  let y = one.hi + (one.lo + b)
  if k >= -1021 && k <= 1023 { return y * powerOfTwo(k) }
  return k > 0 ? y * 2 * powerOfTwo(k - 1) : y * powerOfTwo(k + 1000) * 0x1p-1000
}

/// e^x − 1 for |x| ≤ 40, with a few bits more than a double has.
@inline(__always) private func exponentialMinusOne(_ x: Double) -> DoubleDouble {
  let (k, a, b) = reduced(DoubleDouble(x))
  let power = powerOfTwo(k)
  let main = DoubleDouble.sum(power, -1)
  let sum = DoubleDouble.sum(main.hi, power * a)
  return DoubleDouble.orderedSum(sum.hi, sum.lo + (main.lo + power * b))
}

/// e^x = 2^k (1 + a + b) with |a| ≤ 0.347: b = a² / 2! + a³ / 3! + … + ε e^a, where ε is what a leaves out; a¹⁵ / 15! is
/// below 2⁻⁶².
@inline(__always) private func reduced(_ x: DoubleDouble) -> (k: Int, a: Double, b: Double) {
  // Adding 3 · 2⁵¹ leaves no bits behind the point: it rounds to a whole number.
  let k = (x.hi * 0x1.71547652b82fep0 + 0x1.8p52) - 0x1.8p52
  // ln 2 in two parts, the first with 32 bits, so that its product and the difference are exact.
  let rest = x.hi - k * 0x1.62e42fee00000p-1
  let tail = k * 0x1.a39ef35793c76p-33
  let a = rest - tail
  let error = ((rest - a) - tail) + x.lo
  // a² / 2 by the first 25 bits of a, whose square is exact, and the rest.
  let head = (a + 0x1.8p26) - 0x1.8p26
  let series = polynomial(
    a,
    [
      1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362_880, 1 / 3_628_800, 1 / 39_916_800,
      1 / 479_001_600, 1 / 6_227_020_800, 1 / 87_178_291_200,
    ])
  let low = 0.5 * (a - head) * (a + head) + a * (a * a) * series
  let square = 0.5 * head * head
  return (Int(k), a, square + (low + error * (1 + (a + (square + low)))))
}

/// 2^k for −1022 ≤ k ≤ 1023.
@inline(__always) func powerOfTwo(_ k: Int) -> Double {
  Double(bitPattern: UInt64(bitPattern: Int64(k) + 1023) << 52)
}
