import Random
import Testing

/// Numbers printed by NumPy 2.4 and Python 3.11 for the same seeds.
@Suite struct LegacyGeneratorTests {
  @Test func uniformAndNormalNumbersAreThoseOfNumPyWithItsKeptSpare() {
    var state = NumPyRandomState(seed: 5)
    #expect(state.uniforms(3) == [0.22199317108973948, 0.8707323061773764, 0.20671915533942642])
    let normals = [
      -0.023303746449855414, 0.8417776670118138, 1.3675855241672734, 0.5747076876290169, -1.885762407725836,
    ]
    #expect(state.normals(5) == normals)
    // The sixth normal was kept while a uniform number is drawn between.
    #expect(state.uniform() == 0.18772122866125163)
    #expect(state.normals(2) == [0.1709253685474768, 0.18760322583703548])
  }

  @Test func aLongStreamStaysThatOfNumPy() {
    var state = NumPyRandomState(seed: 1234)
    let draws = state.normals(100_000)
    #expect(draws.last == 0.3841123689377928)
    #expect(abs(draws.reduce(0, +) - 98.57089961378884) < 1e-9)
    var last = NumPyRandomState(seed: .max)
    #expect(last.uniform() == 0.0976320289940138)
    #expect(last.normal() == 0.0813036681172692)
  }

  struct Sampled: Sendable {
    let seed: UInt64
    let uniform: Double
    let large: [Int]
    let small: [Int]
    let permuted: [Int]
    let huge: [Int]
  }

  static let samples = [
    Sampled(
      seed: 0, uniform: 0.8444218515250481,
      large: [
        3445, 331, 2121, 4188, 3980, 3317, 2484, 3904, 2933, 4779, 1789, 4134, 1140, 2308, 1144, 776, 2052,
        4362,
        4930, 1203,
      ], small: [9, 3, 23, 2, 21, 10], permuted: [17, 18, 11, 12, 13, 16, 19, 14, 15, 10],
      huge: [1_118_805_955, 267_488_770, 60_308_648]),
    Sampled(
      seed: 1234, uniform: 0.9664535356921388,
      large: [
        3610, 957, 61, 742, 4769, 286, 687, 806, 2905, 1939, 142, 252, 129, 2835, 3966, 3797, 1216, 747, 1499,
        937,
      ], small: [27, 0, 16, 15, 7, 2], permuted: [18, 17, 11, 14, 15, 10, 16, 19, 13, 12],
      huge: [2_066_035_487, 1_525_740_512, 1_144_412_258]),
    Sampled(
      seed: 1_099_511_627_783, uniform: 0.6137037779936511,
      large: [
        4672, 3898, 2054, 1038, 4233, 3074, 4270, 2974, 3220, 3628, 3681, 3050, 1846, 3642, 4869, 1473, 1124,
        4349,
        4684, 1334,
      ], small: [1, 8, 2, 24, 11, 4], permuted: [12, 10, 19, 18, 17, 15, 13, 16, 11, 14],
      huge: [1_121_226_592, 2_041_443_377, 1_478_456_148]),
  ]

  @Test(arguments: samples) func samplesAreThoseOfPython(_ expected: Sampled) {
    var random = PythonRandom(seed: expected.seed)
    #expect(random.uniform() == expected.uniform)
    #expect(random.sample(0..<4999, count: 20) == expected.large)
    #expect(random.sample(0..<30, count: 6) == expected.small)
    #expect(random.sample(10..<20, count: 10) == expected.permuted)
    #expect(random.sample(0..<7, count: 0).isEmpty)
    #expect(random.sample(0..<(1 << 31), count: 3) == expected.huge)
  }
}
