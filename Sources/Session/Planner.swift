import Datasets
import Elasticity
import Kernels
import Language
import Network
import Tables
import Tensor
import Training

/// What `--check` can tell of a script's trainings: steps, how many measurements each block makes, and what both are
/// expected to cost in time and memory.
///
/// Data are read and synthetic data drawn, numbers and lists are computed, but nothing is trained or measured; what
/// depends on a result stays unknown.
public struct Planner {
  let session = Session { _ in }
  private let source: Source
  private var lines: [String] = []
  /// Where each run stands.
  private var runs: [String: Place] = [:]
  /// The rate at which costs are told as times; without one they are left out.
  private let rate: MachineRate?
  private var total: CostEstimate?
  private var costs = 0

  /// Bytes of the runs that names stand for, and of those that a `repeat` has gathered.
  private var named: [String: Double] = [:]
  private var gathered = 0.0

  /// A run before a command of it.
  private struct Place {
    var step: Int
    var batchesPerEpoch: Int
    var batch: Int
    var moments: Int
    var network: Network?
    var data: Dataset?
    /// Bytes that its training holds while blocks run.
    var inTraining = 0.0

    /// Bytes as long as it is kept.
    var bytes: Double { network.map { CostEstimate.run($0, moments: moments) } ?? 0 }
  }

  /// Half of what the machine's matrix products reach: about what measurements and trainings make of it.
  public static func measuredRate(workers: Workers) -> MachineRate {
    var rate = MachineRate.ofProducts(workers: workers)
    rate.operationsPerSecond /= 2
    return rate
  }

  /// One line for each training of a checked program, and one with the total cost where several are known.
  ///
  /// - Parameters:
  ///   - parameters: values of `param` lines, as with `-p`.
  ///   - rate: how fast the machine is; nil leaves the expected time and memory out.
  public static func plan(
    _ program: Program, of source: Source, parameters: [(name: String, text: String)],
    rate: MachineRate? = nil
  ) -> [String] {
    var planner = Planner(source, rate)
    try? planner.session.setParameters(parameters, for: program)
    planner.plan(program.statements, pass: "")
    if let rate, let total = planner.total, planner.costs > 1 {
      planner.lines.append("total  \(total.text(at: rate))")
    }
    return planner.lines
  }

  private init(_ source: Source, _ rate: MachineRate?) {
    self.source = source
    self.rate = rate
    session.source = source
  }

  /// The words for a cost, which is added to the total.
  private mutating func words(of cost: CostEstimate?) -> String {
    guard let rate, let cost else { return "" }
    total = total.map { $0 + cost } ?? cost
    costs += 1
    return "  \(cost.text(at: rate))"
  }

