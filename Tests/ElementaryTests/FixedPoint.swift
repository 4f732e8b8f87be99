/// A number with 256 bits behind the point, by schoolbook arithmetic on whole numbers: the slow and obvious oracle.
struct FixedPoint {
  private static let fraction = 8
  /// Words of 32 bits, the lowest first; the point stands behind `fraction` of them.
  private var words: [UInt32]
  private var isNegative = false

  private init(words: [UInt32], isNegative: Bool) {
    self.words = words
    self.isNegative = isNegative
    while self.words.last == 0 { self.words.removeLast() }
  }

  /// Exact where no bit of x lies below 2⁻²⁵⁶.
  init(_ x: Double) {
    var words: [UInt32] = []
    if x != 0 {
      let shift = Int(x.exponent) - 52 + 32 * FixedPoint.fraction
      let mantissa = x.significandBitPattern | 1 << 52
      words = [UInt32](repeating: 0, count: max(0, shift / 32 + 3))
      for bit in 0..<53 where mantissa >> UInt64(bit) & 1 == 1 && bit + shift >= 0 {
        words[(bit + shift) / 32] |= 1 << UInt32((bit + shift) % 32)
      }
    }
    self.init(words: words, isNegative: x < 0)
  }

  var double: Double {
    var sum = 0.0
    for (i, word) in words.enumerated().reversed() {
      sum += Double(sign: .plus, exponent: 32 * (i - FixedPoint.fraction), significand: Double(word))
    }
    return isNegative ? -sum : sum
  }

  static prefix func - (a: FixedPoint) -> FixedPoint { FixedPoint(words: a.words, isNegative: !a.isNegative) }
  static func - (a: FixedPoint, b: FixedPoint) -> FixedPoint { a + -b }

  static func + (a: FixedPoint, b: FixedPoint) -> FixedPoint {
    if a.isNegative == b.isNegative {
      var (words, carry) = ([UInt32](), UInt64(0))
      for i in 0..<max(a.words.count, b.words.count) + 1 {
        carry += UInt64(a[i]) + UInt64(b[i])
        words.append(UInt32(truncatingIfNeeded: carry))
        carry >>= 32
      }
      return FixedPoint(words: words, isNegative: a.isNegative)
    }
    if a.isSmaller(than: b) { return b + a }
    var (words, borrow) = ([UInt32](), Int64(0))
    for i in a.words.indices {
      let digit = Int64(a[i]) - Int64(b[i]) - borrow
      borrow = digit < 0 ? 1 : 0
      words.append(UInt32(truncatingIfNeeded: digit))
    }
    return FixedPoint(words: words, isNegative: a.isNegative)
  }

  static func * (a: FixedPoint, b: FixedPoint) -> FixedPoint {
    var words = [UInt32](repeating: 0, count: a.words.count + b.words.count + 1)
    for i in a.words.indices {
      var carry: UInt64 = 0
      for j in 0...b.words.count {
        carry += UInt64(words[i + j]) + UInt64(a[i]) * UInt64(b[j])
        words[i + j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
    }
    return FixedPoint(words: Array(words.dropFirst(fraction)), isNegative: a.isNegative != b.isNegative)
  }

  static func / (a: FixedPoint, divisor: Int) -> FixedPoint {
    var (words, rest) = (a.words, UInt64(0))
    for i in words.indices.reversed() {
      rest = rest << 32 | UInt64(words[i])
      words[i] = UInt32(rest / UInt64(divisor))
      rest %= UInt64(divisor)
    }
    return FixedPoint(words: words, isNegative: a.isNegative)
  }

  private subscript(i: Int) -> UInt32 { i < words.count ? words[i] : 0 }

  private func isSmaller(than other: FixedPoint) -> Bool {
    if words.count != other.words.count { return words.count < other.words.count }
    return words.reversed().lexicographicallyPrecedes(other.words.reversed())
  }
}

extension FixedPoint {
  static let one = FixedPoint(1)
  /// ln 2 = 2 artanh(1/3), ln 10 = 3 ln 2 + 2 artanh(1/9).
  static let ln2 = artanh(ofOneOver: 3) + artanh(ofOneOver: 3)
  static let ln10 = ln2 + ln2 + ln2 + artanh(ofOneOver: 9) + artanh(ofOneOver: 9)

  private static func artanh(ofOneOver n: Int) -> FixedPoint {
    var (power, sum) = (one / n, FixedPoint(0))
    for k in stride(from: 1, to: 170, by: 2) {
      sum = sum + power / k
      power = power / (n * n)
    }
    return sum
  }

  /// Σ xᵏ/k! of x/2¹⁶, squared sixteen times.
  var exponential: FixedPoint {
    let small = self / 65_536
    var (term, sum) = (FixedPoint.one, FixedPoint.one)
    for k in 1...30 {
      term = term * small / k
      sum = sum + term
    }
    for _ in 0..<16 { sum = sum * sum }
    return sum
  }

  /// The logarithm: the C library's, corrected by log(1 + r) = r − r²/2 + r³/3 with r = x e^{−guess} − 1.
  func logarithm(near guess: Double) -> FixedPoint {
    let start = FixedPoint(guess)
    let r = self * (-start).exponential - .one
    return start + r - r * r / 2 + r * r * r / 3
  }

  /// Taylor's series of sine and cosine, for arguments below 10.
  var sineAndCosine: (FixedPoint, FixedPoint) {
    var (term, parts) = (FixedPoint.one, [FixedPoint(0), FixedPoint(0)])
    for k in 0...120 {
      parts[k % 2] = k % 4 < 2 ? parts[k % 2] + term : parts[k % 2] - term
      term = term * self / (k + 1)
    }
    return (parts[1], parts[0])
  }
}
