/// Prose of a notebook in a small part of Markdown: headings, paragraphs, lists, tables, quotations, fenced code,
/// `**strong**`, `*emphasis*`, `` `code` ``, links (given as text), formulas in `$…$` and `$$…$$`.
///
/// HTML in it is text like any other.
public enum Prose {
  /// The prose as HTML.
  /// - Throws: `ProseError` for the first formula that is not understood.
  public static func html(_ source: String) throws(ProseError) -> String {
    var blocks = ProseBlocks(source)
    return try blocks.html { (fragment) throws(ProseError) in
      var inline = ProseInline(fragment)
      return try inline.html()
    }
  }

  /// Refuses prose with a formula that would not be understood.
  public static func check(_ source: String) throws(ProseError) { _ = try html(source) }

  /// The prose as HTML with every formula that is not understood shown as it was typed, marked with the reason.
  static func lenientHTML(_ source: String) -> String {
    var blocks = ProseBlocks(source)
    return blocks.html { fragment in
      var inline = ProseInline(fragment)
      inline.marksErrors = true
      // Errors are marked in the text, so none is thrown.
      return (try? inline.html()) ?? HTML.escaped(fragment.text)
    }
  }
}

/// Lines of the source that belong together, each with its place there.
struct ProseFragment {
  struct Line {
    let text: Substring
    let number: Int
    let column: Int
  }

  var lines: [Line]

  var text: String { lines.map(\.text).joined(separator: "\n") }

  /// The line and column in the source of a character of `text`.
  func position(of offset: Int) -> (line: Int, column: Int) {
    var rest = offset
    for line in lines {
      if rest <= line.text.count { return (line.number, line.column + rest) }
      rest -= line.text.count + 1
    }
    return (lines.last?.number ?? 1, 1)
  }
}

/// Cuts prose into its blocks.
struct ProseBlocks {
  private var lines: [ProseFragment.Line]
  private var place = 0

