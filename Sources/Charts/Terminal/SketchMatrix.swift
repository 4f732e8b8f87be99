import Tables

/// A heat map in the characters of a terminal: a coloured block or a shade for each pair or group of pairs, lines
/// between the classes.
struct SketchMatrix {
  let matrix: Figure.Matrix
  let style: TerminalStyle
  let width: Int
  /// The most rows of the map.
  let height: Int

  /// A row or column of the drawing: the samples whose mean it shows, or a border between two classes.
  private enum Strip {
    case samples(Range<Int>)
    case border
  }

  private static let ending = 14

  var lines: [TerminalLine] {
    let names = matrix.classes.map { style.shortened(style.printable($0.name), to: Self.ending) }
    let margin = min((names.map(\.displayWidth).max() ?? 0) + 1, width / 3)
    let rows = strips(matrix.classes.map(\.sources), most: height, widest: 1)
    let columns = strips(matrix.classes.map(\.probes), most: width - margin, widest: 2)
    var lines: [TerminalLine] = []
    var place = 0
    for (number, row) in rows.enumerated() {
      var line = TerminalLine()
      let isMiddle = isMiddle(number, of: rows)
      if isMiddle, place < names.count {
        line.append(style.shortened(names[place], to: max(1, margin - 1)))
      }
      line.pad(to: margin)
      for column in columns { append(row, column, to: &line) }
      lines.append(line)
      if case .border = row { place += 1 }
    }
    return lines + [columnNames(names, columns: columns, margin: margin)]
  }

  /// The samples of each class in pieces so large that all fit, with a border between classes.
  private func strips(_ counts: [Int], most: Int, widest: Int) -> [Strip] {
    let shown = counts.filter { $0 > 0 }
    let room = max(shown.count, most - (shown.count - 1))
    let total = shown.reduce(0, +)
    // Small maps are drawn larger, large ones smaller.
    let repeats = max(1, min(widest, room / max(1, total)))
    let size = max(1, (total + room - 1) / room)
    var strips: [Strip] = []
    var first = 0
    for count in counts where count > 0 {
      if first > 0 { strips.append(.border) }
      for start in stride(from: first, to: first + count, by: size) {
        for _ in 0..<repeats { strips.append(.samples(start..<min(start + size, first + count))) }
      }
      first += count
    }
    return strips
  }

  private func append(_ row: Strip, _ column: Strip, to line: inout TerminalLine) {
    switch (row, column) {
    case (.border, .border): line.append(style.unicode ? "┼" : "+")
    case (.border, .samples): line.append(style.unicode ? "─" : "-")
    case (.samples, .border): line.append(style.unicode ? "│" : "|")
    case (.samples(let rows), .samples(let columns)):
      let values = rows.flatMap { row in columns.map { matrix.values[row][$0] } }.filter(\.isFinite)
      if values.isEmpty { return line.append(style.unicode ? "·" : " ") }
      Self.append(values.reduce(0, +) / Double(values.count), matrix.range, style, to: &line)
    }
  }

  private static func append(
    _ value: Double, _ range: ClosedRange<Double>, _ style: TerminalStyle, to line: inout TerminalLine
  ) {
    let scale = ColorScale(range)
    if style.colors == .ansi256 || style.colors == .trueColor {
      return line.append(" ", background: scale.color(value))
    }
    let ramp = TerminalPicture.ramp(style)
    line.append(String(ramp[min(ramp.count - 1, Int(scale.fraction(value) * Double(ramp.count)))]))
  }

  /// Whether a row stands in the middle of its class.
  private func isMiddle(_ number: Int, of strips: [Strip]) -> Bool {
    var (first, last) = (number, number)
    guard case .samples = strips[number] else { return false }
    while first > 0, case .samples = strips[first - 1] { first -= 1 }
    while last + 1 < strips.count, case .samples = strips[last + 1] { last += 1 }
    return number == (first + last) / 2
  }

  /// The names under the blocks of their classes, shortened to them.
  private func columnNames(_ names: [String], columns: [Strip], margin: Int) -> TerminalLine {
    var line = TerminalLine()
    var (start, place) = (0, 0)
    let shown = zip(names, matrix.classes).filter { $0.1.probes > 0 }.map(\.0)
    for number in 0...columns.count {
      var ends = number == columns.count
      if !ends, case .border = columns[number] { ends = true }
      guard ends, place < shown.count else { continue }
      let name = shown[place].shortened(toWidth: number - start, ellipsis: "")
      line.pad(to: margin + start + (number - start - name.displayWidth) / 2)
      line.append(name)
      (start, place) = (number + 1, place + 1)
    }
    return line
  }

  /// `0 ░▒▓█ 1.2`, or the colours between the ends.
  static func scale(_ range: ClosedRange<Double>, _ style: TerminalStyle) -> TerminalLine {
    var line = TerminalLine(range.lowerBound.significant(3) + " ")
    let steps =
      style.colors == .ansi256 || style.colors == .trueColor ? 16 : TerminalPicture.ramp(style).count
    for step in 0..<steps {
      let part = (Double(step) + 0.5) / Double(steps)
      append(range.lowerBound + part * (range.upperBound - range.lowerBound), range, style, to: &line)
    }
    line.append(" " + range.upperBound.significant(3))
    return line
  }
}
