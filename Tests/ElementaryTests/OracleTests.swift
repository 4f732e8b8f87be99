import Elementary
import Testing

/// Every function stays within one unit in the last place of the value by 256-bit arithmetic, where results neither
/// overflow nor vanish; the ends of the ranges are held by `GoldenTests` and `SpecialCaseTests`.
struct OracleTests {
  /// Numbers of `range`, and numbers of either sign whose logarithm is uniform from 2^−30 to the range's end.
  private static func arguments(_ range: ClosedRange<Double>, count: Int = 1500) -> [Double] {
    var generator = SplitMix(state: 12)
    return (0..<count).flatMap { _ in
      let x = range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
      let end = min(abs(range.lowerBound), abs(range.upperBound))
      let small = end == 0 ? x : pow(2, -30 + (30 + log2(end)) * generator.uniform())
      return [x, small, range.contains(-small) ? -small : x / 2 + range.upperBound / 2]
    }
  }

  /// Expects |error| ≤ 1 ulp of the value, where `error` gives value − truth.
  private func expectWithinOneUlp(
    _ name: String, _ arguments: [Double], _ function: (Double) -> Double,
    error: (_ x: Double, _ value: FixedPoint) -> Double
  ) {
    for x in arguments {
      let value = function(x)
      let off = abs(error(x, FixedPoint(value))) / value.ulp
      #expect(off <= 1, "\(name)(\(x)) is \(value), off by \(off) ulp")
    }
  }

  @Test func exponentials() {
    expectWithinOneUlp("exp", Self.arguments(-60...60), exp) { x, value in
      (value - FixedPoint(x).exponential).double
    }
    expectWithinOneUlp("expm1", Self.arguments(-45...45) + Self.arguments(-1...1), expm1) { x, value in
      (value - (FixedPoint(x).exponential - .one)).double
    }
    expectWithinOneUlp("tanh", Self.arguments(-22...22) + Self.arguments(-1...1), tanh) { x, value in
      let square = FixedPoint(2 * x).exponential
      return (value * (square + .one) - (square - .one)).double / (square + .one).double
    }
  }

  /// For v = log x: x e^{−v} = e^{log x − v}, so that its distance from 1 is the error.
  @Test func logarithms() {
    let positive = Self.arguments(0...4) + Self.arguments(0.001...1e12)
    expectWithinOneUlp("log", positive, log) { x, value in
      (FixedPoint(x) * (-value).exponential - .one).double
    }
    expectWithinOneUlp("log1p", Self.arguments(-0.999...4) + Self.arguments(-0.3...1e12), log1p) { x, value in
      ((FixedPoint(1) + FixedPoint(x)) * (-value).exponential - .one).double
    }
    for (name, function, unit) in [("log2", log2, FixedPoint.ln2), ("log10", log10, FixedPoint.ln10)] {
      expectWithinOneUlp(name, positive, function) { x, value in
        (FixedPoint(x) * (-(value * unit)).exponential - .one).double / unit.double
      }
    }
  }

  @Test(arguments: [0.5, -1.0 / 3, 2, 3.7, -20.3, 51.9])
  func powers(exponent y: Double) {
    // 256 bits behind the point tell an ulp of powers above 2^−150.
    let arguments = Self.arguments(0.3...3, count: 500).filter { abs(y * log2($0)) < 150 }
    expectWithinOneUlp("x^\(y)", arguments, { pow($0, y) }) { x, value in
      let logarithm = FixedPoint(x).logarithm(near: log(x))
      return (value - (FixedPoint(y) * logarithm).exponential).double
    }
  }

  @Test func angles() {
    let arguments = Self.arguments(-7...7, count: 600)
    expectWithinOneUlp("sin", arguments, sin) { x, value in (value - FixedPoint(x).sineAndCosine.0).double }
    expectWithinOneUlp("cos", arguments, cos) { x, value in (value - FixedPoint(x).sineAndCosine.1).double }
    expectWithinOneUlp("tan", arguments, tan) { x, value in
      let (sine, cosine) = FixedPoint(x).sineAndCosine
      return (value * cosine - sine).double / cosine.double
    }
    // For a = atan2(y, x): x sin a − y cos a = r sin(a − angle).
    for x in [1, -1, 0.01, -17.25] {
      expectWithinOneUlp("atan2(_, \(x))", Self.arguments(-4...4, count: 200), { atan2($0, x) }) { y, value in
        let (sine, cosine) = value.sineAndCosine
        let (x, y) = (FixedPoint(x), FixedPoint(y))
        return (x * sine - y * cosine).double / (x * cosine + y * sine).double
      }
    }
  }

  @Test func theOracleKnowsItsNumbers() {
    #expect(FixedPoint.ln2.double == 0.6931471805599453 && FixedPoint.ln10.double == 2.302585092994046)
    #expect(FixedPoint(1).exponential.double == 2.718281828459045)
    #expect(abs((FixedPoint.ln10.exponential - FixedPoint(10)).double) < 1e-65)
    let (sine, cosine) = FixedPoint(3).sineAndCosine
    #expect(abs((sine * sine + cosine * cosine - .one).double) < 1e-65)
  }
}

/// G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
private struct SplitMix {
  var state: UInt64

  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}
