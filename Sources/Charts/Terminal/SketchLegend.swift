/// The letter, colour and dashes of each curve, and the lines that explain them.
struct SketchLegend {
  struct Entry {
    let label: String
    let letter: Character
    let color: TerminalColor?
    /// Lengths of dashes and gaps in dots; empty for an unbroken line.
    let dashes: [Int]
    let shape: Figure.Shape
  }

  /// With more curves the bands of all would leave nothing to be seen.
  private static let mostBands = 4

  let entries: [Entry]
  /// Whether bands are drawn.
  let showsBands: Bool
  /// Whether the figure has bands that are not drawn.
  private let leavesOutBands: Bool
  private let style: TerminalStyle

  init(figure: Figure, style: TerminalStyle) {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    let legend = figure.legend
    self.style = style
    showsBands = figure.panels.allSatisfy { $0.series.count <= Self.mostBands }
    leavesOutBands = figure.hasBands && !showsBands
    entries = legend.enumerated().map { place, entry in
      Entry(
        label: style.printable(entry.label), letter: legend.count == 1 ? "*" : letters[place % letters.count],
        color: style.colors == .none ? nil : TerminalColor(hex: entry.style.color),
        dashes: Self.dashes(entry.style.dashes), shape: entry.shape)
    }
  }

  /// Whether the curves need letters to be told apart.
  var hasLetters: Bool { entries.count > 1 }

  /// Pixels as dots: a third of the length, with gaps of two dots at least, which are seen in a terminal.
  private static func dashes(_ pixels: [Int]) -> [Int] {
    pixels.enumerated().map { $0 % 2 == 0 ? max(1, $1 / 3) : max(2, $1 / 3) }
  }

  /// The place of a curve in the legend.
  func place(of series: Figure.Series) -> Int {
    let label = style.printable(series.label)
    return entries.firstIndex { $0.label == label } ?? 0
  }

  /// The entries in as many columns as fit, read downwards.
  func lines(width: Int) -> [TerminalLine] {
    let shown = entries.filter { !$0.label.isEmpty }
    if shown.isEmpty { return [] }
    let sampleWidth = shown.map { sample($0).width }.max() ?? 0
    let longest = shown.map(\.label.displayWidth).max() ?? 0
    let wanted = min(width, sampleWidth + longest)
    let across = max(1, min(shown.count, (width + 3) / (wanted + 3)))
    let down = (shown.count + across - 1) / across
    let curves = (0..<down).map { row -> TerminalLine in
      var line = TerminalLine()
      for (column, place) in stride(from: row, to: shown.count, by: down).enumerated() {
        line.pad(to: column * (wanted + 3))
        line.append(sample(shown[place]))
        line.pad(to: column * (wanted + 3) + sampleWidth)
        line.append(style.shortened(shown[place].label, to: max(1, width - sampleWidth)))
      }
      return line
    }
    let remark = "bands left out: more than \(Self.mostBands) curves"
    return leavesOutBands ? curves + [TerminalLine(style.shortened(remark, to: width))] : curves
  }

  /// The letter of a curve and, in braille, a piece of its line.
  private func sample(_ entry: Entry) -> TerminalLine {
    var line = TerminalLine()
    if hasLetters || !style.unicode { line.append(String(entry.letter) + " ", color: entry.color) }
    guard style.unicode, entry.shape.isCurve || entry.color != nil || !hasLetters else { return line }
    var canvas = DotCanvas(columns: 4, rows: 1, cells: .braille)
    if entry.shape.isCurve {
      var length = -1
      canvas.drawLine(from: (-1, 1), to: (7, 1), curve: 0, dashes: entry.dashes, length: &length)
    } else {
      for (x, y) in [(1, 2), (3, 1), (6, 2)] { canvas.drawDot(x, y, curve: 0) }
    }
    line.append(canvas.line(row: 0, colors: [entry.color]))
    line.append(" ")
    return line
  }
}
