import Language

/// Commands: their things, options and blocks against the declarations of the registry.
extension Checker {
  mutating func check(_ command: Command, assignedTo name: String?) {
    guard let verb = Registry.verbsByName[command.verb.text] else { return }
    if verb.name == "time" { return command.items.forEach { check($0, assignedTo: name) } }
    checkThings(of: command, verb)
    let declared = command.options.filter { option in
      verb.furtherOptions == .none || verb.options.contains { $0.name == option.name.text }
    }
    check(
      options: inScope(declared, verb, in: command),
      of: verb.options.filter { $0.isInScope(word(command, verb)) },
      owner: verb.name, command.range)
    if verb.furtherOptions == .parameters { check(script: command) }
    guard let block = command.block else { return }
    guard verb.takesBlock else { return report(.noBlock(owner: verb.name), block.range) }
    let outer = known
    if let name { known.insert(name) }
    check(block.statements, in: .schedule)
    known = outer
  }

  /// The word that an option has, as far as it can be known before the run.
  private func word(_ command: Command, _ verb: Verb) -> (String) -> String? {
    { name in
      guard let given = command.options.first(where: { $0.name.text == name }) else {
        return verb.defaultWords[name]
      }
      let words = verb.options.first { $0.name == name }?.kind.words ?? []
      return given.value.writtenText.flatMap { words.contains($0) ? $0 : nil }
    }
  }

  /// The options that have a meaning with the words of the others; the rest is reported.
  private mutating func inScope(_ options: [Option], _ verb: Verb, in command: Command) -> [Option] {
    options.filter { option in
      guard let declaration = verb.options.first(where: { $0.name == option.name.text }),
        !declaration.isInScope(word(command, verb))
      else { return true }
      report(verb.outOfScope(declaration, found: word(command, verb)), option.name.range)
      return false
    }
  }

  /// A script has to be there, and its names are known after it.
  mutating func check(script command: Command) {
    guard let item = command.items.first, let name = item.writtenText else { return }
    guard let (script, program) = ScriptNames.program(of: name) else {
      return report(.noScript(name, hint: ScriptNames.hint(for: name)), item.range)
    }
    let parameters = program.declaredParameters.map(\.name)
    for option in command.options where !parameters.contains(option.name.text) {
      report(
        .unknownOption(
          owner: script.name ?? name, option: option.name.text,
          hint: ScriptNames.hint(parameter: option.name.text, among: parameters)), option.name.range)
    }
    if command.verb.text == Verb.run.name { known.formUnion(ScriptNames.assigned(by: program)) }
  }

  mutating func checkThings(of command: Command, _ verb: Verb) {
    var items = command.items[...]
    for thing in verb.things {
      let count = thing.count == .several ? items.count : min(1, items.count)
      if thing.count == .one, items.isEmpty {
        report(
          .missingThing(owner: verb.name, thing: thing.name, kind: thing.kind.description), command.verb.range
        )
      }
      for item in items.prefix(count) { check(item, as: thing.kind, of: verb.name) }
      items = items.dropFirst(count)
    }
    if let surplus = items.first { report(.surplusThing(owner: verb.name), surplus.range) }
  }

  mutating func check(
    options: [Option], of declarations: [OptionDeclaration], owner: String, _ range: ByteRange
  ) {
    for option in options {
      if let declaration = declarations.first(where: { $0.name == option.name.text }) {
        if declaration.kind == .condition {
          withTrainingNames { $0.check(option.value) }
        } else {
          check(option.value, as: declaration.kind, of: declaration.name)
        }
      } else {
        let hint = Speller.suggestion(for: option.name.text, in: declarations.map(\.name))
        report(
          .unknownOption(
            owner: owner, option: option.name.text,
            hint: hint ?? Help.hint(of: owner, declarations)), option.name.range)
      }
    }
    for declaration in declarations where declaration.isRequired {
      guard !options.contains(where: { $0.name.text == declaration.name }) else { continue }
      report(
        .missingOption(owner: owner, option: declaration.name, kind: declaration.kind.description), range)
    }
  }

  /// A literal word has to be one of the list; everything else is checked as an expression.
  mutating func check(_ expression: Expression, as kind: ValueKind, of what: String) {
    if case .orWord(let word, _) = kind, case .name(word) = expression.kind { return }
    guard kind.isLiteral else {
      if expression.isLiteral, let value = expression.literalValue, !kind.accepts(value) {
        report(
          .wrongKind(what: what, expected: kind.description, found: kind.found(value), hint: nil),
          expression.range)
      }
      return check(expression)
    }
    switch expression.kind {
    case .name(let word), .string(let word):
      guard !kind.words.isEmpty, !kind.accepts(.word(word)) else { return }
      let hint =
        known.contains(word)
        ? NameHints.variableHint(word, for: what, kind.words)
        : Speller.suggestion(for: word, in: kind.words)
          ?? (kind.words.count <= 8 ? "one of " + kind.words.joined(separator: ", ") : nil)
      report(.unknownWord(what: what, word: word, hint: hint), expression.range)
    case .list(let items): for item in items { check(item, as: kind, of: what) }
    default: check(expression)
    }
  }
}

extension Expression {
  /// A word or a string as it stands.
  var writtenText: String? {
    switch kind {
    case .name(let text), .string(let text): text
    default: nil
    }
  }

  /// The value of a number, string or flag that is written out.
  fileprivate var literalValue: Value? {
    switch kind {
    case .number(let value): .number(value)
    case .string(let text): .string(text)
    case .flag(let flag): .flag(flag)
    case .quantity(let value, let unit): .quantity(value, unit)
    case .unary(.minus, let inner): inner.literalValue?.number.map { .number(-$0) }
    case .group(let inner): inner.literalValue
    default: nil
    }
  }
}
