/// The cells of a `.srel.md` file.
///
/// A fence ```` ```srel name key=value ```` holds a cell of code. What stands between two fences is a cell of prose,
/// which a line `<!-- %% name key=value -->` names, or cuts in two. Other fences belong to the prose.
struct MarkdownCells {
  struct Cell {
    var kind: NotebookCell.Kind
    /// The line of the fence or of the name; empty where a cell of prose has none.
    var header: ByteRange
    /// Name and options on that line.
    var heading: ByteRange
    var body: ByteRange
  }

  private(set) var cells: [Cell] = []
  /// The first line of a cell of code without an end.
  private(set) var unclosed: ByteRange?
  private let source: Source

  /// - Complexity: O(bytes).
  init(_ source: Source) {
    self.source = source
    var prose = Cell(kind: .prose, header: 0..<0, heading: 0..<0, body: 0..<0)
    var start = 0
    while start < source.byteCount {
      let line = source.lineRange(at: start)
      let next = source.nextLine(after: start)
      if let fence = Fence(source.bytes[line]) {
        let end = self.end(of: fence, from: next)
        if let heading = fence.heading {
          finish(prose, at: start)
          cells.append(Cell(kind: .code, header: line, heading: heading, body: next..<end.body))
          if end.next == nil { unclosed = line }
          let after = end.next ?? end.body
          prose = Cell(kind: .prose, header: 0..<0, heading: 0..<0, body: after..<after)
        }
        start = end.next ?? source.byteCount
        continue
      }
      if let heading = Self.proseHeading(source.bytes[line]) {
        finish(prose, at: start)
        prose = Cell(kind: .prose, header: line, heading: heading, body: next..<next)
      }
      start = next
    }
    finish(prose, at: source.byteCount)
  }

  /// The text with every line outside the cells of code made a comment of the same length.
  var script: [UInt8] {
    var result = source.bytes
    var start = 0
    for end in cells.filter({ $0.kind == .code }).map(\.body) + [source.byteCount..<source.byteCount] {
      blank(start..<end.lowerBound, in: &result)
      start = end.upperBound
    }
    return result
  }

  private func blank(_ range: ByteRange, in bytes: inout [UInt8]) {
    var isLineStart = true
    for offset in range {
      let isBreak = bytes[offset] == UInt8(ascii: "\n")
      if !isBreak { bytes[offset] = UInt8(ascii: isLineStart ? "#" : " ") }
      isLineStart = isBreak
    }
  }

  private mutating func finish(_ prose: Cell, at end: Int) {
    var cell = prose
    cell.body = prose.body.lowerBound..<end
    let blank = source.bytes[cell.body].prefix { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard cell.header.isEmpty else { return cells.append(cell) }
    guard blank.endIndex < end else { return }
    // Errors of the cell are shown at its first line.
    let first = source.lineRange(at: blank.endIndex).lowerBound
    cell.body = first..<end
    cell.header = first..<first
    cell.heading = first..<first
    cells.append(cell)
  }

  /// The end of the lines in a fence, and the line after the one that closes it.
  private func end(of fence: Fence, from offset: Int) -> (body: Int, next: Int?) {
    var start = offset
    while start < source.byteCount {
      if fence.isClosed(by: source.bytes[source.lineRange(at: start)]) {
        return (start, source.nextLine(after: start))
      }
      start = source.nextLine(after: start)
    }
    return (source.byteCount, nil)
  }

  /// `<!-- %% name key=value -->`
  private static func proseHeading(_ line: ArraySlice<UInt8>) -> ByteRange? {
    let text = line.trimmingSpaces()
    let (opening, closing) = ("<!-- %%", "-->")
    guard text.count >= opening.utf8.count + closing.utf8.count, text.starts(with: opening.utf8),
      text.suffix(closing.utf8.count).elementsEqual(closing.utf8)
    else { return nil }
    let words = text.dropFirst(opening.utf8.count).dropLast(closing.utf8.count)
    // A comment ends at the first such sign, whatever follows.
    guard words.isEmpty || words.first == 0x20, !String(decoding: words, as: UTF8.self).contains(closing)
    else { return nil }
    return words.startIndex..<words.endIndex
  }
}

/// The first line of a block of code in Markdown: three or more backticks or tildes, indented by at most three spaces.
private struct Fence {
  private let sign: UInt8
  private let length: Int
  /// What follows the word `srel`; nil for a fence in prose.
  let heading: ByteRange?

  init?(_ line: ArraySlice<UInt8>) {
    let text = line.drop { $0 == 0x20 }
    guard text.startIndex - line.startIndex <= 3, let sign = text.first,
      sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~")
    else { return nil }
    let rest = text.drop { $0 == sign }
    let info = rest.trimmingSpaces()
    guard rest.startIndex - text.startIndex >= 3, sign != UInt8(ascii: "`") || !info.contains(sign) else {
      return nil
    }
    self.sign = sign
    length = rest.startIndex - text.startIndex
    let words = info.dropFirst(4)
    let isCell =
      sign == UInt8(ascii: "`") && info.starts(with: "srel".utf8) && (words.first.map { $0 == 0x20 } ?? true)
    heading = isCell ? words.startIndex..<words.endIndex : nil
  }

  func isClosed(by line: ArraySlice<UInt8>) -> Bool {
    let text = line.drop { $0 == 0x20 }
    let rest = text.drop { $0 == sign }
    return text.startIndex - line.startIndex <= 3 && rest.startIndex - text.startIndex >= length
      && rest.trimmingSpaces().isEmpty
  }
}

extension ArraySlice<UInt8> {
  fileprivate func trimmingSpaces() -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    let end = reversed().drop(while: isSpace).count
    return prefix(end).drop(while: isSpace)
  }
}
