import Language
import Tables

extension Session {
  /// Runs the body once for each value. Runs become a series, tables one long table, other values a list.
  func repetition(_ loop: Repetition) throws -> Value {
    let values = try evaluate(loop.values)
    guard let elements = values.elements else {
      throw SessionError.notRepeatable(kind: values.kindName).diagnostic(at: loop.values.range)
    }
    return try repetition(
      loop, going: StoppedSeries(loop: loop, name: assignee, begun: [], results: [], rest: elements))
  }

  /// The passes of a `repeat` that are left.
  func repetition(_ loop: Repetition, going start: StoppedSeries) throws -> Value {
    let keepsGoing = try options(of: loop)
    var series = start
    var failures: [Diagnostic] = []
    while let value = series.rest.first {
      if interruption.isRequested { deferred = Stop.interrupted }
      if deferred != nil { break }
      series.rest.removeFirst()
      func keep(_ error: Diagnostic) {
        var failure = error
        failure.title = "\(loop.name.text) = \(value.sourceText): \(error.title)"
        failures.append(failure)
        output(.warning(DiagnosticText().render(failure, in: source)))
      }
      do {
        let before = stopsNoted
        let result = try pass(of: loop, value)
        series.begun.append(value)
        series.results.append(result)
        if stopsNoted > before { stopped?.series = series }
        // A training that diverged has kept its run, which joins the series.
        if keepsGoing, let error = deferred as? Diagnostic {
          deferred = nil
          keep(error)
        }
      } catch let error as Diagnostic where keepsGoing {
        keep(error)
      }
    }
    if gathersFailures, !failures.isEmpty {
      failedPasses += failures
      cannotBeKept(because: "passes of it failed")
    } else if let first = failures.first, deferred == nil {
      deferred = first
    }
    return try located(at: loop.name.range) { try gathered(loop.name.text, series.begun, series.results) }
  }

  /// `on_error=stop|keep`.
  private func options(of loop: Repetition) throws -> Bool {
    let declaration = OptionDeclaration(
      "on_error", .word(["stop", "keep"]), default: "stop", "go on with the next value after a failure")
    var keepsGoing = false
    for option in loop.options {
      guard option.name.text == declaration.name else {
        let hint = Speller.suggestion(for: option.name.text, in: [declaration.name])
        throw SessionError.unknownOption(owner: "repeat", option: option.name.text, hint: hint)
          .diagnostic(at: option.name.range)
      }
      keepsGoing = try bind(option.value, to: declaration.kind, of: declaration.name).text == "keep"
    }
    return keepsGoing
  }

  /// One pass; a stop inside it that keeps what was made is handed on through `deferred`.
  private func pass(of loop: Repetition, _ value: Value) throws -> Value {
    let isGathered = assignee != nil
    let outer = (passName, assignee, isLastOfPass)
    passName = (passName.map { $0 + " " } ?? "") + "\(loop.name.text)=\(value.sourceText)"
    assignee = nil
    defer { (passName, assignee, isLastOfPass) = outer }
    return try inScope(Scope(values: [loop.name.text: value])) {
      var result = Value.nothing
      for (place, statement) in loop.body.statements.enumerated() {
        let isLast = place == loop.body.statements.count - 1
        isLastOfPass = isLast && scopes.count == 2 && statement.isPlainCommand
        result = try passStatement(statement, isGathered: isGathered && isLast)
        if deferred != nil { break }
      }
      return result
    }
  }

  /// A statement of a pass. The value of a command is gathered, not shown, and so is that of the last expression when
  /// the values get a name; what stops it waits until they have it.
  private func passStatement(_ statement: Statement, isGathered: Bool) throws -> Value {
    switch statement.kind {
    case .expression(let expression) where expression.isCommand || isGathered:
      return try evaluate(expression)
    case .assignment(let name, let expression) where expression.isCommand:
      let outer = assignee
      assignee = name.text
      defer { assignee = outer }
      let value = try evaluate(expression)
      assign(name.text, value)
      return value
    default:
      return try execute(statement)
    }
  }

  func gathered(_ name: String, _ values: [Value], _ results: [Value]) throws -> Value {
    let runs = results.compactMap { if case .run(let run) = $0 { run } else { nil } }
    if !runs.isEmpty, runs.count == results.count {
      try checkDifferent(name, values, runs)
      return .runs(RunSeries(name: name, values: values, runs: runs))
    }
    if let series = RunSeries(name: name, values: values, nested: results) {
      try checkDifferent(name, series.outer[0].values, series.runs)
      return .runs(series)
    }
    let tables = results.compactMap { if case .table(let table) = $0 { table } else { nil } }
    if !tables.isEmpty, tables.count == results.count {
      return .table(try Table.stacked(name, values, tables))
    }
    let others = results.filter { if case .nothing = $0 { false } else { true } }
    return others.isEmpty ? .nothing : .list(results)
  }

  private func checkDifferent(_ name: String, _ values: [Value], _ runs: [TrainedRun]) throws {
    for later in runs.indices {
      for earlier in 0..<later where runs[earlier].isIdentical(to: runs[later]) {
        throw SessionError.identicalRuns(
          name: name, first: values[earlier].sourceText, second: values[later].sourceText)
      }
    }
  }
}

extension Statement {
  /// `train …` or `run = train …`
  fileprivate var isPlainCommand: Bool {
    switch kind {
    case .assignment(_, let expression), .expression(let expression):
      if case .command = expression.kind { true } else { false }
    default: false
    }
  }
}
