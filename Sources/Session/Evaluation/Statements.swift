import Language
import Tables

extension Session {
  /// Runs one statement and gives its value, which is that of a block that ends with it.
  @discardableResult
  func execute(_ statement: Statement) throws -> Value {
    // Inside a training the first request lets the present step finish.
    if training == nil ? interruption.isRequested : interruption.isAbandonment { throw Stop.interrupted }
    switch statement.kind {
    case .use(let version):
      guard version == 1 else {
        throw SessionError.languageVersion(version.shortest).diagnostic(at: statement.range)
      }
    case .param(let name, let expression, _):
      let value = try parameters[name.text] ?? evaluate(expression)
      assign(name.text, value)
    case .scheduled(let schedule, _):
      throw SessionError.scheduleOutside(schedule.word).diagnostic(at: statement.range)
    case .conditional(let branches, let otherwise):
      return try conditional(branches, otherwise)
    case .assertion(let expression, let message):
      try check(expression, message: message, at: statement.range)
    case .definition(let name, let parameters, let body):
      assign(
        name.text,
        .definition(
          Definition(
            name: name.text, parameters: parameters, body: body, source: source, range: statement.range)))
    case .assignment(let name, let expression):
      return try assignment(name.text, expression)
    case .expression(let expression):
      return try shown(expression)
    }
    return .nothing
  }

  func execute(_ statements: [Statement]) throws -> Value {
    var value = Value.nothing
    for statement in statements { value = try execute(statement) }
    return value
  }

  private func conditional(_ branches: [Branch], _ otherwise: Block?) throws -> Value {
    for branch in branches where try condition(branch.condition) {
      return try execute(branch.block.statements)
    }
    return try otherwise.map { try execute($0.statements) } ?? .nothing
  }

  /// The value of an expression that has to be yes or no.
  func condition(_ expression: Expression) throws -> Bool {
    let value = try evaluate(expression)
    guard let flag = value.flag else {
      throw SessionError.wrongKind(
        what: "a condition", expected: "yes or no", found: value.kindName, hint: nil
      )
      .diagnostic(at: expression.range)
    }
    return flag
  }

  private func assignment(_ name: String, _ expression: Expression) throws -> Value {
    let outer = assignee
    assignee = name
    defer { assignee = outer }
    let value = try evaluate(expression)
    if case .nothing = value, expression.isCommand {
      throw SessionError.wrongKind(
        what: name, expected: "a value", found: "nothing", hint: "this command gives none"
      )
      .diagnostic(at: expression.range)
    }
    assign(name, value)
    if expression.isCommand, callDepth == 0 {
      if case .table = value {} else { tell(name, value.displayText) }
    }
    try throwDeferred()
    return value
  }

  /// `shoes      1500 images …`
  private func tell(_ name: String, _ text: String) {
    let blanks = String(repeating: " ", count: max(1, 11 - name.count))
    output(.echo(name + blanks + text))
  }

  /// A statement of its own: its value is shown, or joins the tables of the run that is being trained.
  private func shown(_ expression: Expression) throws -> Value {
    let value = try evaluate(expression)
    if case .command(let command) = expression.kind, let training, case .table(let table) = value {
      training.keep(table, from: command.verb.text)
    } else if callDepth == 0, !(expression.isRepetition && value.elements != nil) {
      if !value.displayText.isEmpty {
        show(value)
        keepResult(value)
      }
    }
    try throwDeferred()
    return value
  }

  /// `_` is the last result; at a prompt the last hundred have numbers too.
  private func keepResult(_ value: Value) {
    set("_", value, inScope: 0)
    guard numbersResults else { return }
    resultCount += 1
    set("_\(resultCount)", value, inScope: 0)
    scopes[0].values["_\(resultCount - 100)"] = nil
  }

  func throwDeferred() throws {
    guard let error = deferred else { return }
    deferred = nil
    throw error
  }

  // MARK: - Assertions

  private func check(_ expression: Expression, message: String?, at range: ByteRange) throws {
    if case .binary(let op, let left, let right) = expression.ungrouped.kind, op.isComparison {
      let (first, second) = try operands(left, right)
      if try located(at: expression.range, { try Operators.apply(op, first, second) }).flag == true {
        tellHolds("\(first.lineText) \(op.rawValue) \(second.lineText)", message)
        return
      }
    } else if try condition(expression) {
      tellHolds(source[expression.range], message)
      return
    }
    let failing = try firstFailing(expression)
    var sides: [String] = []
    if case .binary(let op, let left, let right) = failing.kind, op.isComparison {
      sides = try [left, right].filter { !$0.isLiteral }.map {
        "\(source[$0.range]) is \(try comparand($0, beside: left, right).displayText)"
      }
    }
    if sides.isEmpty { sides = ["\(source[failing.range]) is no"] }
    throw Stop.assertion(
      SessionError.assertionFailed(message ?? source[expression.range], sides: sides).diagnostic(at: range))
  }

  /// `holds: 0.57 > 0.27  a step moves its own class more`; not in the blocks of a training, which run again and again.
  private func tellHolds(_ text: String, _ message: String?) {
    if training == nil { output(.echo("holds: " + text + (message.map { "  " + $0 } ?? ""))) }
  }

  /// The part of an `and` that does not hold.
  private func firstFailing(_ expression: Expression) throws -> Expression {
    switch expression.kind {
    case .group(let inner): try firstFailing(inner)
    case .binary(.and, let left, let right): try firstFailing(condition(left) ? right : left)
    default: expression
    }
  }

  private func comparand(_ side: Expression, beside left: Expression, _ right: Expression) throws -> Value {
    let (first, second) = try operands(left, right)
    return side == left ? first : second
  }
}

extension Expression {
  /// The expression without parentheses around it.
  fileprivate var ungrouped: Expression {
    if case .group(let inner) = kind { inner.ungrouped } else { self }
  }

  var isRepetition: Bool { if case .repetition = kind { true } else { false } }

  /// A command, a verb's call or a repeat: something that does more than compute.
  var isCommand: Bool {
    switch kind {
    case .command, .repetition: true
    case .call(let callee, _):
      if case .name(let name) = callee.kind { Registry.verbsByName[name] != nil } else { false }
    default: false
    }
  }
}

extension Schedule {
  var word: String {
    switch self {
    case .every: "every"
    case .start, .end, .at: "at"
    case .when: "when"
    }
  }
}
