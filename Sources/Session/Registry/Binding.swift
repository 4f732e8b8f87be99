import Language

extension Session {
  /// Checks a command against the declaration of its verb: every error of things, options, words and kinds is made
  /// here.
  func bind(_ command: Command, to verb: Verb) throws -> Call {
    var call = Call(
      verb: verb, command: command, things: [], options: [:], ranges: [:], conditions: [:], further: [])
    call.things = try bindThings(command, verb)
    if let block = command.block, !verb.takesBlock {
      throw SessionError.noBlock(owner: verb.name).diagnostic(at: block.range)
    }
    for option in command.options {
      if let declaration = verb.options.first(where: { $0.name == option.name.text }) {
        call.ranges[declaration.name] = option.range
        if declaration.kind == .condition {
          call.conditions[declaration.name] = option.value
        } else {
          call.options[declaration.name] = try bind(option.value, to: declaration.kind, of: declaration.name)
        }
      } else if verb.furtherOptions != .none {
        call.further.append((option.name, try literal(option.value)))
      } else {
        throw unknownOption(option.name, owner: verb.name, verb.options)
      }
    }
    try addDefaults(to: &call, verb)
    return call
  }

  private func unknownOption(_ name: Name, owner: String, _ options: [OptionDeclaration]) -> Diagnostic {
    let hint = Speller.suggestion(for: name.text, in: options.map(\.name))
    return SessionError.unknownOption(
      owner: owner, option: name.text, hint: hint ?? Help.hint(of: owner, options)
    ).diagnostic(at: name.range)
  }

  private func addDefaults(to call: inout Call, _ verb: Verb) throws {
    let (given, words) = (call.options, verb.defaultWords)
    for option in verb.options where call.conditions[option.name] == nil {
      guard option.isInScope({ given[$0]?.text ?? words[$0] }) else {
        if given[option.name] == nil { continue }
        throw verb.outOfScope(option, found: { given[$0]?.text ?? words[$0] })
          .diagnostic(at: call.range(of: option.name))
      }
      if given[option.name] != nil { continue }
      if let text = option.defaultText {
        call.options[option.name] = try defaultValue(text, option.kind)
      } else if option.isRequired {
        throw SessionError.missingOption(owner: verb.name, option: option.name, kind: option.kind.description)
          .diagnostic(at: call.command.range)
      }
    }
  }

  /// Reads the text of a default as if it had been typed, where no variable can be in its way.
  private func defaultValue(_ text: String, _ kind: ValueKind) throws -> Value {
    let parse = Parser.parse(Source("x = " + text), verbs: [])
    guard case .assignment(_, let expression)? = parse.program.statements.first?.kind else { return .nothing }
    return try withoutVariables { try bind(expression, to: kind, of: text) }
  }

  private func bindThings(_ command: Command, _ verb: Verb) throws -> [Value] {
    var values: [Value] = []
    var items = command.items[...]
    for thing in verb.things {
      if thing.count == .several {
        while let item = items.popFirst() { values.append(try bind(item, to: thing.kind, of: verb.name)) }
      } else if let item = items.popFirst() {
        values.append(try bind(item, to: thing.kind, of: verb.name))
      } else if thing.count == .one {
        throw SessionError.missingThing(owner: verb.name, thing: thing.name, kind: thing.kind.description)
          .diagnostic(at: command.verb.range)
      }
    }
    if let surplus = items.first {
      throw SessionError.surplusThing(owner: verb.name).diagnostic(at: surplus.range)
    }
    return values
  }

