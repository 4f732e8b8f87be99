/// One cell of a notebook script: what stands from one `# %%` line to the next.
public struct NotebookCell: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case prose, code
  }

  public var kind: Kind
  /// The name on the `# %%` line, or `cell N` (counted from 1).
  public var name: String
  /// `key=value` on the `# %%` line.
  public var options: [Option]
  /// The `# %%` line; empty for what stands before the first one.
  public var header: ByteRange
  /// Everything after the `# %%` line.
  public var body: ByteRange

  public var range: ByteRange { header.lowerBound..<body.upperBound }
}

/// A `.srel` file cut at its `# %% name key=value` and `# %% [markdown] name` lines.
public struct Notebook: Sendable {
  public let source: Source
  public private(set) var cells: [NotebookCell] = []
  public private(set) var diagnostics: [Diagnostic] = []

  /// - Complexity: O(bytes).
  public init(_ source: Source) {
    self.source = source
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
    checkNames()
  }

  /// The text of a prose cell without its comment signs.
  public func prose(of cell: NotebookCell) -> String {
    source[cell.body].split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var text = line.drop { $0 == " " || $0 == "\t" }
      if text.last == "\r" { text.removeLast() }
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
    let number = cells.count + 1
    var cell = NotebookCell(kind: .code, name: "cell \(number)", options: [], header: header, body: body)
    readHeader(into: &cell)
    if cell.kind == .prose { checkProse(cell) }
    cells.append(cell)
  }

  /// `# %% [markdown] words key=value …`
  private mutating func readHeader(into cell: inout NotebookCell) {
    guard let marker = source.bytes[cell.header].firstIndex(of: UInt8(ascii: "%")) else { return }
    let head = Parser.header(source, in: marker + 2..<cell.header.upperBound)
    cell.kind = head.isMarkdown ? .prose : .code
    if !head.name.isEmpty { cell.name = head.name }
    cell.options = head.options
    diagnostics += head.diagnostics
  }

  private mutating func checkProse(_ cell: NotebookCell) {
    var start = cell.body.lowerBound
    while start < cell.body.upperBound {
      let line = source.lineRange(at: start)
      defer { start = line.upperBound + 1 }
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

extension Parser {
  /// Reads what follows `%%` on the first line of a cell.
  static func header(
    _ source: Source, in range: ByteRange
  ) -> (isMarkdown: Bool, name: String, options: [Option], diagnostics: [Diagnostic]) {
    let lexer = Lexer(source, in: range)
    var parser = Parser(source, lexer.tokens.filter { $0.kind != .comment }, [], [])
    var isMarkdown = false
    if parser.current.isSymbol(.openBracket), parser.next.word == "markdown" {
      isMarkdown = true
      parser.index += 3
    }
    let start = parser.current.range.lowerBound
    while parser.current.kind != .end, !(parser.current.word != nil && parser.next.isSymbol(.assign)) {
      parser.index += 1
    }
    let name = source[start..<parser.current.range.lowerBound].trimmingBlankLines()
    var options: [Option] = []
    do throws(Diagnostic) {
      while let option = try parser.option(of: options) { options.append(option) }
      if parser.current.kind != .end { throw parser.expected("key=value") }
    } catch {
      return (isMarkdown, name, options, lexer.diagnostics + parser.diagnostics + [error])
    }
    return (isMarkdown, name, options, lexer.diagnostics + parser.diagnostics)
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
