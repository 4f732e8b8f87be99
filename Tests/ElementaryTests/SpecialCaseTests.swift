import Elementary
import Testing

/// Zeros with their signs, infinities, NaN and the ends of the ranges, as C has them (ISO/IEC 9899, Annex F).
struct SpecialCaseTests {
  private func same(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || a.isNaN && b.isNaN }

  @Test(arguments: [0.0, -0.0, 5e-324, -5e-324, 1e-300, -1e-300])
  func tinyArgumentsAreKept(x: Double) {
    for function in [expm1, log1p, tanh, sin, tan, atan] { #expect(same(function(x), x)) }
    #expect(exp(x) == 1)
    #expect(cos(x) == 1)
  }

  @Test func nanStaysNaN() {
    for function in [exp, expm1, log, log1p, log2, log10, tanh, sin, cos, tan, atan] {
      #expect(function(.nan).isNaN)
    }
    #expect(pow(.nan, 1).isNaN && pow(2, .nan).isNaN && atan2(.nan, 1).isNaN && atan2(1, .nan).isNaN)
    #expect(pow(.nan, 0) == 1 && pow(1, .nan) == 1)
  }

  @Test func infinitiesAndEnds() {
    #expect(exp(.infinity) == .infinity && same(exp(-.infinity), 0))
    #expect(exp(709.782712893384) < .infinity && exp(709.7827128933841) == .infinity)
    #expect(exp(-745.1332191019411) == 5e-324 && same(exp(-745.1332191019412), 0))
    #expect(expm1(.infinity) == .infinity && expm1(-.infinity) == -1)
    #expect(expm1(709.782712893384) < .infinity && expm1(709.7827128933841) == .infinity)
    #expect(tanh(.infinity) == 1 && tanh(-.infinity) == -1)
    for function in [log, log2, log10] {
      #expect(function(.infinity) == .infinity && function(0) == -.infinity && function(-0.0) == -.infinity)
      #expect(function(-1).isNaN && function(-.infinity).isNaN && same(function(1), 0))
    }
    #expect(log1p(.infinity) == .infinity && log1p(-1) == -.infinity && log1p(-1.5).isNaN)
    for function in [sin, cos, tan] { #expect(function(.infinity).isNaN && function(-.infinity).isNaN) }
  }

  @Test func powersOfTenAndTwoAreExact() {
    for n in 0...22 {
      let power = (0..<n).reduce(1.0) { value, _ in value * 10 }
      #expect(pow(10, Double(n)) == power && log10(power) == Double(n))
    }
    for n in -1074...1023 {
      let power = Double(sign: .plus, exponent: n, significand: 1)
      #expect(pow(2, Double(n)) == power && log2(power) == Double(n))
    }
    for n in 1...300 { #expect(pow(Double(n), 2) == Double(n * n) && pow(Double(n * n), 0.5) == Double(n)) }
  }

  @Test func powersOfSpecialNumbers() {
    #expect(pow(-2, 3) == -8 && pow(-2, 2) == 4 && pow(-2, -1) == -0.5 && pow(-8, 1.0 / 3).isNaN)
    #expect(same(pow(-0.0, 3), -0.0) && same(pow(-0.0, 2), 0) && same(pow(0, 0.5), 0))
    #expect(pow(-0.0, -3) == -.infinity && pow(0, -2) == .infinity && pow(0, -0.5) == .infinity)
    #expect(pow(0.5, .infinity) == 0 && pow(2, .infinity) == .infinity && pow(-1, .infinity) == 1)
    #expect(pow(0.5, -.infinity) == .infinity && pow(2, -.infinity) == 0)
    #expect(pow(.infinity, 0.5) == .infinity && pow(.infinity, -1) == 0)
    #expect(pow(-.infinity, 3) == -.infinity && pow(-.infinity, 0.5) == .infinity)
    #expect(same(pow(-.infinity, -3), -0.0))
    #expect(
      pow(2, 1024) == .infinity && pow(2, -1075) == 0 && pow(-1, 0x1p60) == 1
        && pow(1e300, 1e300) == .infinity)
    #expect(pow(2, 1e-320) == 1)
  }

  @Test func anglesOfSpecialPoints() {
    let pi = Double.pi
    #expect(
      same(atan2(0, 1), 0) && same(atan2(-0.0, 1), -0.0) && atan2(0, -1) == pi && atan2(-0.0, -1) == -pi)
    #expect(same(atan2(0, 0), 0) && atan2(0, -0.0) == pi && atan2(-0.0, -0.0) == -pi)
    #expect(atan2(1, 0) == pi / 2 && atan2(-1, -0.0) == -pi / 2 && atan2(.infinity, 3) == pi / 2)
    #expect(atan2(.infinity, .infinity) == pi / 4 && atan2(-.infinity, -.infinity) == -3 * pi / 4)
    #expect(same(atan2(1, .infinity), 0) && atan2(1, -.infinity) == pi && same(atan2(-1, .infinity), -0.0))
    #expect(atan2(5e-324, 5e-324) == pi / 4 && atan2(0x1p1023, 0x1p1023) == pi / 4)
    #expect(atan(.infinity) == pi / 2 && atan(-.infinity) == -pi / 2)
  }
}
