import Random

/// Whether S of same-class pairs differs from that of the others, against permuted labels (QAP: Mantel 1967; Hubert &
/// Schultz 1976; Krackhardt 1988).
///
/// Where sources and probes are the same samples, a permutation moves the label of a sample in both roles; else, and where
/// the roles have other labels (control `shuffle`), it moves the probes' labels alone.
public struct PermutationTest: Sendable {
  public static let permutations = 999
  /// With fewer labelings p cannot reach .05.
  public static let fewestLabelings = 20

  /// Two-sided p values; nil without pairs of both kinds.
  public struct PValues: Hashable, Sendable {
    /// Of the difference of means. It reacts to classes that differ as sources or as probes too: "labels matter for S".
    public var means: Double?
    public var geomeans: Double?
    public var auc: Double?
    /// The number of different labelings where it is too small for a p, which is then nil.
    public var tooFew: Int?

    public init(means: Double? = nil, geomeans: Double? = nil, auc: Double? = nil, tooFew: Int? = nil) {
      (self.means, self.geomeans, self.auc, self.tooFew) = (means, geomeans, auc, tooFew)
    }
  }

  /// The p values of the pairs of one or several runs: the mean over runs of each statistic T is compared with those of
  /// 999 permutations, p = (1 + #{|T_r − T̄| ≥ |T₀ − T̄|})/1000 with T̄ the mean over all of them and T₀.
  ///
  /// - Complexity: 1000 · (same-class pairs) additions of a vector.
  public static func pValues(
    _ matrices: [PairMatrix], runs: PairEstimates.Runs, stream: RandomStream
  ) -> PValues {
    let tests = matrices.map(PermutationTest.init)
    let labelings = tests.map(\.labelings).max() ?? 0
    if labelings < Double(fewestLabelings) { return PValues(tooFew: Int(labelings)) }
    var found: [[Statistics?]] = [
      tests.map { $0.statistics($0.matrix.sourceClasses, $0.matrix.probeClasses) }
    ]
    for replicate in 0..<permutations {
      found.append(
        tests.enumerated().map { run, test in
          // The same samples get the same new labels in each run.
          let index = runs == .samePoints ? replicate : run * permutations + replicate
          var generator = stream.generator(UInt64(index))
          let labels = test.permuted(&generator)
          return test.statistics(labels.sources, labels.probes)
        })
    }
    return PValues(
      means: p(found.map { meanOfKnown($0.map { $0?.means }) }),
      geomeans: p(found.map { meanOfKnown($0.map { $0?.geomeans }) }),
      auc: p(found.map { meanOfKnown($0.map { $0?.auc }) }))
  }

  /// The share of values as far from their mean as the first; nil if that does not exist.
  private static func p(_ values: [Double?]) -> Double? {
    guard case .some(.some(let first)) = values.first, first.isFinite else { return nil }
    let known = values.compactMap(\.self)
    let mean = known.reduce(0, +) / Double(known.count)
    let own = abs(first - mean) * (1 - 1e-12)
    return Double(known.count { abs($0 - mean) >= own }) / Double(known.count)
  }

  /// What labels say of one run.
  private struct Statistics {
    var means: Double?
    var geomeans: Double?
    var auc: Double?
  }

  private let matrix: PairMatrix
  /// What each pair adds to the sums of its source; zeros where there is no pair.
  private let terms: [Sums]
  /// The sums over all pairs of each source.
  private let rows: [Sums]
  /// Whether samples carry one label in both roles.
  private let movesBoth: Bool

  /// Σ S, the number of pairs, Σ ln S and the number of S > 0, Σ of the ranks of S among the pairs of the source: one vector,
  /// so that a pair is added at once.
  private typealias Sums = SIMD8<Double>

  private init(_ matrix: PairMatrix) {
    self.matrix = matrix
    let columns = matrix.probes
    let (logarithms, isPositive) = PairInfluences.logarithms(matrix)
    var terms = [Sums](repeating: .zero, count: matrix.values.count)
    rows = (0..<matrix.sources).map { i in
      let places = (i * columns..<(i + 1) * columns).filter { !matrix.values[$0].isNaN }
      let sorted = places.map { matrix.values[$0] }.sorted()
      for place in places {
        let value = matrix.values[place]
        let rank = PairInfluences.rank(value, sorted) + 0.5
        terms[place] = Sums(value, 1, logarithms[place], isPositive[place] ? 1 : 0, rank, 0, 0, 0)
      }
      return places.reduce(Sums.zero) { $0 + terms[$1] }
    }
    self.terms = terms
    let both = matrix.ownColumns.indices.filter { matrix.ownColumns[$0] >= 0 }
    movesBoth =
      !both.isEmpty
      && both.allSatisfy { matrix.sourceClasses[$0] == matrix.probeClasses[matrix.ownColumns[$0]] }
  }

