import Tables

extension Figure {
  /// The figure in the characters of a terminal: lines of text without a line end after the last.
  ///
  /// In Unicode the curves are drawn in braille (blank characters are U+2800, because some fonts give a space
  /// another width), in ASCII in letters. Each curve has a letter, written where it ends and in the legend,
  /// so that curves can be told apart without colours too; bands are lightly dotted. No line is wider than
  /// the terminal, and no curve is drawn through a value that is not finite. Costs O(points + characters).
  ///
  /// Heat maps are drawn in shades, images as small pictures.
  public func sketch(_ style: TerminalStyle) -> String { Sketch(figure: self, style: style).text }
}

/// Arranges the parts of a figure in a terminal: title and note, panels side by side as the width allows,
/// legend.
struct Sketch {
  let figure: Figure
  let style: TerminalStyle
  private let legend: SketchLegend

  /// The narrowest panel that stands beside another one, and the widest that is still easy to read.
  private static let leastWidth = 38
  private static let mostWidth = 84
  private static let gap = 2

  init(figure: Figure, style: TerminalStyle) {
    self.figure = figure
    self.style = style
    legend = SketchLegend(figure: figure, style: style)
  }

  /// How many panels stand side by side: as in the figure, or fewer.
  private var across: Int {
    let most = (style.columns + Self.gap) / (Self.leastWidth + Self.gap)
    return max(1, min(figure.panelsPerRow, figure.panels.count, most))
  }

  private var panelWidth: Int {
    min(Self.mostWidth, (style.columns - Self.gap * (across - 1)) / across)
  }

  var text: String {
    let width = panelWidth * across + Self.gap * (across - 1)
    let head = heading(width: width)
    let foot = legend.lines(width: width)
    let panels =
      switch figure.kind {
      case .matrix: matrixLines(width: width, outside: head.count)
      case .images: imageLines()
      default: panelBlocks(outside: head.count + foot.count)
      }
    return (head + panels + foot).rendered(style)
  }

  /// Title, note and the name of the y axis, which stands above the panels because letters cannot be turned.
  private func heading(width: Int) -> [TerminalLine] {
    var lines: [TerminalLine] = []
    for text in wrapped(figure.title, width: width, lines: 2) { lines.append(.centered(text, in: width)) }
    for text in wrapped(figure.note, width: width, lines: 4) { lines.append(.centered(text, in: width)) }
    if !figure.yLabel.isEmpty {
      lines.append(TerminalLine(style.shortened(style.printable(figure.yLabel), to: width)))
    }
    return lines
  }

  /// The text in at most so many lines, shortened where it has more.
  private func wrapped(_ text: String, width: Int, lines most: Int) -> [String] {
    var lines: [String] = []
    for word in style.printable(text).split(separator: " ") {
      if let last = lines.last, lines.count == most || last.displayWidth + 1 + word.displayWidth <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { style.shortened($0, to: width) }
  }

  /// One heat map below the other.
  private func matrixLines(width: Int, outside: Int) -> [TerminalLine] {
    let height = max(8, min(32, (style.rows - outside - 6) / max(1, figure.panels.count)))
    return figure.panels.flatMap { panel -> [TerminalLine] in
      guard let matrix = panel.matrix else { return [] }
      let title = style.shortened(style.printable(panel.title), to: width)
      return (title.isEmpty ? [] : [TerminalLine(title)])
        + SketchMatrix(matrix: matrix, style: style, width: min(width, style.columns), height: height).lines
    } + [scaleLine(width: width)]
  }

  /// What the shades mean.
  private func scaleLine(width: Int) -> TerminalLine {
    guard let matrix = figure.panels.first?.matrix else { return TerminalLine() }
    var line = SketchMatrix.scale(matrix.range, style)
    line.append("  " + style.shortened(style.printable(figure.zLabel), to: max(1, width - line.width - 2)))
    return line
  }

  /// The pairs of each panel as small pictures: source, probe and what S is.
  private func imageLines() -> [TerminalLine] {
    figure.panels.flatMap { panel -> [TerminalLine] in
      let pictures = panel.imagePairs.flatMap { pair in
        [
          TerminalPicture(pair.source, caption: [pair.names.source, "S = \(pair.value.significant(2))"]),
          TerminalPicture(pair.probe, caption: [pair.names.probe]),
        ]
      }
      return [TerminalLine(style.printable(panel.title))]
        + TerminalPicture.lines(of: pictures, style, mostColumns: 16)
    }
  }

  private func panelBlocks(outside: Int) -> [TerminalLine] {
    let count = figure.panels.count
    let down = (count + across - 1) / across
    let titled = figure.panels.contains { !$0.title.isEmpty }
    let strip =
      figure.panels.map {
        SketchPanel(panel: $0, figure: figure, style: style, legend: legend, width: panelWidth, height: 5)
          .rowsOfStrip
      }.max() ?? 0
    // Beside the canvas a panel has its title, its axis and the numbers at it; one line is for the prompt.
    let frame = (titled ? 1 : 0) + strip + 2
    let free = style.rows - outside - (figure.xLabel.isEmpty ? 1 : 2) - frame * max(1, down)
    let height = min(18, max(count > 1 ? 8 : 5, free / max(1, down)))
    let drawings = figure.panels.map {
      SketchPanel(panel: $0, figure: figure, style: style, legend: legend, width: panelWidth, height: height)
    }
    let margin = drawings.map(\.widthOfTickLabels).max() ?? 0
    let endWidth = drawings.map(\.widthOfEndLetters).max() ?? 0
    var lines: [TerminalLine] = []
    for first in stride(from: 0, to: count, by: across) {
      let places = first..<min(first + across, count)
      let blocks = places.map { place in
        drawings[place].lines(
          margin: margin, endWidth: endWidth, hasTitle: titled, strip: strip,
          showsXLabel: place + across >= count)
      }
      for row in 0..<(blocks.map(\.count).max() ?? 0) {
        var line = TerminalLine()
        for (place, block) in blocks.enumerated() where row < block.count {
          line.pad(to: place * (panelWidth + Self.gap))
          line.append(block[row])
        }
        lines.append(line)
      }
    }
    return lines
  }
}
