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

  /// The columns that say of which measurement a row is.
  static let measurement = ["run", "seed", "epoch", "step", "update", "update_lr", "control", "distance"]

  /// One row for each measurement and number, from a table of pairs (`measure … keep=pairs`).
  ///
  /// The interval holds 95 % of 400 resamplings of the sources (stream `bootstrap`), the same for all numbers of a
  /// measurement, so that same − other has its own interval and not one made of two.
  /// - Throws: `TableError` for a table that has no pairs in it.
  public static func summaries(of pairs: Table) throws(TableError) -> Table {
    let (values, same) = (try pairs.numbers(in: "value"), try pairs.column(named: "same"))
    let (sourceIDs, seeds) = (try pairs.numbers(in: "source_id"), try pairs.numbers(in: "seed"))
    let kept = pairs.columnNames.filter { name in
      measurement.contains(name)
        || !(Table.Schema.pairs.contains { $0.0 == name })
    }
    var columns: [(String, ColumnRole)] = []
    for name in kept { columns.append((name, try pairs.column(named: name).role)) }
    var table = Table(
      columns: columns + [
        ("summary", .key), ("n", .note), ("dropped", .note), ("value", .value), ("low", .value),
        ("high", .value),
      ])
    for group in try pairs.grouping(by: kept) {
      var sources: [Double: Source] = [:]
      for row in group.rows where !values[row].isNaN {
        if same[row] == .flag(true) {
          sources[sourceIDs[row], default: Source()].same.append(values[row])
        } else {
          sources[sourceIDs[row], default: Source()].other.append(values[row])
        }
      }
      let parts = sources.sorted { $0.key < $1.key }.map { Part($0.value) }
      let seed = Seed(group.rows.first.flatMap { UInt64(exactly: seeds[$0]) } ?? 0)
      let draws = resamplings(parts.count, seed: seed)
      let count = parts.reduce(0) { $0 + $1.sameCount + $1.otherCount }
      for summary in allCases {
        let whole = summary.value(parts, weights: [Double](repeating: 1, count: parts.count))
        let resampled = draws.compactMap { summary.value(parts, weights: $0) }.sorted()
        let cut = resampled.count / 40
        let isKnown = resampled.count >= 40 && parts.count > 1
        try table.append(
          group.key + [
            .text(summary.rawValue), .number(count), .number(Double(group.rows.count) - count),
            whole.map { .number($0) } ?? .missing, isKnown ? .number(resampled[cut]) : .missing,
            isKnown ? .number(resampled[resampled.count - 1 - cut]) : .missing,
          ])
      }
    }
    return table
  }

  /// How often each source is drawn, 400 times.
  private static func resamplings(_ count: Int, seed: Seed) -> [[Double]] {
    guard count > 1 else { return [] }
    let stream = RandomStream(seed, .bootstrap, object: "locality")
    return (0..<400).map { replicate in
      var generator = stream.generator(UInt64(replicate))
      var weights = [Double](repeating: 0, count: count)
      for _ in 0..<count { weights[generator.integer(below: count)] += 1 }
      return weights
    }
  }
}
