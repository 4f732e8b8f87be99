import Tables

/// What can keep a figure from being made or written.
public enum ChartError: Error, Equatable, Sendable {
  case table(TableError)
  case file(FileError)
  case emptyTable
  case nothingFinite(column: String)
  case notNumeric(column: String, kind: CellKind)
  case notPositive(axis: String, column: String, row: Int, value: Double)
  case repeatedName(String)
  case intervalOfSeveral(count: Int)
  /// Rows that are drawn as one differ in a column.
  case severalValues(column: String, count: Int, example: String, remedy: String?)
  /// A table without pairs of samples.
  case noPairs(missing: String)
  /// A table that `predict … source=` or `solve … keep=plane` did not make.
  case notMade(by: String, missing: String)
  case severalInputs(String)
  case tooManySamples(Int)
  case noImage(Int)
  case tooManyPanels(Int)
  case tooManySeries(Int)
  case tooManyBins(Int)
  case tooManyPairs(Int)
  case unknownFormat(path: String)
  case gnuplotMissing
  case gnuplotFailed(reason: String)
  case noRoomForDrawing(reason: String)
  case notAnImage(values: Int, height: Int, width: Int, channels: Int)

  /// The most panels and the most lines in a panel that a person can still read.
  public static let mostPanels = 48
  public static let mostSeries = 120
  /// The most bars of a histogram, and the most pairs of images of each end of S.
  public static let mostBins = 1000
  public static let mostPairs = 100
}

extension ChartError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .table(let error): error.description
    case .file(let error): error.description
    case .emptyTable: "the table has no rows, so there is nothing to draw"
    case .nothingFinite(let column):
      "column '\(column)' has no finite number, so there is nothing to draw"
    case .notNumeric(let column, let kind):
      "column '\(column)' holds \(kind.rawValue)s; an axis needs numbers"
    case .notPositive(let axis, let column, let row, let value):
      "row \(row) has \(column) = \(value.shortest), which a logarithmic \(axis) axis cannot show: "
        + "leave out log=\(axis) or that row"
    case .repeatedName(let name): "'\(name)' stands twice in by= and facet=: name it once"
    case .intervalOfSeveral(let count):
      "band=interval needs one row for each point, but \(count) rows are averaged here: "
        + "use by=pair or band=minmax"
    case .severalValues(let name, let count, let example, let remedy):
      "\(name) has \(count) values: add \(name)=\(example)" + (remedy.map { " or \($0)=\(name)" } ?? "")
    case .noPairs(let missing):
      "the table has no column '\(missing)': pairs of samples come from measure srel … keep=pairs"
    case .notMade(let command, let missing):
      "the table has no \(missing): it should come from \(command)"
    case .severalInputs(let name):
      "the table has a column '\(name)': a function is drawn over one number, x0"
    case .noImage(let id):
      "there is no sample \(id) in the data set: give the one that was measured"
    case .tooManySamples(let count):
      "a heat map of \(count) samples cannot be read: take at most \(Figure.mostCells)"
    case .tooManyPanels(let count):
      "facet= gives \(count) panels, more than \(Self.mostPanels): draw a part of the table"
    case .tooManySeries(let count):
      "by= gives \(count) lines, more than \(Self.mostSeries): draw a part of the table"
    case .tooManyBins(let count): "bins=\(count) is more than a figure can show: at most \(Self.mostBins)"
    case .tooManyPairs(let count): "pairs=\(count) is more than a figure can show: at most \(Self.mostPairs)"
    case .unknownFormat(let path): "'\(path)' should end in .svg, .png or .pdf"
    case .gnuplotMissing:
      "figures are drawn by gnuplot, which is not installed: install the Debian package gnuplot-nox"
    case .gnuplotFailed(let reason): "gnuplot could not draw the figure: \(reason)"
    case .notAnImage(let values, let height, let width, let channels):
      "\(values) values are no image of \(height) x \(width) pixels with \(channels) channels: "
        + "an image has height x width x channels of them, and at least one"
    case .noRoomForDrawing(let reason): "no folder for temporary files could be used: \(reason)"
    }
  }
}

/// Runs a piece of work on tables with its errors as errors of charts.
func withTables<Value>(_ work: () throws(TableError) -> Value) throws(ChartError) -> Value {
  do { return try work() } catch { throw .table(error) }
}