  init(_ source: String) {
    lines = source.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, text in
      let trimmed = text.drop { $0 == " " }
      return ProseFragment.Line(text: trimmed, number: number + 1, column: text.count - trimmed.count + 1)
    }
  }

  mutating func html<Failure: Error>(
    inline: (ProseFragment) throws(Failure) -> String
  ) throws(Failure) -> String {
    var blocks: [String] = []
    while place < lines.count {
      if let block = try block(inline) { blocks.append(block) }
    }
    return blocks.joined(separator: "\n")
  }

  private mutating func block<Failure: Error>(
    _ inline: (ProseFragment) throws(Failure) -> String
  ) throws(Failure) -> String? {
    let line = lines[place]
    if line.text.allSatisfy(\.isWhitespace) {
      place += 1
      return nil
    }
    if line.text.hasPrefix("```") { return fence() }
    if let level = Self.headingLevel(line.text) {
      place += 1
      return "<h\(level)>\(try inline(Self.fragment(line, dropping: level + 1)))</h\(level)>"
    }
    if line.text.hasPrefix("---"), line.text.allSatisfy({ $0 == "-" || $0 == " " }) {
      place += 1
      return "<hr>"
    }
    if Self.itemMark(line.text) != nil { return try list(inline) }
    if line.text.hasPrefix("|"), place + 1 < lines.count, Self.isRule(lines[place + 1].text) {
      return try table(inline)
    }
    if line.text.hasPrefix(">") { return try quotation(inline) }
    return "<p>\(try inline(paragraph()))</p>"
  }

  private static func fragment(_ line: ProseFragment.Line, dropping count: Int) -> ProseFragment {
    let rest = line.text.dropFirst(count)
    return ProseFragment(lines: [.init(text: rest, number: line.number, column: line.column + count)])
  }

  private static func headingLevel(_ text: Substring) -> Int? {
    let marks = text.prefix { $0 == "#" }.count
    return (1...4).contains(marks) && text.dropFirst(marks).first == " " ? marks : nil
  }

  /// The length of `- `, `* ` or `12. ` at the beginning of a list item, and whether it is numbered.
  private static func itemMark(_ text: Substring) -> (length: Int, isNumbered: Bool)? {
    if text.hasPrefix("- ") || text.hasPrefix("* ") { return (2, false) }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard (1...3).contains(digits.count), text.dropFirst(digits.count).hasPrefix(". ") else { return nil }
    return (digits.count + 2, true)
  }

  private static func isRule(_ text: Substring) -> Bool {
    text.hasPrefix("|") && text.contains("-") && text.allSatisfy { "|-: ".contains($0) }
  }

  private static func beginsBlock(_ text: Substring) -> Bool {
    text.allSatisfy(\.isWhitespace) || text.hasPrefix("```") || text.hasPrefix(">")
      || headingLevel(text) != nil
      || itemMark(text) != nil
  }

  private mutating func paragraph() -> ProseFragment {
    var kept = [lines[place]]
    place += 1
    while place < lines.count, !Self.beginsBlock(lines[place].text) {
      kept.append(lines[place])
      place += 1
    }
    return ProseFragment(lines: kept)
  }

  private mutating func fence() -> String {
    var code: [String] = []
    place += 1
    while place < lines.count, !lines[place].text.hasPrefix("```") {
      code.append(String(repeating: " ", count: lines[place].column - 1) + lines[place].text)
      place += 1
    }
    place += 1
    return "<pre class=\"plain\">\(HTML.escaped(code.joined(separator: "\n")))</pre>"
  }

  private mutating func list<Failure: Error>(
    _ inline: (ProseFragment) throws(Failure) -> String
  ) throws(Failure) -> String {
    let isNumbered = Self.itemMark(lines[place].text)?.isNumbered ?? false
    var items = ""
    while place < lines.count, let mark = Self.itemMark(lines[place].text), mark.isNumbered == isNumbered {
      var item = paragraph()
      item.lines[0] = Self.fragment(item.lines[0], dropping: mark.length).lines[0]
      items += "<li>\(try inline(item))</li>\n"
    }
    return isNumbered ? "<ol>\n\(items)</ol>" : "<ul>\n\(items)</ul>"
  }

  private mutating func quotation<Failure: Error>(
    _ inline: (ProseFragment) throws(Failure) -> String
  ) throws(Failure) -> String {
    var kept: [ProseFragment.Line] = []
    while place < lines.count, lines[place].text.hasPrefix(">") {
      let mark = lines[place].text.hasPrefix("> ") ? 2 : 1
      kept += Self.fragment(lines[place], dropping: mark).lines
      place += 1
    }
    return "<blockquote><p>\(try inline(ProseFragment(lines: kept)))</p></blockquote>"
  }

  private mutating func table<Failure: Error>(
    _ inline: (ProseFragment) throws(Failure) -> String
  ) throws(Failure) -> String {
    let alignments = Self.cells(of: lines[place + 1]).map { cell -> String in
      let text = cell.lines[0].text
      let (left, right) = (text.hasPrefix(":"), text.hasSuffix(":"))
      return right ? (left ? " class=\"center\"" : " class=\"right\"") : ""
    }
    var rows = ""
    let head = place
    while place < lines.count, lines[place].text.hasPrefix("|") {
      if place != head + 1 {
        let name = place == head ? "th" : "td"
        var cells = ""
        for (column, cell) in Self.cells(of: lines[place]).enumerated() {
          let alignment = column < alignments.count ? alignments[column] : ""
          cells += "<\(name)\(alignment)>\(try inline(cell))</\(name)>"
        }
        rows += "<tr>\(cells)</tr>\n"
      }
      place += 1
    }
    return "<div class=\"wide\"><table>\n\(rows)</table></div>"
  }

  /// The cells of a row; `\|` and a bar in code or a formula do not end one.
  private static func cells(of line: ProseFragment.Line) -> [ProseFragment] {
    var cells: [ProseFragment] = []
    let text = line.text
    var start = text.index(after: text.startIndex)
    var quote: Character?
    var place = start
    while place < text.endIndex {
      let character = text[place]
      if character == "\\" {
        place = text.index(place, offsetBy: 2, limitedBy: text.endIndex) ?? text.endIndex
        continue
      }
      if character == quote {
        quote = nil
      } else if quote == nil, "`$".contains(character) {
        quote = character
      }
      let next = text.index(after: place)
      if (character == "|" && quote == nil) || next == text.endIndex {
        let end = character == "|" && quote == nil ? place : next
        let content = text[start..<end]
        let trimmed = content.drop { $0 == " " }
        let column = line.column + text.distance(from: text.startIndex, to: trimmed.startIndex)
        let ending = trimmed.reversed().prefix { $0 == " " }.count
        cells.append(
          ProseFragment(lines: [.init(text: trimmed.dropLast(ending), number: line.number, column: column)]))
        start = next
      }
      place = next
    }
    return cells
  }
}
