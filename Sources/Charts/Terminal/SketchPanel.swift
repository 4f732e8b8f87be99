/// One panel of a sketch: axes with their numbers, and the curves between them.
struct SketchPanel {
  let panel: Figure.Panel
  let figure: Figure
  let style: TerminalStyle
  let legend: SketchLegend
  let width: Int
  let height: Int

  private let xRange: ClosedRange<Double>
  private let yTicks: Ticks

  init(
    panel: Figure.Panel, figure: Figure, style: TerminalStyle, legend: SketchLegend, width: Int, height: Int
  ) {
    self.panel = panel
    self.figure = figure
    self.style = style
    self.legend = legend
    self.width = width
    self.height = height
    xRange = figure.sharedXRange
    yTicks = panel.yTicks(of: figure, count: min(6, max(2, height / 3)))
  }

  /// The longest number at the y axis.
  var widthOfTickLabels: Int { yTicks.marks.map(\.label.count).max() ?? 0 }

  /// The room for letters at the right, where curves end.
  var widthOfEndLetters: Int {
    legend.hasLetters ? 1 + min(4, endLetters(mostInRow: 4).map(\.count).max() ?? 0) : 0
  }

  /// The lines of the panel, none wider than `width`.
  ///
  /// - Parameter strip: the rows for words above the panel.
  func lines(margin: Int, endWidth: Int, hasTitle: Bool, strip: Int, showsXLabel: Bool) -> [TerminalLine] {
    // In a very narrow terminal the numbers give way first, then the letters at the ends.
    let margin = width - margin - 1 - endWidth >= 12 ? margin : 0
    let endWidth = width - margin - 1 - endWidth >= 6 ? endWidth : 0
    let columns = max(1, width - margin - 1 - endWidth)
    let canvas = drawing(columns: columns)
    let colors = legend.entries.map(\.color)
    let labels = rowLabels
    let ends = endLetters(mostInRow: max(1, endWidth - 1))
    var lines: [TerminalLine] = []
    if hasTitle { lines.append(title(margin: margin, columns: columns)) }
    lines += stripLines(count: strip, margin: margin, columns: columns)
    for row in 0..<height {
      let label = margin > 0 ? labels[row] ?? "" : ""
      var line = TerminalLine(String(repeating: " ", count: margin - label.count) + label)
      line.append(labels[row] == nil ? (style.unicode ? "│" : "|") : style.unicode ? "┤" : "+")
      line.append(canvas.line(row: row, colors: colors))
      if endWidth > 0 && !ends[row].isEmpty {
        line.append(" ")
        for place in ends[row] { line.append(String(legend.entries[place].letter), color: colors[place]) }
      }
      lines.append(line)
    }
    lines += xAxis(margin: margin, columns: columns)
    if showsXLabel && !figure.xLabel.isEmpty {
      let text = style.shortened(style.printable(figure.xLabel), to: width)
      let room = 2 * margin + 2 + columns
      lines.append(.centered(text, in: room + text.displayWidth <= 2 * width ? room : width))
    }
    return lines
  }

  private func title(margin: Int, columns: Int) -> TerminalLine {
    let text = style.shortened(style.printable(panel.title), to: width)
    let room = 2 * margin + 2 + columns
    return .centered(text, in: room + text.displayWidth <= 2 * width ? room : width)
  }

  /// The names of shaded stretches and of upright lines.
  private func stripLines(count: Int, margin: Int, columns: Int) -> [TerminalLine] {
    let labels = strip(columns: columns).labels
    return (0..<count).reversed().map { row in
      var line = TerminalLine()
      for label in labels.filter({ $0.row == row }).sorted(by: { $0.left < $1.left }) {
        line.pad(to: margin + 1 + Int(label.left.rounded()))
        line.append(style.shortened(style.printable(label.text), to: columns))
      }
      return line
    }
  }

  private func strip(columns: Int) -> Strip {
    Strip(of: panel, range: xRange, log: figure.log.x, width: Double(columns), gap: 2) {
      Double(style.printable($0).displayWidth)
    }
  }

  /// The rows that the words over the panel need at a guess of its width.
  var rowsOfStrip: Int { strip(columns: max(1, width - widthOfTickLabels - 1 - widthOfEndLetters)).rows }

  // MARK: Axes

