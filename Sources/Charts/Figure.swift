import Tables

/// A figure as data: panels of lines or points over common axes, ready to be drawn in any format.
public struct Figure: Sendable, Equatable {
  /// What is drawn of a table.
  public enum Kind: String, Sendable, CaseIterable {
    /// Means over runs as curves.
    case lines
    /// Every row as a point.
    case points
    /// How many rows have values in each interval.
    case histogram
    /// A heat map of S, sources down and probes across, ordered by class.
    case matrix
    /// A one-dimensional fit before and after one step.
    case function
    /// A ReLU gate: weights, source, probes and hyperplane in the plane.
    case plane
    /// The images of the pairs with the largest and the smallest S.
    case images
  }

  /// What the translucent band around a line shows.
  public enum Band: String, Sendable, CaseIterable {
    /// No band.
    case none
    /// Mean ± sample standard deviation over runs.
    case sd
    /// Mean ± standard error over runs.
    case sem
    /// Smallest to largest of what a point averages.
    case minmax
    /// The interval that the table carries in `low` and `high`.
    case interval
  }

  /// Which axes are logarithmic.
  public enum LogAxes: String, Sendable, CaseIterable {
    case none, x, y, xy
    var x: Bool { self == .x || self == .xy }
    var y: Bool { self == .y || self == .xy }
  }

  /// A place on a curve; `y` is NaN where the curve has a gap.
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double
    public var low: Double?
    public var high: Double?

    public init(x: Double, y: Double, low: Double? = nil, high: Double? = nil) {
      (self.x, self.y, self.low, self.high) = (x, y, low, high)
    }
  }

  /// How the points of a series are drawn.
  public enum Shape: Sendable, Equatable {
    /// A curve, with marks at its points where they are few.
    case line
    /// A curve without marks.
    case outline
    /// Each point alone.
    case dots
    /// Each point alone, large.
    case spot
    /// From the first point to the last.
    case arrow

    /// Whether neighbouring points are joined.
    var isCurve: Bool { self != .dots && self != .spot }
  }

  /// One curve: its points in drawing order, and its entry in the legend.
  public struct Series: Sendable, Equatable {
    public var label: String
    public var points: [Point]
    public var style: Style
    public var shape: Shape
    /// The entries of the columns that tell curves apart.
    var entries: [String: Cell] = [:]

    public init(label: String, points: [Point], style: Style, shape: Shape = .line) {
      (self.label, self.points, self.style, self.shape) = (label, points, style, shape)
    }
  }

  /// A shaded stretch of the x axis; an end at infinity is the edge of the panel.
  public struct Shade: Sendable, Equatable {
    public var from: Double
    public var to: Double
    public var label: String
    public var color: String
  }

  /// An upright line at a place of the x axis.
  public struct Mark: Sendable, Equatable {
    public var x: Double
    public var label: String
    public var color: String
    public var dashes: [Int]
  }

  /// One pair of axes with its curves.
  public struct Panel: Sendable, Equatable {
    public var title: String
    public var series: [Series]
    /// Stretches of the x axis that are shaded behind the curves.
    public var shades: [Shade] = []
    /// Upright lines over the whole panel.
    public var marks: [Mark] = []
    /// A heat map in the place of curves.
    public var matrix: Matrix?
    /// Pairs of images in the place of curves.
    public var imagePairs: [ImagePair] = []

    public init(title: String, series: [Series]) {
      (self.title, self.series) = (title, series)
    }
  }

  public var kind: Kind
  public var title: String
  /// One sentence under the title that says what lines and bands are.
  public var note: String
  public var xLabel: String
  public var yLabel: String
  /// What the colours of a heat map mean.
  public var zLabel = ""
  public var log: LogAxes
  /// Whether the y axis leaves out the outermost values (beyond four quartile ranges), which the note then says.
  public var leavesOutOutliers = false
  /// The least span of a y axis that is not logarithmic, so that a curve that hardly moves looks like one.
  public var leastSpan = 0.0
  public var panels: [Panel]
  /// How many panels stand side by side.
  public var panelsPerRow: Int
  /// The entries of the facet columns of each panel.
  var facetEntries: [[String: Cell]] = []
  /// The numbers that are drawn, one row a point.
  public var data: Table

  /// The legend: each style and label once, in the order of the curves.
  public var legend: [(label: String, style: Style, shape: Shape)] {
    var entries: [(label: String, style: Style, shape: Shape)] = []
    for series in panels.flatMap(\.series) where !entries.contains(where: { $0.label == series.label }) {
      entries.append((series.label, series.style, series.shape))
    }
    return entries
  }

  /// A figure without panels, to be filled.
  init(kind: Kind, title: String, note: String, xLabel: String = "", yLabel: String = "", data: Table) {
    (self.kind, self.title, self.note, self.xLabel, self.yLabel) = (kind, title, note, xLabel, yLabel)
    (log, panels, panelsPerRow, self.data) = (.none, [], 1, data)
  }

  /// `2 panels, 3 lines each`
  public var summary: String {
    func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
    let panels = count(panels.count, "panel")
    switch kind {
    case .lines, .histogram:
      return "\(panels), \(count(self.panels.map(\.series.count).max() ?? 0, "line")) each"
    case .points, .function, .plane:
      return "\(panels), \(count(self.panels.flatMap(\.series).map(\.points.count).reduce(0, +), "point"))"
    case .matrix:
      let size =
        self.panels.first?.matrix.map { "\($0.values.count) x \($0.values.first?.count ?? 0) pairs" } ?? ""
      return "\(panels), \(size)"
    case .images: return count(self.panels.map(\.imagePairs.count).reduce(0, +), "pair") + " of images"
    }
  }

  /// Whether any curve has a band.
  var hasBands: Bool {
    panels.contains { $0.series.contains { $0.points.contains { $0.low != nil } } }
  }
}
