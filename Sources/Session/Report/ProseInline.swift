/// The words of a paragraph with their emphasis, code, links and formulas.
struct ProseInline {
  /// Whether a formula that is not understood is shown and marked instead of thrown.
  var marksErrors = false

  private let fragment: ProseFragment
  private let text: [Character]
  private var place = 0

  init(_ fragment: ProseFragment) {
    self.fragment = fragment
    text = Array(fragment.text)
  }

  mutating func html() throws(ProseError) -> String { try html(upTo: text.count) }

  private mutating func html(upTo end: Int) throws(ProseError) -> String {
    var result = ""
    while place < end {
      let character = text[place]
      switch character {
      case "\\" where place + 1 < end && "\\`*_$[]#|>-".contains(text[place + 1]):
        result += HTML.escaped(String(text[place + 1]))
        place += 2
      case "`": result += code(end)
      case "$": result += try formula(end)
      case "*", "_": result += try emphasis(character, end)
      case "[": result += try link(end)
      case "\n":
        result += "\n"
        place += 1
      default:
        result += HTML.escaped(String(character))
        place += 1
      }
    }
    return result
  }

  private mutating func code(_ end: Int) -> String {
    guard let close = text[(place + 1)..<end].firstIndex(of: "`") else {
      place += 1
      return "`"
    }
    defer { place = close + 1 }
    return "<code>\(HTML.escaped(String(text[(place + 1)..<close])))</code>"
  }

  /// `*x*`, `**x**`, and `_x_` around whole words, so that names like `S_rel` stay as they are.
  private mutating func emphasis(_ mark: Character, _ end: Int) throws(ProseError) -> String {
    let start = place
    let isStrong = mark == "*" && place + 1 < end && text[place + 1] == "*"
    let length = isStrong ? 2 : 1
    let inside = start + length
    let opens =
      inside < end && !text[inside].isWhitespace && (mark == "*" || start == 0 || !isWord(text[start - 1]))
    guard opens, let close = closing(mark, length: length, from: inside, end) else {
      place += length
      return String(repeating: mark, count: length)
    }
    place = inside
    let content = try html(upTo: close)
    place = close + length
    return isStrong ? "<strong>\(content)</strong>" : "<em>\(content)</em>"
  }

  private func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

  private func closing(_ mark: Character, length: Int, from start: Int, _ end: Int) -> Int? {
    // Emphasis longer than this is a forgotten mark, and looking for its end everywhere would take forever.
    let end = min(end, start + 2000)
    var place = start
    while place + length <= end {
      if text[place] == "\\" {
        place += 2
        continue
      }
      if text[place] == "`" || text[place] == "$" {
        // Marks inside code and formulas are not emphasis.
        guard let next = text[(place + 1)..<end].firstIndex(of: text[place]) else { return nil }
        place = next + 1
        continue
      }
      let run = text[place..<end].prefix { $0 == mark }.count
      if run >= length, place > start, !text[place - 1].isWhitespace, length == 2 || run == 1 {
        let after = place + length
        if mark == "*" || after >= end || !isWord(text[after]) { return place }
      }
      place += max(run, 1)
    }
    return nil
  }

  /// A link becomes its words and its address: the report leads nowhere by itself.
  private mutating func link(_ end: Int) throws(ProseError) -> String {
    guard let close = text[place..<end].firstIndex(of: "]"), close + 1 < end, text[close + 1] == "(",
      let last = text[(close + 2)..<end].firstIndex(of: ")")
    else {
      place += 1
      return "["
    }
    place += 1
    let words = try html(upTo: close)
    place = last + 1
    return "\(words) <span class=\"address\">(\(HTML.escaped(String(text[(close + 2)..<last]))))</span>"
  }

  private mutating func formula(_ end: Int) throws(ProseError) -> String {
    let start = place
    let isDisplay = place + 1 < end && text[place + 1] == "$"
    let marks = isDisplay ? 2 : 1
    let inside = start + marks
    guard let close = closingDollar(from: inside, marks: marks, end) else {
      let (line, column) = fragment.position(of: start)
      if marksErrors {
        place += marks
        return marked(
          String(repeating: "$", count: marks), .unclosedFormula(line: line, column: column))
      }
      throw .unclosedFormula(line: line, column: column)
    }
    place = close + marks
    let source = String(text[inside..<close])
    do {
      return try Formula.mathML(source, isDisplay: isDisplay)
    } catch {
      let problem = self.error(error, from: inside)
      if !marksErrors { throw problem }
      return marked(String(text[start..<place]), problem)
    }
  }

  private func marked(_ source: String, _ error: ProseError) -> String {
    "<code class=\"wrong\" title=\"\(HTML.escaped(error.description))\">\(HTML.escaped(source))</code>"
  }

  private func closingDollar(from start: Int, marks: Int, _ end: Int) -> Int? {
    var place = start
    while place + marks <= end {
      if text[place] == "\\" {
        place += 2
        continue
      }
      if text[place] == "$", marks == 1 || text[place + 1] == "$" { return place }
      place += 1
    }
    return nil
  }

  private func error(_ failure: Formula.Failure, from start: Int) -> ProseError {
    let (line, column) = fragment.position(of: start + failure.offset)
    return switch failure.reason {
    case .unknownCommand(let name): .unknownCommand(name, line: line, column: column)
    case .missingArgument(let name): .missingArgument(of: name, line: line, column: column)
    case .unbalancedBrace: .unbalancedBrace(line: line, column: column)
    case .unexpectedSymbol(let symbol): .unexpectedSymbol(symbol, line: line, column: column)
    case .empty: .emptyFormula(line: line, column: column)
    case .tooDeep: .tooDeep(line: line, column: column)
    }
  }
}
