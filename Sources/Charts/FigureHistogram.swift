import Elementary
import Tables

extension Figure {
  /// A histogram: how many rows of each group have their number in each interval, as outlines over filled bars.
  ///
  /// All groups and panels share the intervals, which are equally wide (on a logarithmic x axis in the logarithm). Rows
  /// without a finite number are left out and counted in the note. Costs O(rows).
  ///
  /// - Parameters:
  ///   - bins: how many intervals; nil takes the rule of Freedman and Diaconis, width = 2 · quartile range / n^⅓, within
  ///     5 to 60.
  ///   - isShare: each group's share of rows in place of their number.
  /// - Throws: `severalValues` if rows of several times or settings would be counted together, `notPositive` with the row
  ///   for a logarithmic axis, `tooManyBins`, and other errors for columns and empty tables.
  public init(
    histogramOf table: Table, x: String, by: [String] = [], facet: [String] = [], bins: Int? = nil,
    isShare: Bool = false, log: LogAxes = .none, title: String = ""
  ) throws(ChartError) {
    if let bins, bins > ChartError.mostBins { throw .tooManyBins(bins) }
    let plan = try PlotPlan(table: table, x: x, y: x, by: by, facet: facet, kind: .histogram)
    try plan.check(log: log.x ? .x : .none)
    try plan.refuseSeveral(
      in: facet + by, ignoring: ["source_id", "probe_id", "source_class", "probe_class", "same", "id"],
      remedy: "by")
    let (groups, numbers) = try withTables { () throws(TableError) in
      (try plan.table.grouping(by: facet + by), try plan.table.numbers(in: x))
    }
    let finite = numbers.filter(\.isFinite)
    guard let edges = Self.edges(of: finite, bins: bins, log: log.x) else {
      throw .nothingFinite(column: x)
    }
    let names = Labels(plan: plan)
    let keys = Self.distinct(groups.map { Array($0.key.dropFirst(facet.count)) })
    let styles = names.styles(of: keys)
    let unit = names.isElasticity(x) ? "pairs" : "rows"

    self.init(
      kind: .histogram, title: title,
      note: names.note(notFinite: numbers.count - finite.count, also: [Self.widthText(edges, log: log.x)]),
      xLabel: names.axis(x), yLabel: isShare ? "share of \(unit)" : "number of \(unit)",
      data: try Self.histogramTable(plan))
    self.log = log
    let panelKeys = Self.distinct(groups.map { Array($0.key.prefix(facet.count)) })
    for key in panelKeys {
      var panel = Panel(title: names.panelTitle(for: key), series: [])
      for group in groups where group.key.starts(with: key) {
        let series = Array(group.key.dropFirst(facet.count))
        guard let place = keys.firstIndex(of: series) else { continue }
        let counts = Self.counts(of: group.rows.map { numbers[$0] }, edges: edges)
        let total = counts.reduce(0, +)
        if total == 0 { continue }
        let heights = counts.map { Double($0) / (isShare ? Double(total) : 1) }
        var curve = Series(
          label: names.legend(for: series), points: Self.outline(heights, edges: edges, log: log.y),
          style: styles[place], shape: .outline)
        curve.entries = Dictionary(uniqueKeysWithValues: zip(by, series))
        panel.series.append(curve)
        for (bin, count) in counts.enumerated() {
          try withTables { () throws(TableError) in
            try data.append(
              key + series + [
                .number(edges[bin]), .number(edges[bin + 1]), .number(Double(count)), .number(heights[bin]),
              ])
          }
        }
      }
      panels.append(panel)
    }
    panelsPerRow = Self.panelsPerRow(of: panelKeys)
    facetEntries = panelKeys.map { Dictionary(uniqueKeysWithValues: zip(facet, $0)) }
  }

  private static func distinct(_ keys: [[Cell]]) -> [[Cell]] {
    var seen: Set<[Cell]> = []
    return keys.filter { seen.insert($0).inserted }
  }

  private static func histogramTable(_ plan: PlotPlan) throws(ChartError) -> Table {
    let keys = plan.facet + plan.by
    if let taken = keys.first(where: ["from", "to", "count", "height"].contains) {
      throw .repeatedName(taken)
    }
    return Table(
      columns: keys.map { ($0, .key) } + [
        ("from", .axis), ("to", .note), ("count", .value), ("height", .value),
      ])
  }

  /// The ends of the intervals; nil without a finite number.
  private static func edges(of values: [Double], bins: Int?, log isLog: Bool) -> [Double]? {
    // Clipped so far inside what a Double holds that no difference of two overflows.
    let scale = values.map { isLog ? log10(max($0, 1e-300)) : min(max($0, -1e300), 1e300) }
    guard var low = scale.min(), var high = scale.max() else { return nil }
    let spread = (Statistics.quantile(scale, 0.75) ?? 0) - (Statistics.quantile(scale, 0.25) ?? 0)
    let width = 2 * spread / pow(Double(scale.count), 1.0 / 3)
    let usual = width > 0 ? Int(min(60, max(5, ((high - low) / width).rounded(.up)))) : 20
    let count = bins ?? (high > low ? usual : 1)
    if !(high - low > abs(high) * 1e-12) {
      let room = max(abs(high) * 0.05, 0.05)
      (low, high) = (low - room, high + room)
    } else if bins == nil {
      // Round ends are easier to read than the least and the greatest number.
      let marks = Ticks.linear(low...high, count: count).marks
      if marks.count > 1 {
        let step = marks[1].value - marks[0].value
        let (first, last) = ((low / step).rounded(.down), (high / step + 1e-9).rounded(.up))
        return (Int(0)...Int(last - first)).map {
          isLog ? pow(10, (first + Double($0)) * step) : (first + Double($0)) * step
        }
      }
    }
    return (0...count).map { place in
      let value = place == count ? high : low + (high - low) * (Double(place) / Double(count))
      return isLog ? pow(10, value) : value
    }
  }

  private static func widthText(_ edges: [Double], log isLog: Bool) -> String {
    isLog
      ? "bars: a factor of \((edges[1] / edges[0]).significant(3)) wide"
      : "bars: \((edges[1] - edges[0]).significant(3)) wide"
  }

  /// Each interval has its left end, the last one both.
  private static func counts(of values: [Double], edges: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: edges.count - 1)
    for value in values where value.isFinite {
      var (low, high) = (0, edges.count - 1)
      while high - low > 1 {
        let middle = (low + high) / 2
        if edges[middle] <= value { low = middle } else { high = middle }
      }
      counts[low] += 1
    }
    return counts
  }

  /// The tops of the bars as one line from the axis to the axis, and the bars below it as its band.
  private static func outline(_ heights: [Double], edges: [Double], log isLog: Bool) -> [Point] {
    func point(_ x: Double, _ height: Double) -> Point {
      Point(x: x, y: isLog && height == 0 ? .nan : height, low: 0, high: height)
    }
    let tops = heights.indices.flatMap { bin in
      [point(edges[bin], heights[bin]), point(edges[bin + 1], heights[bin])]
    }
    guard let first = edges.first, let last = edges.last else { return tops }
    return [point(first, 0)] + tops + [point(last, 0)]
  }
}
