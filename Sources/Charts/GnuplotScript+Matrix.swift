import Tables

/// Where the parts of heat maps stand: square panels with the names of their classes, one scale of colours for all.
struct MatrixLayout {
  let width: Double
  let height: Double
  let head: Layout.Head
  let boxes: [Layout.Box]
  /// The scale of colours at the right.
  let scale: Layout.Box
  /// How the names of the probes' classes stand: beside each other, or turned where they are longer than their block.
  let turnsNames: Bool
  let namesBelow: Double
  let left: Double

  private static let most = 430.0
  private static let scaleRoom = 96.0

  init(_ figure: Figure) {
    let columns = max(1, min(figure.panelsPerRow, figure.panels.count))
    let rows = max(1, (figure.panels.count + columns - 1) / columns)
    let classes = figure.panels.first?.matrix?.classes ?? []
    let nameWidth = classes.map { Self.textWidth($0.name) }.max() ?? 0
    let total = columns == 1 ? 660.0 : 900
    left = Layout.margin + 20
    let cell = (total - left - Layout.margin - Self.scaleRoom) / Double(columns)
    let side = min(Self.most, cell - nameWidth - 14 - (columns > 1 ? 10 : 0))
    let probes = Double(max(1, classes.map(\.probes).reduce(0, +)))
    turnsNames = classes.contains {
      $0.probes > 0 && Self.textWidth($0.name) + 8 > side * Double($0.probes) / probes
    }
    namesBelow = (turnsNames ? nameWidth : 14) + 8

    width = total
    head = Layout.Head(figure, width: total)
    let titled = figure.panels.contains { !$0.title.isEmpty }
    let over = titled ? 28.0 : 12
    let rowHeight = over + side + namesBelow + 26
    let (top, left, start) = (head.bottom, left, nameWidth + 14)
    boxes = figure.panels.indices.map { place in
      Layout.Box(
        left: left + start + Double(place % columns) * cell,
        top: top + Double(place / columns) * rowHeight + over,
        width: side, height: side)
    }
    scale = Layout.Box(
      left: left + Double(columns) * cell + 10, top: top + over, width: 16, height: side)
    height = (top + Double(rows) * rowHeight + Layout.margin).rounded()
  }

  static func textWidth(_ name: String) -> Double {
    Layout.textWidth(shortened(name), size: Layout.legendSize)
  }

  /// Names longer than this would leave no room for the map.
  static func shortened(_ name: String) -> String { Layout.shortened(name, to: 22) }
}

extension GnuplotScript {
  /// Heat maps: each an image of one pixel a pair, stretched over its panel, with borders between the classes.
  func matrixText(output: String) -> String {
    let layout = MatrixLayout(figure)
    var lines = head(width: layout.width, height: layout.height, output: output)
    lines += ["unset grid", "unset border", "unset xtics", "unset ytics", "set multiplot"]
    lines += heading(layout.head, width: layout.width, height: layout.height)
    for (place, panel) in figure.panels.enumerated() {
      guard let matrix = panel.matrix else { continue }
      let box = layout.boxes[place]
      let rows = Self.drawable(matrix.values.map { Self.drawable($0) })
      lines +=
        ["$m\(place) << EOD"]
        + rows.map { row in
          row.map { $0.isFinite ? "\($0)" : "NaN" }.joined(separator: " ")
        } + ["EOD"]
      lines += scale(matrix, layout: layout, isShown: place == 0)
      lines += margins(box, width: layout.width, height: layout.height)
      lines += [
        "set xrange [-0.5:\(Double(rows.first?.count ?? 1) - 0.5)]",
        "set yrange [\(Double(rows.count) - 0.5):-0.5]",
        // What has no value shows this grey, in the light and in the dark.
        "set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillstyle solid noborder "
          + "fillcolor rgb '#8C8C8C'",
      ]
      lines += names(of: matrix, panel: panel, box: box, layout: layout)
      lines.append("plot $m\(place) matrix with image notitle")
      lines += ["unset label", "unset arrow", "unset object", "unset colorbox"]
    }
    return (lines + ["unset multiplot", "unset output"]).joined(separator: "\n") + "\n"
  }

