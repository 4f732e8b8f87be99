import Tables

extension Figure {
  /// A one-dimensional fit before and after one step, with the targets and the source, as `predict … source=` gives it.
  ///
  /// The band between the curves is the change Δf(x′), whose ratio to that at the source is S. Curves go along `x0`;
  /// outputs are told apart by `facet=output`. Costs O(n log n).
  /// - Throws: `notMade` for a table that is no prediction before and after a step, `severalInputs` for samples of more
  ///   than one number, `severalValues` if curves of several runs or settings would be drawn as one.
  public init(functionOf table: Table, facet: [String] = [], title: String = "") throws(ChartError) {
    if table.rowCount == 0 { throw .emptyTable }
    let command = "predict RUN on=… source=…"
    for name in ["x0", "state", "value"] where !table.hasColumn(named: name) {
      throw .notMade(by: command, missing: "column '\(name)'")
    }
    if table.hasColumn(named: "x1") { throw .severalInputs("x1") }
    let plan = try PlotPlan(table: table, x: "x0", y: "value", by: ["state"], facet: facet, kind: .function)
    try plan.refuseSeveral(in: facet, ignoring: ["id"], remedy: "facet")
    for replicate in plan.replicates {
      let levels = try withTables { () throws(TableError) in try table.levels(of: replicate) }
      let facets = try withTables { () throws(TableError) in try table.grouping(by: facet).count }
      if levels.count > facets {
        throw .severalValues(
          column: replicate, count: levels.count, example: levels[0].optionText, remedy: "facet")
      }
    }
    let groups = try withTables { () throws(TableError) in try table.grouping(by: facet) }
    let names = Labels(plan: plan)
    self.init(
      kind: .function, title: title, note: names.note(also: ["band: the change by the step"]), xLabel: "x",
      yLabel: "f(x)", data: table)
    for group in groups {
      let part = try FunctionPart(table, rows: group.rows)
      guard let before = part.states["before"], let after = part.states["after"], let source = part.source
      else { throw .notMade(by: command, missing: "state 'before', 'after' and 'source'") }
      panels.append(
        Self.panel(part, before: before, after: after, source: source, names.panelTitle(for: group.key)))
    }
    if panels.allSatisfy({ $0.series.allSatisfy { $0.points.allSatisfy { !$0.y.isFinite } } }) {
      throw .nothingFinite(column: "value")
    }
    panelsPerRow = Self.panelsPerRow(of: groups.map(\.key))
    facetEntries = groups.map { Dictionary(uniqueKeysWithValues: zip(facet, $0.key)) }
  }

  private static func panel(
    _ part: FunctionPart, before: [Point], after: [Point], source: Point, _ title: String
  ) -> Panel {
    var changed = after
    for place in changed.indices where place < before.count && before[place].x == changed[place].x {
      changed[place].low = min(before[place].y, changed[place].y)
      changed[place].high = max(before[place].y, changed[place].y)
    }
    var panel = Panel(
      title: title,
      series: [
        Series(label: "target", points: part.targets, style: Palette.neutral, shape: .dots),
        Series(label: "before the step", points: before, style: Palette.before, shape: .outline),
        Series(label: "after the step", points: changed, style: Palette.after, shape: .outline),
        Series(label: "at the source x", points: [source], style: Palette.after, shape: .spot),
      ])
    panel.series.removeAll { $0.points.isEmpty }
    panel.marks = [Mark(x: source.x, label: "source x", color: "#7F7F7F", dashes: [3, 3])]
    return panel
  }

