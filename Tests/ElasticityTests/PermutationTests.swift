import Elasticity
import Glibc
import Kernels
import Random
import Simulation
import Testing

@Suite struct PermutationTests {
  private let stream = RandomStream(Seed(1), .permutation, object: "test")

  private func table(
    _ perClass: Int, classes: Int = 2, gap: Double = 0, isShared: Bool = true, seed: UInt64 = 1
  ) -> PairMatrix {
    let law = PairScenario(name: "test", source: 0.3, probe: 0.3, pair: 0.3, same: gap, other: 0)
    var generator = RandomStream(Seed(seed), .data, object: "permutations").generator()
    return law.table([Int](repeating: perClass, count: classes), isShared: isShared, using: &generator)
  }

  private func p(_ matrix: PairMatrix) -> PermutationTest.PValues {
    PermutationTest.pValues([matrix], runs: .samePoints, stream: stream)
  }

  /// The p of all three statistics with the same permutations, counted pair by pair.
  @Test(arguments: [true, false], [false, true])
  func pIsThatOfPlainCounting(_ isShared: Bool, _ hasGaps: Bool) throws {
    let full = table(5, classes: 2, gap: 0.15, isShared: isShared)
    let n = 10
    let matrix = PairMatrix(
      values: full.values.enumerated().map { hasGaps && ($0 % 7 == 0 || $0 / n == 4) ? .nan : $1 },
      denominators: full.denominators, sourceClasses: full.sourceClasses, probeClasses: full.probeClasses,
      ownColumns: (0..<n).map { isShared ? $0 : nil })
    func statistics(_ sources: [Int], _ probes: [Int]) -> [Double] {
      var (same, other): ([Double], [Double]) = ([], [])
      var areas: [Double] = []
      for i in 0..<n {
        let row = (0..<n).filter { !matrix.values[i * n + $0].isNaN }
        let (own, rest) = (
          row.filter { sources[i] == probes[$0] }.map { matrix.values[i * n + $0] },
          row.filter { sources[i] != probes[$0] }.map { matrix.values[i * n + $0] }
        )
        same += own
        other += rest
        guard !own.isEmpty, !rest.isEmpty else { continue }
        var wins = 0.0
        for a in own { for b in rest { wins += a > b ? 1 : a == b ? 0.5 : 0 } }
        areas.append(wins / Double(own.count * rest.count))
      }
      func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
      return [
        mean(same) - mean(other), mean(areas),
        mean(same.map { Glibc.log($0) }) - mean(other.map { Glibc.log($0) }),
      ]
    }
    var all = [statistics(matrix.sourceClasses, matrix.probeClasses)]
    for replicate in 0..<999 {
      var generator = stream.generator(UInt64(replicate))
      let labels = generator.permutation(n).map { matrix.probeClasses[$0] }
      all.append(statistics(isShared ? labels : matrix.sourceClasses, labels))
    }
    let found = p(matrix)
    for (place, p) in [found.means, found.auc, found.geomeans].enumerated() {
      let values = all.map { $0[place] }
      let mean = values.reduce(0, +) / 1000
      let expected = Double(values.count { abs($0 - mean) >= abs(values[0] - mean) * (1 - 1e-9) }) / 1000
      #expect(abs(try #require(p) - expected) < 0.0011, "statistic \(place)")
    }
  }

  @Test func aDifferenceIsSeenAndNoneIsNot() throws {
    #expect(p(table(8, gap: 0.5)).auc == 0.001)
    #expect(p(table(8, gap: 0.5)).geomeans == 0.001)
    var rejected = 0
    for seed in 0..<60 {
      if try #require(p(table(6, seed: UInt64(seed))).auc) <= 0.05 { rejected += 1 }
    }
    #expect(rejected <= 9)
  }

  /// 10 joint labelings of 2 · 3 samples, 35 of 2 · 4, 280 of 3 · 3; 20 of six probes alone.
  @Test func fewLabelingsHaveNoP() {
    #expect(p(table(3)) == PermutationTest.PValues(tooFew: 10))
    #expect(p(table(4)).tooFew == nil && p(table(4)).auc != nil)
    #expect(p(table(3, classes: 3)).tooFew == nil)
    #expect(p(table(2, isShared: false)) == PermutationTest.PValues(tooFew: 6))
    #expect(p(table(3, isShared: false)).tooFew == nil)
  }

  /// Classes that differ as sources and as probes: the means differ without any locality, auc and geomean do not.
  @Test func classEffectsAreNoLocality() throws {
    let matrix = table(8, classes: 3, seed: 2)
    let rows = [1.5, 0, -1.5]
    let moved = matrix.mapValues { i, j, value in
      value * Glibc.exp(rows[matrix.sourceClasses[i]] + rows[matrix.probeClasses[j]])
    }
    let found = p(moved)
    #expect(try #require(found.means) < 0.05)
    // In logarithms the effects of equal classes cancel in every labeling.
    #expect(found.geomeans == p(matrix).geomeans)
    #expect(try #require(found.geomeans) > 0.05 && #require(found.auc) > 0.05)
  }

  @Test func oneClassHasNoP() {
    let found = p(table(8, classes: 1))
    #expect(found.auc == nil && found.means == nil && found.geomeans == nil)
  }
}
