import Elasticity
import Glibc
import Random
import Simulation
import Tables
import Testing

/// Intervals of averages of pairs: numbers by other arithmetic, rules, and what must not matter.
@Suite struct PairIntervalTests {
  /// Three classes of six samples, from whole numbers alone.
  static func table(isShared: Bool) -> PairMatrix {
    let n = 18
    let labels = (0..<n).map { $0 / 6 }
    var values: [Double] = []
    for i in 0..<n {
      for j in 0..<n {
        let parts = (
          Double(i * 37 % 11) / 10, Double(j * 53 % 13) / 13,
          Double((i * 7919 + j * 104_729 + i * j * 31) % 1000)
        )
        values.append(isShared && i == j ? .nan : 0.2 + parts.0 + parts.1 + parts.2 / 1000)
      }
    }
    return PairMatrix(
      values: values, denominators: (0..<n).map { 0.5 + Double($0 * 29 % 17) / 10 }, sourceClasses: labels,
      probeClasses: labels, ownColumns: labels.indices.map { isShared ? $0 : nil })
  }

  /// The same tables by NumPy and SciPy, with a program that computes whole arrays and removes the means of rows and columns
  /// in another order, to 1e-9.
  @Test(arguments: [
    (PairStatistic.average(.mean, .same), true, 1.3655292191902249, 1.8535681296225304),
    (.average(.geomean, .same), true, 1.287317779539941, 1.7299252085903976),
    (.average(.ratioOfMeans, .same), true, 1.4094508680509212, 2.2124113893552817),
    (.average(.median, .same), true, 1.2850000000000001, 1.8493846153846154),
    (.average(.mean, .other), true, 1.260287950474825, 1.8322426032905206),
    (.average(.geomean, .other), true, 1.1592348257863268, 1.6600734032981235),
    (.average(.ratioOfMeans, .other), true, 1.2504603972702528, 1.8779731112994713),
    (.average(.median, .other), true, 1.253, 1.755923076923077),
    (.average(.mean, .ownPair), true, 0.932647961223567, 2.2233278841642177),
    (.average(.geomean, .ownPair), true, 0.8688349523646202, 1.979791194918777),
    (.average(.ratioOfMeans, .ownPair), true, 0.8967703094786952, 3.6286216169056265),
    (.average(.median, .ownPair), true, 0.6177692307692308, 2.1776153846153847),
    (.average(.mean, .otherPair), true, 1.4049367500298584, 2.417579136593798),
    (.average(.geomean, .otherPair), true, 1.345414375673626, 2.2831595030337306),
    (.average(.ratioOfMeans, .otherPair), true, 1.4255480772596982, 2.8570728462061394),
    (.average(.median, .otherPair), true, 1.2483846153846154, 2.3851538461538464),
    (.locality(.difference), true, -0.04983085470901988, 0.17520462816652504),
    (.locality(.ratio), true, 0.9637557800152101, 1.1207748410486915),
    (.locality(.auc), true, 0.4677810159705275, 0.5652353900684375),
    (.average(.mean, .same), false, 1.3460281987002585, 1.7794976019102362),
    (.average(.geomean, .same), false, 1.2622216056159192, 1.6629241914629997),
    (.average(.ratioOfMeans, .same), false, 1.3652228094737715, 1.8589852942702534),
    (.average(.median, .same), false, 1.3374615384615385, 1.7630769230769232),
    (.average(.mean, .ownPair), false, 0.9693522893319745, 1.9428460567427874),
    (.average(.geomean, .ownPair), false, 0.8774713880048494, 1.7285535207009306),
    (.average(.ratioOfMeans, .ownPair), false, 0.9968653665304333, 2.4856695478405637),
    (.average(.median, .ownPair), false, 0.7537692307692309, 1.838),
    (.locality(.difference), false, -0.05699014523478542, 0.12736264642995104),
    (.locality(.ratio), false, 0.9601737438792767, 1.0872781615901996),
    (.locality(.auc), false, 0.45859536887583185, 0.5398716154511516),
  ])
  func intervalsAreThoseOfAnotherProgram(
    _ statistic: PairStatistic, _ isShared: Bool, _ low: Double, _ high: Double
  ) throws {
    let found = PairStatistic.estimates([statistic], of: [Self.table(isShared: isShared)], runs: .samePoints)[
      0]
    #expect(abs(try #require(found.low) - low) < 3e-9, "\(found)")
    #expect(abs(try #require(found.high) - high) < 3e-9, "\(found)")
  }

