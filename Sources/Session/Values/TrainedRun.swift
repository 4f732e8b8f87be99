import Datasets
import Elasticity
import Network
import Random
import Tables
import Training

/// A training under its name, with what was measured along it.
public struct TrainedRun: Sendable {
  public var name: String
  public var run: Run
  public var test: Dataset?
  /// Loss and accuracy of the initial weights.
  public var initial: (loss: Double, accuracy: Double)
  /// The tables of `measure srel` in the order in which they were made.
  public var measurements: [Table] = []
  /// The tables of `evaluate`, and of the test data after each epoch.
  public var evaluationParts: [Table] = []
  /// The commands that made those tables, and the data that they used.
  var measuredFrom: [Table.Origin] = []
  /// The run at step 0, where its weights came from a file and cannot be drawn again.
  var start: Run?
  /// The indices of the test samples that also stand in the training data.
  public var sharedTestIndices: [Int] = []
  /// The weights are those of a training of elsewhere, whose optimiser is not known.
  var isCheckpoint = false

  public init(name: String, run: Run, test: Dataset?, initial: (loss: Double, accuracy: Double)) {
    self.name = name
    self.run = run
    self.test = test
    self.initial = initial
  }

  /// Loss of the last batch, or of the initial weights before the first step.
  public var loss: Double { run.history.last?.loss ?? initial.loss }
  public var accuracy: Double { run.history.last?.accuracy ?? initial.accuracy }

  /// `run 11,168,451 weights, step 10, epoch 0.17, loss 0.94, accuracy 0.61, 4 measurements`
  public var summary: String {
    var parts = [
      "\(run.network.weightCount.grouped) weights (seed \(run.options.seed.root))", "step \(run.step)",
    ]
    if run.step > 0 { parts.append("epoch \(run.epoch.significant(3))") }
    parts.append("loss \(loss.significant(3))")
    if run.options.loss == .crossEntropy { parts.append("accuracy \(accuracy.significant(3))") }
    if !measurements.isEmpty {
      parts.append("\(measurements.count)".counting("measurement"))
    }
    return parts.joined(separator: ", ")
  }

  /// All measurements below one another.
  public func srel() throws -> Table { try Table.stacked(measurements) }

  /// All evaluations below one another.
  public func evaluations() throws -> Table { try Table.stacked(evaluationParts) }

  /// One row a step: batch loss and accuracy before that step's update.
  public var history: Table {
    var table = Table(columns: [
      ("run", .replicate), ("seed", .replicate), ("step", .axis), ("epoch", .axis), ("loss", .value),
      ("accuracy", .value),
    ])
    let batches = Double(run.batchesPerEpoch)
    for report in run.history {
      // The columns are those made above, so a row always fits.
      try? table.append([
        .text(name), .number(Double(run.options.seed.root)), .number(Double(report.step)),
        .number(Double(report.step) / batches), .number(report.loss), .number(report.accuracy),
      ])
    }
    return table
  }

  /// Whether two runs stand at the same place with the same bits.
  func isIdentical(to other: TrainedRun) -> Bool {
    run.history == other.run.history && run.weights == other.run.weights
  }
}

/// What a `repeat` over trainings gives: one run for each value of its name.
public struct RunSeries: Sendable {
  public var name: String
  public var values: [Value]
  public var runs: [TrainedRun]
  /// The repeats around that of `name`, the outermost first, with a value for each run.
  public var outer: [(name: String, values: [Value])] = []

  public init(name: String, values: [Value], runs: [TrainedRun]) {
    (self.name, self.values, self.runs) = (name, values, runs)
  }

  /// The series that the passes of a repeat gave below one another; nil unless all of them are series of one kind of
  /// repeat. A pass that a stop kept from making any run is left out.
  init?(name: String, values: [Value], nested results: [Value]) {
    var passes: [(value: Value, series: RunSeries)] = []
    for (value, result) in zip(values, results) {
      switch result {
      case .runs(let series): passes.append((value, series))
      case .nothing: continue
      default: return nil
      }
    }
    guard let first = passes.first?.series,
      passes.allSatisfy({
        $0.series.name == first.name && $0.series.outer.map(\.name) == first.outer.map(\.name)
      })
    else { return nil }
    self.init(
      name: first.name, values: passes.flatMap(\.series.values), runs: passes.flatMap(\.series.runs))
    outer = [(name, passes.flatMap { pass in pass.series.runs.map { _ in pass.value } })]
    for place in first.outer.indices {
      outer.append((first.outer[place].name, passes.flatMap { $0.series.outer[place].values }))
    }
  }

