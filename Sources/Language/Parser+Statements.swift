extension Parser {
  mutating func statement(isFirst: Bool) throws(Diagnostic) -> Statement {
    let start = current.range.lowerBound
    let kind = try statementKind(isFirst: isFirst)
    return Statement(kind, at: start..<max(previousEnd, start))
  }

  private mutating func statementKind(isFirst: Bool) throws(Diagnostic) -> Statement.Kind {
    if let word = current.word, next.isSymbol(.assign) {
      if Parser.reserved.contains(word) {
        throw SyntaxProblem.reservedName(word).diagnostic(at: current.range)
      }
      return try assignment()
    }
    guard let keyword = keyword else { return .expression(try commandOrExpression()) }
    let range = current.range
    switch keyword {
    case "use":
      let version = try use()
      if !isFirst { diagnostics.append(SyntaxProblem.misplacedUse.diagnostic(at: range)) }
      return .use(version: version)
    case "param": return try param()
    case "every": return try every()
    case "at": return try at()
    case "when": return try when()
    case "if": return try conditional()
    case "assert": return try assertion()
    case "def": return try definition()
    case "repeat": return .expression(try repetition())
    default: throw SyntaxProblem.elseWithoutIf.diagnostic(at: range)
    }
  }

  /// The current word where it acts as a keyword.
  private var keyword: String? {
    guard let word = current.word, Parser.keywords.contains(word), !isVariable(word) else { return nil }
    let takesCondition = ["if", "when", "assert"].contains(word)
    if next.isTouching {
      if next.isSymbol(.dot) || next.isSymbol(.openBracket) { return nil }
      if next.isSymbol(.openParenthesis) { return takesCondition ? word : nil }
    }
    if let op = binaryOperator(next) { return takesCondition && op == .minus ? word : nil }
    return word
  }

  private mutating func assignment() throws(Diagnostic) -> Statement.Kind {
    let name = try newName("a name")
    try require(.assign)
    defer { declare(name.text) }
    if keyword == "repeat" { return .assignment(name, try repetition()) }
    return .assignment(name, try commandOrExpression(assignedTo: name.text))
  }

  private mutating func use() throws(Diagnostic) -> Double {
    index += 1
    guard current.word == "srel" else { throw expected("'srel'", hint: "use srel 1") }
    index += 1
    guard case .number(let version) = current.kind else {
      throw expected("a version number", hint: "use srel 1")
    }
    index += 1
    return version
  }

  private mutating func param() throws(Diagnostic) -> Statement.Kind {
    index += 1
    let name = try newName("the name of a parameter")
    try require(.assign, hint: "param \(name.text) = value")
    let value = try binary(.range)
    declare(name.text)
    return .param(name, value, doc: takeString())
  }

  private mutating func takeString() -> String? {
    guard case .string(let text) = current.kind else { return nil }
    index += 1
    return text
  }

  mutating func repetition() throws(Diagnostic) -> Expression {
    let start = current.range.lowerBound
    index += 1
    let name = try newName("the name that takes each value")
    guard current.word == "in" else { throw expected("'in'", hint: "repeat \(name.text) in 1..3 { … }") }
    index += 1
    let values = try binary(.range)
    var options: [Option] = []
    while let option = try option(of: options) { options.append(option) }
    let body = try block(defining: [name.text])
    let range = start..<previousEnd
    return Expression(
      .repetition(Repetition(name: name, values: values, options: options, body: body, range: range)),
      at: range)
  }

  // MARK: - Schedules

  private mutating func every() throws(Diagnostic) -> Statement.Kind {
    index += 1
    let count = try binary(.range)
    let unit = try scheduleUnit()
    return .scheduled(.every(count, unit), try scheduledBlock())
  }

  private mutating func at() throws(Diagnostic) -> Statement.Kind {
    index += 1
    if let word = current.word, word == "start" || word == "end", next.isSymbol(.openBrace) {
      index += 1
      return .scheduled(word == "start" ? .start : .end, try scheduledBlock())
    }
    let values = try binary(.range)
    let unit = try scheduleUnit()
    return .scheduled(.at(values, unit), try scheduledBlock())
  }

  private mutating func when() throws(Diagnostic) -> Statement.Kind {
    index += 1
    guard current.isSymbol(.openParenthesis) else { throw expected("'('", hint: "when (loss < 0.1) { … }") }
    let condition = try inside(of: .openParenthesis) { (parser) throws(Diagnostic) in
      try parser.condition(endingAt: .closeParenthesis)
    }
    return .scheduled(.when(condition), try scheduledBlock())
  }

  /// A block that runs inside training, where the position of the run has names.
  private mutating func scheduledBlock() throws(Diagnostic) -> Block {
    try block(defining: ["step", "epoch", "loss", "accuracy"])
  }

  private mutating func scheduleUnit() throws(Diagnostic) -> ScheduleUnit {
    guard let word = current.word else {
      throw SyntaxProblem.unknownScheduleUnit(found, hint: nil).diagnostic(at: current.range)
    }
    guard let unit = ScheduleUnit(word: word) else {
      let hint = Speller.suggestion(for: word, in: ScheduleUnit.allCases.map(\.rawValue))
      throw SyntaxProblem.unknownScheduleUnit(found, hint: hint).diagnostic(at: current.range)
    }
    index += 1
    return unit
  }

  // MARK: - Conditions

  /// An expression that decides; `=` in it is a slip for `==`.
  private mutating func condition(endingAt symbol: Symbol?) throws(Diagnostic) -> Expression {
    let result = try expression()
    if current.isSymbol(.assign) { throw SyntaxProblem.assignmentInCondition.diagnostic(at: current.range) }
    if let symbol { try require(symbol) }
    return result
  }

  private mutating func conditional() throws(Diagnostic) -> Statement.Kind {
    var branches: [Branch] = []
    while true {
      index += 1
      let test = try condition(endingAt: nil)
      branches.append(Branch(condition: test, block: try sharedBlock()))
      guard takeElse() else { return .conditional(branches, otherwise: nil) }
      if current.word == "if" { continue }
      return .conditional(branches, otherwise: try sharedBlock())
    }
  }

  /// A block of `if`: the names that it gives stay known after it.
  private mutating func sharedBlock() throws(Diagnostic) -> Block {
    let result = try block()
    for case .assignment(let name, _) in result.statements.map(\.kind) { declare(name.text) }
    return result
  }

  /// Steps over newlines and `else`, or stays where it is.
  private mutating func takeElse() -> Bool {
    var ahead = index
    while ahead < tokens.count, tokens[ahead].kind == .newline { ahead += 1 }
    guard ahead < tokens.count, tokens[ahead].word == "else" else { return false }
    index = ahead + 1
    return true
  }

  private mutating func assertion() throws(Diagnostic) -> Statement.Kind {
    index += 1
    let test = try condition(endingAt: nil)
    return .assertion(test, message: takeString())
  }

  // MARK: - Definitions

  private mutating func definition() throws(Diagnostic) -> Statement.Kind {
    index += 1
    let name = try newName("the name of the definition")
    declare(name.text)
    var parameters: [FormalParameter] = []
    guard current.isSymbol(.openParenthesis) else { throw expected("'('", hint: "def \(name.text)(x) { … }") }
    try inside(of: .openParenthesis) { (parser) throws(Diagnostic) in
      while !parser.current.isSymbol(.closeParenthesis) {
        let parameter = try parser.parameter()
        if parameters.contains(where: { $0.name.text == parameter.name.text }) {
          throw SyntaxProblem.repeatedName(parameter.name.text, what: "parameter")
            .diagnostic(at: parameter.name.range)
        }
        parameters.append(parameter)
        guard parser.take(.comma) else { break }
      }
      try parser.require(.closeParenthesis)
    }
    return .definition(name, parameters, try block(defining: parameters.map(\.name.text)))
  }

  private mutating func parameter() throws(Diagnostic) -> FormalParameter {
    let name = try newName("the name of a parameter")
    let value = take(.assign) ? try expression() : nil
    return FormalParameter(name: name, defaultValue: value)
  }
}
