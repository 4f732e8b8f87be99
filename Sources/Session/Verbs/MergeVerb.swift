import Language
import Tables

extension Verb {
  static let merge = Verb(
    "merge", "join tables, or runs, of one experiment, as those of several nights; the same row counts once",
    things: [
      ThingDeclaration("THING", .either([.table, .runs]), .several, "tables, or runs and series of runs")
    ], example: "merge run.history run.history"
  ) { session, call in
    guard let first = call.things.first else {
      throw SessionError.missingThing(
        owner: "merge", thing: "THING", kind: "tables, or runs and series of runs")
    }
    let tables = call.things.compactMap { if case .table(let table) = $0 { table } else { nil } }
    if tables.count == call.things.count {
      let merged = try session.located(at: call.command.range) { try Table.merged(tables) }
      let kept = tables.reduce(0) { $0 + $1.rowCount } - merged.rowCount
      if kept > 0 { session.output(.note("\(kept) rows stand in several tables and are taken once")) }
      return .table(merged)
    }
    guard tables.isEmpty else {
      let isTable = if case .table = first { true } else { false }
      throw SessionError.wrongKind(
        what: "merge", expected: isTable ? "tables after a table" : "runs after runs", found: "both",
        hint: "the table of a run is .srel or .history")
    }
    return .runs(try RunSeries(merging: call.things))
  }
}

extension RunSeries {
  /// The runs of single runs, or of series over the same names, in their order.
  ///
  /// - Throws: `SessionError.mergedRuns` for series over different names, or for a run that comes twice.
  init(merging values: [Value]) throws {
    let parts = values.map { value in
      switch value {
      case .runs(let series): series
      case .run(let run): RunSeries(name: "run", values: [.word(run.name)], runs: [run])
      default: RunSeries(name: "run", values: [], runs: [])
      }
    }
    let names = parts.map { $0.levels.map(\.name) }
    if let other = names.first(where: { $0 != names[0] }) {
      throw SessionError.mergedRuns(
        "series over \(names[0].joined(separator: ", ")) and over \(other.joined(separator: ", ")) do not join"
      )
    }
    self.init(name: parts[0].name, values: parts.flatMap(\.values), runs: parts.flatMap(\.runs))
    outer = parts[0].outer.indices.map { level in
      (parts[0].outer[level].name, parts.flatMap { $0.outer[level].values })
    }
    var seen: Set<String> = []
    for place in runs.indices where !seen.insert(label(place)).inserted {
      throw SessionError.mergedRuns("the run \(names[0].last ?? "") = \(label(place)) comes twice")
    }
  }
}
