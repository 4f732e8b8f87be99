/// An image as a small picture in the characters of a terminal.
///
/// Two pixels stand above each other in one character (`▀` in two colours); without the colours for that, a
/// character shows the mean of both in shades (` ░▒▓█`, or ` .:-=+*#%@` in ASCII), bright where the image is
/// bright, as on a dark terminal. A character in which a value is NaN shows `?`.
public struct TerminalPicture: Sendable, Equatable {
  /// The lines under the picture, such as the name of the class and the index.
  public var caption: [String]

  private let height: Int
  private let width: Int
  /// Red, green and blue of each pixel from 0 to 1, row by row; NaN stays.
  private let pixels: [SIMD3<Float>]

  /// A picture of an image `[height, width, channels]`, channels last.
  ///
  /// Three channels are red, green and blue; one is grey, and any other number is shown as the mean of all.
  ///
  /// - Parameter range: the values shown as black and as white; nil takes the least and the greatest finite
  /// value,   which suits normalised data. Values outside are shown as the nearer end.
  /// - Throws: `notAnImage` if the number of values is not height x width x channels or nothing is there.
  public init(
    values: [Float], height: Int, width: Int, channels: Int, range: ClosedRange<Float>? = nil,
    caption: [String] = []
  ) throws(ChartError) {
    let (area, tooTall) = height.multipliedReportingOverflow(by: width)
    let (count, tooDeep) = area.multipliedReportingOverflow(by: channels)
    guard height > 0, width > 0, channels > 0, !tooTall, !tooDeep, count == values.count else {
      throw .notAnImage(values: values.count, height: height, width: width, channels: channels)
    }
    let range = range ?? Self.range(of: values)
    // Halved, so that the span of any two values is finite.
    let (low, span) = (range.lowerBound / 2, range.upperBound / 2 - range.lowerBound / 2)
    let shades = values.map { value in
      value.isNaN ? value : span > 0 && span.isFinite ? min(max((value / 2 - low) / span, 0), 1) : 0.5
    }
    self.height = height
    self.width = width
    self.caption = caption
    pixels = (0..<area).map { place in
      let first = place * channels
      if channels == 3 { return SIMD3(shades[first], shades[first + 1], shades[first + 2]) }
      return SIMD3(repeating: shades[first..<(first + channels)].reduce(0, +) / Float(channels))
    }
  }

  /// A picture of a small image of bytes.
  init(_ image: Figure.Image, caption: [String]) {
    self.caption = caption
    (height, width) = (image.height, image.width)
    pixels = (0..<image.height * image.width).map { place in
      let parts = image.pixels[3 * place..<3 * place + 3].map { Float($0) / 255 }
      return SIMD3(parts[0], parts[1], parts[2])
    }
  }

  private static func range(of values: [Float]) -> ClosedRange<Float> {
    let finite = values.filter(\.isFinite)
    return (finite.min() ?? 0)...(finite.max() ?? 1)
  }

  /// The pictures side by side, as many as fit the width, with their captions below; no line end after the
  /// last.
  ///
  /// Costs O(pixels).
  /// - Parameter mostColumns: the widest that one picture is drawn, in characters; larger images are made
  /// smaller.
  public static func row(
    _ pictures: [TerminalPicture], _ style: TerminalStyle, mostColumns: Int = 32
  ) -> String {
    lines(of: pictures, style, mostColumns: mostColumns).rendered(style)
  }

  static func lines(
    of pictures: [TerminalPicture], _ style: TerminalStyle, mostColumns: Int
  ) -> [TerminalLine] {
    let most = max(1, min(mostColumns, style.columns))
    let blocks = pictures.map { $0.block(style, most: most) }
    var lines: [TerminalLine] = []
    var place = 0
    while place < blocks.count {
      // The row takes pictures while they fit; the first always does.
      var end = place + 1
      var used = blocks[place].width
      while end < blocks.count, used + gap + blocks[end].width <= style.columns {
        used += gap + blocks[end].width
        end += 1
      }
      if !lines.isEmpty { lines.append(TerminalLine()) }
      lines += joined(Array(blocks[place..<end]))
      place = end
    }
    return lines
  }

  /// The picture alone, with its caption.
  public func text(_ style: TerminalStyle) -> String { Self.row([self], style) }

  private static let gap = 2

  /// A drawn picture with the width that it takes beside others.
  private struct Block {
    let width: Int
    let picture: [TerminalLine]
    let caption: [TerminalLine]
  }

