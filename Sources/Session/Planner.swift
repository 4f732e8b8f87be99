import Datasets
import Language
import Tables

/// What `--check` can tell of a script's trainings: steps, and how many measurements each block makes.
///
/// Data are read and synthetic data drawn, numbers and lists are computed, but nothing is trained or measured; what
/// depends on a result stays unknown.
public struct Planner {
  private let session = Session { _ in }
  private let source: Source
  private var lines: [String] = []
  /// The step at which each run stands.
  private var steps: [String: (step: Int, batchesPerEpoch: Int)] = [:]

  /// One line for each training of a checked program.
  ///
  /// - Parameter parameters: values of `param` lines, as with `-p`.
  public static func plan(_ program: Program, of source: Source, parameters: [(name: String, text: String)])
    -> [String]
  {
    var planner = Planner(source)
    try? planner.session.setParameters(parameters, for: program)
    planner.plan(program.statements, pass: "")
    return planner.lines
  }

  private init(_ source: Source) {
    self.source = source
    session.source = source
  }

  private mutating func plan(_ statements: [Statement], pass: String) {
    for statement in statements { plan(statement, pass) }
  }

  private mutating func plan(_ statement: Statement, _ pass: String) {
    switch statement.kind {
    case .assignment(let name, let expression):
      if !plan(expression, name: name.text, pass), isCheap(expression) {
        _ = try? session.execute(statement)
      }
    case .expression(let expression): _ = plan(expression, name: nil, pass)
    case .param(_, let expression, _): if isCheap(expression) { _ = try? session.execute(statement) }
    case .conditional(let branches, let otherwise):
      let taken = branches.first { value($0.condition)?.flag == true }?.block ?? otherwise
      plan(taken?.statements ?? [], pass: pass)
    // Without its definitions, the session cannot come to train inside one of them.
    case .use, .scheduled, .assertion, .definition: break
    }
  }

  /// Whether an expression is a training, or a repeat of some.
  private mutating func plan(_ expression: Expression, name: String?, _ pass: String) -> Bool {
    switch expression.kind {
    case .command(let command) where command.verb.text == "time" && command.items.count == 1:
      return plan(command.items[0], name: name, pass)
    case .command(let command) where ["train", "step"].contains(command.verb.text):
      plan(command, name: name, pass)
      return true
    case .repetition(let loop):
      guard let values = value(loop.values)?.elements else {
        lines.append("repeat \(loop.name.text): its values are known only when it runs")
        return true
      }
      for value in values {
        session.inScope(Session.Scope(values: [loop.name.text: value])) {
          plan(loop.body.statements, pass: pass + "\(loop.name.text)=\(value.sourceText)  ")
        }
      }
      return true
    default: return false
    }
  }

  private mutating func plan(_ command: Command, name: String?, _ pass: String) {
    let verb = command.verb.text
    let place =
      "line \(source.position(at: command.range.lowerBound).line)  \(pass)\(name.map { $0 + " = " } ?? "")\(verb)"
    guard let start = start(of: command), let last = last(of: command, start) else {
      lines.append("\(place)  the number of steps is known only when it runs")
      return
    }
    let run = name ?? command.items.first.map { source[$0.range] } ?? ""
    if verb == "step" || name != nil { steps[run] = (last, start.batchesPerEpoch) }
    let count = last - start.step
    let epochs = Double(count) / Double(start.batchesPerEpoch)
    var text = "\(place)  \(count) steps (\(start.batchesPerEpoch) batches x \(epochs.significant(3)) epochs)"
    if command.options.contains(where: { $0.name.text == "until" }) { text += " at most" }
    lines.append(
      ([text] + blocks(of: command, from: start.step, to: last, start.batchesPerEpoch)).joined(
        separator: "\n"))
  }

  /// Where a training begins and how many batches an epoch has.
  private func start(of command: Command) -> (step: Int, batchesPerEpoch: Int)? {
    guard command.verb.text == "train" else {
      return command.items.first.flatMap { steps[source[$0.range]] }
    }
    guard case .dataset(let data)? = option("on", of: command) else { return nil }
    let batch = command.has("batch") ? option("batch", of: command)?.wholeNumber : 25
    guard let batch, batch > 0, batch <= data.count else { return nil }
    let isWhole = option("drop_last", of: command)?.flag ?? false
    return (0, isWhole ? data.count / batch : (data.count + batch - 1) / batch)
  }

  private func last(of command: Command, _ start: (step: Int, batchesPerEpoch: Int)) -> Int? {
    let isStep = command.verb.text == "step"
    var steps: Int?
    if isStep, command.items.count > 1 {
      steps = value(command.items[1])?.wholeNumber
    } else if command.has("steps") {
      steps = option("steps", of: command)?.wholeNumber
    } else if command.has("epochs") {
      let epochs = option("epochs", of: command)?.number
      steps = epochs.flatMap { Int(exactly: ($0 * Double(start.batchesPerEpoch)).rounded()) }
    } else if command.has("until") {
      steps = 1000 * start.batchesPerEpoch
    } else {
      steps = isStep ? 1 : start.batchesPerEpoch
    }
    guard let steps, steps >= 0 else { return nil }
    let (last, overflow) = start.step.addingReportingOverflow(steps)
    return overflow ? nil : last
  }

  /// A line for each block: how often it runs, and what it measures.
  private func blocks(of command: Command, from first: Int, to last: Int, _ batches: Int) -> [String] {
    (command.block?.statements ?? []).compactMap { statement in
      guard case .scheduled(let schedule, let block) = statement.kind else { return nil }
      let head = source[statement.range.lowerBound..<block.range.lowerBound]
        .split { $0 == " " || $0 == "\n" }.joined(separator: " ")
      guard let entries = try? TrainingSchedule([statement], batchesPerEpoch: batches, session: session)
      else {
        return "  \(head) known only when it runs"
      }
      let measured = block.statements.count { $0.isMeasurement }
      let unit = measured > 0 ? "measurement" : "time"
      if case .when = schedule {
        return "  \(head) at most \(max(measured, 1)) \(unit)\(max(measured, 1) == 1 ? "" : "s")"
      }
      let count = entries.count(from: first, to: last) * max(measured, 1)
      return "  \(head) \(count) \(unit)\(count == 1 ? "" : "s")"
    }
  }

  private func option(_ name: String, of command: Command) -> Value? {
    guard let option = command.options.first(where: { $0.name.text == name }) else { return nil }
    return value(option.value)
  }

  private func value(_ expression: Expression) -> Value? {
    isCheap(expression) ? try? session.evaluate(expression) : nil
  }

  /// Whether an expression only reads or draws data, or computes.
  private func isCheap(_ expression: Expression) -> Bool {
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
  fileprivate func has(_ name: String) -> Bool { options.contains { $0.name.text == name } }
}

extension Statement {
  fileprivate var isMeasurement: Bool {
    guard case .expression(let expression) = kind, case .command(let command) = expression.kind else {
      return false
    }
    return command.verb.text == "measure"
  }
}
