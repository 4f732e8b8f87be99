import Language

/// Looks through a whole text before any of it runs: verbs, options, words, recipes, functions, names and the places
/// of schedules. What depends on values is left to the run.
struct Checker {
  var known: Set<String>
  let source: Source
  var errors: [Diagnostic] = []
  /// Whether plain names have to exist already.
  private var checksNames = true

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

  init(known: Set<String>, source: Source) {
    self.known = known
    self.source = source
  }

  enum Place {
    case program
    /// Directly inside the block of `train` or `step`.
    case schedule
    case block
  }

  mutating func report(_ error: SessionError, _ range: ByteRange) {
    errors.append(error.diagnostic(at: range))
  }

  mutating func check(_ statements: [Statement], in place: Place) {
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

  mutating func check(_ statement: Statement, in place: Place) {
    switch statement.kind {
    case .use(let version):
      if version != 1 { report(.languageVersion(Value.number(version).displayText), statement.range) }
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
  mutating func checkNamesLater(_ body: (inout Checker) -> Void) {
    let outer = checksNames
    checksNames = false
    body(&self)
    checksNames = outer
  }

  mutating func check(_ schedule: Schedule, _ block: Block) {
    switch schedule {
    case .every(let value, _), .at(let value, _): check(value)
    case .when(let condition): withTrainingNames { $0.check(condition) }
    case .start, .end: break
    }
    withTrainingNames { $0.check(block.statements, in: .block) }
  }

  mutating func withTrainingNames(_ body: (inout Checker) -> Void) {
    let outer = known
    known.formUnion(["step", "epoch", "loss", "accuracy"])
    body(&self)
    known = outer
  }

  // MARK: - Expressions

  mutating func check(_ expression: Expression, assignedTo name: String? = nil) {
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

  mutating func check(_ name: String, _ range: ByteRange) {
    guard checksNames, !known.contains(name), Registry.recipesByName[name] == nil else { return }
    report(.unknownName(name, hint: NameHints.hint(for: name, variables: known)), range)
  }

  mutating func check(call callee: Expression, _ arguments: [Argument], _ range: ByteRange) {
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
}
