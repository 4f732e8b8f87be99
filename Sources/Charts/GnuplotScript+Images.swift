import Tables

extension GnuplotScript {
  private static let side = 84.0
  private static let pairWidth = 212.0
  private static let rowHeight = 140.0

  /// Rows of pairs of images, each pair with its classes and its S below it.
  func imagesText(output: String) -> String {
    let across = max(2, min(4, figure.panels.map(\.imagePairs.count).max() ?? 1))
    let width = Double(across) * Self.pairWidth + 2 * Layout.margin
    let top = Layout.Head(figure, width: width)
    let rows = figure.panels.map { ($0.imagePairs.count + across - 1) / across }
    let height = top.bottom + rows.map { 30 + Double($0) * Self.rowHeight }.reduce(0, +) + Layout.margin
    var lines = head(width: width, height: height.rounded(), output: output)
    lines += ["unset grid", "unset border", "unset xtics", "unset ytics", "set multiplot"]
    lines += heading(top, width: width, height: height)
    func at(_ x: Double, _ y: Double) -> String { Layout.screen(x, y, of: width, height) }
    var y = top.bottom
    var number = 0
    for panel in figure.panels {
      lines.append(label(panel.title, at: at(width / 2, y + 18), "center font ',\(fontSize(14))'"))
      y += 30
      for first in stride(from: 0, to: panel.imagePairs.count, by: across) {
        let row = Array(panel.imagePairs[first..<min(first + across, panel.imagePairs.count)])
        for (place, pair) in row.enumerated() {
          let left =
            Layout.margin + Double(place) * Self.pairWidth + (Self.pairWidth - 2 * Self.side - 20) / 2
          let middle = left + Self.side + 10
          let font = "center font ',\(fontSize(Layout.legendSize))'"
          lines.append(label("→", at: at(middle, y + Self.side / 2), "center"))
          for (line, text) in Self.caption(pair).enumerated() {
            lines.append(label(text, at: at(middle, y + Self.side + 12 + 15 * Double(line)), font))
          }
          for (x, image) in [(left, pair.source), (middle + 10, pair.probe)] {
            let box = Layout.Box(left: x, top: y, width: Self.side, height: Self.side)
            lines += self.image(image, number: number, in: box, width: width, height: height)
            number += 1
          }
        }
        y += Self.rowHeight
      }
    }
    return (lines + ["unset multiplot", "unset output"]).joined(separator: "\n") + "\n"
  }

  private static func caption(_ pair: Figure.ImagePair) -> [String] {
    let (source, probe) = (
      MatrixLayout.shortened(pair.names.source), MatrixLayout.shortened(pair.names.probe)
    )
    let value = "S = \(pair.value.significant(3))"
    let names = "\(source) → \(probe)"
    return Layout.textWidth(names, size: Layout.legendSize) < pairWidth - 4
      ? [names, value] : [source + " →", probe, value]
  }

  /// The commands that draw an image inside a box, keeping its proportions.
  private func image(
    _ image: Figure.Image, number: Int, in box: Layout.Box, width: Double, height: Double
  ) -> [String] {
    let scale = min(box.width / Double(image.width), box.height / Double(image.height))
    let (drawnWidth, drawnHeight) = (scale * Double(image.width), scale * Double(image.height))
    let inner = Layout.Box(
      left: box.left + (box.width - drawnWidth) / 2, top: box.top + (box.height - drawnHeight) / 2,
      width: drawnWidth, height: drawnHeight)
    let (down, across) = (Self.drawable(Array(0..<image.height)), Self.drawable(Array(0..<image.width)))
    let rows = down.enumerated().flatMap { y, row in
      across.enumerated().map { x, column in
        let first = 3 * (row * image.width + column)
        return "\(x) \(y) \(image.pixels[first]) \(image.pixels[first + 1]) \(image.pixels[first + 2])"
      }
    }
    return ["$i\(number) << EOD"] + rows + ["EOD"] + margins(inner, width: width, height: height) + [
      "set xrange [-0.5:\(Double(across.count) - 0.5)]", "set yrange [\(Double(down.count) - 0.5):-0.5]",
      "plot $i\(number) using 1:2:3:4:5 with rgbimage notitle", "unset label",
    ]
  }
}
