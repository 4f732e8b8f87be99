import Elasticity
import Kernels
import Random
import Tables

/// How often intervals hold the truth, over many tables of one cell of a grid.
public struct CoverageCell: Sendable {
  public var scenario: PairScenario
  /// Samples of each class.
  public var sizes: [Int]
  public var isShared: Bool
  public var gaps = PairScenario.Gaps()
  /// Several runs of each table, at the same samples or at new ones.
  public var runs: (count: Int, effects: PairScenario.RunEffects, kind: PairEstimates.Runs)?

  public init(
    _ scenario: PairScenario, sizes: [Int], isShared: Bool, gaps: PairScenario.Gaps = PairScenario.Gaps(),
    runs: (count: Int, effects: PairScenario.RunEffects, kind: PairEstimates.Runs)? = nil
  ) {
    (self.scenario, self.sizes, self.isShared, self.gaps, self.runs) = (scenario, sizes, isShared, gaps, runs)
  }

  public var name: String {
    let classes =
      Set(sizes).count == 1
      ? "\(sizes[0]) a class, \(sizes.count) classes" : sizes.map(String.init).joined(separator: "/")
    var parts = [scenario.name, isShared ? "shared" : "apart", classes]
    if gaps.sources > 0 { parts.append("\(Int(gaps.sources * 100)) % of sources dropped") }
    if gaps.pairs > 0 { parts.append("\(Int(gaps.pairs * 100)) % of pairs dropped") }
    if let runs {
      parts.append(
        "\(runs.count) runs of sd \(runs.effects.sd), \(runs.kind == .samePoints ? "same" : "new") points")
    }
    return parts.joined(separator: ", ")
  }

  /// What was seen of one number.
  public struct Seen: Sendable {
    public var statistic: PairStatistic
    /// Tables whose interval holds the truth, of those that have an interval.
    public var covered = 0
    public var given = 0
    public var tables = 0
    /// Medians: the interval's high/low, or its length for a difference.
    public var length = 0.0

    public init(statistic: PairStatistic, covered: Int = 0, given: Int = 0, tables: Int = 0) {
      (self.statistic, self.covered, self.given, self.tables) = (statistic, covered, given, tables)
    }

    public var share: Double { given > 0 ? Double(covered) / Double(given) : .nan }
  }

  /// Draws tables and counts; the same for any number of workers.
  ///
  /// - Returns: one entry for each statistic whose truth is known.
  public func seen(
    tables: Int, of statistics: [PairStatistic] = PairStatistic.all, seed: Seed, workers: Workers
  ) -> [Seen] {
    let effects = runs?.effects
    let known = statistics.compactMap { statistic -> (PairStatistic, Double)? in
      if statistic == .locality(.auc) {
        // A gap between runs moves the mean of the AUC itself.
        if let effects, effects.sd > 0 { return nil }
        return (statistic, scenario.auc(isShared: isShared, runs: effects))
      }
      return scenario.truth(statistic, isShared: isShared, runs: effects).map { (statistic, $0) }
    }
    var found = [[Estimate]](repeating: [], count: tables)
    let stream = RandomStream(seed, .data, object: name)
    workers.forEach(of: &found) { table, estimates in
      var generator = stream.generator(UInt64(table))
      estimates = PairStatistic.estimates(
        known.map(\.0), of: matrices(using: &generator), runs: runs?.kind ?? .samePoints)
    }
    return known.indices.map { k in
      var seen = Seen(statistic: known[k].0)
      var lengths: [Double] = []
      for estimates in found {
        seen.tables += 1
        guard let low = estimates[k].low, let high = estimates[k].high else { continue }
        seen.given += 1
        if low <= known[k].1, known[k].1 <= high { seen.covered += 1 }
        lengths.append(known[k].0 == .locality(.difference) ? high - low : high / low)
      }
      seen.length = Statistics.median(lengths) ?? .nan
      return seen
    }
  }

  private func matrices(using generator: inout CounterGenerator) -> [PairMatrix] {
    func table(_ generator: inout CounterGenerator) -> PairMatrix {
      scenario.table(sizes, isShared: isShared, gaps: gaps, using: &generator)
    }
    let first = table(&generator)
    guard let runs else { return [first] }
    return (0..<runs.count).map { run in
      let base = runs.kind == .samePoints || run == 0 ? first : table(&generator)
      return PairScenario.run(base, runs.effects, using: &generator)
    }
  }

  /// What the rules say of a share of intervals (`elasticity.md` §4.1): it fails where its 99 % binomial interval lies wholly
  /// below .92, or wholly above .98 for a number that may not cover more.
  public func failure(of seen: Seen) -> String? {
    guard seen.given > 0 else { return nil }
    let interval = Binomial.interval(seen.covered, of: seen.given, coverage: 0.99)
    if interval.high < 0.92 { return "below .92" }
    if interval.low > 0.98, !seen.statistic.mayCoverMore, !scenario.isPairNoiseAlone { return "above .98" }
    return nil
  }
}
