import Elasticity
import Foundation
import Testing

/// Every distance against the formula as the textbook has it, where that does not cancel, and against limits where it does.
@Suite struct PredictionChangeTests {
  struct Case: Sendable, CustomStringConvertible {
    var z: [Double]
    var delta: [Double]
    var label = 0
    var description: String { "z \(z), change \(delta)" }
    var change: PredictionChange { PredictionChange(z: z, delta: delta, target: .label(label)) }
    func scaled(_ factor: Double) -> Case { Case(z: z, delta: delta.map { $0 * factor }, label: label) }
  }

  static let directions = [
    Case(z: [0, 0, 0], delta: [1, -2, 0.5]), Case(z: [1, -1, 2], delta: [0.3, 1.5, -1], label: 2),
    Case(z: [4, 0, -3], delta: [-1, 2, 1], label: 1), Case(z: [0.1, -0.7], delta: [-1, 1]),
    Case(z: [3, 1, 0, -1, 2], delta: [1, 2, -1, 0.5, -2], label: 4),
    // Confident: the other classes have about 6e-6 and 1e-6.
    Case(z: [0, log(6e-6), log(1e-6)], delta: [0.4, -1, 1]),
  ]

  @Test(arguments: directions, [0.3, 1, 5])
  func everyDistanceAgreesWithItsFormula(_ direction: Case, _ size: Double) {
    let test = direction.scaled(size)
    let change = test.change
    let (p, q) = (softmax(test.z), softmax(zip(test.z, test.delta).map(+)))
    let classes = Double(p.count)
    let moved = zip(q, p).map { $0 - $1 }
    let m = zip(p, q).map { ($0 + $1) / 2 }
    let l2 = norm(moved)
    let l1 = moved.map(abs).reduce(0, +)
    let new = zip(test.z, test.delta).map(+)
    let expected: [Distance: Double] = [
      .output: norm(test.delta), .logits: norm(test.delta),
      .loss: log(p[test.label]) - log(q[test.label]),
      .margin: margin(new, test.label) - margin(test.z, test.label),
      .l2: l2, .l1: l1, .kl: kl(q, p), .klReverse: kl(p, q), .jeffreys: kl(q, p) + kl(p, q),
      .js: (kl(p, m) + kl(q, m)) / 2, .sqrtKL: kl(q, p).squareRoot(),
      .publishedKL: zip(p, q).map { $0 * (log($0) - $1) }.reduce(0, +) / classes, .publishedL2: l1 / classes,
      .publishedL1: l1 / classes,
    ]
    #expect(expected.count == Distance.allCases.count)
    for (distance, value) in expected {
      let found = distance.value(change)
      // The naive sums themselves are good to about 1e-16 of their terms; a root of one is not.
      let error = distance == .sqrtKL ? abs(found * found - value * value) : abs(found - value)
      #expect(error <= 1e-11 * abs(value) + 5e-16, "\(distance): \(found), expected \(value)")
      #expect(distance.probe(change) == abs(found))
    }
    #expect(abs(Distance.publishedL2.source(change) - l2 / classes.squareRoot()) <= 1e-11 * l2 + 5e-16)
    for distance in Distance.allCases where distance != .publishedL2 {
      #expect(distance.source(change) == distance.probe(change))
    }
  }

  /// Beside a class of p = 1 a small one grows by a large power: both changes are the same, and neither is lost.
  @Test(arguments: [
    (p: 120.0, delta: 40.0, other: 130.0, otherDelta: 0.0), (120, 35, 125, 1), (120, 119, 600, 300),
    (300, 250, 310, -40), (80, 31, 500, 0.5),
  ])
  func aLargeChangeOfASmallProbabilityCounts(
    _ test: (p: Double, delta: Double, other: Double, otherDelta: Double)
  ) {
    let change = PredictionChange(
      z: [0, -test.p, -test.other], delta: [0, test.delta, test.otherDelta], target: .label(0))
    // All but the first class are below 1e-16: to a part in 10¹⁵ q − p = e^{z+Δ} − e^z for each, and less their sum.
    let moved = [(-test.p, test.delta), (-test.other, test.otherDelta)].map { exp($0 + $1) - exp($0) }
    let all = [-(moved[0] + moved[1])] + moved
    let total = 1 + exp(test.delta - test.p) + exp(test.otherDelta - test.other)
    let l1 = all.map(abs).reduce(0, +) / total
    #expect(abs(Distance.l1.value(change) - l1) <= 1e-12 * l1)
    let l2 = norm(all) / total
    #expect(abs(Distance.l2.value(change) - l2) <= 1e-12 * l2)
    #expect(abs(change.probabilityChange.reduce(0, +)) <= 1e-12 * l1)
    // The loss of the first class grows by −log q.
    let loss = log1p(total - 1) == 0 ? moved[0] + moved[1] : log(total)
    #expect(abs(Distance.loss.value(change) - loss) <= 1e-9 * loss)
  }