  /// A ReLU gate in the plane, as `solve … keep=plane` gives it: the weights w, the source x, the hyperplane w·x = 0 and the
  /// probes that a step at x moves or leaves. Both axes have one scale. Costs O(rows).
  /// - Throws: `notMade` for another table, `severalValues` if several times or settings would be drawn as one.
  public init(planeOf table: Table, facet: [String] = [], title: String = "") throws(ChartError) {
    if table.rowCount == 0 { throw .emptyTable }
    for name in ["part", "x0", "x1"] where !table.hasColumn(named: name) {
      throw .notMade(by: "solve … keep=plane", missing: "column '\(name)'")
    }
    let plan = try PlotPlan(table: table, x: "x0", y: "x1", by: ["part"], facet: facet, kind: .plane)
    try plan.refuseSeveral(in: facet, ignoring: ["id"], remedy: "facet")
    let groups = try withTables { () throws(TableError) in try table.grouping(by: facet) }
    let names = Labels(plan: plan)
    self.init(
      kind: .plane, title: title, note: names.note(), xLabel: "first number of a sample",
      yLabel: "second number of a sample", data: table)
    for group in groups {
      let parts = try Self.parts(of: table, rows: group.rows)
      guard parts["source"] != nil, parts["w"] != nil else {
        throw .notMade(by: "solve … keep=plane", missing: "part 'source' and 'w'")
      }
      panels.append(
        Panel(
          title: names.panelTitle(for: group.key), series: Self.planeSeries(parts, counts: groups.count == 1))
      )
    }
    if panels.allSatisfy({
      $0.series.allSatisfy { $0.points.allSatisfy { !$0.y.isFinite || !$0.x.isFinite } }
    }) {
      throw .nothingFinite(column: "x1")
    }
    panelsPerRow = Self.panelsPerRow(of: groups.map(\.key))
    facetEntries = groups.map { Dictionary(uniqueKeysWithValues: zip(facet, $0.key)) }
  }

  private static func parts(of table: Table, rows: [Int]) throws(ChartError) -> [String: [Point]] {
    let (x, y) = try withTables { () throws(TableError) in
      (try table.numbers(in: "x0"), try table.numbers(in: "x1"))
    }
    let part = try withTables { () throws(TableError) in try table.column(named: "part") }
    return Dictionary(grouping: rows) { part[$0].description }
      .mapValues { $0.map { Point(x: x[$0], y: y[$0]) } }
  }

  /// - Parameter counts: whether the legend, which is one for all panels, can say how many probes there are.
  private static func planeSeries(_ parts: [String: [Point]], counts: Bool) -> [Series] {
    let origin = Point(x: 0, y: 0)
    let all: [(part: String, label: String, style: Style, shape: Shape)] = [
      ("moves", "probes x′ that a step at x moves", Palette.after, .dots),
      ("stays", "probes x′ that it leaves (S = 0)", Palette.before, .dots),
      ("undefined", "probes x′ (gate closed at x: S undefined)", Palette.neutral, .dots),
      ("hyperplane", "hyperplane w·x = 0", Style(color: "#7F7F7F", dashes: [8, 4], width: 1.8), .outline),
      ("w", "weights w", Style(color: "#009E73", width: 2.6), .arrow),
      ("source", "source x", Style(color: "#CC79A7", width: 2), .spot),
    ]
    return all.compactMap { entry in
      guard let points = parts[entry.part] else { return nil }
      let isCounted = counts && ["moves", "stays", "undefined"].contains(entry.part)
      return Series(
        label: entry.label + (isCounted ? " (n = \(points.count))" : ""),
        points: entry.shape == .arrow ? [origin] + points : points, style: entry.style, shape: entry.shape)
    }
  }
}

/// The rows of one panel of a function by their state, along x.
private struct FunctionPart {
  var states: [String: [Figure.Point]] = [:]
  var targets: [Figure.Point] = []
  var source: Figure.Point?

  init(_ table: Table, rows: [Int]) throws(ChartError) {
    let (x, y) = try withTables { () throws(TableError) in
      (try table.numbers(in: "x0"), try table.numbers(in: "value"))
    }
    let state = try withTables { () throws(TableError) in try table.column(named: "state") }
    let target =
      table.hasColumn(named: "target")
      ? try withTables { () throws(TableError) in try table.numbers(in: "target") } : nil
    for row in rows.sorted(by: { x[$0] < x[$1] }) {
      let name = state[row].description
      let point = Figure.Point(x: x[row], y: y[row])
      if name == "source" { source = point } else { states[name, default: []].append(point) }
      if name == "before", let target, target[row].isFinite {
        targets.append(Figure.Point(x: x[row], y: target[row]))
      }
    }
  }
}
