extension Parser {
  /// What stands at the head of a statement or after `NAME =`.
  mutating func commandOrExpression(assignedTo name: String? = nil) throws(Diagnostic) -> Expression {
    if let verb = headVerb { return try command(verb, assignedTo: name) }
    if let word = current.word, looksLikeCommand {
      let hint =
        Parser.habits[word] ?? Speller.suggestion(for: word, in: verbs.union(Parser.keywords))
      diagnostics.append(SyntaxProblem.unknownVerb(word, hint: hint).diagnostic(at: current.range))
      return try command(Name(word, at: current.range), assignedTo: name)
    }
    return try expression()
  }

  /// The current word where it acts as a verb.
  private var headVerb: Name? {
    guard let word = current.word, verbs.contains(word), !isVariable(word) else { return nil }
    if next.isTouching, [.openParenthesis, .dot, .openBracket].contains(where: next.isSymbol) { return nil }
    if binaryOperator(next) != nil || next.isSymbol(.assign) { return nil }
    return Name(word, at: current.range)
  }

  /// An unknown word followed by something that only the things and options of a command can be.
  private var looksLikeCommand: Bool {
    guard let word = current.word, !Parser.reserved.contains(word), !isVariable(word) else { return false }
    switch next.kind {
    case .word(let text): return !Parser.reserved.contains(text) || text == "yes" || text == "no"
    case .number, .string: return true
    case .symbol(.openBrace): return true
    default: return false
    }
  }

  /// `VERB { item } { option } [ block ]`.
  private mutating func command(_ verb: Name, assignedTo name: String?) throws(Diagnostic) -> Expression {
    try descend()
    defer { depth -= 1 }
    index += 1
    if verb.text == "time" { return try timed(verb, assignedTo: name) }
    var items: [Expression] = []
    var options: [Option] = []
    while true {
      if let option = try option(of: options) {
        options.append(option)
      } else if startsItem {
        let start = current.range
        let item = try item()
        if !options.isEmpty { diagnostics.append(SyntaxProblem.itemAfterOption.diagnostic(at: start)) }
        items.append(item)
      } else {
        break
      }
      if options.isEmpty, binaryOperator(current) != nil {
        throw SyntaxProblem.computedItem.diagnostic(at: current.range)
      }
    }
    let body = current.isSymbol(.openBrace) ? try commandBlock(items, assignedTo: name) : nil
    let range = verb.range.lowerBound..<previousEnd
    return Expression(
      .command(Command(verb: verb, items: items, options: options, block: body, range: range)), at: range)
  }

  /// The block of a command knows the name under which the run will stand.
  private mutating func commandBlock(_ items: [Expression], assignedTo name: String?) throws(Diagnostic)
    -> Block
  {
    try block(defining: name.map { [$0] } ?? [])
  }

  /// `time COMMAND`.
  private mutating func timed(_ verb: Name, assignedTo name: String?) throws(Diagnostic) -> Expression {
    guard headVerb != nil || looksLikeCommand else {
      throw SyntaxProblem.timeWithoutCommand.diagnostic(at: verb.range.lowerBound..<previousEnd)
    }
    let inner = try commandOrExpression(assignedTo: name)
    let range = verb.range.lowerBound..<previousEnd
    return Expression(
      .command(Command(verb: verb, items: [inner], options: [], block: nil, range: range)), at: range)
  }

  /// `NAME = sum`, or nil when the current tokens are no option.
  mutating func option(of options: [Option]) throws(Diagnostic) -> Option? {
    guard let word = current.word, next.isSymbol(.assign) else { return nil }
    let name = Name(word, at: current.range)
    index += 2
    if options.contains(where: { $0.name.text == word }) {
      diagnostics.append(SyntaxProblem.repeatedName(word, what: "option").diagnostic(at: name.range))
    }
    if current.word != nil, next.isSymbol(.assign) {
      diagnostics.append(SyntaxProblem.missingValue(word).diagnostic(at: name.range.lowerBound..<previousEnd))
      return Option(name: name, value: Expression(.flag(false), at: name.range))
    }
    let value: Expression
    do throws(Diagnostic) {
      value = try binary(.range)
    } catch {
      guard canGoOn else { throw error }
      diagnostics.append(error)
      skipToNextOption()
      return Option(name: name, value: Expression(.flag(false), at: name.range))
    }
    if let op = binaryOperator(current), op.level < .range {
      throw SyntaxProblem.expected(
        "the next option", found: found, hint: "put parentheses around the comparison"
      )
      .diagnostic(at: current.range)
    }
    return Option(name: name, value: value)
  }

  private var canGoOn: Bool { current.kind != .end && current.kind != .newline }

  /// Leaves a value that could not be read, so that the options after it are still checked.
  private mutating func skipToNextOption() {
    while true {
      switch current.kind {
      case .end, .newline, .symbol(.semicolon), .symbol(.openBrace), .symbol(.closeBrace): return
      case .word where next.isSymbol(.assign): return
      default: index += 1
      }
    }
  }

  private var startsItem: Bool {
    switch current.kind {
    case .number, .string: true
    case .word(let word): !["and", "or", "not"].contains(word)
    case .symbol(.openParenthesis), .symbol(.openBracket): true
    default: false
    }
  }
}