  /// For small changes KL → ½ Δᵀ(diag p − ppᵀ)Δ with a third-order term; JS is a quarter of it.
  @Test(arguments: directions, [1e-4, 1e-6, 1e-7, 1e-9, 1e-12])
  func smallChangesFollowTheSecondOrderLimit(_ direction: Case, _ size: Double) {
    let test = direction.scaled(size)
    let p = softmax(test.z)
    let mean = zip(p, test.delta).map(*).reduce(0, +)
    let centred = test.delta.map { $0 - mean }
    let second = zip(p, centred).map { $0 * $1 * $1 }.reduce(0, +) / 2
    let third = zip(p, centred).map { $0 * $1 * $1 * $1 }.reduce(0, +) / 6
    // log Σ p e^Δ − Σ pΔ = κ₂/2 + κ₃/6 + …; the other direction is κ₂/2 + κ₃/3 + ….
    expect(.klReverse, test, second + third)
    expect(.kl, test, second + 2 * third)
    expect(.jeffreys, test, 2 * second + 3 * third)
    expect(.sqrtKL, test, (second + 2 * third).squareRoot())
    expect(.js, test, second / 4, tolerance: 10 * size + 1e-6)
    // Δp = p(Δ − mean) and a second-order term, Δ loss = −(Δ_y − mean).
    let moved = zip(p, centred).map(*)
    expect(.l2, test, norm(moved), tolerance: 10 * size + 1e-8)
    expect(.l1, test, moved.map(abs).reduce(0, +), tolerance: 10 * size + 1e-8)
    let loss = Distance.loss.value(test.change)
    #expect(abs(loss + centred[test.label]) <= (10 * size + 1e-8) * (abs(centred[test.label]) + size))
  }

  private func expect(_ distance: Distance, _ test: Case, _ expected: Double, tolerance: Double = 1e-6) {
    let found = distance.value(test.change)
    #expect(abs(found - expected) <= tolerance * expected, "\(distance): \(found), expected \(expected)")
  }

  /// The naive sum is negative here; the right one is 9.6e-21 or so for any direction of this size.
  @Test func aTinyChangeOfAConfidentSampleHasAPositiveKL() {
    let test = Case(z: [0, log(6e-6), log(1e-6)], delta: [1e-7, 1.5e-7, 2e-7])
    let (p, q) = (softmax(test.z), softmax(zip(test.z, test.delta).map(+)))
    let naive = zip(p, q).map { $0 * (log($0) - log($1)) }.reduce(0, +)
    let mean = zip(p, test.delta).map(*).reduce(0, +)
    let exact = zip(p, test.delta).map { $0 * ($1 - mean) * ($1 - mean) }.reduce(0, +) / 2
    #expect(abs(naive - exact) > 100 * exact, "here the naive sum is noise: \(naive)")
    expect(.klReverse, test, exact)
    expect(.kl, test, exact)
    #expect(exact > 1e-21 && exact < 1e-19)
  }

  /// Thirty decades of changes, confident and doubtful samples: divergences are positive, finite and ordered.
  @Test(arguments: directions, [0.0, 10, 100, 600, 2000])
  func divergencesArePositiveAndFinite(_ direction: Case, _ confidence: Double) {
    var z = direction.z
    z[0] += confidence
    for exponent in -20...5 {
      let test = Case(
        z: z, delta: direction.delta.map { $0 * pow(10, Double(exponent)) }, label: direction.label)
      let change = test.change
      for distance in Distance.allCases {
        let value = distance.value(change)
        #expect(value.isFinite, "\(distance) at 1e\(exponent): \(value)")
        if distance != .loss && distance != .margin && distance != .publishedKL {
          #expect(value >= 0, "\(distance) at 1e\(exponent): \(value)")
        }
      }
      // Changes of 1e5 are themselves good to 1e-11 only.
      #expect(Distance.js.value(change) <= log(2) * (1 + 1e-9))
      #expect(Distance.l1.value(change) <= 2 * (1 + 1e-9))
      #expect(Distance.l2.value(change) <= 2.0.squareRoot() * (1 + 1e-9))
      let sum = Distance.kl.value(change) + Distance.klReverse.value(change)
      #expect(abs(Distance.jeffreys.value(change) - sum) <= 1e-12 * sum)
    }
  }

