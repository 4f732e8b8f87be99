import Language
import Network
import Random
import Tables
import Training

/// The live log of a training: a line of JSON for each step, evaluation and measurement.
///
/// ```
/// {"event":"step","run":"seed=1","seed":1,"step":1,"epoch":0.5,"loss":0.69,"accuracy":0.5}
/// {"event":"evaluation","run":"seed=1","seed":1,"step":2,"epoch":1,"data":"test","n":8,"loss":0.6,"accuracy":0.75}
/// {"event":"measurement","run":"seed=1","seed":1,"step":2,"epoch":1,"update":"sgd","update_lr":0.001,
///  "control":"none","controls":null,"distance":"kl","average":"median","n":56,"dropped":0,"same":0.8,"other":0.3}
/// ```
/// `n` and `dropped` count pairs of samples; `same` and `other` are the means over the pairs of one class and of two.
/// There are no clock times: the lines follow from the run alone, so they can be written anew at any point of it.
struct RunLog {
  /// How much of a run the lines tell.
  struct Position {
    var steps = 0
    var evaluations = 0
    var measurements = 0
  }

  private let path: String
  private let file: GrowingFile
  private var position: Position

  /// Writes what the run has done so far in the place of what the file held.
  /// - Throws: `FileError`.
  init(_ path: String, of trained: TrainedRun) throws(FileError) {
    self.path = path
    file = try GrowingFile(path, text: Self.text(of: trained))
    position = Position(endOf: trained)
  }

  /// Adds what the run has done since the last call.
  mutating func update(_ trained: TrainedRun) throws(FileError) {
    try file.append(Self.text(of: trained, from: position))
    position = Position(endOf: trained)
  }

  /// Writes all lines anew.
  mutating func rewrite(_ trained: TrainedRun) throws(FileError) { self = try RunLog(path, of: trained) }

  /// The lines of a run from a position on, in the order of the steps; after a step its evaluations, then its
  /// measurements.
  static func text(of trained: TrainedRun, from start: Position = Position()) -> String {
    var events: [(step: Double, order: Int, lines: [String])] = []
    let head = [
      ("run", JSONScalar.quoted(trained.name)), ("seed", String(trained.run.options.seed.root)),
    ]
    let hasAccuracy = trained.run.options.loss == .crossEntropy
    for report in trained.run.history[start.steps...] {
      let epoch = Double(report.step) / Double(trained.run.batchesPerEpoch)
      var fields =
        head + [
          ("step", String(report.step)), ("epoch", JSONScalar.text(epoch)),
          ("loss", JSONScalar.text(report.loss)),
        ]
      if hasAccuracy { fields.append(("accuracy", JSONScalar.text(report.accuracy))) }
      events.append((Double(report.step), 0, [line("step", fields)]))
    }
    for table in trained.evaluationParts[start.evaluations...] {
      events.append((table.firstStep, 1, evaluations(table, head, hasAccuracy: hasAccuracy)))
    }
    for table in trained.measurements[start.measurements...] {
      events.append((table.firstStep, 2, measurements(table, head)))
    }
    let places = events.indices.sorted {
      (events[$0].step, events[$0].order, $0) < (events[$1].step, events[$1].order, $1)
    }
    return places.flatMap { events[$0].lines }.map { $0 + "\n" }.joined()
  }

  private static func evaluations(_ table: Table, _ head: [(String, String)], hasAccuracy: Bool) -> [String] {
    let names = ["step", "epoch", "data", "n", "loss"] + (hasAccuracy ? ["accuracy"] : [])
    return (0..<table.rowCount).map { line("evaluation", head + table.fields(names, row: $0)) }
  }

  /// A line for each way of measuring, over all pairs of classes or of samples.
  private static func measurements(_ table: Table, _ head: [(String, String)]) -> [String] {
    let ways = ["update", "update_lr", "control", "controls", "distance", "average"].filter(table.hasColumn)
    guard let groups = try? table.grouping(by: ways) else { return [] }
    return groups.map { group in
      func sum(_ name: String) -> Double? {
        (try? table.column(named: name)).map { column in
          group.rows.reduce(0) { $0 + (column[$1].number ?? 0) }
        }
      }
      func mean(_ isSame: Bool) -> String? {
        guard let values = try? table.column(named: "value"), let same = try? table.column(named: "same")
        else {
          return nil
        }
        let numbers = group.rows.filter { same[$0] == .flag(isSame) }.compactMap { values[$0].number }
        return Statistics.mean(numbers).map(JSONScalar.text)
      }
      let counts = [("n", sum("n") ?? Double(group.rows.count)), ("dropped", sum("dropped") ?? 0)]
        .map { ($0, JSONScalar.text($1)) }
      let means = [("same", mean(true)), ("other", mean(false))].compactMap { name, text in
        text.map { (name, $0) }
      }
      return line(
        "measurement", head + table.fields(["step", "epoch"] + ways, row: group.rows[0]) + counts + means)
    }
  }

  private static func line(_ event: String, _ fields: [(String, String)]) -> String {
    let members = [("event", JSONScalar.quoted(event))] + fields
    return "{" + members.map { JSONScalar.quoted($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }
}

extension RunLog.Position {
  fileprivate init(endOf trained: TrainedRun) {
    self.init(
      steps: trained.run.history.count, evaluations: trained.evaluationParts.count,
      measurements: trained.measurements.count)
  }
}

extension Table {
  /// The step at which all rows of a table made along a training were made.
  fileprivate var firstStep: Double { rowCount == 0 ? 0 : (try? cell(0, "step").number) ?? 0 }

  /// Entries of a row as members of a JSON object; columns that are not there are left out.
  fileprivate func fields(_ names: [String], row: Int) -> [(String, String)] {
    names.compactMap { name in
      guard let cell = try? cell(row, name) else { return nil }
      switch cell {
      case .number(let number): return (name, JSONScalar.text(number))
      case .text(let text): return (name, JSONScalar.quoted(text))
      case .flag(let flag): return (name, flag ? "true" : "false")
      case .missing: return (name, "null")
      }
    }
  }
}
