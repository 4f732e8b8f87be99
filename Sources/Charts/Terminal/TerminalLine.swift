/// One line for a terminal: pieces of printable text, each with its colours.
struct TerminalLine: Equatable {
  private struct Piece: Equatable {
    var text: String
    let color: TerminalColor?
    let background: TerminalColor?
  }

  private var pieces: [Piece] = []
  /// The columns that the line takes.
  private(set) var width = 0

  init(_ text: String = "", color: TerminalColor? = nil) { append(text, color: color) }

  mutating func append(_ text: String, color: TerminalColor? = nil, background: TerminalColor? = nil) {
    if text.isEmpty { return }
    width += text.displayWidth
    if let last = pieces.last, last.color == color, last.background == background {
      pieces[pieces.count - 1].text += text
    } else {
      pieces.append(Piece(text: text, color: color, background: background))
    }
  }

  mutating func append(_ line: TerminalLine) {
    for piece in line.pieces { append(piece.text, color: piece.color, background: piece.background) }
  }

  /// Blanks up to a column; nothing if the line is there already.
  mutating func pad(to column: Int) {
    append(String(repeating: " ", count: max(0, column - width)))
  }

  static func centered(_ text: String, in width: Int) -> TerminalLine {
    TerminalLine(String(repeating: " ", count: max(0, (width - text.displayWidth) / 2)) + text)
  }

  /// The line with its colours, cut to a width, without blanks at its end; every colour is closed.
  func rendered(columns: Int, colors: TerminalStyle.Colors) -> String {
    var (result, used) = ("", 0)
    let end = lastInk
    for (place, piece) in pieces.enumerated() where place <= end {
      var text = piece.text.shortened(toWidth: max(0, columns - used), ellipsis: "")
      if place == end && piece.background == nil { while text.last == " " { text.removeLast() } }
      used += text.displayWidth
      let codes = [
        piece.color?.code(.text, colors: colors), piece.background?.code(.background, colors: colors),
      ]
      .compactMap(\.self)
      let isColored = !codes.isEmpty && !text.isEmpty
      result += isColored ? "\u{1B}[\(codes.joined(separator: ";"))m\(text)\u{1B}[0m" : text
    }
    return result
  }

  /// The last piece that shows anything.
  private var lastInk: Int {
    pieces.lastIndex { $0.background != nil || $0.text.contains { $0 != " " } } ?? -1
  }
}

extension [TerminalLine] {
  func rendered(_ style: TerminalStyle) -> String {
    map { $0.rendered(columns: style.columns, colors: style.colors) }.joined(separator: "\n")
  }
}
