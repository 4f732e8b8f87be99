import Tables

/// A figure as data: panels of lines or points over common axes, ready to be drawn in any format.
public struct Figure: Sendable, Equatable {
  /// Whether averaged curves or single rows are drawn.
  public enum Kind: String, Sendable, CaseIterable { case lines, points }

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

  /// One curve: its points in drawing order, and its entry in the legend.
  public struct Series: Sendable, Equatable {
    public var label: String
    public var points: [Point]
    public var style: Style
    /// The entries of the columns that tell curves apart.
    var entries: [String: Cell] = [:]

    public init(label: String, points: [Point], style: Style) {
      (self.label, self.points, self.style) = (label, points, style)
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
  public var legend: [(label: String, style: Style)] {
    var entries: [(label: String, style: Style)] = []
    for series in panels.flatMap(\.series) where !entries.contains(where: { $0.label == series.label }) {
      entries.append((series.label, series.style))
    }
    return entries
  }

  /// Whether any curve has a band.
  var hasBands: Bool {
    panels.contains { $0.series.contains { $0.points.contains { $0.low != nil } } }
  }
}