  /// The variance of a geometric mean by its plain formula: sums by sample, squared, less twice what pairs do alone.
  @Test func theVarianceOfAGeometricMeanIsThatOfItsFormula() throws {
    let n = 9
    let stream = RandomStream(Seed(4), .data, object: "oracle")
    let logs = stream.normals(0..<UInt64(n * n))
    let labels = [Int](repeating: 0, count: n)
    let matrix = PairMatrix(
      values: logs.enumerated().map { $0 / n == $0 % n ? .nan : exp($1) },
      denominators: labels.map { _ in 1 }, sourceClasses: labels, probeClasses: labels,
      ownColumns: Array(0..<n))
    let pairs = (0..<n).flatMap { i in (0..<n).compactMap { i == $0 ? nil : (i, $0) } }
    let count = Double(pairs.count)
    let mean = pairs.reduce(0) { $0 + logs[$1.0 * n + $1.1] } / count
    // Residuals: least squares of row and column effects without the diagonal, by many sweeps.
    var rest = logs.map { $0 - mean }
    for _ in 0..<4 {
      for i in 0..<n {
        let m = (0..<n).filter { $0 != i }.reduce(0) { $0 + rest[i * n + $1] } / Double(n - 1)
        for j in 0..<n where j != i { rest[i * n + j] -= m }
      }
      for j in 0..<n {
        let m = (0..<n).filter { $0 != j }.reduce(0) { $0 + rest[$1 * n + j] } / Double(n - 1)
        for i in 0..<n where j != i { rest[i * n + j] -= m }
      }
    }
    let samples = Double(n)
    let f1 = (samples - 1) / (samples - 2)
    let f2 = samples * (samples - 1) / (samples * samples - 3 * samples + 1)
    let psi = (0..<n).map { k in
      pairs.reduce(0.0) { sum, pair in
        sum + (pair.0 == k || pair.1 == k ? f1 * (logs[pair.0 * n + pair.1] - mean) / count : 0)
      }
    }
    let vj = samples / (samples - 1) * psi.reduce(0) { $0 + $1 * $1 }
    var p = 0.0
    for i in 0..<n {
      for j in 0..<i {
        let z = (rest[i * n + j] + rest[j * n + i]) / count
        p += f2 * z * z
      }
    }
    let left = vj - p * (2 * f1 * f1 - 1)
    let v = max(left, 0.45 * vj + 0.1 * p)
    let freedom = (left >= vj / 2 ? left * left : vj * vj) / (vj * vj / (samples - 1))
    let half =
      StudentT.quantile(0.975, freedom: min(max(freedom, 0.6 * (samples - 1)), samples - 1)) * v.squareRoot()
    let found = PairEstimates([matrix]).average(.geomean)
    #expect(abs(try #require(found.value) - exp(mean)) < 1e-12)
    #expect(abs(log(try #require(found.low)) - (mean - half)) < 1e-10)
    #expect(abs(log(try #require(found.high)) - (mean + half)) < 1e-10)
  }

  // MARK: - Rules

