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
  private let columns: Columns
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
    self.table = table
    columns = try Columns(table)
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
    let (seeds, runs) = (columns.seeds, columns.runs)
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

  /// The columns that pairs are read from.
  private struct Columns {
    let values: [Double]
    let sourceIDs: [Double]
    let probeIDs: [Double]
    /// D(x) with what a formula adds to it, and D(x'); NaN where a table has none.
    let denominators: [Double]
    let probeChanges: [Double]
    let seeds: [Double]
    let runs: Column
    /// Places among all classes of the table.
    let sourceClasses: [Int]
    let probeClasses: [Int]
    /// `published_l2` has another norm at the source: S(x → x) is not 1.
    let hasTwoNorms: [Bool]

    init(_ table: Table) throws(TableError) {
      values = try table.numbers(in: "value")
      (sourceIDs, probeIDs) = (try table.numbers(in: "source_id"), try table.numbers(in: "probe_id"))
      (seeds, runs) = (try table.numbers(in: "seed"), try table.column(named: "run"))
      let distances = try table.column(named: "distance").cells.map { Distance(rawValue: $0.description) }
      denominators = zip(try table.numbers(in: "d_source"), distances).map {
        $0 + ($1?.denominatorOffset ?? 0)
      }
      probeChanges = try table.numbers(in: "d_probe")
      hasTwoNorms = distances.map { $0 == .publishedL2 }
      let (sources, probes) = (
        try table.column(named: "source_class").cells, try table.column(named: "probe_class").cells
      )
      var places: [Cell: Int] = [:]
      func place(_ cell: Cell) -> Int {
        let place = places[cell] ?? places.count
        places[cell] = place
        return place
      }
      sourceClasses = sources.map(place)
      probeClasses = probes.map(place)
    }
  }

  /// A row of the table as an entry of a matrix.
  private struct Entry {
    var row: Int
    var source: Int
    var probe: Int
  }

  /// A sample in one role; a table may hold the same pair twice, which then belong to two sources.
  private struct Node: Hashable {
    var id: Double
    var copy: Int
  }

  private struct Key: Hashable {
    var source: Double
    var probe: Double
  }

  /// The matrix of each run; over several runs all have the same rows and columns if the runs share samples.
  func matrices(of runs: [Rows]) -> (matrices: [PairMatrix], runs: PairEstimates.Runs) {
    let isShared = runs.count < 2 || sharesSamples(runs)
    if !isShared { return (runs.map { matrices(aligning: [$0])[0] }, .newPoints) }
    return (matrices(aligning: runs), .samePoints)
  }

  /// Whether the runs were measured at the same samples: any part of them in common keeps its spread however many runs there
  /// are, but for a few that chance draws twice (a tenth).
  private func sharesSamples(_ runs: [Rows]) -> Bool {
    [columns.sourceIDs, columns.probeIDs].contains { ids in
      let sets = runs.map { run in Set(run.rows.map { ids[$0] }) }
      let largest = sets.map(\.count).max() ?? 0
      var seen: [Double: Int] = [:]
      for id in sets.joined() { seen[id, default: 0] += 1 }
      return 10 * seen.values.count { $0 > 1 } > largest
    }
  }

  private func matrices(aligning runs: [Rows]) -> [PairMatrix] {
    let nodes = runs.map { run in
      var copies: [Key: Int] = [:]
      return run.rows.map { row in
        let key = Key(source: columns.sourceIDs[row], probe: columns.probeIDs[row])
        copies[key, default: -1] += 1
        return Node(id: key.source, copy: copies[key] ?? 0)
      }
    }
    // In the order of their numbers, as the measurement sums them.
    let sources = places(nodes.joined()) { ($0.id, $0.copy) < ($1.id, $1.copy) }
    let probes = places(runs.lazy.flatMap { $0.rows.lazy.map { columns.probeIDs[$0] } }) { $0 < $1 }
    var sourceClasses = [Int](repeating: 0, count: sources.count)
    var probeClasses = [Int](repeating: 0, count: probes.count)
    let entries = zip(runs, nodes).map { run, nodes in
      zip(run.rows, nodes).map { row, node in
        let (i, j) = (sources[node] ?? 0, probes[columns.probeIDs[row]] ?? 0)
        sourceClasses[i] = columns.sourceClasses[row]
        probeClasses[j] = columns.probeClasses[row]
        return Entry(row: row, source: i, probe: j)
      }
    }
    let own = ownColumns(entries, sources, probes)
    return entries.map { entries in
      var values = [Double](repeating: .nan, count: sources.count * probes.count)
      var denominators = [Double](repeating: .nan, count: sources.count)
      // In control=shuffle the classes of the probes change from run to run.
      var (sourceClasses, probeClasses) = (sourceClasses, probeClasses)
      for entry in entries {
        values[entry.source * probes.count + entry.probe] = columns.values[entry.row]
        denominators[entry.source] = columns.denominators[entry.row]
        sourceClasses[entry.source] = columns.sourceClasses[entry.row]
        probeClasses[entry.probe] = columns.probeClasses[entry.row]
      }
      return PairMatrix(
        values: values, denominators: denominators, sourceClasses: sourceClasses, probeClasses: probeClasses,
        ownColumns: own)
    }
  }

  /// The place of each different element in ascending order.
  private func places<Element: Hashable>(
    _ elements: some Sequence<Element>, _ precedes: (Element, Element) -> Bool
  ) -> [Element: Int] {
    let sorted = Set(elements).sorted(by: precedes)
    return Dictionary(uniqueKeysWithValues: zip(sorted, 0...))
  }

  /// For each source the probe of the same number, if that is the same sample and not one of another data set: their pair was
  /// left out, or D is the same on both sides of it.
  private func ownColumns(_ entries: [[Entry]], _ sources: [Node: Int], _ probes: [Double: Int]) -> [Int?] {
    var own = [Int?](repeating: nil, count: sources.count)
    for (node, i) in sources where node.copy == 0 { own[i] = probes[node.id] }
    for entry in entries.joined() where own[entry.source] == entry.probe {
      let (d, change) = (columns.denominators[entry.row], columns.probeChanges[entry.row])
      let isSame = columns.hasTwoNorms[entry.row] || abs(d - change) <= 1e-5 * abs(d)
      if !isSame { own[entry.source] = nil }
    }
    return own
  }
}

extension PairMatrix {
  /// The matrices of a table of pairs (`measure … keep=pairs`), one for each measurement and run, in the table's order.
  ///
  /// - Throws: `TableError` for a table that has no pairs in it.
  public static func matrices(of pairs: Table) throws(TableError) -> [PairMatrix] {
    let structure = try PairTable(pairs, isPooled: false)
    return try structure.measurements().flatMap { structure.matrices(of: $0.runs).matrices }
  }
}
