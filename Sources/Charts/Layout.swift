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
    /// The label, shortened where it is wider than the page.
    let text: String
    let style: Figure.Style
    let shape: Figure.Shape
    let x: Double
    let y: Double
  }

  static let fontSize = 13.0
  static let legendSize = 12.0
  static let sampleLength = 34.0
  static let margin = 12.0
  private static let lineHeight = 19.0
  static let stripHeight = 16.0

  let width: Double
  let height: Double
  let head: Head
  let boxes: [Box]
  /// Whether a panel is the lowest of its column and shows the name of the x axis.
  let isLowest: [Bool]
  /// The words over each panel.
  let strips: [Strip]
  /// The room for the title of a panel.
  let titleWidth: Double
  /// The most rows of words over a panel.
  let stripRows: Int
  let entries: [Entry]
  let yLabelAt: (x: Double, y: Double)

  /// A careful guess of the width of a text, for a sans-serif font of any make.
  static func textWidth(_ text: String, size: Double = fontSize) -> Double {
    Double(text.count) * size * 0.56
  }

  /// A place of the page as gnuplot counts: fractions of width and height from the lower left corner.
  func screen(_ x: Double, _ y: Double) -> String { Self.screen(x, y, of: width, height) }

  static func screen(_ x: Double, _ y: Double, of width: Double, _ height: Double) -> String {
    "screen \((x / width).significant(6)),\((1 - y / height).significant(6))"
  }

  /// Title and note at the top of the page.
  struct Head {
    static let titleSize = 16.0
    let titleLines: [(text: String, y: Double)]
    let noteLines: [(text: String, y: Double)]
    /// Where the next part may begin.
    let bottom: Double

    init(_ figure: Figure, width: Double) {
      let width = width - 2 * Layout.margin
      var y = Layout.margin
      titleLines = Layout.wrap(figure.title, width: width, size: Head.titleSize).enumerated().map {
        ($1, Layout.margin + 12 + 20 * Double($0))
      }
      if let last = titleLines.last { y = last.y + 16 }
      noteLines = Layout.wrap(figure.note, width: width, size: Layout.legendSize).enumerated().map {
        ($1, y + 8 + 17 * Double($0))
      }
      bottom = y + 17 * Double(noteLines.count) + (noteLines.isEmpty ? 0 : 6)
    }
  }

  /// - Parameters:
  ///   - tickWidths: of the numbers at the y axes.
  ///   - xTickWidth: of the longest number below the x axes; the last may stand half beside its panel.
  init(_ figure: Figure, tickWidths: [Double], xTickWidth: Double) {
    let columns = max(1, min(figure.panelsPerRow, figure.panels.count))
    let rows = max(1, (figure.panels.count + columns - 1) / columns)
    let total = columns == 1 ? 720.0 : 900
    width = total
    head = Head(figure, width: total)

    let titled = figure.panels.contains { !$0.title.isEmpty }
    let ticks = (tickWidths.max() ?? 30) + 12
    let left = Self.margin + (figure.yLabel.isEmpty ? 0 : 20)
    let cell = (total - left - Self.margin - 2) / Double(columns)
    let isSquare = figure.kind == .plane
    // Digits are wider than letters are on average.
    let gap = max(6, 0.6 * xTickWidth - Self.margin)
    let wide = min(cell - ticks - gap, isSquare ? 480 : .infinity)
    titleWidth = cell - 8
    let plot = isSquare ? wide : columns == 1 ? 330.0 : columns == 2 ? 215 : 185
    let top = head.bottom
    let range = figure.sharedXRange
    strips = figure.panels.map { panel in
      Strip(of: panel, range: range, log: figure.log.x, width: wide, gap: 8) {
        Self.textWidth($0, size: Self.legendSize)
      }
    }
    stripRows = strips.map(\.rows).max() ?? 0
    let over = (titled ? 28.0 : 10) + Self.stripHeight * Double(stripRows)
    let rowHeight = over + plot + 34
    // Square panels do not fill the width; they stand in its middle.
    let indent = max(0, (total - left - Self.margin - Double(columns) * (wide + ticks + gap)) / 2)
    boxes = figure.panels.indices.map { place in
      Box(
        left: left + ticks + (isSquare ? indent : 0)
          + Double(place % columns) * (isSquare ? wide + ticks + gap : cell),
        top: top + Double(place / columns) * rowHeight + over, width: wide, height: plot)
    }
    isLowest = figure.panels.indices.map { $0 + columns >= figure.panels.count }
    let y = top + Double(rows) * rowHeight + (figure.xLabel.isEmpty ? 0 : 18)
    yLabelAt = (Self.margin + 6 + (isSquare ? indent : 0), top + Double(rows) * rowHeight / 2)

    let legend = figure.legend.filter { !$0.label.isEmpty }
    let available = total - left - Self.margin
    let texts = legend.map {
      Self.shortened($0.label, toWidth: available - Self.sampleLength - 28, size: Self.legendSize)
    }
    let entryWidth =
      Self.sampleLength + 28 + (texts.map { Self.textWidth($0, size: Self.legendSize) }.max() ?? 0)
    var across = max(1, min(legend.count, Int(available / entryWidth)))
    // Rows of equal length look tidier than a full row and a rest.
    let down = max(1, (legend.count + across - 1) / across)
    across = max(1, (legend.count + down - 1) / down)
    let legendLeft = left + max(0, (available - Double(across) * entryWidth + 20) / 2)
    let legendTop = y + 14
    entries = legend.enumerated().map { place, entry in
      Entry(
        label: entry.label, text: texts[place], style: entry.style, shape: entry.shape,
        x: legendLeft + Double(place / down) * entryWidth,
        y: legendTop + Double(place % down) * Self.lineHeight)
    }
    height = (y + (legend.isEmpty ? 0 : 14 + Double(down) * Self.lineHeight) + Self.margin).rounded()
  }

  /// The text without its middle where it is wider: what tells two long names apart is often their end.
  static func shortened(_ text: String, toWidth width: Double, size: Double = fontSize) -> String {
    shortened(text, to: max(3, Int(width / textWidth("x", size: size))))
  }

  static func shortened(_ text: String, to count: Int) -> String {
    text.count <= count ? text : text.prefix(count / 2) + "…" + text.suffix((count - 1) / 2)
  }

  /// The text in lines that fit the width.
  static func wrap(_ text: String, width: Double, size: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty && textWidth(line + " " + word, size: size) > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