  private func table(
    _ perClass: Int, scenario: String = "both", scale: Double = 1, isShared: Bool = true, seed: UInt64 = 3
  ) throws -> PairMatrix {
    var scenario = try #require(PairScenario.all.first { $0.name == scenario })
    scenario.source *= scale
    scenario.probe *= scale
    var generator = RandomStream(Seed(seed), .data, object: "rules").generator()
    return scenario.table([perClass, perClass], isShared: isShared, using: &generator)
  }

  @Test(arguments: [1, 2, 4, 5])
  func fewSamplesOfAClassHaveNoInterval(_ count: Int) throws {
    let estimates = PairEstimates([try table(count)])
    for summary in Locality.allCases {
      let found = estimates.locality(summary)
      if count < 5 {
        #expect(found.low == nil && found.high == nil)
        // One sample a class has no pair of its class.
        let needsSame = ![.other, .geomeanOther].contains(summary)
        #expect(found.reason == (count == 1 && needsSame ? .noPairs : .fewSamples(count)), "\(summary)")
      } else {
        #expect(found.low != nil && found.reason == nil, "\(summary)")
      }
    }
  }

  @Test func meansThatHangOnSinglePairsHaveNoInterval() throws {
    let estimates = PairEstimates([try table(6, scale: 6)])
    guard case .spread(let sd)? = estimates.locality(.same).reason else {
      Issue.record("\(estimates.locality(.same))")
      return
    }
    #expect(sd > 2)
    #expect(estimates.locality(.difference).reason != nil)
    // What does not hang on them keeps its interval.
    for summary in [Locality.geomeanSame, .geomeanRatio, .auc] {
      #expect(estimates.locality(summary).low != nil, "\(summary)")
    }
    #expect(estimates.average(.median).low != nil)
  }

  @Test func anAreaNearOneHasNoInterval() throws {
    let matrix = try table(8, scale: 0.05)
    let parted = matrix.mapValues { i, j, value in
      matrix.sourceClasses[i] == matrix.probeClasses[j] ? value * 100 : value
    }
    let found = PairEstimates([parted]).locality(.auc)
    #expect(found.value == 1 && found.low == nil && found.reason == .decided)
  }

