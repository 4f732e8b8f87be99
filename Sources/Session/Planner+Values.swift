import Language

/// What is known of a script before it runs.
extension Planner {
  func option(_ name: String, of command: Command) -> Value? {
    guard let option = command.options.first(where: { $0.name.text == name }) else { return nil }
    return value(option.value)
  }

  func value(_ expression: Expression) -> Value? {
    isCheap(expression) ? try? session.evaluate(expression) : nil
  }

  /// Whether an expression only reads or draws data, or computes.
  func isCheap(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .command(let command): isCheap(verb: command.verb.text) && command.items.allSatisfy(isCheap)
    case .repetition: false
    case .call(let callee, let arguments):
      arguments.allSatisfy { isCheap($0.value) } && isCheap(callee)
    case .name(let name): Registry.verbsByName[name] == nil || isCheap(verb: name)
    case .list(let items): items.allSatisfy(isCheap)
    case .record(let fields): fields.allSatisfy { isCheap($0.value) }
    case .group(let inner), .member(let inner, _), .unary(_, let inner): isCheap(inner)
    case .index(let base, let arguments): isCheap(base) && arguments.allSatisfy { isCheap($0.value) }
    case .binary(_, let left, let right): isCheap(left) && isCheap(right)
    default: true
    }
  }

  private func isCheap(verb: String) -> Bool {
    ["load", "make", "split", "corrupt", "pick", "model"].contains(verb)
  }
}

extension Command {
  func has(_ name: String) -> Bool { options.contains { $0.name.text == name } }
}

extension Statement {
  var measurement: Command? {
    guard case .expression(let expression) = kind, case .command(let command) = expression.kind,
      command.verb.text == "measure"
    else { return nil }
    return command
  }

  /// `train …` or `run = train …`
  var training: Command? {
    switch kind {
    case .expression(let expression), .assignment(_, let expression):
      guard case .command(let command) = expression.kind, command.verb.text == "train" else { return nil }
      return command
    default: return nil
    }
  }
}

extension Schedule {
  /// The numbers of an `every` or `at`.
  var numbers: Expression? {
    switch self {
    case .every(let numbers, _), .at(let numbers, _): numbers
    case .when, .start, .end: nil
    }
  }
}