  /// Bytes that are held already: the program, runs, and every data set once.
  private func held(with data: Dataset?) -> Double {
    let values = session.scopes.flatMap(\.values.values) + (data.map { [.dataset($0)] } ?? [])
    var tensors: [Tensor] = []
    for tensor in values.flatMap(\.sharedTensors) {
      if !tensors.contains(where: { $0.isSameMemory(as: tensor) }) { tensors.append(tensor) }
    }
    return CostEstimate.program + gathered + named.values.reduce(0, +)
      + tensors.reduce(0) { $0 + 4 * Double($1.count) }
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
    case .expression(let expression):
      if case .command(let command) = expression.kind, command.verb.text == "set" {
        _ = try? session.execute(statement)
      } else {
        _ = plan(expression, name: nil, pass)
      }
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
    case .command(let command) where command.verb.text == "measure":
      guard rate != nil else { return false }
      let run = command.items.dropFirst().first.map { source[$0.range] } ?? ""
      guard let place = runs[run] else { return false }
      let line = "\(self.place(of: command, pass))\(name.map { $0 + " = " } ?? "")measure"
      do throws(ElasticityError) {
        guard let cost = try cost(of: command, place) else { return false }
        lines.append(line + words(of: cost))
      } catch { lines.append("\(line)  \(error.description)") }
      return true
    case .repetition(let loop):
      guard let values = value(loop.values)?.elements else {
        lines.append("repeat \(loop.name.text): its values are known only when it runs")
        return true
      }
      for value in values {
        let outer = named
        session.inScope(Session.Scope(values: [loop.name.text: value])) {
          plan(loop.body.statements, pass: pass + "\(loop.name.text)=\(value.sourceText)  ")
          // Of a pass its value is left.
          gathered += loop.body.statements.last?.training.flatMap(start)?.bytes ?? 0
        }
        named = outer
      }
      return true
    default: return false
    }
  }

  private mutating func plan(_ command: Command, name: String?, _ pass: String) {
    let verb = command.verb.text
    let place = "\(self.place(of: command, pass))\(name.map { $0 + " = " } ?? "")\(verb)"
    guard let start = start(of: command), let last = last(of: command, start) else {
      lines.append("\(place)  \(failure(of: command) ?? "the number of steps is known only when it runs")")
      return
    }
    let run = name ?? command.items.first.map { source[$0.range] } ?? ""
    if verb == "step" || name != nil {
      runs[run] = start
      runs[run]?.step = last
    }
    // Beside a run that is taken further the old one stands until the end.
    let held = held(with: start.data) + start.bytes
    named[verb == "step" ? run : name ?? "_"] = start.bytes
    let count = last - start.step
    let epochs = Double(count) / Double(start.batchesPerEpoch)
    let batches = "\(start.batchesPerEpoch)".counting("batch", "batches")
    let passes = "\(batches) x \(epochs.significant(3).counting("epoch"))"
    var text = "\(place)  \("\(count)".counting("step")) (\(passes))"
    if command.options.contains(where: { $0.name.text == "until" }) { text += " at most" }
    var training = start
    if let network = start.network {
      let cost = CostEstimate.training(network, batch: start.batch, steps: count).beside(held)
      training.inTraining = cost.bytes
      text += words(of: cost)
    }
    lines.append(([text] + blocks(of: command, training, to: last)).joined(separator: "\n"))
  }

  private func place(of command: Command, _ pass: String) -> String {
    "line \(source.position(at: command.range.lowerBound).line)  \(pass)"
  }

  /// What one `measure` costs; nil where its points are known only when it runs.
  private func cost(of command: Command, _ place: Place) throws(ElasticityError) -> CostEstimate? {
    guard let rate, let network = place.network else { return nil }
    func count(_ name: String) -> Int? {
      guard case .dataset(let data)? = option(name, of: command) ?? option("points", of: command) else {
        return nil
      }
      return data.count
    }
    guard let sources = count("source"), let probes = count("probe") else { return nil }
    var updates = ["sgd"]
    if let option = command.options.first(where: { $0.name.text == "update" }) {
      var items = [option.value]
      if case .list(let list) = option.value.kind { items = list }
      updates = items.map { String(source[$0.range].prefix { $0 != "(" }) }
    }
    return try CostEstimate.measurement(
      network, sources: sources, probes: probes, updates: updates, trainerIsLinear: place.moments < 2,
      workers: Workers(count: rate.threads, memory: session.workers.memory)
    ).beside(place.inTraining > 0 ? place.inTraining : held(with: nil))
  }

  /// Where a training begins and what it is one of.
  private func start(of command: Command) -> Place? {
    guard command.verb.text == "train" else {
      return command.items.first.flatMap { runs[source[$0.range]] }
    }
    guard case .dataset(let data)? = option("on", of: command), let batch = batch(of: command), batch > 0,
      batch <= data.count
    else { return nil }
    let isWhole = option("drop_last", of: command)?.flag ?? false
    let optimizer =
      command.options.first { $0.name.text == "optimizer" }.map { source[$0.value.range] } ?? "adam"
    let moments = !optimizer.hasPrefix("sgd") ? 2 : optimizer.contains("momentum") ? 1 : 0
    return Place(
      step: 0, batchesPerEpoch: isWhole ? data.count / batch : (data.count + batch - 1) / batch,
      batch: batch, moments: moments, network: network(of: command, data), data: data)
  }

  private func batch(of command: Command) -> Int? {
    command.has("batch") ? option("batch", of: command)?.wholeNumber : 25
  }

  /// What a training that cannot begin will say, as far as it is known.
  private func failure(of command: Command) -> String? {
    guard case .dataset(let data)? = option("on", of: command), let batch = batch(of: command),
      batch > data.count
    else { return nil }
    return "fails: \(TrainingError.batchTooLarge(batch: batch, samples: data.count))"
  }

  private func network(of command: Command, _ data: Dataset) -> Network? {
    guard rate != nil, let item = command.items.first, case .model(let model)? = value(item) else {
      return nil
    }
    let outputs = data.targets.map { $0.shape[1] } ?? data.classNames.count
    return try? model.network(input: data.input, outputs: max(outputs, 1))
  }

  private func last(of command: Command, _ start: Place) -> Int? {
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
  private mutating func blocks(of command: Command, _ start: Place, to last: Int) -> [String] {
    var lines: [String] = []
    for statement in command.block?.statements ?? [] {
      if let line = line(for: statement, of: command, start, to: last) { lines.append(line) }
    }
    return lines
  }

  private mutating func line(
    for statement: Statement, of command: Command, _ start: Place, to last: Int
  ) -> String? {
    guard case .scheduled(let schedule, let block) = statement.kind else { return nil }
    let head = statement.scheduleText(in: source)
    let entries: TrainingSchedule
    do {
      entries = try TrainingSchedule([statement], batchesPerEpoch: start.batchesPerEpoch, session: session)
    } catch {
      guard let numbers = schedule.numbers, value(numbers) != nil, let error = error as? Diagnostic else {
        return "  \(head) known only when it runs"
      }
      return "  \(head) fails: \(error.title)"
    }
    let measurements = block.statements.compactMap(\.measurement)
    let measured = measurements.count
    let costs = measurements.compactMap { try? cost(of: $0, start) }
    let expected = costs.count == measured ? costs.first.map { costs.dropFirst().reduce($0, +) } : nil
    let unit = measured > 0 ? "measurement" : "time"
    if case .when = schedule {
      return "  \(head) at most \("\(max(measured, 1))".counting(unit))\(words(of: expected))"
    }
    let times = entries.count(from: start.step, to: last)
    let count = "\(times * max(measured, 1))".counting(unit)
    let isOpen = command.has("until")
    let when = entries.entries.first.flatMap {
      entries.firstSteps(of: $0, from: start.step, to: last, isOpen: isOpen)
    }
    let place = times > 0 ? when.map { ", \($0)" } ?? "" : ""
    return "  \(head) \(count)\(place)\(words(of: expected.map { $0 * times }))"
  }
}
