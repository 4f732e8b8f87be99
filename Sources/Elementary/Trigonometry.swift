/// sin x, x in radians. Within 0.9 ulp for every finite x; NaN for others.
public func sin(_ x: Double) -> Double {
  guard let (quadrant, r) = turned(x) else { return .nan }
  switch quadrant & 3 {
  case 0: return x == 0 ? x : sine(r).rounded
  case 1: return cosine(r).rounded
  case 2: return -sine(r).rounded
  default: return -cosine(r).rounded
  }
}

/// cos x, x in radians. Within 0.9 ulp for every finite x; NaN for others.
public func cos(_ x: Double) -> Double {
  guard let (quadrant, r) = turned(x) else { return .nan }
  switch quadrant & 3 {
  case 0: return cosine(r).rounded
  case 1: return -sine(r).rounded
  case 2: return -cosine(r).rounded
  default: return sine(r).rounded
  }
}

/// tan x, x in radians. Within 1 ulp for every finite x; NaN for others.
public func tan(_ x: Double) -> Double {
  guard let (quadrant, r) = turned(x) else { return .nan }
  if x == 0 { return x }
  let (s, c) = (sine(r), cosine(r))
  return quadrant & 1 == 0 ? (s / c).rounded : -(c / s).rounded
}

/// sin r for |r| ≤ π/4: r − r³/3! + …; the term r²¹/21! is below 2⁻⁷².
@inline(__always) private func sine(_ r: DoubleDouble) -> DoubleDouble {
  let z = r.hi * r.hi
  let series = polynomial(
    z,
    [
      -1 / 6, 1 / 120, -1 / 5040, 1 / 362_880, -1 / 39_916_800, 1 / 6_227_020_800, -1 / 1_307_674_368_000,
      1 / 355_687_428_096_000, -1 / 121_645_100_408_832_000,
    ])
  return DoubleDouble.orderedSum(r.hi, r.lo * (1 - 0.5 * z) + r.hi * z * series)
}

/// cos r for |r| ≤ π/4: 1 − r²/2 + …; the term r²⁰/20! is below 2⁻⁶⁸.
@inline(__always) private func cosine(_ r: DoubleDouble) -> DoubleDouble {
  let square = DoubleDouble.product(r.hi, r.hi)
  let z = square.hi
  let series = polynomial(
    z,
    [
      1 / 24, -1 / 720, 1 / 40320, -1 / 3_628_800, 1 / 479_001_600, -1 / 87_178_291_200,
      1 / 20_922_789_888_000,
      -1 / 6_402_373_705_728_000,
    ])
  let main = DoubleDouble.orderedSum(1, -0.5 * z)
  return DoubleDouble.orderedSum(main.hi, main.lo + (z * z * series - (r.hi * r.lo + 0.5 * square.lo)))
}

/// x = quadrant · π/2 + r with |r| ≤ π/4, r in two parts; the quadrant counts modulo 4. Nil unless x is finite.
@inline(__always) private func turned(_ x: Double) -> (quadrant: Int, r: DoubleDouble)? {
  // π/4, rounded down: nothing to take out.
  if abs(x) < 0x1.921fb54442d18p-1 { return (0, DoubleDouble(x)) }
  guard abs(x) < 0x1p20 else {
    guard x.isFinite else { return nil }
    let (quadrant, r) = turnedByManyBits(abs(x))
    return x < 0 ? (-quadrant, DoubleDouble(-r.hi, -r.lo)) : (quadrant, r)
  }
  // Adding 3 · 2⁵¹ leaves no bits behind the point: it rounds to a whole number.
  let n = (x * 0x1.45f306dc9c883p-1 + 0x1.8p52) - 0x1.8p52
  // π/2 in parts of 33 bits, whose products with n < 2²⁰ are exact, and a rest: 152 bits. However much cancels, since no
  // double below 2²⁰ is nearer to a multiple of π/2 than 2⁻⁶², more than 60 bits remain.
  let first = x - n * 0x1.921fb54400000p+0
  let second = DoubleDouble.sum(first, -(n * 0x1.0b4611a600000p-34))
  let third = DoubleDouble.sum(second.hi, -(n * 0x1.3198a2e000000p-69))
  let low = DoubleDouble.sum(second.lo, third.lo)
  let r = DoubleDouble.sum(third.hi, low.hi)
  return (Int(n), DoubleDouble.orderedSum(r.hi, r.lo + (low.lo - n * 0x1.b839a252049c1p-104)))
}