  /// An S of 0 is counted, and in no geometric mean.
  @Test func zerosAreCounted() throws {
    let matrix = try table(8)
    let zeros = matrix.mapValues { i, j, value in (i * 5 + j) % 7 == 0 ? 0 : value }
    let estimates = PairEstimates([zeros])
    let kept = zeros.values.filter { $0 > 0 }
    #expect(estimates.zeros == zeros.values.count { $0 == 0 } && estimates.zeros > 5)
    let geomean = estimates.average(.geomean)
    let expected = exp(kept.reduce(0) { $0 + log($1) } / Double(kept.count))
    #expect(abs(try #require(geomean.value) - expected) < 1e-12)
    for average in Average.allCases {
      let found = estimates.average(average)
      let (low, value, high) = (try #require(found.low), try #require(found.value), try #require(found.high))
      #expect(low <= value && value <= high && high.isFinite, "\(average)")
    }
    let none = PairEstimates([matrix.mapValues { _, _, _ in 0 }])
    #expect(none.average(.geomean).value == nil && none.average(.geomean).reason == .zero)
    #expect(none.average(.mean).value == 0 && none.average(.mean).reason == .zero)
    for summary in Locality.allCases { #expect(none.locality(summary).low == nil || summary == .auc) }
  }

  @Test func numbersThatDoNotDifferHaveAnIntervalOfNoWidth() throws {
    let matrix = try table(6).mapValues { _, _, _ in 1 }
    for average in Average.allCases where average != .ratioOfMeans {
      let found = PairEstimates([matrix]).average(average)
      #expect(found.value == 1 && found.low == 1 && found.high == 1, "\(average)")
    }
  }

  /// A dropped source stays a probe, a pair may be missing alone; neither is a number.
  @Test func droppedPairsAreLeftOut() throws {
    let matrix = try table(8)
    let gaps = PairMatrix(
      values: matrix.values.enumerated().map { $0 / 16 == 3 || $0 == 17 ? .nan : $1 },
      denominators: matrix.denominators, sourceClasses: matrix.sourceClasses,
      probeClasses: matrix.probeClasses,
      ownColumns: Array(0..<16))
    let estimates = PairEstimates([gaps])
    #expect(estimates.sources == 15 && estimates.probes == 16)
    for summary in Locality.allCases {
      let (whole, part) = (PairEstimates([matrix]).locality(summary), estimates.locality(summary))
      #expect(abs(try #require(whole.value) / #require(part.value) - 1) < 0.3, "\(summary)")
      #expect(try #require(part.low) < #require(part.high))
    }
  }

  /// Self pairs with S = 1 pull an average towards 1 and its interval with it.
  @Test func pairsOfASampleWithItselfCountOnce() throws {
    let matrix = try table(8).block(0, 0)
    let filled = PairMatrix(
      values: matrix.values.map { $0.isNaN ? 1 : $0 }, denominators: matrix.denominators,
      sourceClasses: matrix.sourceClasses, probeClasses: matrix.probeClasses, ownColumns: Array(0..<8))
    let (without, with) = (PairEstimates([matrix]), PairEstimates([filled]))
    // A mean over 64 pairs of which 8 are 1.
    for average in [Average.mean, .geomean] {
      let (a, b) = (without.average(average), with.average(average))
      let scale: (Double) -> Double = { average == .mean ? ($0 * 56 + 8) / 64 : exp(log($0) * 56 / 64) }
      #expect(abs(try #require(b.value) - scale(try #require(a.value))) < 1e-12)
      #expect(abs(try #require(b.low) - scale(try #require(a.low))) < 0.03)
      #expect(abs(try #require(b.high) - scale(try #require(a.high))) < 0.1)
    }
  }

  @Test func theOrderOfSamplesDoesNotMatter() throws {
    let matrix = try table(7)
    var generator = RandomStream(Seed(8), .data, object: "order").generator()
    let order = generator.permutation(14)
    let moved = PairMatrix(
      values: order.flatMap { i in order.map { matrix.values[i * 14 + $0] } },
      denominators: order.map { matrix.denominators[$0] },
      sourceClasses: order.map { matrix.sourceClasses[$0] },
      probeClasses: order.map { matrix.probeClasses[$0] }, ownColumns: Array(0..<14))
    for summary in Locality.allCases {
      let (a, b) = (PairEstimates([matrix]).locality(summary), PairEstimates([moved]).locality(summary))
      #expect(abs(try #require(a.low) - #require(b.low)) < 1e-10, "\(summary)")
      #expect(abs(try #require(a.high) - #require(b.high)) < 1e-10, "\(summary)")
    }
  }

  /// Two runs with samples of their own, of which one alone has pairs of two classes: its number, with its interval.
  @Test func aNumberThatOneRunHasIsThatOfTheRun() throws {
    let (small, large) = (try table(6).block(0, 0), try table(8))
    let both = PairEstimates([small, large], runs: .newPoints)
    for summary in [Locality.other, .ratio, .auc, .geomeanRatio] {
      let (found, own) = (both.locality(summary), PairEstimates([large]).locality(summary))
      #expect(abs(try #require(found.value) - #require(own.value)) < 1e-12, "\(summary)")
      #expect(try #require(found.low) < #require(found.value), "\(summary)")
    }
  }

  @Test func aRunThatIsThereTwiceChangesNoValue() throws {
    let matrix = try table(8)
    let (one, two) = (PairEstimates([matrix]), PairEstimates([matrix, matrix]))
    for summary in Locality.allCases {
      let (a, b) = (one.locality(summary), two.locality(summary))
      #expect(abs(try #require(a.value) - #require(b.value)) < 1e-12)
      #expect(abs(try #require(a.low) - #require(b.low)) < 1e-9, "\(summary)")
    }
  }
}
