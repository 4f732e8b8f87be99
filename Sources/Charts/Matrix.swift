import Tables

extension Figure {
  /// A heat map: a number for each source (row) and probe (column), NaN where there is none, ordered by class.
  public struct Matrix: Sendable, Equatable {
    /// The classes in order, each with the number of its sources and of its probes.
    public var classes: [(name: String, sources: Int, probes: Int)]
    /// Row by row.
    public var values: [[Double]]
    /// The numbers at the ends of the colour scale.
    public var range: ClosedRange<Double>

    /// Whether the scale has its middle at 0, because there are numbers on both sides of it.
    public var isDiverging: Bool { range.lowerBound < 0 }

    public static func == (a: Matrix, b: Matrix) -> Bool {
      a.values.elementsEqual(b.values) { $0.elementsEqual($1) { $0 == $1 || $0.isNaN && $1.isNaN } }
        && a.range == b.range
        && a.classes.elementsEqual(b.classes) {
          $0.name == $1.name && $0.sources == $1.sources && $0.probes == $1.probes
        }
    }
  }

  /// The most sources or probes of a heat map.
  static let mostCells = 2000

  /// A heat map of a table of pairs of samples (`measure srel … keep=pairs`): sources down, probes across, both ordered
  /// by class; runs are averaged. Pairs without a value, such as a sample with itself, stay empty. Costs O(rows).
  ///
  /// - Parameters:
  ///   - value: the column of the numbers.
  ///   - leavesOutOutliers: the colours end four quartile ranges from the quartiles; the note counts what lies outside.
  /// - Throws: `table(unknownColumn)` for a table without pairs, `table(collapsedKeys)` if a key or a time would be
  ///   averaged over, `emptyTable`, `nothingFinite`.
  public init(
    matrixOf table: Table, value: String = "value", facet: [String] = [], title: String = "",
    leavesOutOutliers: Bool = false
  ) throws(ChartError) {
    let samples = try PairTable(table, value: value, facet: facet, remedy: "facet")
    let (sources, probes) = (samples.order(.source), samples.order(.probe))
    for count in [sources.ids.count, probes.ids.count] where count > Self.mostCells {
      throw .tooManySamples(count)
    }
    let names = Labels(plan: samples.plan)
    let panels = samples.panelKeys.map { samples.means(in: $0, sources: sources, probes: probes) }
    let shown = panels.joined().joined().filter(\.isFinite)
    guard let least = shown.min(), let most = shown.max() else { throw .nothingFinite(column: value) }
    let kept = leavesOutOutliers ? Panel.withoutOutliers(shown) : shown
    let (low, high) = (kept.min() ?? least, kept.max() ?? most)
    let reach = max(-low, high)
    let range = low < 0 ? -reach...reach : 0...(high > 0 ? high : 1)
    let outside = shown.count { !range.contains($0) }

    self.init(
      kind: .matrix, title: title, note: "", xLabel: "probe x′", yLabel: "source x",
      data: try samples.table(of: samples.pairs))
    note = names.note(
      runs: samples.runs,
      also: (outside > 0 ? ["outside the colours: \(outside)"] : [])
        + (panels.joined().joined().contains { !$0.isFinite } ? ["grey: no value"] : []))
    zLabel = names.axis(value)
    let classes = samples.classes(sources, probes)
    self.panels = zip(samples.panelKeys, panels).map { key, values in
      var panel = Panel(title: names.panelTitle(for: key), series: [])
      panel.matrix = Matrix(classes: classes, values: values, range: range)
      return panel
    }
    panelsPerRow = Self.panelsPerRow(of: samples.panelKeys)
    facetEntries = samples.panelKeys.map { Dictionary(uniqueKeysWithValues: zip(facet, $0)) }
  }
}
