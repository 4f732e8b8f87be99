import Charts

/// Prose and code of a notebook for a terminal, made from the HTML that the report shows.
public struct PageText {
  public let style: TerminalStyle

  public init(_ style: TerminalStyle) { self.style = style }

  /// Markdown as lines that fit the terminal: headings, emphasis, lists, tables, formulas as text.
  public func prose(_ markdown: String) -> String {
    blocks(Markup.parse(Prose.lenientHTML(markdown))).joined(separator: "\n\n")
  }

  /// A script in colours, as wide as it is written.
  public func code(_ script: String) -> String {
    let letters = letters(Markup.parse(Highlighter.html(script)), look: "")
    return "  " + rendered(letters).replacing("\n", with: "\n  ")
  }

  /// A letter and the parameters of the escape sequence in which it is shown.
  private struct Letter {
    let character: Character
    let look: String
  }

  private var width: Int { max(20, min(style.columns, 100)) }

  // MARK: Blocks

  private func blocks(_ nodes: [Markup]) -> [String] {
    nodes.compactMap { node in
      guard case .element(let name, _, let children) = node else { return nil }
      switch name {
      case "h1", "h2", "h3", "h4": return heading(children, level: name)
      case "ul": return list(children) { _ in style.unicode ? "• " : "- " }
      case "ol": return list(children) { "\($0 + 1). " }
      case "blockquote":
        return blocks(children).joined(separator: "\n\n").split(
          separator: "\n", omittingEmptySubsequences: false
        )
        .map { (style.unicode ? "│ " : "| ") + $0 }.joined(separator: "\n")
      case "pre": return "    " + printable(node.plainText).replacing("\n", with: "\n    ")
      case "hr": return String(repeating: style.unicode ? "─" : "-", count: min(width, 40))
      case "div": return table(children)
      default: return wrapped(letters(children, look: ""), first: "", next: "")
      }
    }
  }

  private func heading(_ children: [Markup], level: String) -> String {
    let text = wrapped(letters(children, look: "1"), first: "", next: "")
    guard level == "h1" || style.colors == .none else { return text }
    let longest =
      text.split(separator: "\n").map { HTML.withoutTerminalCodes(String($0)).displayWidth }.max() ?? 0
    let line = level == "h1" ? (style.unicode ? "━" : "=") : style.unicode ? "─" : "-"
    return text + "\n" + String(repeating: line, count: longest)
  }

  private func list(_ children: [Markup], mark: (Int) -> String) -> String {
    let items = children.compactMap { node -> [Markup]? in
      if case .element("li", _, let content) = node { content } else { nil }
    }
    return items.enumerated().map { place, content in
      let mark = mark(place)
      return wrapped(
        letters(content, look: ""), first: "  " + mark, next: String(repeating: " ", count: 2 + mark.count))
    }.joined(separator: "\n")
  }

  /// Columns as wide as their widest entry.
  private func table(_ children: [Markup]) -> String {
    let rows = children.flatMap { node -> [Markup] in
      if case .element("table", _, let rows) = node { rows } else { [] }
    }.compactMap { row -> [String]? in
      guard case .element("tr", _, let cells) = row else { return nil }
      return cells.map { cell in
        guard case .element(_, _, let content) = cell else { return "" }
        return rendered(letters(content, look: ""))
      }
    }
    let columns = rows.map(\.count).max() ?? 0
    func length(_ cell: String) -> Int { HTML.withoutTerminalCodes(cell).displayWidth }
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? length($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { $1 + String(repeating: " ", count: widths[$0] - length($1)) }.joined(
        separator: "  ")
    }.joined(separator: "\n")
  }

  // MARK: Letters