  /// Blocks beside each other: pictures on one ground line, captions below it.
  private static func joined(_ blocks: [Block]) -> [TerminalLine] {
    let height = blocks.map(\.picture.count).max() ?? 0
    let captions = blocks.map(\.caption.count).max() ?? 0
    return (0..<(height + captions)).map { row in
      var line = TerminalLine()
      var start = 0
      for block in blocks {
        let top = height - block.picture.count
        let below = row - height
        line.pad(to: start)
        if row >= top && row < height { line.append(block.picture[row - top]) }
        if below >= 0 && below < block.caption.count { line.append(block.caption[below]) }
        start += block.width + gap
      }
      return line
    }
  }

  private func block(_ style: TerminalStyle, most: Int) -> Block {
    let picture = lines(style, most: most)
    let words = caption.map(style.printable)
    let wanted = min(words.map(\.displayWidth).max() ?? 0, 16)
    let width = min(style.columns, max(picture.map(\.width).max() ?? 0, wanted))
    let centered = picture.map { line in
      var shifted = TerminalLine(String(repeating: " ", count: (width - line.width) / 2))
      shifted.append(line)
      return shifted
    }
    return Block(
      width: width, picture: centered,
      caption: words.map { .centered(style.shortened($0, to: width), in: width) })
  }

  // MARK: Drawing

  private func lines(_ style: TerminalStyle, most: Int) -> [TerminalLine] {
    let columns = self.columns(most: most)
    // Half a line is as high as a character is wide.
    let halves = max(1, min(4096, (height * columns + width / 2) / width))
    let showsHalves = style.unicode && (style.colors == .ansi256 || style.colors == .trueColor)
    return stride(from: 0, to: halves, by: 2).map { row in
      var line = TerminalLine()
      for column in 0..<columns {
        let upper = mean(column: column, of: columns, row: row, of: halves)
        let lower = row + 1 < halves ? mean(column: column, of: columns, row: row + 1, of: halves) : nil
        if showsHalves {
          Self.append(upper, over: lower, to: &line)
        } else {
          Self.append(lower.map { (upper + $0) / 2 } ?? upper, style, to: &line)
        }
      }
      return line
    }
  }

  /// Large images are made smaller, tiny ones larger by a whole factor.
  private func columns(most: Int) -> Int {
    width > most ? most : width * max(1, min(most, 16) / width)
  }

  /// The mean of the pixels that a part of the drawing covers.
  private func mean(column: Int, of columns: Int, row: Int, of rows: Int) -> SIMD3<Float> {
    let (left, right) = (
      column * width / columns, max(column * width / columns + 1, (column + 1) * width / columns)
    )
    let (top, bottom) = (row * height / rows, max(row * height / rows + 1, (row + 1) * height / rows))
    var sum = SIMD3<Float>()
    for y in top..<bottom { for x in left..<right { sum += pixels[y * width + x] } }
    return sum / Float((right - left) * (bottom - top))
  }

  /// Shades from dark to bright on a dark terminal.
  static func ramp(_ style: TerminalStyle) -> [Character] {
    Array(style.unicode ? " ░▒▓█" : " .:-=+*#%@")
  }

  private static func color(_ pixel: SIMD3<Float>) -> TerminalColor? {
    if pixel.x.isNaN || pixel.y.isNaN || pixel.z.isNaN { return nil }
    let parts = (pixel * 255).rounded(.toNearestOrEven)
    return TerminalColor(red: Int(parts.x), green: Int(parts.y), blue: Int(parts.z))
  }

  private static func append(_ upper: SIMD3<Float>, over lower: SIMD3<Float>?, to line: inout TerminalLine) {
    guard let top = color(upper) else { return line.append("?") }
    guard let lower else { return line.append("▀", color: top) }
    guard let bottom = color(lower) else { return line.append("?") }
    line.append("▀", color: top, background: bottom)
  }

  private static func append(_ pixel: SIMD3<Float>, _ style: TerminalStyle, to line: inout TerminalLine) {
    guard let color = color(pixel) else { return line.append("?") }
    if style.colors == .ansi256 || style.colors == .trueColor {
      return line.append(" ", background: color)
    }
    let ramp = Self.ramp(style)
    // The weights of the parts in the brightness of a colour (ITU-R BT.601).
    let brightness = 0.299 * pixel.x + 0.587 * pixel.y + 0.114 * pixel.z
    line.append(String(ramp[min(ramp.count - 1, Int(brightness * Float(ramp.count)))]))
  }
}
