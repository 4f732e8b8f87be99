import Language
import Tables

extension Session {
  /// The value of an expression.
  func evaluate(_ expression: Expression) throws -> Value {
    switch expression.kind {
    case .number(let value): return .number(value)
    case .quantity(let value, let unit): return .quantity(value, unit)
    case .string(let text): return .string(text)
    case .flag(let flag): return .flag(flag)
    case .name(let name): return try value(of: name, at: expression.range)
    case .list(let items): return try list(items)
    case .record(let fields):
      return .record(
        try fields.compactMap { field in
          try field.name.map { Value.Field(name: $0.text, value: try evaluate(field.value)) }
        })
    case .group(let inner): return try evaluate(inner)
    case .member(let base, let name): return try member(evaluate(base), name)
    case .call(let callee, let arguments): return try call(callee, arguments, at: expression.range)
    case .index(let base, let arguments):
      return try located(at: expression.range) { try index(evaluate(base), arguments, at: expression.range) }
    case .unary(.minus, let operand):
      let value = try evaluate(operand)
      guard let number = value.number else {
        throw SessionError.wrongKind(what: "'-'", expected: "a number", found: value.kindName, hint: nil)
          .diagnostic(at: operand.range)
      }
      return .number(-number)
    case .unary(.not, let operand): return .flag(try !condition(operand))
    case .binary(.and, let left, let right): return .flag(try condition(left) && condition(right))
    case .binary(.or, let left, let right): return .flag(try condition(left) || condition(right))
    case .binary(let op, let left, let right):
      let (first, second) = try operands(left, right)
      return try located(at: expression.range) { try Operators.apply(op, first, second) }
    case .command(let command): return try perform(command)
    case .repetition(let loop): return try repetition(loop)
    }
  }

  /// Both sides of an operator; a bare word beside a word stands for itself, as in `d == kl`.
  func operands(_ left: Expression, _ right: Expression) throws -> (Value, Value) {
    if let word = unknownWord(right) {
      let first = try evaluate(left)
      return (first, try first.isWord ? .word(word) : evaluate(right))
    }
    if let word = unknownWord(left) {
      let second = try evaluate(right)
      return (try second.isWord ? .word(word) : evaluate(left), second)
    }
    return (try evaluate(left), try evaluate(right))
  }

  private func unknownWord(_ expression: Expression) -> String? {
    guard case .name(let name) = expression.kind, lookUp(name) == nil else { return nil }
    return name
  }

  /// A list whose bare words are all unknown is a list of words; otherwise each of them is a variable.
  private func list(_ items: [Expression]) throws -> Value {
    let words = items.compactMap { if case .name(let name) = $0.kind { name } else { nil } }
    let areWords = !words.contains { lookUp($0) != nil }
    return .list(
      try items.map { item in
        if areWords, case .name(let word) = item.kind { return .word(word) }
        return try evaluate(item)
      })
  }

  private func value(of name: String, at range: ByteRange) throws -> Value {
    if let value = lookUp(name) { return value }
    if let declaration = Registry.recipesByName[name] {
      return .recipe(try recipe(declaration, [], at: range))
    }
    throw SessionError.unknownName(name, hint: nameHint(name)).diagnostic(at: range)
  }

  func nameHint(_ name: String) -> String? {
    NameHints.hint(for: name, variables: variableNames)
  }

  // MARK: - Members and elements

  private func member(_ base: Value, _ name: Name) throws -> Value {
    guard let value = try located(at: name.range, { try base.field(name.text) }) else {
      let fields = base.fieldNames
      let hint =
        Speller.suggestion(for: name.text, in: fields)
        ?? (fields.isEmpty ? nil : "it has " + fields.map { "." + $0 }.joined(separator: " "))
      throw SessionError.noField(kind: base.kindName, field: name.text, hint: hint).diagnostic(at: name.range)
    }
    return value
  }

  private func index(_ base: Value, _ arguments: [Argument], at range: ByteRange) throws -> Value {
    if case .table(let table) = base {
      return .table(try TableFilter(session: self, table: table).rows(arguments, at: range))
    }
    guard arguments.count == 1, let argument = arguments.first, argument.name == nil else {
      throw SessionError.argumentCount(owner: base.kindName, usage: "[index]").diagnostic(at: range)
    }
    let index = try evaluate(argument.value)
    return try located(at: argument.range) { try base.element(index) }
  }

  // MARK: - Calls

  private func call(_ callee: Expression, _ arguments: [Argument], at range: ByteRange) throws -> Value {
    guard case .name(let name) = callee.kind else {
      throw SessionError.notCallable(try evaluate(callee).kindName).diagnostic(at: callee.range)
    }
    if let value = lookUp(name) {
      guard case .definition(let definition) = value else {
        throw SessionError.notCallable("'\(name)' is \(value.kindName) and").diagnostic(at: callee.range)
      }
      return try call(definition, arguments, at: range)
    }
    if let function = Registry.functionsByName[name] {
      let call = FunctionCall(session: self, function: function, arguments: arguments, range: range)
      return try located(at: range) { try function.apply(call) }
    }
    if let declaration = Registry.recipesByName[name] {
      return .recipe(try recipe(declaration, arguments, at: range))
    }
    if Registry.verbNames.contains(name) {
      return try perform(Command(verb: Name(name, at: callee.range), arguments: arguments, range: range))
    }
    throw SessionError.unknownName(name, hint: nameHint(name)).diagnostic(at: callee.range)
  }