/// The same for x ≥ 2²⁰ by whole numbers: of x · 2/π only the bits that count modulo 4 are multiplied.
///
/// M. Payne, R. Hanek, "Radian Reduction for Trigonometric Functions" (ACM SIGNUM Newsletter 18, 1983).
private func turnedByManyBits(_ x: Double) -> (quadrant: Int, r: DoubleDouble) {
  // x = m · 2^e; bit i behind the point of 2/π has the weight 2^{e − i} in m units: those from 2¹ on count.
  let m = x.significandBitPattern | 1 << 52
  let start = Int(x.exponentBitPattern) - 1075 + 62
  func word(_ i: Int) -> UInt64 {
    let (place, shift) = (start / 64 + i, UInt64(start % 64))
    return twoOverPi[place] << shift | (shift == 0 ? 0 : twoOverPi[place + 1] >> (64 - shift))
  }
  // m · (192 bits) modulo 2¹⁹², in units of 2⁻¹⁹⁰: two bits of quadrant, 190 of fraction.
  let low = m.multipliedFullWidth(by: word(2))
  let middle = m.multipliedFullWidth(by: word(1))
  let (w1, carry) = middle.low.addingReportingOverflow(low.high)
  let w0 = m &* word(0) &+ middle.high &+ (carry ? 1 : 0)
  var quadrant = Int(w0 >> 62)
  var bits = (w0 << 2 | w1 >> 62, w1 << 2 | low.low >> 62, low.low << 2)
  let isUpper = bits.0 >> 63 == 1
  if isUpper {
    quadrant += 1
    bits = (~bits.0, ~bits.1, ~bits.2)  // 1 − fraction, up to the last bit
  }
  // 53 bits from the first that is set, and 64 behind them. A shift by 64 leaves 0.
  let zeros = bits.0.leadingZeroBitCount
  let high = bits.0 << zeros | bits.1 >> (64 - zeros)
  let next = bits.1 << zeros | bits.2 >> (64 - zeros)
  let unit = powerOfTwo(-64 - zeros)
  let head = Double(high & ~0x7FF) * unit
  let tail = Double((high & 0x7FF) << 53 | next >> 11) * (unit * 0x1p-53)
  let r = DoubleDouble.orderedSum(head, tail) * DoubleDouble(0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54)
  return (quadrant, isUpper ? DoubleDouble(-r.hi, -r.lo) : r)
}

/// 64 bits of 0, then 1280 bits of 2/π behind the point.
private let twoOverPi: [UInt64] = [
  0, 0xA2F9_836E_4E44_1529, 0xFC27_57D1_F534_DDC0, 0xDB62_9599_3C43_9041, 0xFE51_63AB_DEBB_C561,
  0xB724_6E3A_424D_D2E0, 0x0649_2EEA_09D1_921C, 0xFE1D_EB1C_B129_A73E, 0xE882_35F5_2EBB_4484,
  0xE99C_7026_B45F_7E41, 0x3991_D639_8353_39F4, 0x9C84_5F8B_BDF9_283B, 0x1FF8_97FF_DE05_980F,
  0xEF2F_118B_5A0A_6D1F, 0x6D36_7ECF_27CB_09B7, 0x4F46_3F66_9E5F_EA2D, 0x7527_BAC7_EBE5_F17B,
  0x3D07_39F7_8A52_92EA, 0x6BFB_5FB1_1F8D_5D08, 0x5603_3046_FC7B_6BAB, 0xF0CF_BC20_9AF4_361D,
]
