import Random
import Tables

/// A table of pairs (`measure … keep=pairs`) cut into measurements, and those into the runs of one measurement.
struct PairTable {
  /// The rows of one run in one measurement.
  struct Rows {
    var rows: [Int]
    var seed: Seed
  }

  private let table: Table
  /// The columns that say of which measurement a row is, in order.
  let keys: [(String, ColumnRole)]
  private let isPooled: Bool

  /// The columns that tell runs apart.
  private static let replicates = ["run", "seed"]
  private static let measurement = [
    "epoch", "step", "update", "update_lr", "control", "controls", "distance",
  ]

  /// - Parameters:
  ///   - isPooled: whether the runs of a measurement belong together.
  ///   - further: more columns that keep rows apart.
  /// - Throws: `TableError` for a table that has no pairs in it.
  init(_ table: Table, isPooled: Bool, further: [String] = []) throws(TableError) {
    for name in ["value", "same", "source_id", "seed"] { _ = try table.column(named: name) }
    self.table = table
    self.isPooled = isPooled
    // Columns that a repeat added are kept, and with them the order of the table.
    let names = table.columnNames.filter { name in
      PairTable.measurement.contains(name) || further.contains(name)
        || (!isPooled && PairTable.replicates.contains(name))
        || !Table.Schema.pairs.contains { $0.0 == name }
    }
    var keys: [(String, ColumnRole)] = []
    for name in names { keys.append((name, try table.column(named: name).role)) }
    self.keys = keys
  }

  /// The measurements with the rows of each of their runs.
  func measurements() throws(TableError) -> [(key: [Cell], runs: [Rows])] {
    let (seeds, runs) = (try table.numbers(in: "seed"), try table.column(named: "run"))
    var result: [(key: [Cell], runs: [Rows])] = []
    for group in try table.grouping(by: keys.map(\.0)) {
      var places: [String: Int] = [:]
      var parts: [Rows] = []
      for row in group.rows {
        let name = isPooled ? "\(runs[row].description) \(seeds[row])" : ""
        let place = places[name] ?? parts.count
        if place == parts.count {
          places[name] = place
          parts.append(Rows(rows: [], seed: Seed(UInt64(exactly: seeds[row]) ?? 0)))
        }
        parts[place].rows.append(row)
      }
      result.append((group.key, parts))
    }
    return result
  }

  /// The note that says how many runs a row is made of, where runs are pooled.
  var runsColumn: [(String, ColumnRole)] { isPooled ? [("runs", .note)] : [] }
  func runsCell(_ count: Int) -> [Cell] { isPooled ? [.number(Double(count))] : [] }
}
