import Language

/// What a person may type at the prompt beyond the language of files.
public enum PromptInput: Equatable, Sendable {
  /// An unfinished input that ends with `?`: help on what it is about, and the input without the `?` again.
  case question(about: String, input: String)
  /// Commands of the language; `isExpanded` tells that verbs were cut short.
  case program(String, isExpanded: Bool)
  /// `??TEXT`
  case search(String)
  /// `!COMMAND`
  case shell(String)

  /// Reads what was typed: `?NAME`, `??TEXT`, `!COMMAND`, commands whose verbs may be cut short, or
  /// `exit` as other prompts have it.
  public init(_ text: String, variables: Set<String>) {
    let line = String(text.drop { $0.isWhitespace })
    if line.hasPrefix("??") {
      self = .search(line.dropFirst(2).trimmed)
    } else if line.hasPrefix("?") {
      self = .program("help " + line.dropFirst().trimmed, isExpanded: false)
    } else if line.hasPrefix("!") {
      self = .shell(line.dropFirst().trimmed)
    } else if let (name, input) = Self.question(in: text, variables) {
      self = .question(about: name, input: input)
    } else if line[...].trimmed == "exit", !variables.contains("exit") {
      self = .program("quit", isExpanded: true)
    } else {
      let whole = Self.expanded(text, variables)
      self = .program(whole, isExpanded: whole != text)
    }
  }

  /// What an input that ends with `?` is about: the recipe, function or verb in whose brackets or after whose name it
  /// breaks off; "" where there is none.
  private static func question(in text: String, _ variables: Set<String>) -> (about: String, input: String)? {
    let whole = text[...].trimmed
    guard whole.hasSuffix("?") else { return nil }
    let input = String(whole.dropLast().reversed().drop { $0 == "?" }.reversed())
    let place = CompletionPlace(Source(input + " "))
    if place.isInString || place.isInComment { return nil }
    let calls = place.frames.reversed().filter { $0.symbol == .openParenthesis && $0.isTouching }
      .compactMap { place.tokens[$0.start - 2].word }
    var statement = place.statement
    if statement.count > 1, statement.dropFirst().first?.isSymbol(.assign) == true {
      statement = statement.dropFirst(2)
    }
    let heads = statement.prefix(1).compactMap(\.word)
    let words = heads.map { verb(beginningWith: $0) ?? $0 }
    let known = (calls + words).first { !variables.contains($0) && (try? Help.text(for: $0)) != nil }
    return (known ?? heads.first ?? "", input)
  }

  /// The text with every verb in full. A word is a verb cut short where a verb could stand, only one verb begins with
  /// it, and it has no other meaning. One letter is not enough: `q` must not end a session.
  private static func expanded(_ text: String, _ variables: Set<String>) -> String {
    let source = Source(text)
    let tokens = Lexer(source).tokens.filter { $0.kind != .comment }
    let taken = variables.union(
      tokens.indices.dropLast().compactMap { place in
        tokens[place + 1].isSymbol(.assign) ? tokens[place].word : nil
      })
    var result = ""
    var end = 0
    for (place, token) in tokens.enumerated() {
      guard let word = token.word, isHead(place, tokens), !isOperand(place, tokens), !taken.contains(word),
        let verb = verb(beginningWith: word)
      else { continue }
      result += source[end..<token.range.lowerBound] + verb
      end = token.range.upperBound
    }
    return result + source[end..<source.byteCount]
  }

  private static func verb(beginningWith word: String) -> String? {
    let others = Registry.functions.map(\.name) + Registry.recipes.map(\.name)
    let keywords = Registry.statements.map(\.name)
    guard word.count >= 2, word != "else", !(others + keywords).contains(word),
      !Registry.verbNames.contains(word)
    else {
      return nil
    }
    let found = Registry.verbs.map(\.name).filter { $0.hasPrefix(word) }
    return found.count == 1 ? found[0] : nil
  }

  /// At the beginning of a statement, or after `NAME =` there.
  private static func isHead(_ place: Int, _ tokens: [Token]) -> Bool {
    if place >= 2, tokens[place - 1].isSymbol(.assign), tokens[place - 2].word != nil {
      return isStart(place - 2, tokens)
    }
    return isStart(place, tokens)
  }

  private static func isStart(_ place: Int, _ tokens: [Token]) -> Bool {
    guard place > 0 else { return true }
    let before = tokens[place - 1]
    return before.kind == .newline || before.isSymbol(.semicolon) || before.isSymbol(.openBrace)
  }

  /// Followed by something that makes the word a value: an operator, `=`, or a bracket or dot that touches it.
  private static func isOperand(_ place: Int, _ tokens: [Token]) -> Bool {
    guard place + 1 < tokens.count else { return false }
    let next = tokens[place + 1]
    switch next.kind {
    case .symbol(.openParenthesis), .symbol(.openBracket), .symbol(.dot): return next.isTouching
    case .symbol(.openBrace), .symbol(.closeBrace), .symbol(.semicolon): return false
    case .symbol: return true
    case .word(let word): return ["and", "or"].contains(word)
    default: return false
    }
  }
}

extension Substring {
  fileprivate var trimmed: String {
    let tail = drop { $0.isWhitespace }
    return String(
      tail[..<(tail.lastIndex { !$0.isWhitespace }.map { tail.index(after: $0) } ?? tail.startIndex)])
  }
}

extension Help {
  /// `??TEXT`: the names whose help speaks of a text, with the lines that do.
  public static func search(_ text: String) -> String {
    let words = text.filter { $0 != "\"" }.lowercased()
    guard !words.isEmpty else { return overview }
    let found = names.compactMap { name -> String? in
      guard let help = try? self.text(for: name) else { return nil }
      let lines = help.split(separator: "\n").filter { $0.lowercased().contains(words) }
      guard let first = lines.first else { return nil }
      let shown = lines.prefix(3).map { "  " + $0.drop { $0 == " " } }
      return first.hasPrefix(name) && lines.count == 1
        ? "  " + first : ([name] + shown).joined(separator: "\n")
    }
    return found.isEmpty ? "nothing in the help speaks of '\(words)'" : found.joined(separator: "\n")
  }
}
