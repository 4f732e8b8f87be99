import Tables

extension GnuplotScript {
  func frame(
    _ panel: Figure.Panel, layout: Layout, place: Int, xTicks: Ticks, yTicks: Ticks
  ) -> [String] {
    let box = layout.boxes[place]
    func marks(_ ticks: Ticks) -> String {
      ticks.marks.map { "\(Self.quoted($0.label)) \($0.value)" }.joined(separator: ", ")
    }
    return margins(box, width: layout.width, height: layout.height) + [
      "set xrange [\(xTicks.range.lowerBound):\(xTicks.range.upperBound)]",
      "set yrange [\(yTicks.range.lowerBound):\(yTicks.range.upperBound)]",
      "set xtics \(format == .svg ? "offset 0,0.35 " : "")(\(marks(xTicks)))", "set ytics (\(marks(yTicks)))",
      label(
        Layout.shortened(panel.title, toWidth: layout.titleWidth),
        at: layout.screen(
          box.left + box.width / 2, box.top - 13 - Layout.stripHeight * Double(layout.stripRows)),
        "center"),
      label(
        layout.isLowest[place] ? figure.xLabel : "",
        at: layout.screen(box.left + box.width / 2, box.top + box.height + 41), "center"),
    ]
  }

  /// Shaded stretches behind the curves and upright lines, with their words over the panel.
  func decoration(
    of panel: Figure.Panel, layout: Layout, place: Int, range: ClosedRange<Double>
  ) -> [String] {
    var lines: [String] = []
    for shade in panel.shades {
      let (from, to) = (max(shade.from, range.lowerBound), min(shade.to, range.upperBound))
      guard from < to else { continue }
      lines.append(
        "set object rectangle from first \(from), graph 0 to first \(to), graph 1 behind fillstyle transparent "
          + "solid 0.12 noborder fillcolor rgb '\(shade.color)'")
    }
    for mark in panel.marks where range.contains(mark.x) {
      let dashes = mark.dashes.isEmpty ? "1" : "(\(mark.dashes.map(String.init).joined(separator: ",")))"
      lines.append(
        "set arrow from first \(mark.x), graph 0 to first \(mark.x), graph 1 nohead linewidth 1.2 "
          + "dashtype \(dashes) linecolor rgb '\(mark.color)' front")
    }
    for series in panel.series where series.shape == .arrow {
      guard let from = series.points.first, let to = series.points.last, to.x.isFinite, to.y.isFinite else {
        continue
      }
      lines.append(
        "set arrow from first \(from.x),\(from.y) to first \(to.x),\(to.y) head filled size screen 0.016,20 "
          + "\(lineStyle(series.style)) front")
    }
    let box = layout.boxes[place]
    if !panel.series.contains(where: { $0.points.contains { $0.x.isFinite && $0.y.isFinite } }) {
      let middle = layout.screen(box.left + box.width / 2, box.top + box.height / 2)
      lines.append(label("no finite value", at: middle, "center font ',\(fontSize(Layout.legendSize))'"))
    }
    for words in layout.strips[place].labels {
      let y = box.top - 9 - Layout.stripHeight * Double(words.row)
      lines.append(
        label(
          words.text, at: layout.screen(box.left + words.left, y),
          "left font ',\(fontSize(Layout.legendSize))'"))
    }
    return lines
  }

  /// The points of each curve of a panel; a blank line where a curve or band is broken.
  func dataBlocks(_ panel: Figure.Panel, place: Int, range: ClosedRange<Double>) -> [String] {
    panel.series.enumerated().flatMap { number, series in
      let line = series.points.map { point in
        point.x.isFinite && point.y.isFinite ? "\(point.x) \(point.y)" : ""
      }
      let band = series.points.map { point -> String in
        guard point.x.isFinite, let low = point.low, let high = point.high else { return "" }
        // On a logarithmic axis a band that reaches zero goes down to the edge.
        let shownLow = figure.log.y && low <= 0 ? range.lowerBound : low
        return figure.log.y && high <= 0 ? "" : "\(point.x) \(shownLow) \(high)"
      }
      return ["$l\(place)_\(number) << EOD"] + line + ["EOD", "$b\(place)_\(number) << EOD"] + band + ["EOD"]
    }
  }

  /// So many single points of a panel have room to be seen; more are drawn smaller.
  private static let fewDots = 500

  func plotCommand(_ panel: Figure.Panel, place: Int) -> String {
    var bands: [String] = []
    var lines: [String] = []
    let dots = panel.series.filter { $0.shape == .dots }.map(\.points.count).reduce(0, +)
    for (number, series) in panel.series.enumerated() {
      let drawn = series.points.filter { $0.x.isFinite && $0.y.isFinite }
      if drawn.isEmpty { continue }
      let color = "linecolor rgb '\(series.style.color)'"
      if drawn.count(where: { $0.low != nil && (!figure.log.y || ($0.high ?? 0) > 0) }) > 1 {
        bands.append(
          "$b\(place)_\(number) using 1:2:3 with filledcurves fillstyle transparent solid "
            + "\(panel.series.count > 4 ? 0.1 : 0.18) noborder \(color) notitle")
      }
      let data = "$l\(place)_\(number) using 1:2"
      switch series.shape {
      case .dots, .spot:
        let size = series.shape == .spot ? 1.1 : dots <= Self.fewDots ? 0.7 : 0.45
        lines.append(
          "\(data) with points pointtype \(Self.pointType(series.style)) pointsize \(size) \(color) notitle")
      case .outline, .line:
        let areFew = series.shape == .line && drawn.count <= 12
        let how = areFew ? "linespoints pointtype 7 pointsize 0.4" : "lines"
        lines.append("\(data) with \(how) \(lineStyle(series.style)) notitle")
      case .arrow: continue
      }
    }
    return "plot " + (bands + (lines.isEmpty ? ["NaN notitle"] : lines)).joined(separator: ", \\\n     ")
  }
}
