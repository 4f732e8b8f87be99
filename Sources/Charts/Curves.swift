import Tables

/// The averaged points of every curve of a plot.
struct Curves {
  /// The entries of the `by` and of the `facet` columns, in the order of their first appearance.
  private(set) var seriesKeys: [[Cell]] = []
  private(set) var panelKeys: [[Cell]] = []
  /// The most and the fewest runs and the most rows of one run that one point averages.
  private(set) var runs = 0
  var fewestRuns: Int { samples.values.map(\.count).min() ?? 0 }
  private(set) var rowsPerRun = 0
  /// What the bands show in the end, and how many points and rows have no finite value.
  private(set) var band: Figure.Band = .none
  private(set) var notFinite = 0

  private let plan: PlotPlan
  private var samples: [Place: [Sample]] = [:]
  private var curves: [Curve: [Double]] = [:]
  private var finished: [Curve: [Figure.Point]] = [:]

  private struct Curve: Hashable { let panel: [Cell], series: [Cell] }
  private struct Place: Hashable { let curve: Curve, along: Double }
  /// What one run contributes to one point.
  private struct Sample { let x: Double, y: [Double], low: Double?, high: Double? }

  init(plan: PlotPlan, band asked: Figure.Band?) throws(ChartError) {
    self.plan = plan
    if plan.kind == .points {
      try withTables { () throws(TableError) in try collectRows() }
    } else {
      try withTables { () throws(TableError) in try collectSamples() }
      band = try resolve(asked)
      for (curve, places) in curves { finished[curve] = average(curve, along: places) }
    }
    orderKeys()
    notFinite += finished.values.joined().count { !$0.y.isFinite || !$0.x.isFinite }
  }

  var hasFinitePoint: Bool { finished.values.joined().contains { $0.y.isFinite && $0.x.isFinite } }

  func points(panel: [Cell], series: [Cell]) -> [Figure.Point] {
    finished[Curve(panel: panel, series: series)] ?? []
  }

  /// Same-class curves come before the others, panels go through the values of the first facet, then of the
  /// second; all else stays in the order of the table.
  private mutating func orderKeys() {
    if let place = plan.by.firstIndex(where: { $0 == "same" || $0 == PlotPlan.pair }) {
      let isSame = { (key: [Cell]) in key[place] == true || Labels.isSameClass(key[place]) }
      seriesKeys = seriesKeys.filter(isSame) + seriesKeys.filter { !isSame($0) }
    }
    for place in plan.facet.indices.reversed() {
      var levels: [Cell] = []
      for key in panelKeys where !levels.contains(key[place]) { levels.append(key[place]) }
      panelKeys = levels.flatMap { level in panelKeys.filter { $0[place] == level } }
    }
  }

  private mutating func note(_ curve: Curve) {
    if !panelKeys.contains(curve.panel) { panelKeys.append(curve.panel) }
    if !seriesKeys.contains(curve.series) { seriesKeys.append(curve.series) }
  }

  /// Every row as a point of its own.
  private mutating func collectRows() throws(TableError) {
    let (x, y) = (try plan.table.column(named: plan.x), try plan.table.column(named: plan.y))
    for group in try plan.table.grouping(by: plan.facet + plan.by) {
      let curve = curve(of: group.key)
      note(curve)
      finished[curve] = group.rows.compactMap { row in
        guard let x = x[row].number, let y = y[row].number else {
          notFinite += 1
          return nil
        }
        return Figure.Point(x: x, y: y)
      }
    }
  }

  private func curve(of key: [Cell]) -> Curve {
    Curve(
      panel: Array(key.prefix(plan.facet.count)),
      series: Array(key[plan.facet.count...].prefix(plan.by.count)))
  }