  /// The likeliest class changes hands over a gap at which its probability underflows.
  @Test func aSwapOfCertaintiesHasTheDivergenceOfItsLogits() {
    let change = PredictionChange(z: [1000, 0], delta: [-1000, 1000], target: .label(1))
    #expect(abs(Distance.kl.value(change) - 1000) < 1e-9)
    #expect(abs(Distance.klReverse.value(change) - 1000) < 1e-9)
    #expect(abs(Distance.js.value(change) - log(2)) < 1e-12)
    #expect(abs(Distance.l1.value(change) - 2) < 1e-12)
    #expect(abs(Distance.loss.value(change) + 1000) < 1e-9)
    #expect(Distance.margin.value(change) == 2000)
  }

  /// KL one way is KL the other way for the opposite change; Jeffreys, JS, L1 and L2 do not see the way.
  @Test(arguments: directions, [1e-5, 1e-2, 3])
  func goingBackSwapsTheDivergences(_ direction: Case, _ size: Double) {
    let there = direction.scaled(size)
    let back = Case(z: zip(there.z, there.delta).map(+), delta: there.delta.map { -$0 }, label: there.label)
    func same(_ a: Distance, _ b: Distance) {
      let (x, y) = (a.probe(there.change), b.probe(back.change))
      #expect(abs(x - y) <= 1e-9 * max(x, y), "\(a) \(x), back \(b) \(y)")
    }
    same(.kl, .klReverse)
    same(.klReverse, .kl)
    for distance in [Distance.jeffreys, .js, .l1, .l2, .logits, .loss, .publishedL1] {
      same(distance, distance)
    }
  }

  /// Adding one number to all logits changes no probability.
  @Test func aCommonShiftMovesNothing() {
    let change = PredictionChange(z: [1, 2, 0], delta: [0.25, 0.25, 0.25], target: .label(0))
    for distance in [Distance.l1, .l2, .kl, .klReverse, .jeffreys, .js, .sqrtKL, .loss, .margin] {
      #expect(distance.probe(change) == 0, "\(distance)")
    }
    #expect(abs(Distance.logits.probe(change) - 0.25 * 3.0.squareRoot()) < 1e-15)
  }

  /// Golden values of the published mixture of norms: Δp ∝ (1, −1, 0) and (2, −1, −1) at three classes.
  @Test(arguments: [([1.0, -1, 0], 0.8164965809), ([2.0, -1, -1], 0.9428090416)])
  func publishedL2OfASampleWithItselfIsBelowOne(_ direction: [Double], _ golden: Double) {
    let p = [1.0 / 3, 1.0 / 3, 1.0 / 3]
    let q = zip(p, direction).map { $0 + 0.1 * $1 }
    let change = PredictionChange(
      z: p.map(log), delta: zip(q, p).map { log($0) - log($1) }, target: .label(0))
    #expect(abs(Distance.publishedL2.probe(change) / Distance.publishedL2.source(change) - golden) < 1e-10)
  }

  @Test func regressionsHaveOutputAndLoss() {
    let change = PredictionChange(z: [1, 2], delta: [0.5, -1], target: .values([0, 2.5]))
    #expect(abs(Distance.output.value(change) - 1.25.squareRoot()) < 1e-15)
    // ((1.5)² + (−1.5)²)/2 − (1² + (−0.5)²)/2
    #expect(abs(Distance.loss.value(change) - (4.5 - 1.25) / 2) < 1e-15)
    #expect(Distance.allCases.filter { !$0.needsClasses } == [.output, .loss])
    let falling = PredictionChange(z: [1], delta: [-0.5], target: .values([0]))
    #expect(Distance.output.value(falling) == -0.5 && Distance.output.probe(falling) == 0.5)
    #expect(Distance.allCases.filter { !$0.isConsistent } == [.publishedKL, .publishedL2, .publishedL1])
  }

  private func softmax(_ z: [Double]) -> [Double] {
    let top = z.max() ?? 0
    let powers = z.map { exp($0 - top) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  private func kl(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { $0 * log($0 / $1) }.reduce(0, +) }

  private func norm(_ x: [Double]) -> Double { x.map { $0 * $0 }.reduce(0, +).squareRoot() }

  private func margin(_ z: [Double], _ label: Int) -> Double {
    z[label] - (z.indices.filter { $0 != label }.map { z[$0] }.max() ?? 0)
  }
}
