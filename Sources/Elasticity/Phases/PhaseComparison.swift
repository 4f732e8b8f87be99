import Foundation
import Kernels
import Random
import Tables

extension Phases {
  /// The differences between the onsets of every two entries of the column `between`, one row each.
  ///
  /// `ratio` is the second onset by the first, `low` to `high` its 95 % interval over runs, `p` that of no
  /// difference, and `p_corrected` that for as many comparisons as the table has (Holm 1979). Where a
  /// condition does not settle there is none, and `remark` says so.
  ///
  /// - Parameters:
  ///   - between: the column of conditions.
  ///   - paired: a column, such as `seed`, whose entries pair the runs of two conditions; nil takes runs apart.
  /// - Throws: `TableError` as `table`; `ElasticityError.oneCondition` where there is nothing to compare,
  ///   `.repeatedRun` where
  ///   runs cannot be paired.
  public static func differences(
    _ table: Table, _ columns: Columns, between: String, paired: String? = nil, seed: Seed, workers: Workers
  ) throws -> Table {
    var each = columns
    each.by = columns.by + [between]
    if try table.levels(of: between).count < 2 { throw ElasticityError.oneCondition(column: between) }
    let groups = try groups(table, each, replicate: paired, seed: seed, workers: workers)
    var rows: [(cells: [Cell], found: OnsetDifference?, remark: String?)] = []
    for (place, first) in groups.enumerated() {
      for second in groups[(place + 1)...] where first.key.dropLast() == second.key.dropLast() {
        let pairs = try paired.map { column in try Self.pairs(first, second, column) }
        let found = difference(first, second, pairs)
        let counts = pairs.map { ($0.count, $0.count) } ?? (first.runs.count, second.runs.count)
        rows.append(
          (
            first.key + second.key.suffix(1) + [
              cell(first.fit.onset), cell(second.fit.onset), .number(Double(counts.0)),
              .number(Double(counts.1)),
            ], found, found == nil ? remark(first, second, counts, between) : nil
          ))
      }
    }
    let corrected = Holm.corrected(rows.map { $0.found?.pValue })
    var result = Table(
      columns: try roles(of: columns.by, table) + [
        ("first", .key), ("second", .key), ("first_onset", .value), ("second_onset", .value),
        ("first_runs", .note), ("second_runs", .note), ("ratio", .value), ("low", .value), ("high", .value),
        ("p", .value), ("p_corrected", .value), ("remark", .note),
      ])
    for (row, p) in zip(rows, corrected) {
      func power(_ decades: Double?) -> Cell { cell(decades.map { exp($0 * log(10)) }) }
      try result.append(
        row.cells + [
          power(row.found?.difference), power(row.found?.low), power(row.found?.high),
          cell(row.found?.pValue),
          cell(p), row.remark.map(Cell.text) ?? .missing,
        ])
    }
    return result
  }

  private static func difference(
    _ first: PhaseGroup, _ second: PhaseGroup, _ pairs: [(first: Int, second: Int)]?
  ) -> OnsetDifference? {
    if let pairs {
      guard let a = OnsetSample(first, runs: pairs.map(\.first)),
        let b = OnsetSample(second, runs: pairs.map(\.second))
      else { return nil }
      return OnsetDifference(paired: a, b)
    }
    guard let a = OnsetSample(first), let b = OnsetSample(second) else { return nil }
    return OnsetDifference(apart: a, b)
  }

  /// The runs of two conditions that have the same entry of a column.
  private static func pairs(
    _ first: PhaseGroup, _ second: PhaseGroup, _ column: String
  ) throws -> [(first: Int, second: Int)] {
    func entries(_ group: PhaseGroup) throws -> [Cell] {
      let entries = try group.entries(of: column)
      for (place, entry) in entries.enumerated() where entries[..<place].contains(entry) {
        throw ElasticityError.repeatedRun(
          column: column, entry: entry.description, condition: group.key.last?.description ?? "")
      }
      return entries
    }
    let (ours, theirs) = (try entries(first), try entries(second))
    return ours.enumerated().compactMap { place, entry in
      theirs.firstIndex(of: entry).map { (place, $0) }
    }
  }

  private static func remark(
    _ first: PhaseGroup, _ second: PhaseGroup, _ counts: (Int, Int), _ column: String
  ) -> String {
    for group in [first, second] where group.fit.outcome != .settles {
      return "\(column)=\(group.key.last?.optionText ?? ""): \(group.fit.outcome.rawValue)"
    }
    return PhaseRemark.fewRuns(min(counts.0, counts.1)).description
  }
}