  /// For each point the contribution of each run: the rows that agree in everything but the pair of classes.
  private mutating func collectSamples() throws(TableError) {
    let table = plan.table
    let (x, y) = (try table.column(named: plan.x), try table.column(named: plan.y))
    let hasBounds = table.hasColumn(named: "low") && table.hasColumn(named: "high") && plan.y == "value"
    let low = hasBounds ? try table.column(named: "low") : nil
    let high = hasBounds ? try table.column(named: "high") : nil
    let along = try table.column(named: plan.along)
    let alongNames = (plan.facet + plan.by + plan.replicates).contains(plan.along) ? [] : [plan.along]
    for group in try table.grouping(by: plan.facet + plan.by + alongNames + plan.replicates) {
      guard let place = along[group.rows[0]].number else {
        notFinite += group.rows.count
        continue
      }
      let rows = group.rows.filter { x[$0].number != nil && y[$0].number != nil }
      notFinite += group.rows.count - rows.count
      guard !rows.isEmpty, let mean = Statistics.mean(rows.compactMap { x[$0].number }) else { continue }
      let curve = curve(of: group.key)
      note(curve)
      let only = rows.count == 1 ? rows[0] : nil
      let sample = Sample(
        x: mean, y: rows.compactMap { y[$0].number }, low: only.flatMap { low?[$0].number },
        high: only.flatMap { high?[$0].number })
      let key = Place(curve: curve, along: place)
      if samples[key] == nil { curves[curve, default: []].append(place) }
      samples[key, default: []].append(sample)
      runs = max(runs, samples[key]?.count ?? 0)
      rowsPerRun = max(rowsPerRun, rows.count)
    }
  }

  /// The band that can be drawn: spread needs several runs, an interval one row a point, an unasked one an x that grows.
  private func resolve(_ asked: Figure.Band?) throws(ChartError) -> Figure.Band {
    let hasIntervals = rowsPerRun == 1 && samples.values.contains { $0.contains { $0.low != nil } }
    switch asked {
    case .none?: return .none
    case .interval?:
      if rowsPerRun > 1 { throw .intervalOfSeveral(count: rowsPerRun) }
      for name in ["low", "high"] {
        _ = try withTables { () throws(TableError) in try plan.table.column(named: name) }
      }
      return .interval
    case let spread? where runs > 1: return spread
    // Along a loss the curve turns back, and a band would cover itself.
    case nil where plan.x != plan.along: return .none
    case nil where runs > 1: return .sd
    default: return rowsPerRun > 1 ? .minmax : hasIntervals ? .interval : .none
    }
  }

  private func average(_ curve: Curve, along places: [Double]) -> [Figure.Point] {
    places.sorted().compactMap { place in
      guard let samples = samples[Place(curve: curve, along: place)] else { return nil }
      let means = samples.compactMap { Statistics.mean($0.y) }
      guard let x = Statistics.mean(samples.map(\.x)), let y = Statistics.mean(means) else { return nil }
      let (low, high) = bounds(of: samples, means: means, mean: y)
      guard let low, let high, low.isFinite, high.isFinite else { return Figure.Point(x: x, y: y) }
      return Figure.Point(x: x, y: y, low: low, high: high)
    }
  }

  private func bounds(of samples: [Sample], means: [Double], mean: Double) -> (Double?, Double?) {
    switch band {
    case .none: return (nil, nil)
    case .sd, .sem:
      let spread = band == .sd ? Statistics.standardDeviation(means) : Statistics.standardError(means)
      return (spread.map { mean - $0 }, spread.map { mean + $0 })
    case .minmax:
      let values = runs > 1 ? means : samples.flatMap(\.y)
      return (Statistics.minimum(values), Statistics.maximum(values))
    case .interval:
      return (Statistics.mean(samples.compactMap(\.low)), Statistics.mean(samples.compactMap(\.high)))
    }
  }

  /// The points as a long table: facets, keys, x, y, and the band where there is one.
  func table() throws(ChartError) -> Table {
    try withTables { () throws(TableError) in
      var columns: [(String, ColumnRole)] = []
      for name in plan.facet + plan.by where name != plan.x && name != plan.y {
        columns.append((name, try plan.table.column(named: name).role))
      }
      let keys = columns.map(\.0)
      columns += [(plan.x, .axis)] + (plan.x == plan.y ? [] : [(plan.y, .value)])
      if band != .none { columns += [("low", .value), ("high", .value)] }
      var result = Table(columns: columns)
      for panel in panelKeys {
        for series in seriesKeys {
          let entries = Dictionary(uniqueKeysWithValues: zip(plan.facet + plan.by, panel + series))
          for point in points(panel: panel, series: series) {
            var row = entries.filter { keys.contains($0.key) }
            row[plan.x] = .number(point.x)
            row[plan.y] = .number(point.y)
            if band != .none {
              row["low"] = point.low.map(Cell.number) ?? .missing
              row["high"] = point.high.map(Cell.number) ?? .missing
            }
            try result.append(row)
          }
        }
      }
      return result
    }
  }
}