  /// The probes whose labels are exchanged among themselves: those that are sources too, and the others.
  private var exchanged: [[Int]] {
    let probes = Array(matrix.probeClasses.indices)
    guard movesBoth else { return [probes] }
    return [probes.filter { matrix.ownRows[$0] >= 0 }, probes.filter { matrix.ownRows[$0] < 0 }]
  }

  private func permuted(_ generator: inout CounterGenerator) -> (sources: [Int], probes: [Int]) {
    var (sources, probes) = (matrix.sourceClasses, matrix.probeClasses)
    for group in exchanged {
      for (place, other) in zip(group, generator.permutation(group.count)) {
        probes[place] = matrix.probeClasses[group[other]]
      }
    }
    if movesBoth {
      for (i, own) in matrix.ownColumns.enumerated() where own >= 0 { sources[i] = probes[own] }
    }
    return (sources, probes)
  }

  /// How many labelings give different pairs of one class: n!/Π n_c! for each group of labels, and where they move in both
  /// roles only up to an exchange of classes with equal numbers.
  private var labelings: Double {
    var count = 1.0
    var sizes: [[Int]: Int] = [:]
    let classes = 1 + max(matrix.probeClasses.max() ?? 0, matrix.sourceClasses.max() ?? 0)
    let groups = exchanged.map { group in
      (0..<classes).map { c in group.count { matrix.probeClasses[$0] == c } }
    }
    for counts in groups {
      var placed = 0.0
      for n in counts {
        // (placed + n) choose n
        for k in 0..<n { count *= (placed + Double(k) + 1) / (Double(k) + 1) }
        placed += Double(n)
      }
    }
    let isAlone = matrix.ownColumns.map { $0 < 0 }
    let lone = (0..<classes).map { c in
      matrix.sourceClasses.indices.count { isAlone[$0] && matrix.sourceClasses[$0] == c }
    }
    if movesBoth, lone.allSatisfy({ $0 == 0 }) {
      for c in 0..<classes where groups.contains(where: { $0[c] > 0 }) {
        let size = groups.map { $0[c] }
        sizes[size, default: 0] += 1
        count /= Double(sizes[size] ?? 1)
      }
    }
    return count.rounded()
  }

  /// Differences of means, and the mean over sources of the AUC, from ranks: (Σ R − n(n + 1)/2)/(n (N − n)).
  private func statistics(_ sources: [Int], _ probes: [Int]) -> Statistics {
    let columns = matrix.probes
    let classes = 1 + max(sources.max() ?? 0, probes.max() ?? 0)
    var members = [[Int]](repeating: [], count: classes)
    for (j, c) in probes.enumerated() { members[c].append(j) }
    var (same, all) = (Sums.zero, Sums.zero)
    var (areas, ranked) = (0.0, 0.0)
    for i in rows.indices {
      var own = Sums.zero
      for j in members[sources[i]] { own += terms[i * columns + j] }
      let (n, others) = (own[1], rows[i][1] - own[1])
      if n > 0, others > 0 {
        areas += (own[4] - n * (n + 1) / 2) / (n * others)
        ranked += 1
      }
      same += own
      all += rows[i]
    }
    func difference(_ sum: Int, _ count: Int) -> Double? {
      let (n, others) = (same[count], all[count] - same[count])
      guard n > 0, others > 0 else { return nil }
      return same[sum] / n - (all[sum] - same[sum]) / others
    }
    return Statistics(
      means: difference(0, 1), geomeans: difference(2, 3), auc: ranked > 0 ? areas / ranked : nil)
  }
}

/// The mean of the numbers that are there; nil where none is.
private func meanOfKnown(_ numbers: [Double?]) -> Double? {
  let known = numbers.compactMap(\.self)
  return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
}
