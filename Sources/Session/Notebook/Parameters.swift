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
    for (name, text) in settings {
      do {
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
    if case .string = standing.kind, let written = value.text { return .string(written) }
    // Only what is written out can be compared before anything has run.
    if standing.isLiteral, let usual = try? withoutVariables({ try evaluate(standing) }),
      !usual.isSameKind(as: value)
    {
      throw SessionError.parameterType(name, expected: usual.kindName, found: "\(value.kindName) (\(text))")
    }
    return value
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
  func isSameKind(as other: Value) -> Bool {
    if text != nil, other.text != nil { return true }
    if elements != nil, other.elements != nil { return true }
    if case .quantity = self, case .quantity = other { return dimension == other.dimension }
    return kindName == other.kindName
  }
}