  /// The runs at some places.
  func runs(at places: [Int]) -> RunSeries {
    var result = RunSeries(name: name, values: places.map { values[$0] }, runs: places.map { runs[$0] })
    result.outer = outer.map { level in (level.name, places.map { level.values[$0] }) }
    return result
  }

  /// All repeats, the outermost first.
  var levels: [(name: String, values: [Value])] { outer + [(name, values)] }

  /// The values that a run has, such as `5` or `w=5 seed=1`.
  func label(_ place: Int) -> String {
    outer.isEmpty
      ? values[place].sourceText
      : levels.map { "\($0.name)=\($0.values[place].sourceText)" }.joined(separator: " ")
  }

  public var summary: String {
    let values = levels.map { name, values in
      var different: [String] = []
      for text in values.map(\.sourceText) where !different.contains(text) { different.append(text) }
      return "\(name) = " + different.prefix(6).joined(separator: ", ") + (different.count > 6 ? ", …" : "")
    }.joined(separator: "; ")
    let measured = runs.map(\.measurements.count).max() ?? 0
    let losses = runs.map(\.loss)
    let mean = Statistics.mean(losses).map { "loss \($0.significant(3))" } ?? ""
    let spread = Statistics.standardDeviation(losses).map { " ± \($0.significant(2))" } ?? ""
    return "\(runs.count) runs (\(values)), \(measured) measurements each, \(mean)\(spread)"
  }

  /// The tables of all runs below one another, with a column for the name of the repeat.
  public func stacked(_ table: (TrainedRun) throws -> Table) throws -> Table {
    var tables = try runs.map(table)
    for level in levels.reversed() { tables = try Table.marked(level.name, level.values, tables) }
    return try Table.stacked(tables)
  }
}

extension Table {
  /// Tables made in the passes of a `repeat` below one another, with a column for its name.
  ///
  /// - Throws: `SessionError.repeatColumn` where the tables have a column of that name with other entries.
  static func stacked(_ name: String, _ values: [Value], _ tables: [Table]) throws -> Table {
    try Table.stacked(marked(name, values, tables))
  }

  /// The tables with a column for the name of the repeat; those without columns stay as they are.
  fileprivate static func marked(_ name: String, _ values: [Value], _ tables: [Table]) throws -> [Table] {
    let role: ColumnRole = name == "seed" || name == "run" ? .replicate : .key
    return try zip(values, tables).map { value, table in
      if table.columns.isEmpty { return table }
      let cell = value.cell ?? .text(value.sourceText)
      if let column = try? table.column(named: name) {
        guard column.levels.allSatisfy({ $0 == cell }) else { throw SessionError.repeatColumn(name) }
        return table
      }
      return try table.adding(name, role: role, constant: cell)
    }
  }
}

extension [Int] {
  /// `0..99, 105, 107`: increasing numbers, with stretches in short.
  var asRanges: String {
    var stretches: [(first: Int, last: Int)] = []
    for number in sorted() {
      if let last = stretches.last, number <= last.last + 1 {
        stretches[stretches.count - 1].last = number
      } else {
        stretches.append((number, number))
      }
    }
    return stretches.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)..\($0.last)" }
      .joined(separator: ", ")
  }
}

extension String {
  /// `1 step`, `2 steps`, `1.5 epochs`: this number with what it counts.
  func counting(_ unit: String, _ several: String? = nil) -> String {
    "\(self) \(self == "1" ? unit : several ?? unit + "s")"
  }
}

extension Int {
  /// `11,168,451`
  var grouped: String {
    var digits = Array(String(magnitude))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return (self < 0 ? "-" : "") + String(digits)
  }
}