  /// Runs a definition with its parameters in a scope of its own.
  private func call(_ definition: Definition, _ arguments: [Argument], at range: ByteRange) throws -> Value {
    var scope = Scope(isDefinition: true)
    let usage = "\(definition.name)(\(definition.signature))"
    for (place, argument) in arguments.enumerated() {
      let parameter =
        argument.name.map { name in definition.parameters.first { $0.name.text == name.text } }
        ?? (place < definition.parameters.count ? definition.parameters[place] : nil)
      guard let parameter, scope.values[parameter.name.text] == nil else {
        throw SessionError.argumentCount(owner: definition.name, usage: usage).diagnostic(at: argument.range)
      }
      scope.values[parameter.name.text] = try evaluate(argument.value)
    }
    guard callDepth < 100 else { throw SessionError.recursion.diagnostic(at: range) }
    callDepth += 1
    let outer = (source, assignee)
    (source, assignee) = (definition.source, nil)
    defer {
      callDepth -= 1
      (source, assignee) = outer
    }
    do {
      return try inScope(scope) {
        for parameter in definition.parameters
        where scopes[scopes.count - 1].values[parameter.name.text] == nil {
          guard let fallback = parameter.defaultValue else {
            throw SessionError.argumentCount(owner: definition.name, usage: usage).diagnostic(at: range)
          }
          scopes[scopes.count - 1].values[parameter.name.text] = try evaluate(fallback)
        }
        return try execute(definition.body.statements)
      }
    } catch let error as Diagnostic where definition.source != outer.0 {
      throw retold(error, of: definition.source, in: definition.name, at: range)
    }
  }

  /// An error whose place lies in another text, told in words at the place of the call.
  func retold(_ error: Diagnostic, of source: Source, in name: String, at range: ByteRange) -> Diagnostic {
    var told = Diagnostic(error.title, at: range, why: error.why, notes: error.notes, hint: error.hint)
    if let inner = error.range { told.notes.append("in \(name): \(source[inner])") }
    return told
  }

  // MARK: - Commands

  func perform(_ command: Command) throws -> Value {
    guard let verb = Registry.verbsByName[command.verb.text] else {
      throw SessionError.unknownName(command.verb.text, hint: nameHint(command.verb.text))
        .diagnostic(at: command.verb.range)
    }
    if Self.unrecordedVerbs.contains(verb.name) {
      cannotBeKept(because: "it uses \(verb.name)")
    }
    if verb.name == "time" { return try timed(command) }
    // A command inside another one (a model in train) has no name of its own.
    let (name, isInner) = (assignee, isBinding)
    (assignee, isBinding) = (nil, true)
    defer { isBinding = isInner }
    let call = try bind(command, to: verb)
    (assignee, isBinding) = (name, isInner)
    if echoesDefaults, callDepth == 0, training == nil, !isInner { echo(call) }
    let value = try located(at: command.range) { try verb.perform(self, call) }
    // In a block the run that is trained need not be named.
    return value.made(
      from: call.values + (training.map { [.run($0.trained)] } ?? []), by: call.origin(in: self))
  }

  /// The command with the options that it used, if there is any that was not typed.
  private func echo(_ call: Call) {
    let typed = Set(call.command.options.map(\.name.text))
    guard call.verb.options.contains(where: { $0.defaultText != nil && !typed.contains($0.name) }) else {
      return
    }
    let things = call.command.items.map { source[$0.range] }
    let head = assignee.map { $0 + " = " } ?? ""
    output(.echo("# " + head + call.echo(things: things, source: source)))
  }
}

extension Command {
  /// A verb written as a call: values without a name are things, the others options.
  init(verb: Name, arguments: [Argument], range: ByteRange) {
    self.init(
      verb: verb, items: arguments.filter { $0.name == nil }.map(\.value),
      options: arguments.compactMap { argument in
        argument.name.map { Option(name: $0, value: argument.value) }
      }, block: nil, range: range)
  }
}

/// What to say about a name that stands for nothing.
enum NameHints {
  /// How to give the value of a variable where words are taken literally: as an option, or as the thing of a verb that
  /// may lack the word before it.
  static func variableHint(_ name: String, for what: String, _ words: [String]) -> String {
    guard let verb = Registry.verbsByName[what] else { return "write \(what)=(\(name)) to use the variable" }
    return words.count == 1 && verb.things.count > 1
      ? "write \(what) \(words[0]) \(name)" : "write \(what) (\(name)) to use the variable"
  }

  static func hint(for name: String, variables: Set<String>) -> String? {
    switch name {
    case "true", "True", "TRUE": return "write yes"
    case "false", "False", "FALSE": return "write no"
    case "print", "echo": return "write show"
    case "exit": return "write quit"
    default: break
    }
    if Registry.verbNames.contains(name) {
      return "\(name) is a command: after it a computed or negative thing takes parentheses"
    }
    if let function = Registry.functionsByName[name] { return "\(name) is a function: \(function.example)" }
    let known = variables.union(Registry.functionsByName.keys).union(Registry.recipesByName.keys)
    // Where a value is wanted, a verb is meant only if it cannot be a short name of something else.
    return Speller.suggestion(for: name, in: name.count > 3 ? known.union(Registry.verbNames) : known)
  }
}

extension Value {
  var isWord: Bool { text != nil }
}