  /// The numbers at the y axis by the rows in which they stand; two never share a row.
  private var rowLabels: [Int: String] {
    let canvas = DotCanvas(columns: 1, rows: height, cells: cells)
    var labels: [Int: String] = [:]
    for mark in yTicks.marks {
      let part = fraction(mark.value, in: yTicks.range, log: figure.log.y)
      guard part >= -1e-9, part <= 1 + 1e-9 else { continue }
      let row = min(height - 1, max(0, canvas.row(ofDot: canvas.dot(0, part).y)))
      if labels[row] == nil { labels[row] = mark.label }
    }
    return labels
  }

  /// The axis with its ticks, and the numbers below it: as many as fit without touching.
  private func xAxis(margin: Int, columns: Int) -> [TerminalLine] {
    let canvas = DotCanvas(columns: columns, rows: 1, cells: cells)
    var axis = Array(repeating: style.unicode ? "─" : "-", count: columns)
    var numbers = TerminalLine()
    var count = max(1, columns / 11)
    while true {
      numbers = TerminalLine()
      var (fits, ticks) = (true, [Int]())
      for mark in panel.xTicks(of: figure, count: count, shared: xRange).marks {
        let part = fraction(mark.value, in: xRange, log: figure.log.x)
        guard part >= -1e-9, part <= 1 + 1e-9 else { continue }
        let column = min(columns - 1, max(0, canvas.column(ofDot: canvas.dot(part, 0).x)))
        let start = min(max(0, margin + 1 + column - mark.label.count / 2), max(0, width - mark.label.count))
        if numbers.width > 0 && start < numbers.width + 2 {
          fits = false
          continue
        }
        numbers.pad(to: start)
        numbers.append(mark.label)
        ticks.append(column)
      }
      if fits || count == 1 {
        for column in ticks { axis[column] = style.unicode ? "┬" : "+" }
        break
      }
      count -= 1
    }
    let corner = String(repeating: " ", count: margin) + (style.unicode ? "└" : "+")
    return [TerminalLine(corner + axis.joined()), numbers]
  }

  private func fraction(_ value: Double, in range: ClosedRange<Double>, log isLog: Bool) -> Double {
    AxisScale(range: range, isLog: isLog).fraction(value)
  }

  // MARK: Curves

  /// Braille, or letters in ASCII and, without colours, for points of several kinds.
  private var cells: DotCanvas.Cells {
    let hasKindsOfPoints =
      !panel.series.contains(where: \.shape.isCurve) || panel.series.count { $0.shape == .dots } > 1
    let needsLetters = hasKindsOfPoints && legend.hasLetters && style.colors == .none
    return style.unicode && !needsLetters ? .braille : .marks(legend.entries.map(\.letter))
  }

  /// The finite places of a curve in dots; nil where it has a gap.
  private func places(of series: Figure.Series, on canvas: DotCanvas) -> [(x: Double, y: Double)?] {
    series.points.map { point in
      guard point.x.isFinite, point.y.isFinite else { return nil }
      if (figure.log.x && point.x <= 0) || (figure.log.y && point.y <= 0) { return nil }
      return canvas.dot(
        fraction(point.x, in: xRange, log: figure.log.x),
        fraction(point.y, in: yTicks.range, log: figure.log.y))
    }
  }

  private func drawing(columns: Int) -> DotCanvas {
    var canvas = DotCanvas(columns: columns, rows: height, cells: cells)
    for mark in panel.marks where xRange.contains(mark.x) {
      canvas.rule(
        column: canvas.column(ofDot: canvas.dot(fraction(mark.x, in: xRange, log: figure.log.x), 0).x))
    }
    if legend.showsBands { for series in panel.series { drawBand(of: series, on: &canvas) } }
    for series in panel.series {
      let places = places(of: series, on: canvas)
      let curve = legend.place(of: series)
      if series.shape.isCurve { drawCurve(places, curve: curve, on: &canvas) }
      drawMarks(places, shape: series.shape, curve: curve, on: &canvas)
    }
    if cells == .braille, legend.hasLetters, style.colors == .none {
      let shown = panel.series.count
      for (number, series) in panel.series.enumerated() {
        let place = legend.place(of: series)
        let column = columns * (2 * number + 1) / (2 * shown)
        canvas.letter(legend.entries[place].letter, onCurve: place, near: column)
      }
    }
    return canvas
  }

