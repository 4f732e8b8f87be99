import Random
import Tables

/// How local the steps of a measurement are, in single numbers made from its pairs of samples (`elasticity.md` §5).
public enum Locality: String, CaseIterable, Hashable, Sendable {
  /// Mean S over pairs of one class.
  case same
  /// Mean S over pairs of two classes.
  case other
  /// same − other.
  case difference
  /// same / other.
  case ratio
  /// same / (same + other): ½ without locality (Chen, He & Su, arXiv 2010.11775).
  case lantk
  /// The probability that S ranks a probe of the source's class before one of another, ties counted half; the mean over
  /// sources, since each has a denominator of its own.
  case auc

  /// The pairs of one source: S, and whether the probe is of its class.
  struct Source: Sendable {
    var same: [Double] = []
    var other: [Double] = []

    /// Mann and Whitney's statistic over both numbers of pairs; nil without pairs of both kinds.
    var auc: Double? {
      guard !same.isEmpty, !other.isEmpty else { return nil }
      var wins = 0.0
      for s in same { for o in other { wins += s > o ? 1 : s == o ? 0.5 : 0 } }
      return wins / Double(same.count * other.count)
    }
  }

  /// What each source gives, computed once: sums, counts and its AUC.
  struct Part: Sendable {
    var sameSum: Double
    var sameCount: Double
    var otherSum: Double
    var otherCount: Double
    var auc: Double?

    init(_ source: Source) {
      sameSum = source.same.reduce(0, +)
      sameCount = Double(source.same.count)
      otherSum = source.other.reduce(0, +)
      otherCount = Double(source.other.count)
      auc = source.auc
    }
  }

  /// The number over sources counted `weights` times; nil without pairs of the kinds it needs.
  func value(_ parts: [Part], weights: [Double]) -> Double? {
    if self == .auc {
      let ranked = zip(parts, weights).filter { $0.0.auc != nil && $0.1 > 0 }
      let total = ranked.reduce(0) { $0 + $1.1 }
      return total > 0 ? ranked.reduce(0) { $0 + ($1.0.auc ?? 0) * $1.1 } / total : nil
    }
    func mean(_ sum: (Part) -> Double, _ count: (Part) -> Double) -> Double? {
      let n = zip(parts, weights).reduce(0) { $0 + count($1.0) * $1.1 }
      return n > 0 ? zip(parts, weights).reduce(0) { $0 + sum($1.0) * $1.1 } / n : nil
    }
    let same = mean(\.sameSum, \.sameCount)
    let other = mean(\.otherSum, \.otherCount)
    switch self {
    case .same: return same
    case .other: return other
    case .difference: return same.flatMap { same in other.map { same - $0 } }
    case .ratio: return same.flatMap { same in other.map { same / $0 } }
    case .lantk: return same.flatMap { same in other.map { same / (same + $0) } }
    case .auc: return nil
    }
  }

  /// One row for each measurement and number, from a table of pairs (`measure … keep=pairs`).
  ///
  /// The interval holds 95 % of 400 resamplings of the sources (stream `bootstrap`), the same for all numbers of a
  /// measurement, so that same − other has its own interval and not one made of two.
  /// - Parameter isPooled: whether the runs of a measurement are taken together: their mean, with an interval over runs
  ///   and, within each, sources.
  /// - Throws: `TableError` for a table that has no pairs in it.
  public static func summaries(of pairs: Table, isPooled: Bool = false) throws(TableError) -> Table {
    let structure = try PairTable(pairs, isPooled: isPooled)
    let (values, same) = (try pairs.numbers(in: "value"), try pairs.column(named: "same"))
    let sourceIDs = try pairs.numbers(in: "source_id")
    var table = Table(
      columns: structure.keys + structure.runsColumn + [
        ("summary", .key), ("n", .note), ("dropped", .note), ("value", .value), ("low", .value),
        ("high", .value),
      ])
    for (key, runs) in try structure.measurements() {
      let parts = runs.map { run in
        var sources: [Double: Source] = [:]
        for row in run.rows where !values[row].isNaN {
          if same[row] == .flag(true) {
            sources[sourceIDs[row], default: Source()].same.append(values[row])
          } else {
            sources[sourceIDs[row], default: Source()].other.append(values[row])
          }
        }
        return sources.sorted { $0.key < $1.key }.map { Part($0.value) }
      }
      let resampling = Resampling(
        sources: parts.map(\.count),
        stream: RandomStream(runs.first?.seed ?? Seed(0), .bootstrap, object: "locality"))
      let count = parts.joined().reduce(0) { $0 + $1.sameCount + $1.otherCount }
      let total = Double(runs.reduce(0) { $0 + $1.rows.count })
      for summary in allCases {
        let whole = meanOfKnown(
          parts.map { summary.value($0, weights: [Double](repeating: 1, count: $0.count)) })
        let interval = resampling.interval { summary.value(parts[$0.run], weights: $0.weights) }
        let numbers = [whole, interval?.low, interval?.high].map { $0.map(Cell.number) ?? .missing }
        let counts: [Cell] = [.text(summary.rawValue), .number(count), .number(total - count)]
        try table.append(key + structure.runsCell(runs.count) + counts + numbers)
      }
    }
    return table
  }
}
