import Tables

/// The formats that figures are written in.
public enum FigureFormat: String, Sendable, CaseIterable {
  case svg, png, pdf
}

/// Writes a figure in gnuplot's language.
///
/// Text stands only in single quotes with quotes doubled, in which gnuplot runs and expands nothing; numbers stand
/// in inline data blocks. So no text of a user can be a command.
struct GnuplotScript {
  let figure: Figure
  let format: FigureFormat

  /// A colour of its own for text and axes in SVG, which is afterwards made the colour of the page's text.
  static let ink = "#010203"
  var ink: String { format == .svg ? Self.ink : "#222222" }

  func text(output: String) -> String {
    switch figure.kind {
    case .matrix: matrixText(output: output)
    case .images: imagesText(output: output)
    default: curvesText(output: output)
    }
  }

  private func curvesText(output: String) -> String {
    let xRange = figure.sharedXRange
    let yTicks = figure.panels.map { $0.yTicks(of: figure, count: 5) }
    let layout = Layout(
      figure, tickWidths: yTicks.flatMap { $0.marks.map { Layout.textWidth($0.label) } },
      xTickWidth: figure.panels.map { $0.xTicks(of: figure, width: 720, shared: xRange).width }.max() ?? 0)
    var lines = head(width: layout.width, height: layout.height, output: output)
    for (place, panel) in figure.panels.enumerated() {
      lines += dataBlocks(panel, place: place, range: yTicks[place].range)
    }
    lines += ["set multiplot"] + heading(layout.head, width: layout.width, height: layout.height)
    lines += decoration(layout)
    for (place, panel) in figure.panels.enumerated() {
      let xTicks = panel.xTicks(of: figure, width: layout.boxes[place].width, shared: xRange)
      lines += frame(panel, layout: layout, place: place, xTicks: xTicks, yTicks: yTicks[place])
      lines += decoration(of: panel, layout: layout, place: place, range: xTicks.range)
      lines.append(plotCommand(panel, place: place))
      lines += ["unset label", "unset arrow", "unset object"]
    }
    return (lines + ["unset multiplot", "unset output"]).joined(separator: "\n") + "\n"
  }

  func head(width: Double, height: Double, output: String) -> [String] {
    let size = Int(Layout.fontSize)
    let terminal =
      switch format {
      case .svg: "svg size \(Int(width)),\(Int(height)) font 'Helvetica,\(size)' linewidth 1 noenhanced"
      case .png:
        "pngcairo size \(2 * Int(width)),\(2 * Int(height)) font 'Sans,\(Double(size) * 0.74)' fontscale 2 linewidth 2 dashlength 2 "
          + "pointscale 2 noenhanced background '#FFFFFF'"
      case .pdf:
        "pdfcairo size \((width / 96).shortest)in,\((height / 96).shortest)in "
          + "font 'Sans,\(Double(size) * 0.74)' linewidth 0.75 noenhanced background '#FFFFFF'"
      }
    return [
      "set encoding utf8", "set terminal \(terminal)", "set output \(Self.quoted(output))", "unset key",
      "set border 3 linecolor rgb '\(ink)' linewidth 1",
      "set tics nomirror out scale 0.5 textcolor rgb '\(ink)'",
      "set grid xtics ytics linetype 1 linewidth 1 linecolor rgb '\(format == .svg ? "#C0808080" : "#E4E4E4")'",
      figure.log.x ? "set logscale x" : "unset logscale x",
      figure.log.y ? "set logscale y" : "unset logscale y",
    ]
  }

  /// A text at a place of the page.
  func label(_ text: String, at place: String, _ how: String) -> String {
    "set label \(Self.quoted(text)) at \(place) \(how) textcolor rgb '\(ink)' front"
  }

  /// Title and note, in places of the whole page.
  func heading(_ head: Layout.Head, width: Double, height: Double) -> [String] {
    func label(_ text: String, _ y: Double, _ size: Double) -> String {
      self.label(
        text, at: Layout.screen(width / 2, y, of: width, height), "center font ',\(fontSize(size))'")
    }
    return head.titleLines.map { label($0.text, $0.y, Layout.Head.titleSize) }
      + head.noteLines.map { label($0.text, $0.y, Layout.legendSize) }
  }

  /// The name of the y axis and the legend, in places of the whole page.
  private func decoration(_ layout: Layout) -> [String] {
    func at(_ x: Double, _ y: Double) -> String { layout.screen(x, y) }
    func label(_ text: String, _ x: Double, _ y: Double, _ how: String) -> String {
      self.label(text, at: at(x, y), how)
    }
    var lines: [String] = []
    if !figure.yLabel.isEmpty {
      lines.append(label(figure.yLabel, layout.yLabelAt.x, layout.yLabelAt.y, "center rotate by 90"))
    }
    for entry in layout.entries {
      let end = entry.x + Layout.sampleLength
      if entry.shape.isCurve {
        let (style, head) = (lineStyle(entry.style), entry.shape == .arrow ? "head filled" : "nohead")
        lines.append("set arrow from \(at(entry.x, entry.y)) to \(at(end, entry.y)) \(head) \(style) front")
        if hasBand(entry.label) {
          lines.append(
            "set object rectangle from \(at(entry.x, entry.y - 6)) to \(at(end, entry.y + 6)) "
              + "fillstyle transparent solid 0.18 noborder fillcolor rgb '\(entry.style.color)' front")
        }
      } else {
        let size = entry.shape == .spot ? 1.1 : 0.6
        let mark =
          "point pointtype \(Self.pointType(entry.style)) pointsize \(size) linecolor rgb '\(entry.style.color)'"
        lines.append("set label '' at \(at(entry.x + Layout.sampleLength / 2, entry.y)) \(mark) front")
      }
      lines.append(label(entry.text, end + 7, entry.y, "left font ',\(fontSize(Layout.legendSize))'"))
    }
    return lines
  }

  /// Whether the series of a name have a band.
  private func hasBand(_ label: String) -> Bool {
    figure.panels.contains {
      $0.series.contains { $0.label == label && $0.points.contains { $0.low != nil } }
    }
  }

  func fontSize(_ size: Double) -> String { format == .svg ? "\(Int(size))" : "\(size * 0.74)" }

  /// gnuplot's number of a filled shape: circle, square, triangle, triangle on its head, diamond.
  static func pointType(_ style: Figure.Style) -> Int { [7, 5, 9, 11, 13][style.mark % 5] }

  func lineStyle(_ style: Figure.Style) -> String {
    let dashes = style.dashes.isEmpty ? "1" : "(\(style.dashes.map(String.init).joined(separator: ",")))"
    return "linewidth \(style.width) dashtype \(dashes) linecolor rgb '\(style.color)'"
  }

  func margins(_ box: Layout.Box, width: Double, height: Double) -> [String] {
    [
      "set lmargin at screen \((box.left / width).significant(6))",
      "set rmargin at screen \(((box.left + box.width) / width).significant(6))",
      "set tmargin at screen \((1 - box.top / height).significant(6))",
      "set bmargin at screen \((1 - (box.top + box.height) / height).significant(6))",
    ]
  }

  /// The text in single quotes, with everything that is not printable made a blank.
  static func quoted(_ text: String) -> String {
    let printable = text.unicodeScalars.map { scalar in
      scalar.value < 32 || scalar.value == 127 || (0x80..<0xA0).contains(scalar.value) ? " " : "\(scalar)"
    }
    return "'"
      + printable.joined().split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
      + "'"
  }
}
