import Language

extension Session {
  /// Takes `-p NAME=VALUE` settings for the `param` lines of a program.
  ///
  /// - Throws: `SessionFailure.invalid` for a setting that no `param` has, that cannot be read, or that is of another
  ///   kind than the value that stands in the program.
  public func setParameters(_ settings: [(name: String, text: String)], for program: Program)
    throws(SessionFailure)
  {
    var errors: [Diagnostic] = []
    for (place, (name, text)) in settings.enumerated() {
      do {
        if settings[..<place].contains(where: { $0.name == name }) {
          throw SessionError.repeatedElement(what: "-p", name)
        }
        parameters[name] = try parameter(name, text, program)
      } catch {
        errors.append(EngineErrors.diagnostic(error, at: nil))
      }
    }
    if !errors.isEmpty { throw .invalid(errors) }
  }

  /// Takes those of the settings that a part of a longer text declares, as it comes piece by piece.
  ///
  /// - Returns: the settings that still wait for their `param` line.
  /// - Throws: `SessionFailure.invalid` as above, but for no missing `param`.
  public func setDeclaredParameters(_ settings: [(name: String, text: String)], for program: Program)
    throws(SessionFailure) -> [(name: String, text: String)]
  {
    let names = program.declaredParameters.map(\.name)
    try setParameters(settings.filter { names.contains($0.name) }, for: program)
    return settings.filter { !names.contains($0.name) }
  }

  private func parameter(_ name: String, _ text: String, _ program: Program) throws -> Value {
    let declared = program.declaredParameters
    guard let standing = declared.first(where: { $0.name == name })?.standing else {
      let hint = Speller.suggestion(for: name, in: declared.map(\.name))
      throw SessionError.unknownParameter(
        name,
        hint: hint
          ?? (declared.isEmpty
            ? "the script has no param" : "it has \(declared.map(\.name).joined(separator: ", "))"))
    }
    // Where a string stands, what follows -p is one, with its quotes or without: -p folder=/data/cifar.
    if case .string = standing.kind, !text.hasPrefix("\"") { return .string(text) }
    let parse = Parser.parse(Source("\(name) = \(text)"), verbs: [])
    guard parse.diagnostics.isEmpty, parse.program.statements.count == 1,
      case .assignment(_, let expression)? = parse.program.statements.first?.kind
    else {
      throw SessionError.parameterType(name, expected: "a value", found: "'\(text)'")
    }
    let value: Value
    do {
      value = try withoutVariables { try literal(expression) }
    } catch let error as Diagnostic {
      throw located(error, in: text, after: "\(name) = ")
    }
    // Only what is written out can be compared before anything has run.
    guard let usual = writtenValue(standing) else { return value }
    guard let fitting = value.asKind(of: usual) else {
      throw SessionError.parameterType(
        name, expected: usual.parameterKind, found: "\(value.parameterKind) (\(text))")
    }
    return fitting
  }

  /// The value of an expression that hangs on nothing else; nil for what is computed from names or by commands.
  func writtenValue(_ expression: Expression) -> Value? {
    expression.isWritten ? try? withoutVariables { try evaluate(expression) } : nil
  }
}

extension Expression {
  /// Whether only values, rules and lists of words stand in it, so that nothing is read or run to compute it.
  fileprivate var isWritten: Bool {
    switch kind {
    case .number, .quantity, .string, .flag: true
    case .list(let items): items.allSatisfy { if case .name = $0.kind { true } else { $0.isWritten } }
    case .group(let inner), .unary(_, let inner): inner.isWritten
    case .binary(_, let left, let right): left.isWritten && right.isWritten
    case .record(let fields): fields.allSatisfy(\.value.isWritten)
    case .call(let callee, let arguments):
      if case .name(let name) = callee.kind {
        Registry.recipesByName[name] != nil && arguments.allSatisfy(\.value.isWritten)
      } else {
        false
      }
    default: false
    }
  }
}

extension Session {
  /// An error in the text of a setting, which is not a place of the script: told in words.
  private func located(_ error: Diagnostic, in text: String, after head: String) -> Diagnostic {
    guard let range = error.range else { return error }
    let source = Source(head + text)
    let column = source.position(at: range.lowerBound).column - head.count
    let name = head.dropLast(3)
    return Diagnostic(
      error.title, why: error.why,
      notes: error.notes + ["-p \(name)=\(text), column \(column): \(source[range])"],
      hint: error.hint)
  }
}

extension Program {
  /// The `param` lines: names and the values that stand in the text.
  var declaredParameters: [(name: String, standing: Expression)] {
    statements.compactMap { statement in
      if case .param(let name, let value, _) = statement.kind { (name.text, value) } else { nil }
    }
  }
}

extension Value {
  /// The value in the place of another one: words as texts where those stand; nil if it is of another kind, or has an
  /// element of another kind than all elements of that list.
  func asKind(of usual: Value) -> Value? {
    guard usual.isSameKind(as: self) else { return nil }
    if case .string = usual, let text { return .string(text) }
    guard case .list(let items) = self, let first = usual.elements?.first,
      usual.elements?.allSatisfy(first.isSameKind(as:)) == true
    else { return self }
    let fitting = items.compactMap { $0.asKind(of: first) }
    return fitting.count == items.count ? .list(fitting) : nil
  }

  /// What it is, and for a list of what: `a list of numbers`.
  var parameterKind: String {
    guard let elements, let first = elements.first else { return kindName }
    let kinds = Set(elements.map { $0.text == nil ? $0.kindName : "a word" })
    if kinds.count > 1 { return "a list of different things" }
    return switch first {
    case .number: "a list of numbers"
    case .string, .word: "a list of words"
    case .quantity(_, let unit): unit.dimension == .time ? "a list of times" : "a list of memory sizes"
    case .flag: "a list of yes or no"
    case .list, .range: "a list of lists"
    case .recipe: "a list of rules"
    default: kindName
    }
  }

  func isSameKind(as other: Value) -> Bool {
    if text != nil, other.text != nil { return true }
    if elements != nil, other.elements != nil { return true }
    if case .recipe(let one) = self, case .recipe(let two) = other {
      return !Set(one.declaration.roles).isDisjoint(with: two.declaration.roles)
    }
    if case .quantity = self, case .quantity = other { return dimension == other.dimension }
    return kindName == other.kindName
  }
}
