import Kernels
import Random
import Tables

extension Phases {
  /// The differences between the onsets of every two entries of the column `between`, one row each.
  ///
  /// `value` is the onset of `level` by that of `against`, over runs. Over all k comparisons of the table `p` is
  /// corrected by Holm's method (1979) and each interval covers 1 − .05/k (Bonferroni), so that all hold
  /// together in 95 of 100. Where a condition does not settle there is none, and `note` says so.
  ///
  /// - Parameters:
  ///   - between: the column of conditions.
  ///   - paired: a column, such as `seed`, whose entries pair the runs of two conditions; nil takes runs apart.
  /// - Throws: `TableError` as `table`; `ElasticityError.oneCondition` where there is nothing to compare,
  ///   `.repeatedRun` where runs cannot be paired.
  public static func differences(
    _ table: Table, _ columns: Columns, between: String, paired: String? = nil, seed: Seed, workers: Workers
  ) throws -> Table {
    var each = columns
    each.by = columns.by + [between]
    if try table.levels(of: between).count < 2 { throw ElasticityError.oneCondition(column: between) }
    let groups = try groups(table, each, replicate: paired, seed: seed, workers: workers)
    var comparisons: [Comparison] = []
    for (place, level) in groups.enumerated() {
      for against in groups[..<place] where against.key.dropLast() == level.key.dropLast() {
        let pairs = try paired.map { column in try Self.pairs(level, against, column) }
        comparisons.append(Comparison(level, against, pairs))
      }
    }
    let corrected = Holm.corrected(comparisons.map { $0.difference?.pValue })
    let tested = corrected.count { $0 != nil }
    var result = Table(
      columns: try roles(of: columns.by, table) + [
        ("between", .key), ("level", .key), ("against", .key), ("onset", .value), ("onset_against", .value),
        ("runs", .note), ("runs_against", .note), ("value", .value), ("low", .value), ("high", .value),
        ("p", .value), ("comparisons", .note), ("note", .note),
      ])
    for (comparison, p) in zip(comparisons, corrected) {
      let (level, against) = (comparison.level, comparison.against)
      let interval = comparison.difference?.interval(coverage: 1 - 0.05 / Double(max(tested, 1)))
      try result.append(
        Array(level.key.dropLast()) + [
          .text(between), .text(level.key.last?.description ?? ""),
          .text(against.key.last?.description ?? ""),
          cell(level.fit.onset), cell(against.fit.onset), .number(Double(comparison.runs.level)),
          .number(Double(comparison.runs.against)), power(comparison.difference?.ofAll), power(interval?.low),
          power(interval?.high), cell(p), .number(Double(tested)),
          comparison.note(between).map(Cell.text) ?? .missing,
        ])
    }
    return result
  }

  /// Two conditions, the later in the table against the earlier.
  private struct Comparison {
    let level: PhaseGroup
    let against: PhaseGroup
    let runs: (level: Int, against: Int)
    let difference: OnsetDifference?

    /// - Parameter pairs: the runs that belong together; nil takes all, apart.
    init(_ level: PhaseGroup, _ against: PhaseGroup, _ pairs: [(level: Int, against: Int)]?) {
      (self.level, self.against) = (level, against)
      runs = pairs.map { ($0.count, $0.count) } ?? (level.runs.count, against.runs.count)
      guard let a = OnsetSample(level, runs: pairs?.map(\.level)),
        let b = OnsetSample(against, runs: pairs?.map(\.against))
      else {
        difference = nil
        return
      }
      difference =
        pairs == nil ? OnsetDifference(apart: a, against: b) : OnsetDifference(paired: a, against: b)
    }

    /// Why there is no difference.
    func note(_ column: String) -> String? {
      if difference != nil { return nil }
      for group in [level, against] where group.fit.outcome != .settles {
        return "\(column)=\(group.key.last?.optionText ?? ""): \(group.fit.outcome.rawValue)"
      }
      return PhaseRemark.fewRuns(min(runs.level, runs.against)).description
    }
  }

  /// The runs of two conditions that have the same entry of a column.
  private static func pairs(
    _ level: PhaseGroup, _ against: PhaseGroup, _ column: String
  ) throws -> [(level: Int, against: Int)] {
    func entries(_ group: PhaseGroup) throws -> [Cell] {
      let entries = try group.entries(of: column)
      for (place, entry) in entries.enumerated() where entries[..<place].contains(entry) {
        throw ElasticityError.repeatedRun(
          column: column, entry: entry.description, condition: group.key.last?.description ?? "")
      }
      return entries
    }
    let (ours, theirs) = (try entries(level), try entries(against))
    return ours.enumerated().compactMap { place, entry in
      theirs.firstIndex(of: entry).map { (place, $0) }
    }
  }
}
