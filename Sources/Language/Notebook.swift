/// One cell of a notebook: what stands from one `# %%` line to the next, or in a fence or between two of Markdown.
public struct NotebookCell: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case prose, code
  }

  public var kind: Kind
  /// The name on its first line, or `cell N` (counted from 1).
  public var name: String
  /// `key=value` on its first line.
  public var options: [Option]
  /// Its first line (`# %%`, a fence, `<!-- %% … -->`); empty where it has none.
  public var header: ByteRange
  /// Name and options as written.
  public var heading: ByteRange
  /// Everything after the first line, without the end of a fence.
  public var body: ByteRange

  public var range: ByteRange { header.lowerBound..<body.upperBound }
}

/// A `.srel` file cut at its `# %% name key=value` and `# %% [markdown] name` lines, or a `.srel.md` file cut at its
/// `srel` fences.
public struct Notebook: Sendable {
  public let source: Source
  public private(set) var cells: [NotebookCell] = []
  public private(set) var diagnostics: [Diagnostic] = []

  /// - Complexity: O(bytes).
  public init(_ source: Source) {
    self.source = source
    switch source.format {
    case .script: cutAtMarkers()
    case .markdown: cutAtFences()
    }
    checkNames()
  }

  private mutating func cutAtMarkers() {
    var header = 0..<0
    var bodyStart = 0
    for (index, start) in source.lineStarts.enumerated() {
      let line = source.lineRange(at: start)
      guard Notebook.isMarker(source, line) else { continue }
      finishCell(header: header, body: bodyStart..<start)
      header = line
      bodyStart = index + 1 < source.lineCount ? source.lineStarts[index + 1] : source.byteCount
    }
    finishCell(header: header, body: bodyStart..<source.byteCount)
  }

  private mutating func cutAtFences() {
    let found = MarkdownCells(source)
    for cell in found.cells { append(cell) }
    for cell in found.cells where cell.kind == .code {
      var start = cell.body.lowerBound
      while start < cell.body.upperBound {
        let line = source.lineRange(at: start)
        start = source.nextLine(after: start)
        guard Notebook.isMarker(source, line) else { continue }
        diagnostics.append(
          Diagnostic(
            "a '# %%' line begins no cell in .srel.md", at: line, hint: "begin a new fence: ```srel name"))
      }
    }
    if let fence = found.unclosed {
      diagnostics.append(Diagnostic("the fence of this cell is never closed", at: fence))
    }
  }

