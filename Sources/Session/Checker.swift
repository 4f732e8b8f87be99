import Language

/// Looks through a whole text before any of it runs: verbs, options, words, recipes, functions, names and the places
/// of schedules. What depends on values is left to the run.
struct Checker {
  private var known: Set<String>
  private let source: Source
  private var errors: [Diagnostic] = []
  private var isInTraining = false

  static func check(_ program: Program, source: Source, known: Set<String>) -> [Diagnostic] {
    var checker = Checker(known: known.union(["_"]), source: source)
    checker.check(program.statements, in: .program)
    return checker.errors
  }

  /// Everything that is wrong with a text, in the order of the places: its form, and what the parts that could be read
  /// say.
  ///
  /// Where the form is wrong, names that a broken statement would have given a value are taken as known, and nothing
  /// more is said of its line.
  static func errors(of parse: Parse, in source: Source, known: Set<String>) -> [Diagnostic] {
    if parse.diagnostics.isEmpty { return check(parse.program, source: source, known: known) }
    let tokens = Lexer(source).tokens
    let assigned = tokens.indices.dropLast().filter { tokens[$0 + 1].isSymbol(.assign) }
    let names = known.union(assigned.compactMap { tokens[$0].word })
    func line(_ diagnostic: Diagnostic) -> Int {
      source.lineRange(at: diagnostic.range?.lowerBound ?? 0).lowerBound
    }
    let broken = Set(parse.diagnostics.map(line))
    let others = check(parse.program, source: source, known: names).filter { !broken.contains(line($0)) }
    return (parse.diagnostics + others).sorted {
      ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0)
    }
  }

  private init(known: Set<String>, source: Source) {
    self.known = known
    self.source = source
  }

  private enum Place {
    case program
    /// Directly inside the block of `train` or `step`.
    case schedule
    case block
  }

  private mutating func report(_ error: SessionError, _ range: ByteRange) {
    errors.append(error.diagnostic(at: range))
  }

  private mutating func check(_ statements: [Statement], in place: Place) {
    for statement in statements {
      if case .scheduled(let schedule, let block) = statement.kind {
        if place != .schedule { report(.scheduleOutside(schedule.word), statement.range) }
        check(schedule, block)
      } else if place == .schedule {
        report(.unscheduled, statement.range)
      } else {
        check(statement, in: place)
      }
    }
  }

  private mutating func check(_ statement: Statement, in place: Place) {
    switch statement.kind {
    case .use(let version):
      if version != 1 { report(.languageVersion(version.shortestText), statement.range) }
    case .param(let name, let value, _):
      check(value)
      if place != .program { report(.lateParameter(name.text), statement.range) }
      known.insert(name.text)
    case .conditional(let branches, let otherwise):
      for branch in branches {
        check(branch.condition)
        check(branch.block.statements, in: .block)
      }
      if let otherwise { check(otherwise.statements, in: .block) }
    case .assertion(let expression, _): check(expression)
    case .definition(let name, let parameters, let body):
      known.insert(name.text)
      let outer = known
      // A definition may use names that get their value before it is called.
      known.formUnion(parameters.map(\.name.text))
      for parameter in parameters { if let value = parameter.defaultValue { check(value) } }
      checkNamesLater { $0.check(body.statements, in: .block) }
      known = outer
    case .assignment(let name, let value):
      check(value, assignedTo: name.text)
      known.insert(name.text)
    case .expression(let value): check(value)
    case .scheduled: break
    }
  }

  /// Checks commands, but not whether plain names exist yet.
  private mutating func checkNamesLater(_ body: (inout Checker) -> Void) {
    let before = errors.count
    body(&self)
    let late = errors[before...].filter { !$0.title.hasPrefix("there is no variable") }
    errors.replaceSubrange(before..., with: late)
  }

  private mutating func check(_ schedule: Schedule, _ block: Block) {
    switch schedule {
    case .every(let value, _), .at(let value, _): check(value)
    case .when(let condition): withTrainingNames { $0.check(condition) }
    case .start, .end: break
    }
    withTrainingNames { $0.check(block.statements, in: .block) }
  }

  private mutating func withTrainingNames(_ body: (inout Checker) -> Void) {
    let outer = known
    known.formUnion(["step", "epoch", "loss", "accuracy"])
    body(&self)
    known = outer
  }

  // MARK: - Expressions

  private mutating func check(_ expression: Expression, assignedTo name: String? = nil) {
    switch expression.kind {
    case .number, .quantity, .string, .flag: break
    case .name(let name): check(name, expression.range)
    // A list of unknown words is a list of words.
    case .list(let items): for item in items { if case .name = item.kind { continue } else { check(item) } }
    case .record(let fields): for field in fields { check(field.value) }
    case .group(let inner), .unary(_, let inner), .member(let inner, _): check(inner)
    // Inside the brackets of a table a bare word is a column or a category.
    case .index(let base, _): check(base)
    case .call(let callee, let arguments): check(call: callee, arguments, expression.range)
    case .binary(let op, let left, let right):
      for side in [left, right] {
        // A bare word beside a word stands for itself.
        if op == .equal || op == .notEqual, case .name = side.kind { continue }
        check(side)
      }
    case .command(let command): check(command, assignedTo: name)
    case .repetition(let loop):
      check(loop.values)
      let outer = known
      known.insert(loop.name.text)
      check(loop.body.statements, in: .block)
      known = outer
    }
  }

  private mutating func check(_ name: String, _ range: ByteRange) {
    guard !known.contains(name), Registry.recipesByName[name] == nil else { return }
    report(.unknownName(name, hint: NameHints.hint(for: name, variables: known)), range)
  }

  private mutating func check(call callee: Expression, _ arguments: [Argument], _ range: ByteRange) {
    guard case .name(let name) = callee.kind else { return check(callee) }
    if known.contains(name) {
      for argument in arguments { check(argument.value) }
    } else if Registry.functionsByName[name] != nil {
      // After the first value stand the names of columns.
      if let first = arguments.first, first.name == nil { check(first.value) }
    } else if let recipe = Registry.recipesByName[name] {
      check(
        options: arguments.compactMap { argument in
          argument.name.map { Option(name: $0, value: argument.value) }
        },
        of: recipe.options, owner: name, range)
    } else if Registry.verbNames.contains(name) {
      check(Command(verb: Name(name, at: callee.range), arguments: arguments, range: range), assignedTo: nil)
    } else {
      check(name, callee.range)
    }
  }

  // MARK: - Commands

  private mutating func check(_ command: Command, assignedTo name: String?) {
    guard let verb = Registry.verbsByName[command.verb.text] else { return }
    if verb.name == "time" { return command.items.forEach { check($0, assignedTo: name) } }
    checkThings(of: command, verb)
    let declared = command.options.filter { option in
      verb.furtherOptions == .none || verb.options.contains { $0.name == option.name.text }
    }
    check(options: declared, of: verb.options, owner: verb.name, command.range)
    if verb.furtherOptions == .parameters { check(script: command) }
    guard let block = command.block else { return }
    guard verb.takesBlock else { return report(.noBlock(owner: verb.name), block.range) }
    let outer = known
    if let name { known.insert(name) }
    check(block.statements, in: .schedule)
    known = outer
  }

  /// A script has to be there, and its names are known after it.
  private mutating func check(script command: Command) {
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

  private mutating func checkThings(of command: Command, _ verb: Verb) {
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

  private mutating func check(
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
            hint: hint ?? (declarations.isEmpty ? nil : "'help \(owner)' lists them")), option.name.range)
      }
    }
    for declaration in declarations where declaration.isRequired {
      guard !options.contains(where: { $0.name.text == declaration.name }) else { continue }
      report(
        .missingOption(owner: owner, option: declaration.name, kind: declaration.kind.description), range)
    }
  }

  /// A literal word has to be one of the list; everything else is checked as an expression.
  private mutating func check(_ expression: Expression, as kind: ValueKind, of what: String) {
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

extension Double {
  fileprivate var shortestText: String { Value.number(self).displayText }
}
