import Kernels
import Tensor
import TestSupport
import Testing

/// The fused optimiser passes against one scalar after the other in `Double`.
@Suite struct ParameterUpdatesTests {
  /// Around the block of 4096 and the stretch of 65536 scalars.
  static let sizes = [1, 4095, 4096, 4097, 65_536, 70_001]

  @Test(arguments: sizes, [1, 2, 4])
  func plainSGDAgreesWithDouble(_ size: Int, _ partCount: Int) {
    var w = noise([size], 1)
    let parts = (0..<partCount).map { noise([size], UInt64(10 + $0)) }
    var expected = [doubles(w)]
    var oracle = DoubleOptimizers.SGD(learningRate: 0.1, momentum: 0, weightDecay: 0.01)
    for step in 1...3 {
      ParameterUpdates.sgd(&w, gradient: GradientParts(parts), rule(0, step), workers: Workers(count: 2))
      oracle.update(&expected, [sum(parts)])
    }
    expectClose(w, expected[0], shape: [size], tolerance: 1e-6)
  }

  @Test(arguments: sizes, [1, 2, 4])
  func momentumAgreesWithDouble(_ size: Int, _ partCount: Int) {
    // What stands in the velocity before the first step must not matter.
    var (w, velocity) = (noise([size], 1), Tensor([size], repeating: 7))
    let parts = (0..<partCount).map { noise([size], UInt64(10 + $0)) }
    var expected = [doubles(w)]
    var oracle = DoubleOptimizers.SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01)
    for step in 1...5 {
      ParameterUpdates.sgd(
        &w, velocity: &velocity, gradient: GradientParts(parts), rule(0.9, step), workers: Workers(count: 2))
      oracle.update(&expected, [sum(parts)])
    }
    expectClose(w, expected[0], shape: [size], tolerance: 2e-6)
    expectClose(velocity, oracle.velocity[0], shape: [size], tolerance: 2e-6)
  }

  @Test(arguments: sizes, [1, 2, 4])
  func adamAgreesWithDouble(_ size: Int, _ partCount: Int) {
    var (w, first, second) = (noise([size], 1), Tensor(zeros: [size]), Tensor(zeros: [size]))
    var expected = [doubles(w)]
    var oracle = DoubleOptimizers.Adam(learningRate: 1e-2, weightDecay: 1e-2)
    for step in 1...5 {
      let parts = (0..<partCount).map { noise([size], UInt64(100 * step + $0)) }
      ParameterUpdates.adam(
        &w, first: &first, second: &second, gradient: GradientParts(parts),
        .init(learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2, step: step),
        workers: Workers(count: 2))
      oracle.update(&expected, [sum(parts)])
    }
    expectClose(first, oracle.first[0], shape: [size], tolerance: 1e-5)
    expectClose(second, oracle.second[0], shape: [size], tolerance: 1e-5)
    expectClose(w, expected[0], shape: [size], tolerance: 2e-5)
  }

  /// Gradients of the size of ε: where it stands in the formula decides the step.
  @Test func adamsEpsilonIsAddedAfterTheCorrection() {
    var (w, first, second) = (Tensor(zeros: [50]), Tensor(zeros: [50]), Tensor(zeros: [50]))
    var expected = [doubles(w)]
    var oracle = DoubleOptimizers.Adam(learningRate: 1, weightDecay: 0)
    for step in 1...3 {
      let g = Tensor([50], scalars: noise([50], UInt64(step)).scalars.map { 3e-8 * $0 })
      ParameterUpdates.adam(
        &w, first: &first, second: &second, gradient: GradientParts([g]),
        .init(learningRate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, step: step),
        workers: Workers(count: 1))
      oracle.update(&expected, [doubles(g)])
    }
    expectClose(w, expected[0], shape: [50], tolerance: 1e-5)
  }

  /// Outside the live stretches nothing is read: a gradient of NaN there is one of 0.
  @Test(arguments: [1, 2, 3])
  func deadStretchesOfAGradientAreNotRead(_ partCount: Int) {
    let size = 20_000
    // Inside a block, over the edges of blocks, over a whole block.
    let live = [3..<10, 4000..<4200, 8000..<13_000, 19_990..<20_000]
    let parts = (0..<partCount).map { noise([size], UInt64(20 + $0)) }
    func outside(_ value: Float) -> [Tensor] {
      parts.map { part in
        var result = Tensor([size], repeating: value)
        for i in live.joined() { result[flat: i] = part[flat: i] }
        return result
      }
    }
    func result(_ parts: [Tensor], live: [Range<Int>]?) -> [Tensor] {
      var (w, b, m, v) = (
        noise([size], 1), noise([size], 2), noise([size], 3), Tensor([size], repeating: 0.5)
      )
      let workers = Workers(count: 2)
      ParameterUpdates.sgd(&w, gradient: GradientParts(parts), live: live, rule(0, 1), workers: workers)
      ParameterUpdates.sgd(
        &w, velocity: &b, gradient: GradientParts(parts), live: live, rule(0.9, 2), workers: workers)
      ParameterUpdates.adam(
        &w, first: &m, second: &v, gradient: GradientParts(parts), live: live,
        .init(learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2, step: 2),
        workers: workers)
      return [w, b, m, v]
    }
    #expect(result(outside(.nan), live: live) == result(outside(0), live: nil))
  }

  @Test(arguments: [2, 3, 8])
  func resultsDoNotDependOnTheNumberOfWorkers(_ workers: Int) {
    let parts = [noise([200_003], 10), noise([200_003], 11), noise([200_003], 12)]
    func result(_ workers: Workers) -> [Tensor] {
      var (w, m, v) = (noise([200_003], 1), Tensor(zeros: [200_003]), Tensor(zeros: [200_003]))
      for step in 1...2 {
        ParameterUpdates.adam(
          &w, first: &m, second: &v, gradient: GradientParts(parts),
          .init(learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, step: step),
          workers: workers)
        ParameterUpdates.sgd(&w, gradient: GradientParts(parts), rule(0, step), workers: workers)
      }
      return [w, m, v]
    }
    #expect(result(Workers(count: workers)) == result(Workers(count: 1)))
  }

  @Test func aRangeIsAllThatIsWritten() {
    let g = Tensor([5], scalars: [1, -2, 0, 3e-8, 5])
    var out = Tensor([5], repeating: 9)
    ParameterUpdates.scaled(gradient: g, range: 1..<3, by: -0.5, into: &out)
    #expect(out.scalars == [9, -0.5, 1, 9, 9])
    ParameterUpdates.add(Tensor([5], repeating: 1), range: 0..<2, into: &out)
    #expect(out.scalars == [10, 0.5, 1, 9, 9])
    for from in [nil, Tensor([5], scalars: [2, 3, 4, 5, 6])] {
      _ = ParameterUpdates.freshAdam(
        gradient: g, range: 1..<4, from: from, learningRate: 0.1, epsilon: 1e-8, bound: 1, into: &out)
      for i in 1..<4 {
        let step = -0.1 * Double(g[flat: i - 1]) / (abs(Double(g[flat: i - 1])) + 1e-8)
        expectClose(
          Double(out[flat: i]), step + (from.map { Double($0[flat: i]) } ?? 0), tolerance: 1e-6)
      }
      #expect(out[flat: 0] == 10 && out[flat: 4] == 9)
    }
  }

  @Test func smallAndLiveGradientsAreCounted() {
    let g = Tensor([6], scalars: [0, 1e-9, -1e-8, 1e-7, 2, -3])
    #expect(ParameterUpdates.count(of: g, first: 6, below: 1e-7) == (small: 2, live: 5))
    #expect(ParameterUpdates.count(of: g, first: 4, below: 1e-6) == (small: 3, live: 3))
    #expect(ParameterUpdates.count(of: g, first: 0, below: 1) == (small: 0, live: 0))
    var out = Tensor([6], repeating: 0)
    for instructions in Instructions.allCases where instructions.isSupported {
      let counts = ParameterUpdates.freshAdam(
        gradient: g, range: 0..<6, from: nil, learningRate: 1, epsilon: 1e-8, bound: 1e-7, into: &out,
        instructions: instructions)
      #expect(counts == (small: 2, live: 5))
    }
  }

  /// The passes over parameters round every operation by itself, whatever the instructions.
  @Test func allInstructionsGiveTheSameBits() {
    let (start, g) = (noise([5003], 1), noise([5003], 2))
    func result(_ instructions: Instructions) -> [Tensor] {
      var (w, m, v, out) = (start, Tensor(zeros: [5003]), Tensor(zeros: [5003]), Tensor(zeros: [5003]))
      var (plain, rolling, velocity) = (start, start, Tensor(zeros: [5003]))
      for step in 1...3 {
        ParameterUpdates.sgd(
          &plain, gradient: GradientParts([g]), rule(0, step), workers: Workers(count: 1),
          instructions: instructions)
        ParameterUpdates.sgd(
          &rolling, velocity: &velocity, gradient: GradientParts([g]), rule(0.9, step),
          workers: Workers(count: 1), instructions: instructions)
        ParameterUpdates.adam(
          &w, first: &m, second: &v, gradient: GradientParts([g, g]),
          .init(learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: step),
          workers: Workers(count: 1), instructions: instructions)
      }
      _ = ParameterUpdates.freshAdam(
        gradient: g, range: 0..<5003, from: w, learningRate: 0.1, epsilon: 1e-8, bound: 1e-7, into: &out,
        instructions: instructions)
      return [w, m, v, out, plain, rolling, velocity]
    }
    for instructions in Instructions.allCases where instructions.isSupported {
      #expect(result(instructions) == result(.portable), "\(instructions)")
    }
  }

  private func rule(_ momentum: Float, _ step: Int) -> ParameterUpdates.SGD {
    .init(learningRate: 0.1, momentum: momentum, weightDecay: 0.01, isFirst: step == 1)
  }

  private func sum(_ parts: [Tensor]) -> [Double] {
    parts.dropFirst().reduce(doubles(parts[0])) { total, part in zip(total, doubles(part)).map { $0 + $1 } }
  }
}