  /// The text of a prose cell without its comment signs.
  public func prose(of cell: NotebookCell) -> String {
    let body = source[cell.body].replacing("\r\n", with: "\n")
    if source.format == .markdown { return body.trimmingBlankLines() }
    return body.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var text = line.drop { $0 == " " || $0 == "\t" }
      guard text.first == "#" else { return String(text) }
      text.removeFirst()
      if text.first == " " { text.removeFirst() }
      return String(text)
    }.joined(separator: "\n").trimmingBlankLines()
  }

  /// The code of a cell without blank lines around it.
  public func code(of cell: NotebookCell) -> String { source[cell.body].trimmingBlankLines() }

  /// The cell in which a statement stands; a statement across a `# %%` line is an error.
  public func cellIndex(of statement: Statement) throws(Diagnostic) -> Int {
    var low = 0
    var high = cells.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if cells[middle].range.lowerBound <= statement.range.lowerBound { low = middle } else { high = middle }
    }
    guard low < cells.count, statement.range.upperBound <= cells[low].range.upperBound else {
      let next = low + 1 < cells.count ? cells[low + 1].header : statement.range
      throw Diagnostic(
        "a cell begins inside a statement", at: next, why: "Close the block or bracket before it.")
    }
    return low
  }

  private static func isMarker(_ source: Source, _ line: ByteRange) -> Bool {
    guard line.count >= 3 else { return false }
    let rest = source.bytes[line].drop { $0 == UInt8(ascii: "#") }
    guard rest.startIndex == line.lowerBound + 1 else { return false }
    let marker = rest.drop { $0 == UInt8(ascii: " ") }
    guard marker.starts(with: "%%".utf8) else { return false }
    let after = marker.dropFirst(2).first
    return after == nil || after == UInt8(ascii: " ") || after == UInt8(ascii: "\t")
  }

  private mutating func finishCell(header: ByteRange, body: ByteRange) {
    if header.isEmpty, source[body].allSatisfy(\.isWhitespace) { return }
    var kind = NotebookCell.Kind.code
    var heading = header
    // `# %% [markdown] words key=value …`
    if let marker = source.bytes[header].firstIndex(of: UInt8(ascii: "%")) {
      let words = CellHeading(source, in: marker + 2..<header.upperBound)
      kind = words.isMarkdown ? .prose : .code
      heading = words.range
    }
    append(MarkdownCells.Cell(kind: kind, header: header, heading: heading, body: body))
  }

  private mutating func append(_ found: MarkdownCells.Cell) {
    let heading = CellHeading(source, in: found.heading)
    let cell = NotebookCell(
      kind: found.kind, name: heading.name.isEmpty ? "cell \(cells.count + 1)" : heading.name,
      options: heading.options, header: found.header, heading: found.heading, body: found.body)
    diagnostics += heading.diagnostics
    if cell.kind == .prose, source.format == .script { checkProse(cell) }
    cells.append(cell)
  }

  private mutating func checkProse(_ cell: NotebookCell) {
    var start = cell.body.lowerBound
    while start < cell.body.upperBound {
      let line = source.lineRange(at: start)
      defer { start = source.nextLine(after: start) }
      let text = source[line].drop { $0 == " " || $0 == "\t" }
      if let first = text.first, first != "#" {
        diagnostics.append(
          Diagnostic(
            "a line of a prose cell does not begin with '# '", at: line,
            why: "The file runs as a script, so prose is written as comments.",
            hint: "code begins with a '# %%' line of its own"))
      }
    }
  }

  private mutating func checkNames() {
    var seen: Set<String> = []
    for cell in cells where !seen.insert(cell.name).inserted {
      diagnostics.append(Diagnostic("two cells are named '\(cell.name)'", at: cell.header))
    }
  }
}

/// What stands on the first line of a cell: `[markdown] words key=value …`.
struct CellHeading {
  private(set) var isMarkdown = false
  private(set) var name = ""
  private(set) var options: [Option] = []
  /// Name and options as written.
  private(set) var range: ByteRange
  /// `key=value` as written.
  private(set) var optionRange: ByteRange
  private(set) var diagnostics: [Diagnostic]

  init(_ source: Source, in range: ByteRange) {
    let lexer = Lexer(source, in: range)
    var parser = Parser(source, lexer.tokens.filter { $0.kind != .comment }, [], [])
    if parser.current.isSymbol(.openBracket), parser.next.word == "markdown" {
      isMarkdown = true
      parser.index += 3
    }
    let start = parser.current.range.lowerBound
    while parser.current.kind != .end, !(parser.current.word != nil && parser.next.isSymbol(.assign)) {
      parser.index += 1
    }
    self.range = start..<max(start, range.upperBound)
    optionRange = parser.current.range.lowerBound..<self.range.upperBound
    name = source[start..<optionRange.lowerBound].trimmingBlankLines()
    diagnostics = lexer.diagnostics
    do throws(Diagnostic) {
      while let option = try parser.option(of: options) { options.append(option) }
      if parser.current.kind != .end { throw parser.expected("key=value") }
    } catch {
      diagnostics += parser.diagnostics + [error]
      return
    }
    diagnostics += parser.diagnostics
  }
}

extension String {
  /// The text without blank lines before and after it, and without spaces at its end.
  func trimmingBlankLines() -> String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    var start = text.startIndex
    var lineStart = start
    while start < text.endIndex, text[start].isWhitespace {
      let isBreak = text[start].isNewline
      start = text.index(after: start)
      if isBreak { lineStart = start }
    }
    return String(text[lineStart...])
  }
}
