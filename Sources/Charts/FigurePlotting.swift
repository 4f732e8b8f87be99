import Tables

extension Figure {
  /// A figure of a long table.
  ///
  /// Lines are means over the replicate columns (`run`, `seed`); a key with several values must be told apart by
  /// `by` (one line each) or `facet` (one panel each). `pair` there means source class and probe class together,
  /// `same` averages the pairs of classes into "same class" and "other class". Along x = loss or another value,
  /// points are matched over runs by the first axis column of the table. Costs O(rows).
  ///
  /// - Parameters:
  ///   - kind: `lines` or `points`; the other kinds have initialisers of their own.
  ///   - band: nil takes `sd` over several runs; with one run the interval in `low` and `high`, or the
  ///   range of the averaged pairs. The note under the title says which.
  /// - Throws: `table(collapsedKeys)` if a key would be averaged over, `notPositive` with the row for a
  ///   logarithmic axis, and other errors for columns and empty tables.
  public init(
    plotting table: Table, x: String, y: String, by: [String] = [], facet: [String] = [], band: Band? = nil,
    kind: Kind = .lines, log: LogAxes = .none, title: String = "", leavesOutOutliers: Bool = false
  ) throws(ChartError) {
    let plan = try PlotPlan(table: table, x: x, y: y, by: by, facet: facet, kind: kind)
    try plan.check(log: log)
    let curves = try Curves(plan: plan, band: band)
    if !curves.hasFinitePoint { throw .nothingFinite(column: y) }
    let names = Labels(plan: plan)
    let keys = curves.seriesKeys
    let styles = names.styles(of: keys)
    let labels = keys.map { names.legend(for: $0) }

    self.kind = kind
    self.title = title
    self.log = log
    self.leavesOutOutliers = leavesOutOutliers
    note = names.note(curves: curves)
    xLabel = names.axis(x)
    yLabel = names.axis(y)
    leastSpan = names.isElasticity(y) ? Self.leastSpanOfElasticity : 0
    data = try curves.table()
    panels = curves.panelKeys.map { panel in
      Panel(
        title: names.panelTitle(for: panel),
        series: keys.indices.compactMap { place in
          let points = curves.points(panel: panel, series: keys[place])
          if points.isEmpty { return nil }
          var series = Series(
            label: labels[place], points: points, style: styles[place], shape: kind == .points ? .dots : .line
          )
          series.entries = Dictionary(uniqueKeysWithValues: zip(by, keys[place]))
          return series
        })
    }
    panelsPerRow = Self.panelsPerRow(of: curves.panelKeys)
    facetEntries = curves.panelKeys.map { Dictionary(uniqueKeysWithValues: zip(facet, $0)) }
    if leavesOutOutliers { note += (note.isEmpty ? "" : "; ") + "outside the axes: \(pointsOutside)" }
  }

  /// S is a ratio: curves that differ by a few hundredths are drawn as nearly equal, not blown up.
  private static let leastSpanOfElasticity = 0.2

  /// How many points the y axes leave out.
  private var pointsOutside: Int {
    panels.reduce(0) { count, panel in
      let range = panel.yTicks(of: self, count: 5).range
      return count + panel.series.flatMap(\.points).count { $0.y.isFinite && !range.contains($0.y) }
    }
  }

  /// With two facets one of them runs across, if it has at most three values and the grid is complete; else the
  /// panels fill rows of two or three.
  static func panelsPerRow(of keys: [[Cell]]) -> Int {
    guard let names = keys.first?.count, names == 2 else {
      return keys.count <= 3 ? max(1, keys.count) : keys.count == 4 ? 2 : 3
    }
    let across = Set(keys.map { $0[1] }).count
    let down = Set(keys.map { $0[0] }).count
    return keys.count == across * down && across <= 3 ? across : min(3, keys.count)
  }
}

/// What is asked of the table, with every name resolved.
struct PlotPlan {
  let table: Table
  let x: String
  let y: String
  let by: [String]
  let facet: [String]
  let kind: Figure.Kind
  /// The column along which the runs are matched.
  let along: String
  let replicates: [String]