  private func letters(_ nodes: [Markup], look: String) -> [Letter] {
    nodes.flatMap { node -> [Letter] in
      switch node {
      case .text(let text): return letters(text, look: look)
      case .element("math", let attributes, let children):
        let formula = letters(FormulaText(unicode: style.unicode).text(children), look: look)
        guard attributes.contains("block") else { return formula }
        return letters("\n    ", look: "") + formula + letters("\n", look: "")
      case .element(let name, let attributes, let children):
        let marked = marks(name)
        let inside = letters(children, look: Self.look(name, attributes) ?? look)
        return letters(marked, look: look) + inside + letters(marked, look: look)
      }
    }
  }

  private func letters(_ text: String, look: String) -> [Letter] {
    printable(text).map { Letter(character: $0, look: look) }
  }

  private func printable(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { style.printable(String($0)) }
      .joined(separator: "\n")
  }

  /// What stands around emphasis where there are no colours.
  private func marks(_ name: String) -> String {
    guard style.colors == .none else { return "" }
    switch name {
    case "em": return "*"
    case "strong": return "**"
    case "code": return "`"
    default: return ""
    }
  }

  private static func look(_ name: String, _ attributes: String) -> String? {
    switch name {
    case "em": "3"
    case "strong": "1"
    case "code": "36"
    case "span": attributes.split(separator: "\"").dropFirst().first.flatMap { spans[String($0)] }
    default: nil
    }
  }

  /// The classes of the report's words.
  private static let spans = [
    "comment": "2", "string": "32", "number": "33", "verb": "1;34", "keyword": "35", "option": "36",
    "address": "2",
  ]

  /// The letters in lines that fit, broken at blanks; a line end inside a paragraph is a blank, except around a
  /// formula on a line of its own.
  private func wrapped(_ letters: [Letter], first: String, next: String) -> String {
    var lines: [[Letter]] = [self.letters(first, look: "")]
    var used = first.displayWidth
    var isStart = true
    for word in words(letters) {
      if word.first?.character == "\n" {
        lines.append(self.letters(next, look: "") + word.dropFirst())
        (used, isStart) = (next.displayWidth + word.count - 1, word.count == 1)
        continue
      }
      let length = word.reduce(0) { $0 + $1.character.displayWidth }
      if !isStart, used + 1 + length > width {
        lines.append(self.letters(next, look: ""))
        (used, isStart) = (next.displayWidth, true)
      }
      let blank = isStart ? [] : [Letter(character: " ", look: lines[lines.count - 1].last?.look ?? "")]
      lines[lines.count - 1] += blank + word
      used += blank.count + length
      isStart = false
    }
    return lines.filter { !$0.isEmpty }.map(rendered).joined(separator: "\n")
  }

  /// Words without blanks. A formula on a line of its own is one word that begins with a line end and keeps its blanks;
  /// the word after it begins with another.
  private func words(_ letters: [Letter]) -> [[Letter]] {
    var words: [[Letter]] = []
    var word: [Letter] = []
    var place = 0
    func isIndent(_ start: Int) -> Bool {
      start + 4 < letters.count && letters[(start + 1)...(start + 4)].allSatisfy { $0.character == " " }
    }
    while place < letters.count {
      let letter = letters[place]
      if letter.character == "\n", isIndent(place) {
        if !word.isEmpty { words.append(word) }
        let end = letters[(place + 1)...].firstIndex { $0.character == "\n" } ?? letters.count
        words.append(Array(letters[place..<end]))
        words.append([Letter(character: "\n", look: "")])
        (word, place) = ([], end + 1)
        continue
      }
      if letter.character.isWhitespace {
        if !word.isEmpty { words.append(word) }
        word = []
      } else {
        word.append(letter)
      }
      place += 1
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private func rendered(_ letters: [Letter]) -> String {
    var (result, look) = ("", "")
    for letter in letters {
      if letter.look != look, style.colors != .none {
        if !look.isEmpty { result += "\u{1B}[0m" }
        if !letter.look.isEmpty { result += "\u{1B}[\(letter.look)m" }
        look = letter.look
      }
      result.append(letter.character)
    }
    return look.isEmpty ? result : result + "\u{1B}[0m"
  }
}
