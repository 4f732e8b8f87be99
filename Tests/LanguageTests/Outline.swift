import Language

/// A syntax tree in one line, to compare with what a test means.
func outline(_ text: String, variables: Set<String> = []) -> String {
  let parse = Parser.parse(Source(text), verbs: testVerbs, variables: variables)
  if let first = parse.diagnostics.first { return "error: " + first.title }
  return parse.program.statements.map(outline).joined(separator: "; ")
}

let testVerbs: Set<String> = [
  "load", "make", "get", "split", "corrupt", "pick", "model", "train", "step", "measure", "evaluate",
  "predict",
  "solve", "phases", "compare", "plot", "sketch", "show", "describe", "save", "export", "do", "resume",
  "reset",
  "seed", "set", "check", "time", "ls", "del", "help", "quit",
]

func outline(_ statement: Statement) -> String {
  switch statement.kind {
  case .use(let version): "(use \(outline(version)))"
  case .param(let name, let value, let doc):
    "(param \(name.text) \(outline(value))\(doc.map { " \"\($0)\"" } ?? ""))"
  case .scheduled(let schedule, let block): "(\(outline(schedule)) \(outline(block)))"
  case .conditional(let branches, let otherwise):
    "(if " + branches.map { outline($0.condition) + " " + outline($0.block) }.joined(separator: " elif ")
      + (otherwise.map { " else " + outline($0) } ?? "") + ")"
  case .assertion(let test, let message): "(assert \(outline(test))\(message.map { " \"\($0)\"" } ?? ""))"
  case .definition(let name, let parameters, let block):
    "(def \(name.text) "
      + parameters.map { $0.name.text + ($0.defaultValue.map { "=" + outline($0) } ?? "") }.joined(
        separator: " ")
      + " \(outline(block)))"
  case .assignment(let name, let value): "(= \(name.text) \(outline(value)))"
  case .expression(let value): outline(value)
  }
}

func outline(_ schedule: Schedule) -> String {
  switch schedule {
  case .every(let count, let unit): "every \(outline(count)) \(unit.rawValue)"
  case .start: "at start"
  case .end: "at end"
  case .at(let values, let unit): "at \(outline(values)) \(unit.rawValue)"
  case .when(let condition): "when \(outline(condition))"
  }
}

func outline(_ block: Block) -> String {
  "{" + block.statements.map { outline($0) }.joined(separator: "; ") + "}"
}

func outline(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}

func outline(_ expression: Expression) -> String {
  switch expression.kind {
  case .number(let value): outline(value)
  case .quantity(let value, let unit): outline(value) + unit.rawValue
  case .string(let text): "\"\(text)\""
  case .name(let name): name
  case .flag(let flag): flag ? "yes" : "no"
  case .list(let items): "[" + items.map { outline($0) }.joined(separator: " ") + "]"
  case .record(let fields): "(record " + fields.map(outline).joined(separator: " ") + ")"
  case .group(let inner): "(group \(outline(inner)))"
  case .member(let base, let name): "(. \(outline(base)) \(name.text))"
  case .call(let callee, let arguments):
    "(call \(([outline(callee)] + arguments.map(outline)).joined(separator: " ")))"
  case .index(let base, let arguments):
    "(at \(([outline(base)] + arguments.map(outline)).joined(separator: " ")))"
  case .unary(let op, let operand): "(\(op.rawValue) \(outline(operand)))"
  case .binary(let op, let left, let right): "(\(op.rawValue) \(outline(left)) \(outline(right)))"
  case .command(let command): outline(command)
  case .repetition(let loop):
    "(repeat \(loop.name.text) \(outline(loop.values))\(options(loop.options)) \(outline(loop.body)))"
  }
}

func outline(_ argument: Argument) -> String {
  (argument.name.map { $0.text + "=" } ?? "") + outline(argument.value)
}

func outline(_ command: Command) -> String {
  "<\(([command.verb.text] + command.items.map { outline($0) }).joined(separator: " "))\(options(command.options))"
    + (command.block.map { " " + outline($0) } ?? "") + ">"
}

private func options(_ options: [Option]) -> String {
  options.map { " \($0.name.text)=\(outline($0.value))" }.joined()
}
