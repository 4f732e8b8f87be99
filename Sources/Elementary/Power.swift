/// x^y = e^{y log x}, the product in two parts. Within 0.7 ulp, and exact where x^y is a double; special cases as in C
/// (ISO/IEC 9899, F.10.4.4): x⁰ = 1, 1^y = 1, NaN for x < 0 unless y is whole.
public func pow(_ x: Double, _ y: Double) -> Double {
  if y == 0 || x == 1 { return 1 }
  if x.isNaN || y.isNaN { return .nan }
  // From 2⁵³ on every number is whole and even.
  let isWhole = abs(y) >= 0x1p53 || Double(Int64(y)) == y
  let isNegative = x.sign == .minus && isWhole && abs(y) < 0x1p53 && Int64(y) % 2 != 0
  if x < 0 && x > -.infinity && !isWhole { return .nan }
  let size = powerOfPositive(abs(x), y)
  return isNegative ? -size : size
}

private func powerOfPositive(_ x: Double, _ y: Double) -> Double {
  if x == 1 { return 1 }
  if x == 0 || x == .infinity || abs(y) == .infinity { return (x < 1) == (y > 0) ? 0 : .infinity }
  let log = preciseLog(x)
  // A product that overflows needs no second part; otherwise |y| is below 2⁶³, since |log x| is not below 2⁻⁵³.
  let estimate = y * log.hi
  if abs(estimate) > 750 { return estimate < 0 ? 0 : .infinity }
  // A power this close to 1 is 1 + y log x; the parts of a smaller y would underflow.
  if abs(estimate) < 0x1p-60 { return 1 + estimate }
  return exponential(DoubleDouble(y) * log)
}
