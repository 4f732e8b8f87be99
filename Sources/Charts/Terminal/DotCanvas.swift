/// A drawing of lines and bands in the characters of a terminal: two by four dots a character in braille, or
/// one letter a character.
struct DotCanvas {
  /// How a character shows what is drawn in it.
  enum Cells: Equatable {
    case braille
    /// The mark of each curve, in the order of the curves.
    case marks([Character])
  }

  let columns: Int
  let rows: Int
  let cells: Cells
  /// What has been drawn in a character.
  private struct Cell {
    var line: UInt8 = 0
    var band: UInt8 = 0
    /// The curves whose lines pass, each once, and the first whose band does.
    var curves: [Int] = []
    var bandCurve: Int?
    var letter: Character?
    /// An upright line passes behind the curves.
    var hasRule = false
  }
  private var drawn: [Cell]

  init(columns: Int, rows: Int, cells: Cells) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    self.cells = cells
    drawn = Array(repeating: Cell(), count: self.columns * self.rows)
  }

  private var across: Int { cells == .braille ? 2 : 1 }
  private var down: Int { cells == .braille ? 4 : 1 }
  /// The size in dots; the dot at 0, 0 is in the upper left corner.
  var width: Int { columns * across }
  var height: Int { rows * down }

  /// The dot of a place given in fractions of the width and, upwards, of the height.
  func dot(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (x * Double(width - 1), (1 - y) * Double(height - 1))
  }

  func column(ofDot x: Double) -> Int { Int(x.rounded()) / across }
  func row(ofDot y: Double) -> Int { Int(y.rounded()) / down }

  /// The bits of a braille character by column and row of its dots.
  private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  private func cell(_ x: Int, _ y: Int) -> (place: Int, bit: UInt8)? {
    guard x >= 0, y >= 0, x < width, y < height else { return nil }
    return ((y / down) * columns + x / across, cells == .braille ? Self.bits[x % 2][y % 4] : 1)
  }

  /// - Parameter isOnTop: whether its character belongs to this curve alone from here on.
  mutating func drawDot(_ x: Int, _ y: Int, curve: Int, isOnTop: Bool = false) {
    guard let (place, bit) = cell(x, y) else { return }
    drawn[place].line |= bit
    if isOnTop { drawn[place].curves = [] }
    if !drawn[place].curves.contains(curve) { drawn[place].curves.append(curve) }
  }

  /// A dot of a band, drawn only where the light pattern of the curve's bands has one: one dot a character,
  /// or every second character.
  mutating func shade(_ x: Int, _ y: Int, curve: Int) {
    let isInked =
      cells == .braille
      ? (x + curve) % 2 == 0 && (y + 2 * (x / 2)) % 4 == (2 * (curve / 2)) % 4 : (x + y) % 2 == 0
    guard isInked, let (place, bit) = cell(x, y) else { return }
    drawn[place].band |= bit
    if drawn[place].bandCurve == nil { drawn[place].bandCurve = curve }
  }

  /// A straight line between two dots, without the first one, in dashes.
  ///
  /// - Parameter length: the dots drawn so far along the curve, so that dashes go on over its corners.
  mutating func drawLine(
    from: (x: Double, y: Double), to: (x: Double, y: Double), curve: Int, dashes: [Int], length: inout Int
  ) {
    guard let (start, end) = clipped(from, to) else { return }
    let steps = max(1, Int(max(abs(end.x - start.x), abs(end.y - start.y)).rounded(.up)))
    let period = dashes.reduce(0, +)
    for step in 1...steps {
      length += 1
      if period > 0 {
        var (rest, place) = (length % period, 0)
        while place < dashes.count, rest >= dashes[place] {
          (rest, place) = (rest - dashes[place], place + 1)
        }
        if place % 2 == 1 { continue }
      }
      let part = Double(step) / Double(steps)
      let x = start.x + (end.x - start.x) * part
      let y = start.y + (end.y - start.y) * part
      drawDot(Int(x.rounded()), Int(y.rounded()), curve: curve)
    }
  }

  /// The part of a line that lies on the canvas (Liang and Barsky, 1984).
  private func clipped(
    _ from: (x: Double, y: Double), _ to: (x: Double, y: Double)
  ) -> ((x: Double, y: Double), (x: Double, y: Double))? {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    var (first, last) = (0.0, 1.0)
    let edges = [
      (-dx, from.x + 0.5), (dx, Double(width) - 0.5 - from.x), (-dy, from.y + 0.5),
      (dy, Double(height) - 0.5 - from.y),
    ]
    for (slope, room) in edges {
      if slope == 0 {
        if room < 0 { return nil }
      } else if slope < 0 {
        first = max(first, room / slope)
      } else {
        last = min(last, room / slope)
      }
    }
    if first > last { return nil }
    return ((from.x + dx * first, from.y + dy * first), (from.x + dx * last, from.y + dy * last))
  }

  /// An upright line over the whole height, where nothing else is drawn.
  mutating func rule(column: Int) {
    guard (0..<columns).contains(column) else { return }
    for row in 0..<rows { drawn[row * columns + column].hasRule = true }
  }

  /// Puts a letter on the line of a curve, in the character nearest to a column where that line is alone.
  mutating func letter(_ letter: Character, onCurve curve: Int, near column: Int) {
    for distance in 0..<columns {
      for column in distance == 0 ? [column] : [column - distance, column + distance]
      where column >= 0 && column < columns {
        for row in 0..<rows {
          let place = row * columns + column
          if drawn[place].curves == [curve], drawn[place].letter == nil {
            drawn[place].letter = letter
            return
          }
        }
      }
    }
  }

  /// A row of the drawing. Where lines of several curves meet, their colours or marks take turns.
  func line(row: Int, colors: [TerminalColor?]) -> TerminalLine {
    var line = TerminalLine()
    for column in 0..<columns {
      let cell = drawn[row * columns + column]
      let curve = cell.curves.isEmpty ? cell.bandCurve : cell.curves[column % cell.curves.count]
      let color = curve.flatMap { colors.indices.contains($0) ? colors[$0] : nil }
      if let letter = cell.letter {
        line.append(String(letter), color: color)
      } else if cell.hasRule, cell.line == 0 {
        line.append(cells == .braille ? "┊" : "|")
      } else if case .marks(let marks) = cells {
        let mark = curve.flatMap { marks.indices.contains($0) ? marks[$0] : nil } ?? "*"
        line.append(cell.line != 0 ? String(mark) : cell.band != 0 ? "." : " ", color: color)
      } else {
        // A line blots out the bands in its character, so that it stays readable.
        let dots = UInt32(cell.line != 0 ? cell.line : cell.band)
        let scalar = Unicode.Scalar(0x2800 + dots) ?? "\u{2800}"
        line.append(String(Character(scalar)), color: dots == 0 ? nil : color)
      }
    }
    return line
  }
}
