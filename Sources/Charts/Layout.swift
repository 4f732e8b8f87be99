import Tables

/// Where the parts of a figure stand, in pixels from the upper left corner.
struct Layout {
  struct Box {
    var left: Double
    var top: Double
    var width: Double
    var height: Double
  }

  /// A line of the legend: where its sample of the curve begins, and the middle of its height.
  struct Entry {
    let label: String
    let style: Figure.Style
    let x: Double
    let y: Double
  }

  static let fontSize = 13.0
  static let legendSize = 12.0
  static let sampleLength = 34.0
  private static let margin = 12.0
  private static let lineHeight = 19.0

  let width: Double
  let height: Double
  let titleAt: Double
  let noteLines: [(text: String, y: Double)]
  let boxes: [Box]
  /// Whether a panel is the lowest of its column and shows the name of the x axis.
  let isLowest: [Bool]
  let entries: [Entry]
  let yLabelAt: (x: Double, y: Double)

  /// A careful guess of the width of a text, for a sans-serif font of any make.
  static func textWidth(_ text: String, size: Double = fontSize) -> Double {
    Double(text.count) * size * 0.56
  }

  /// A place of the page as gnuplot counts: fractions of width and height from the lower left corner.
  func screen(_ x: Double, _ y: Double) -> String {
    "screen \((x / width).significant(6)),\((1 - y / height).significant(6))"
  }

  init(_ figure: Figure, tickWidths: [Double]) {
    let columns = max(1, min(figure.panelsPerRow, figure.panels.count))
    let rows = max(1, (figure.panels.count + columns - 1) / columns)
    let total = columns == 1 ? 720.0 : 900
    width = total
    var y = Self.margin
    titleAt = y + 12
    if !figure.title.isEmpty { y += 28 }
    noteLines = Self.wrap(figure.note, width: total - 2 * Self.margin).enumerated().map { place, line in
      (line, y + 8 + 17 * Double(place))
    }
    y += 17 * Double(noteLines.count) + (noteLines.isEmpty ? 0 : 6)

    let titled = figure.panels.contains { !$0.title.isEmpty }
    let ticks = (tickWidths.max() ?? 30) + 12
    let left = Self.margin + (figure.yLabel.isEmpty ? 0 : 20)
    let cell = (total - left - Self.margin - 2) / Double(columns)
    let plot = (columns == 1 ? 330.0 : columns == 2 ? 215 : 185)
    let top = y
    let head = titled ? 28.0 : 10
    let rowHeight = head + plot + 34
    boxes = figure.panels.indices.map { place in
      Box(
        left: left + ticks + Double(place % columns) * cell,
        top: top + Double(place / columns) * rowHeight + head, width: cell - ticks - 6,
        height: plot)
    }
    isLowest = figure.panels.indices.map { $0 + columns >= figure.panels.count }
    y = top + Double(rows) * rowHeight + (figure.xLabel.isEmpty ? 0 : 18)
    yLabelAt = (Self.margin + 6, top + Double(rows) * rowHeight / 2)

    let legend = figure.legend.filter { !$0.label.isEmpty }
    let entryWidth =
      Self.sampleLength + 28 + (legend.map { Self.textWidth($0.label, size: Self.legendSize) }.max() ?? 0)
    let available = total - left - Self.margin
    var across = max(1, min(legend.count, Int(available / entryWidth)))
    // Rows of equal length look tidier than a full row and a rest.
    let down = max(1, (legend.count + across - 1) / across)
    across = max(1, (legend.count + down - 1) / down)
    let indent = left + max(0, (available - Double(across) * entryWidth + 20) / 2)
    let legendTop = y + 14
    entries = legend.enumerated().map { place, entry in
      Entry(
        label: entry.label, style: entry.style, x: indent + Double(place / down) * entryWidth,
        y: legendTop + Double(place % down) * Self.lineHeight)
    }
    height = (y + (legend.isEmpty ? 0 : 14 + Double(down) * Self.lineHeight) + Self.margin).rounded()
  }

  /// The text in lines that fit the width.
  private static func wrap(_ text: String, width: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty && textWidth(line + " " + word, size: 12) > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
