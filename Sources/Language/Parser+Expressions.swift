extension Parser {
  /// `expr`: everything from `or` down.
  mutating func expression() throws(Diagnostic) -> Expression { try binary(.or) }

  /// The operator that a token is, seen as standing between two values.
  func binaryOperator(_ token: Token) -> BinaryOperator? {
    switch token.kind {
    case .symbol(let symbol): BinaryOperator(rawValue: symbol.rawValue)
    case .word("and"): .and
    case .word("or"): .or
    default: nil
    }
  }

  /// Operators of a level or tighter, by precedence climbing.
  mutating func binary(_ lowest: BinaryOperator.Level) throws(Diagnostic) -> Expression {
    try descend()
    defer { depth -= 1 }
    var left = try prefix(lowest)
    var last: BinaryOperator.Level?
    while let op = binaryOperator(current), op.level >= lowest {
      if op.level == last, op.level == .comparison || op.level == .range {
        let problem: SyntaxProblem = op.level == .range ? .chainedRange : .chainedComparison
        throw problem.diagnostic(at: current.range)
      }
      index += 1
      let right = try binary(tighter(than: op.level))
      left = Expression(.binary(op, left, right), at: left.range.lowerBound..<right.range.upperBound)
      try checkHeight(of: left)
      last = op.level
    }
    return left
  }

  /// The loosest level of an operator's right side: `^` groups to the right and takes a sign there.
  private func tighter(than level: BinaryOperator.Level) -> BinaryOperator.Level {
    level == .power ? .negation : BinaryOperator.Level(rawValue: level.rawValue + 1) ?? .power
  }

  private mutating func prefix(_ lowest: BinaryOperator.Level) throws(Diagnostic) -> Expression {
    let start = current.range.lowerBound
    if current.isSymbol(.minus) {
      index += 1
      let operand = try binary(.negation)
      return Expression(.unary(.minus, operand), at: start..<operand.range.upperBound)
    }
    if current.word == "not" {
      guard lowest <= .not else {
        throw SyntaxProblem.unexpected("'not'", hint: "write (not …)").diagnostic(at: current.range)
      }
      index += 1
      let operand = try binary(.not)
      return Expression(.unary(.not, operand), at: start..<operand.range.upperBound)
    }
    return try item()
  }

  /// A primary with `.name`, `(args)` and `[args]` touching it.
  mutating func item() throws(Diagnostic) -> Expression {
    var result = try primary()
    while current.isTouching {
      let start = result.range.lowerBound
      switch current.kind {
      case .symbol(.dot):
        index += 1
        guard let word = current.word, current.isTouching else { throw expected("a name after '.'") }
        result = Expression(
          .member(result, Name(word, at: current.range)), at: start..<current.range.upperBound)
        index += 1
      case .symbol(.openParenthesis):
        let arguments = try arguments(.openParenthesis)
        result = Expression(.call(result, arguments), at: start..<previousEnd)
      case .symbol(.openBracket):
        let arguments = try arguments(.openBracket)
        result = Expression(.index(result, arguments), at: start..<previousEnd)
      default:
        return result
      }
      try checkHeight(of: result)
    }
    return result
  }

  private func checkHeight(of expression: Expression) throws(Diagnostic) {
    guard expression.height <= Parser.maximumHeight else {
      throw SyntaxProblem.tooLong.diagnostic(at: current.range)
    }
  }

  private mutating func primary() throws(Diagnostic) -> Expression {
    let token = current
    switch token.kind {
    case .number(let value):
      index += 1
      return try number(value, at: token.range)
    case .string(let text):
      index += 1
      return Expression(.string(text), at: token.range)
    case .word("yes"), .word("no"):
      index += 1
      return Expression(.flag(token.word == "yes"), at: token.range)
    case .word(let word):
      if ["and", "or", "not"].contains(word) { throw expected("a value") }
      index += 1
      return Expression(.name(word), at: token.range)
    case .symbol(.openBracket):
      return try list()
    case .symbol(.openParenthesis):
      return try groupOrRecord()
    case .symbol(.dot):
      throw expected("a value", hint: "numbers begin with a digit: 0.5")
    default:
      throw expected("a value")
    }
  }

  /// A number with the unit that touches it.
  private mutating func number(_ value: Double, at range: ByteRange) throws(Diagnostic) -> Expression {
    guard current.isTouching, let word = current.word else { return Expression(.number(value), at: range) }
    guard let unit = QuantityUnit(rawValue: word) else {
      var hint = Speller.suggestion(for: word, in: QuantityUnit.allCases.map(\.rawValue))
      if isVariable(word) { hint = "write \(source[range]) * \(word)" }
      throw SyntaxProblem.unknownUnit(word, hint: hint).diagnostic(at: current.range)
    }
    let whole = range.lowerBound..<current.range.upperBound
    index += 1
    return Expression(.quantity(value, unit), at: whole)
  }

  private mutating func list() throws(Diagnostic) -> Expression {
    let start = current.range.lowerBound
    let arguments = try arguments(.openBracket)
    for argument in arguments {
      if let name = argument.name { throw SyntaxProblem.namedListItem(name.text).diagnostic(at: name.range) }
    }
    return Expression(.list(arguments.map(\.value)), at: start..<previousEnd)
  }

  private mutating func groupOrRecord() throws(Diagnostic) -> Expression {
    let start = current.range.lowerBound
    if next.word != nil, tokens[min(index + 2, tokens.count - 1)].isSymbol(.assign) {
      let fields = try arguments(.openParenthesis)
      let endsInComma = index >= 2 && tokens[index - 2].isSymbol(.comma)
      if fields.count == 1, !endsInComma {
        throw SyntaxProblem.oneFieldRecord.diagnostic(at: start..<previousEnd)
      }
      if let unnamed = fields.first(where: { $0.name == nil }) {
        throw SyntaxProblem.expected("name=value in a record", found: "a value", hint: nil)
          .diagnostic(at: unnamed.range)
      }
      return Expression(.record(fields), at: start..<previousEnd)
    }
    let value = try inside(of: .openParenthesis) { (parser) throws(Diagnostic) in
      let value = try parser.expression()
      let hint = parser.current.isSymbol(.comma) ? "a list is written [a, b]" : nil
      try parser.require(.closeParenthesis, hint: hint)
      return value
    }
    return Expression(.group(value), at: start..<previousEnd)
  }

  /// `[ [name =] expr { "," [name =] expr } [","] ]` between brackets.
  mutating func arguments(_ opener: Symbol) throws(Diagnostic) -> [Argument] {
    try inside(of: opener) { (parser) throws(Diagnostic) in
      guard let closer = opener.closer else { return [] }
      var result: [Argument] = []
      while !parser.current.isSymbol(closer) {
        let argument = try parser.argument()
        try parser.check(argument, after: result)
        result.append(argument)
        guard parser.take(.comma) else { break }
      }
      try parser.require(closer, hint: parser.startsValue ? "put a comma between values" : nil)
      return result
    }
  }

  private mutating func argument() throws(Diagnostic) -> Argument {
    guard let word = current.word, next.isSymbol(.assign) else {
      return Argument(name: nil, value: try expression())
    }
    let name = Name(word, at: current.range)
    index += 2
    return Argument(name: name, value: try expression())
  }

  private func check(_ argument: Argument, after earlier: [Argument]) throws(Diagnostic) {
    guard let name = argument.name else {
      if earlier.last?.name != nil {
        throw SyntaxProblem.positionalAfterNamed.diagnostic(at: argument.range)
      }
      return
    }
    if earlier.reversed().prefix(while: { $0.name != nil }).contains(where: { $0.name?.text == name.text }) {
      throw SyntaxProblem.repeatedName(name.text, what: "name").diagnostic(at: name.range)
    }
  }

  private var startsValue: Bool {
    switch current.kind {
    case .number, .string, .word, .symbol(.openParenthesis), .symbol(.openBracket): true
    default: false
    }
  }

  /// Reads what stands after an opening bracket, one level deeper.
  mutating func inside<Result>(
    of opener: Symbol, _ read: (inout Parser) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try descend()
    defer { depth -= 1 }
    try require(opener)
    return try read(&self)
  }
}