  static let pair = "pair"

  init(
    table: Table, x: String, y: String, by: [String], facet: [String], kind: Figure.Kind
  ) throws(ChartError) {
    if table.rowCount == 0 { throw .emptyTable }
    let asked = facet + by
    if let twice = asked.indices.first(where: { asked[..<$0].contains(asked[$0]) }) {
      throw .repeatedName(asked[twice])
    }
    for name in [x, y] {
      let column = try withTables { () throws(TableError) in try table.column(named: name) }
      if let found = column.kind, found != .number { throw .notNumeric(column: name, kind: found) }
    }
    let withPair = asked.contains(Self.pair) ? try Self.addingPair(to: table) : table
    for name in asked { _ = try withTables { () throws(TableError) in try withPair.column(named: name) } }
    (self.table, self.x, self.y, self.by, self.facet, self.kind) = (withPair, x, y, by, facet, kind)
    along = Self.matching(x, in: table)
    let (panels, lines) = try withTables { () throws(TableError) in
      (try withPair.grouping(by: facet).count, try withPair.grouping(by: by).count)
    }
    if panels > ChartError.mostPanels { throw .tooManyPanels(panels) }
    if lines > ChartError.mostSeries { throw .tooManySeries(lines) }
    replicates = table.columns.filter { $0.role == .replicate && !asked.contains($0.name) && $0.name != x }
      .map(\.name)
    if kind == .lines {
      let kept = asked + Self.implied(by: asked, in: table) + [x]
      let collapsed = try withTables { () throws(TableError) in try withPair.collapsedKeys(keeping: kept) }
      if !collapsed.isEmpty { throw .table(.collapsedKeys(collapsed)) }
    }
  }

  /// Refuses a key or a time with several values among the rows that are drawn as one, as rows of one group are.
  func refuseSeveral(in groups: [String], ignoring names: [String], remedy: String?) throws(ChartError) {
    let rows = try withTables { () throws(TableError) in try table.grouping(by: groups).map(\.rows) }
    let kept = Set(groups + names + by + [x, y])
    for role in [ColumnRole.key, .axis] {
      for column in table.columns.reversed() where column.role == role && !kept.contains(column.name) {
        guard rows.contains(where: { rows in rows.contains { column[$0] != column[rows[0]] } }) else {
          continue
        }
        let levels = column.levels
        throw .severalValues(
          column: column.name, count: levels.count, example: levels.last?.optionText ?? "", remedy: remedy)
      }
    }
  }

  /// The columns that are told apart because `pair` or `same` is: the classes of source and probe.
  private static func implied(by asked: [String], in table: Table) -> [String] {
    guard asked.contains(pair) || asked.contains("same") else { return [] }
    return ["source_class", "probe_class", "same"].filter(table.hasColumn(named:))
  }

  private static func addingPair(to table: Table) throws(ChartError) -> Table {
    if table.hasColumn(named: pair) { return table }
    return try withTables { () throws(TableError) in
      let source = try table.column(named: "source_class")
      let probe = try table.column(named: "probe_class")
      var column = Column(name: pair, role: .key)
      for row in 0..<table.rowCount {
        try column.append(.text("\(source[row].description)->\(probe[row].description)"))
      }
      var result = table
      try result.add(column)
      return result
    }
  }

  private static func matching(_ x: String, in table: Table) -> String {
    let role = table.columns.first { $0.name == x }?.role
    if role != .value && role != .note { return x }
    let axes = table.columns.filter { $0.role == .axis }.map(\.name)
    return axes.contains("step") ? "step" : axes.first ?? x
  }

  /// Refuses what a logarithmic axis cannot show, naming the first such row.
  func check(log: Figure.LogAxes) throws(ChartError) {
    for (axis, name, isLog) in [("x", x, log.x), ("y", y, log.y)] where isLog {
      let numbers = try withTables { () throws(TableError) in try table.column(named: name).numbers }
      if let row = numbers.firstIndex(where: { ($0 ?? 1) <= 0 }) {
        throw .notPositive(axis: axis, column: name, row: row, value: numbers[row] ?? 0)
      }
    }
  }
}
