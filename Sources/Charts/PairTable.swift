import Tables

/// A table with one row for each pair of samples, cut by facets.
struct PairTable {
  enum End { case source, probe }

  /// The samples at one end of the pairs in the order of their classes.
  struct Samples {
    let ids: [Cell]
    let classes: [Cell]
  }

  let plan: PlotPlan
  let panelKeys: [[Cell]]
  /// The most runs that a pair averages.
  private(set) var runs = 0
  private let groups: [RowGroup]
  private let values: [Double]

  private static let columns = ["source_id", "probe_id", "source_class", "probe_class"]

  /// - Parameter remedy: the option that tells the values of a column apart; nil if there is none.
  init(_ table: Table, value: String, facet: [String], remedy: String? = nil) throws(ChartError) {
    if let missing = Self.columns.first(where: { !table.hasColumn(named: $0) }) {
      throw table.rowCount == 0 ? .emptyTable : .noPairs(missing: missing)
    }
    let plan = try PlotPlan(table: table, x: value, y: value, by: [], facet: facet, kind: .matrix)
    try plan.refuseSeveral(in: facet + ["source_id", "probe_id"], ignoring: [], remedy: remedy)
    self.plan = plan
    groups = try withTables { () throws(TableError) in
      try table.grouping(by: facet + ["source_id", "probe_id"])
    }
    values = try withTables { () throws(TableError) in try table.numbers(in: value) }
    var keys: [[Cell]] = []
    for group in groups {
      let key = Array(group.key.prefix(facet.count))
      if !keys.contains(key) { keys.append(key) }
    }
    panelKeys = keys
    runs = groups.map(\.rows.count).max() ?? 0
  }

  /// The samples at an end, classes in the order of their first appearance, and so the samples of a class. Samples that
  /// are sources come in their order as probes too, so that a sample meets itself on the diagonal.
  func order(_ end: End) -> Samples {
    let sources = samples(at: plan.facet.count, "source_class")
    if end == .source { return sources }
    let probes = samples(at: plan.facet.count + 1, "probe_class")
    let classOf = Dictionary(uniqueKeysWithValues: zip(probes.ids, probes.classes))
    let shared = zip(sources.ids, sources.classes).filter { classOf[$0] == $1 }
    let known = Set(shared.map(\.0))
    let others = zip(probes.ids, probes.classes).filter { !known.contains($0.0) }
    return inOrderOfClasses(shared + others)
  }

  /// The different ids at a place of the groups' keys with the class in their first row.
  private func samples(at place: Int, _ name: String) -> Samples {
    let column = try? plan.table.column(named: name)
    var seen: Set<Cell> = []
    var found: [(Cell, Cell)] = []
    for group in groups where seen.insert(group.key[place]).inserted {
      found.append((group.key[place], column?[group.rows[0]] ?? .missing))
    }
    return inOrderOfClasses(found)
  }

  private func inOrderOfClasses(_ samples: [(id: Cell, name: Cell)]) -> Samples {
    let ordered = classOrder.flatMap { name in samples.filter { $0.name == name } }
    return Samples(ids: ordered.map(\.id), classes: ordered.map(\.name))
  }

  /// The classes of both ends in the order of their first appearance.
  private var classOrder: [Cell] {
    var names: [Cell] = []
    for name in ["source_class", "probe_class"] {
      for level in (try? plan.table.column(named: name).levels) ?? [] where !names.contains(level) {
        names.append(level)
      }
    }
    return names
  }

  func classes(_ sources: Samples, _ probes: Samples) -> [(name: String, sources: Int, probes: Int)] {
    classOrder.map { name in
      (
        name.description, sources.classes.count { $0 == name }, probes.classes.count { $0 == name }
      )
    }
  }

  /// The mean over runs of each pair of a panel, row by row; NaN without a value.
  func means(in key: [Cell], sources: Samples, probes: Samples) -> [[Double]] {
    var result = sources.ids.map { _ in [Double](repeating: .nan, count: probes.ids.count) }
    let rows = Dictionary(uniqueKeysWithValues: zip(sources.ids, 0...))
    let columns = Dictionary(uniqueKeysWithValues: zip(probes.ids, 0...))
    for group in groups where group.key.starts(with: key) {
      guard let row = rows[group.key[key.count]], let column = columns[group.key[key.count + 1]],
        let mean = Statistics.mean(group.rows.map { values[$0] }.filter(\.isFinite))
      else { continue }
      result[row][column] = mean
    }
    return result
  }

  /// A pair with its mean over runs, and the first of its rows.
  struct Pair {
    let row: Int
    let value: Double
  }

  /// The pairs that have a value, in the order of the table.
  var pairs: [Pair] {
    groups.compactMap { group in
      Statistics.mean(group.rows.map { values[$0] }.filter(\.isFinite)).map {
        Pair(row: group.rows[0], value: $0)
      }
    }
  }

  /// The numbers behind a figure: facets, classes and ids of each pair, and its mean.
  func table(of pairs: [Pair]) throws(ChartError) -> Table {
    try withTables { () throws(TableError) in
      let names = plan.facet + ["source_class", "source_id", "probe_class", "probe_id"]
      var table = Table(columns: names.map { ($0, .key) } + [(plan.y, .value)])
      let whole = plan.table
      for pair in pairs {
        var row: [String: Cell] = [plan.y: .number(pair.value)]
        for name in names { row[name] = try whole.cell(pair.row, name) }
        try table.append(row)
      }
      return table
    }
  }
}