  private func drawCurve(_ places: [(x: Double, y: Double)?], curve: Int, on canvas: inout DotCanvas) {
    // Letters tell curves apart by themselves.
    let dashes = cells == .braille ? legend.entries[curve].dashes : []
    var length = 0
    var last: (x: Double, y: Double)?
    for place in places {
      if let place, let last {
        canvas.drawLine(from: last, to: place, curve: curve, dashes: dashes, length: &length)
      } else if let place {
        canvas.drawDot(Int(place.x.rounded()), Int(place.y.rounded()), curve: curve)
      }
      last = place
    }
  }

  /// Single points: all of them where rows are drawn, and those of a line that have no neighbour or are few.
  private func drawMarks(
    _ places: [(x: Double, y: Double)?], shape: Figure.Shape, curve: Int, on canvas: inout DotCanvas
  ) {
    let areFew = shape == .spot || shape == .line && places.count { $0 != nil } <= 12
    for (number, place) in places.enumerated() {
      guard let place, place.x > -0.5, place.y > -0.5, place.x < Double(canvas.width) - 0.5,
        place.y < Double(canvas.height) - 0.5
      else { continue }
      let isAlone =
        (number == 0 || places[number - 1] == nil)
        && (number + 1 == places.count || places[number + 1] == nil)
      let (x, y) = (Int(place.x.rounded()), Int(place.y.rounded()))
      if !shape.isCurve || areFew || isAlone {
        canvas.drawDot(x, y, curve: curve, isOnTop: shape == .spot)
      }
      if shape != .dots, areFew || isAlone, canvas.cells == .braille {
        for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] { canvas.drawDot(x + dx, y + dy, curve: curve) }
      }
    }
  }

  /// The dots between low and high of neighbouring points; a bar where a point has no neighbour.
  private func drawBand(of series: Figure.Series, on canvas: inout DotCanvas) {
    let curve = legend.place(of: series)
    var last: (x: Int, low: Double, high: Double)?
    for point in series.points {
      guard let band = bounds(of: point, on: canvas) else {
        last = nil
        continue
      }
      let start = last ?? band
      for x in max(0, start.x)...max(0, start.x, band.x) where x < canvas.width {
        let part = band.x > start.x ? Double(x - start.x) / Double(band.x - start.x) : 1
        let low = start.low + (band.low - start.low) * part
        let high = start.high + (band.high - start.high) * part
        let (top, bottom) = (max(0, min(low, high)), min(Double(canvas.height - 1), max(low, high)))
        guard top <= bottom else { continue }
        for y in Int(top.rounded())...Int(bottom.rounded()) { canvas.shade(x, y, curve: curve) }
      }
      last = band
    }
  }

  /// The ends of a band at a point in dots, nil without a band; on a logarithmic axis a band that reaches
  /// zero goes down to the edge.
  private func bounds(of point: Figure.Point, on canvas: DotCanvas) -> (x: Int, low: Double, high: Double)? {
    guard point.x.isFinite, let low = point.low, let high = point.high, low.isFinite, high.isFinite else {
      return nil
    }
    if (figure.log.x && point.x <= 0) || (figure.log.y && high <= 0) { return nil }
    let bottom = canvas.dot(
      fraction(point.x, in: xRange, log: figure.log.x), fraction(low, in: yTicks.range, log: figure.log.y))
    let top = canvas.dot(0, fraction(high, in: yTicks.range, log: figure.log.y))
    return (Int(bottom.x.rounded()), bottom.y, top.y)
  }

  /// The curves that end in each row, at most so many in one; others stand in the nearest row with room.
  private func endLetters(mostInRow: Int) -> [[Int]] {
    var rows = Array(repeating: [Int](), count: height)
    guard legend.hasLetters, figure.kind == .lines else { return rows }
    let canvas = DotCanvas(columns: 1, rows: height, cells: cells)
    for series in panel.series {
      guard let end = places(of: series, on: canvas).last(where: { $0 != nil }), let end else { continue }
      let row = canvas.row(ofDot: min(Double(canvas.height - 1), max(0, end.y)))
      let choices = (0..<height).sorted { (abs($0 - row), $0) < (abs($1 - row), $1) }
      let free = choices.first { rows[$0].count < mostInRow } ?? row
      if rows[free].count < mostInRow { rows[free].append(legend.place(of: series)) }
    }
    return rows
  }
}