  /// The value of an expression where a certain kind is wanted: words literally where the kind has words of its own,
  /// everything else computed.
  func bind(_ expression: Expression, to kind: ValueKind, of what: String) throws -> Value {
    let value = kind.isLiteral ? try literal(expression) : try computed(expression, for: kind)
    if kind.accepts(value) {
      if let double = kind.repeatedElement(of: value) {
        throw SessionError.repeatedElement(what: what, double.sourceText).diagnostic(at: expression.range)
      }
      return value
    }
    let words = kind.words
    if kind.isLiteral, !words.isEmpty {
      for (word, range) in literalWords(expression, value) where !words.contains(word) {
        throw SessionError.unknownWord(what: what, word: word, hint: wordHint(what, word, words)).diagnostic(
          at: range)
      }
    }
    throw SessionError.wrongKind(
      what: what, expected: kind.description, found: kind.found(value), hint: kindHint(value, kind)
    ).diagnostic(at: expression.range)
  }

  /// Where a word of a literal list stands.
  private func literalWords(_ expression: Expression, _ value: Value) -> [(String, ByteRange)] {
    if case .list(let items) = expression.kind, let values = value.elements, items.count == values.count {
      return zip(items, values).compactMap { item, value in value.text.map { ($0, item.range) } }
    }
    return (value.elements ?? [value]).compactMap(\.text).map { ($0, expression.range) }
  }

  private func wordHint(_ what: String, _ word: String, _ words: [String]) -> String? {
    if lookUp(word) != nil { return NameHints.variableHint(word, for: what, words) }
    return Speller.suggestion(for: word, in: words)
      ?? (words.count <= 8 ? "one of " + words.joined(separator: ", ") : nil)
  }

  private func kindHint(_ value: Value, _ kind: ValueKind) -> String? {
    switch (value, kind) {
    case (.model, .run), (.model, .runs): "train it first: run = train net on=… steps=0"
    case (.run(let run), .model): "'step \(run.name)' takes a run further"
    case (.runs, .run): "take one of them, as in runs[0]"
    case (.runs, .table), (.run, .table): "its table is .srel or .history"
    case (.string, .number), (.string, .whole): "numbers stand without quotes"
    default: nil
    }
  }

  /// The value of an option that has no words of its own; the name of a recipe without brackets is that recipe.
  private func computed(_ expression: Expression, for kind: ValueKind) throws -> Value {
    if case .recipes = kind, case .list(let items) = expression.kind {
      return .list(try items.map { try computed($0, for: kind) })
    }
    if case .orWord(let word, _) = kind, case .name(word) = expression.kind, lookUp(word) == nil {
      return .word(word)
    }
    if case .flag = kind, case .name(let word) = expression.kind, lookUp(word) == nil {
      throw SessionError.wrongKind(what: "the option", expected: "yes or no", found: "'\(word)'", hint: nil)
        .diagnostic(at: expression.range)
    }
    return try evaluate(expression)
  }

  /// The value of an expression whose bare words stand for themselves; `(x)` is computed, and so is everything that
  /// is more than a word.
  func literal(_ expression: Expression) throws -> Value {
    switch expression.kind {
    case .name(let word): .word(word)
    case .list(let items): .list(try items.map { try literal($0) })
    case .string(let text): .word(text)
    default: try evaluate(expression)
    }
  }

  /// The values of a recipe's call.
  func recipe(_ declaration: RecipeDeclaration, _ arguments: [Argument], at range: ByteRange) throws -> Recipe
  {
    var values: [String: Value] = [:]
    for argument in arguments {
      guard let name = argument.name else {
        throw SessionError.argumentCount(owner: declaration.name, usage: declaration.example)
          .diagnostic(at: argument.range)
      }
      guard let option = declaration.options.first(where: { $0.name == name.text }) else {
        throw unknownOption(name, owner: declaration.name, declaration.options)
      }
      values[option.name] = try bind(argument.value, to: option.kind, of: option.name)
    }
    for option in declaration.options where values[option.name] == nil {
      if let text = option.defaultText {
        values[option.name] = try defaultValue(text, option.kind)
      } else if option.isRequired {
        throw SessionError.missingOption(
          owner: declaration.name, option: option.name, kind: option.kind.description
        )
        .diagnostic(at: range)
      }
    }
    return Recipe(declaration: declaration, values: values)
  }
}