  /// gnuplot draws no image of a single row or column: it stands twice, and the panel is as full.
  static func drawable<Part>(_ parts: [Part]) -> [Part] { parts.count == 1 ? parts + parts : parts }

  private func scale(_ matrix: Figure.Matrix, layout: MatrixLayout, isShown: Bool) -> [String] {
    let (low, high) = (matrix.range.lowerBound, matrix.range.upperBound)
    let lines = [ColorScale(matrix.range).gnuplotPalette, "set cbrange [\(low):\(high)]"]
    guard isShown else { return lines }
    let box = layout.scale
    let (left, bottom) = (box.left / layout.width, 1 - (box.top + box.height) / layout.height)
    let marks = Ticks.linear(matrix.range, count: 6).marks.map { "\(Self.quoted($0.label)) \($0.value)" }
    return lines + [
      "set colorbox user origin screen \(left.significant(6)),\(bottom.significant(6)) size screen "
        + "\((box.width / layout.width).significant(6)),\((box.height / layout.height).significant(6)) noborder",
      "set cbtics (\(marks.joined(separator: ", "))) scale 0.5 textcolor rgb '\(ink)'",
      label(
        figure.zLabel,
        at: Layout.screen(layout.width - 14, box.top + box.height / 2, of: layout.width, layout.height),
        "center rotate by 90"),
    ]
  }

  /// Names of the classes at both sides where there is room for them, borders between the classes, titles of the axes.
  private func names(
    of matrix: Figure.Matrix, panel: Figure.Panel, box: Layout.Box, layout: MatrixLayout
  ) -> [String] {
    func at(_ x: Double, _ y: Double) -> String { Layout.screen(x, y, of: layout.width, layout.height) }
    var lines: [String] = []
    let font = "font ',\(fontSize(Layout.legendSize))'"
    let (rows, columns) = (Double(matrix.values.count), Double(matrix.values.first?.count ?? 1))
    var (row, column) = (0.0, 0.0)
    var (lastRow, lastColumn) = (-Double.infinity, -Double.infinity)
    for entry in matrix.classes {
      let (sources, probes) = (Double(entry.sources), Double(entry.probes))
      let y = box.top + box.height * (row + sources / 2) / rows
      let x = box.left + box.width * (column + probes / 2) / columns
      let name = MatrixLayout.shortened(entry.name)
      if sources > 0, y - lastRow >= 13 {
        lines.append(label(name, at: at(box.left - 7, y), "right \(font)"))
        lastRow = y
      }
      if probes > 0, x - lastColumn >= (layout.turnsNames ? 13 : 0) {
        let below = box.top + box.height + (layout.turnsNames ? 6 : 12)
        lines.append(
          label(name, at: at(x, below), "\(layout.turnsNames ? "right rotate by 90" : "center") \(font)"))
        lastColumn = x
      }
      (row, column) = (row + sources, column + probes)
      // A dark line in a light one is seen on every colour.
      for (color, width) in [("#FFFFFF", 2.6), ("#000000", 0.9)] {
        let style = "nohead linewidth \(width) linecolor rgb '\(color)' front"
        if sources > 0, row < rows {
          lines.append("set arrow from graph 0, first \(row - 0.5) to graph 1, first \(row - 0.5) \(style)")
        }
        if probes > 0, column < columns {
          lines.append(
            "set arrow from first \(column - 0.5), graph 0 to first \(column - 0.5), graph 1 \(style)")
        }
      }
    }
    lines.append(label(panel.title, at: at(box.left + box.width / 2, box.top - 13), "center"))
    let foot = box.top + box.height + layout.namesBelow + 10
    lines.append(label(figure.xLabel, at: at(box.left + box.width / 2, foot), "center"))
    if box.left < layout.boxes[0].left + 1 {
      lines.append(
        label(figure.yLabel, at: at(Layout.margin + 6, box.top + box.height / 2), "center rotate by 90"))
    }
    return lines
  }
}
