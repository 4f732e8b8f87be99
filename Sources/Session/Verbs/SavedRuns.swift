import Datasets
import Network
import Random
import Tables
import Training

extension Session {
  /// Writes the weights of every run, with where they come from in the metadata.
  func saveWeights(_ value: Value, _ stem: String) throws -> [String] {
    guard let runs = value.labelledRuns else {
      throw SessionError.wrongKind(
        what: "formats=safetensors", expected: "a run", found: value.kindName, hint: nil)
    }
    return try runs.map { label, run in
      let path = try folders.path(stem + (label.isEmpty ? "" : "_" + label) + ".safetensors", for: .results)
      try SafetensorsFile(
        tensors: run.run.network.exported(run.run.weights), metadata: run.metadata
      ).write(to: path)
      return path
    }
  }

  /// Writes where saved results come from, an entry for each run, data set and command: `NAME_provenance.json`.
  func saveProvenance(_ value: Value, of name: String) throws -> [String] {
    let runs = value.labelledRuns?.map(\.run) ?? []
    let entries = (runs.isEmpty ? value.origins : runs.flatMap { [$0.provenance] + $0.measuredFrom })
      .firstOccurrences.map { $0.withProgram }
    let path = try folders.path(name + "_provenance.json", for: .results)
    try AtomicFile.write(JSONFile.text(entries.isEmpty ? [Table.Origin().withProgram] : entries), to: path)
    return [path]
  }

  /// Writes an event file for each run, in a folder of its own below `stem`, or one run to the file that is named.
  func saveEvents(_ value: Value, _ stem: String, file: String?) throws -> [String] {
    let parts = try value.curves
    if let file {
      guard parts.count == 1 else {
        throw SessionError.file(
          "a file .tfevents holds one run, not \(parts.count): formats=[tensorboard] makes a folder for each")
      }
      let path = try folders.path(file, for: .results)
      try TensorBoard.write(parts[0].points, to: path)
      return [path]
    }
    return try parts.map { label, points in
      let folder = stem + "/" + (label.isEmpty ? "" : label + "/")
      let path = try folders.path(folder + TensorBoard.fileName, for: .results)
      try TensorBoard.write(points, to: path)
      return path
    }
  }
}

extension Value {
  /// The runs with what tells them apart, fit for a file's name: empty for a single run.
  fileprivate var labelledRuns: [(label: String, run: TrainedRun)]? {
    switch self {
    case .run(let run): [("", run)]
    case .runs(let series):
      series.runs.enumerated().map { place, run in
        (
          series.levels.map { "\($0.name)=\($0.values[place].displayText.asFileName)" }.joined(
            separator: "_"), run
        )
      }
    default: nil
    }
  }

  /// The curves of each run under its label; of a table those of each combination of its replicates.
  fileprivate var curves: [(label: String, points: [TensorBoard.Point])] {
    get throws {
      if let runs = labelledRuns {
        return try runs.map { label, run in
          let tables = try Value.run(run).savedTables
          return (
            label, try tables.flatMap { try $0.table.curves(named: $0.name.isEmpty ? "srel" : $0.name) }
          )
        }
      }
      guard case .table(let table) = self else { return [] }
      if table.rowCount == 0 { return [("", try table.curves(named: ""))] }
      return try table.groupsOfRuns.map { label, rows in
        (label, try table.rows(at: rows).curves(named: ""))
      }
    }
  }
}

extension Table.Origin {
  fileprivate var withProgram: Table.Origin {
    merging(["program": "srel-repl \(Version.program)", "engine": String(Version.numeric)]) { $1 }
  }
}

extension TrainedRun {
  /// Where a run comes from and how far it has come.
  fileprivate var provenance: Table.Origin {
    var entries = origin
    entries["step"] = String(run.step)
    entries["epoch"] = run.epoch.shortest
    entries["loss"] = loss.shortest
    if run.options.loss == .crossEntropy { entries["accuracy"] = accuracy.shortest }
    return entries
  }

  /// The same for the metadata of its weights; `format` is what PyTorch's loaders look for.
  fileprivate var metadata: [String: String] { provenance.withProgram.merging(["format": "pt"]) { $1 } }
}

extension Table {
  /// The rows of each combination of replicates; the label is the run's name where that tells all of them apart.
  fileprivate var groupsOfRuns: [(label: String, rows: [Int])] {
    get throws {
      let varying = columns.filter { $0.role == .replicate && $0.levels.count > 1 }.map(\.name)
      let groups = try grouping(by: varying)
      if varying.contains("run"), try grouping(by: ["run"]).count == groups.count {
        return try grouping(by: ["run"]).map { ($0.key[0].description.asFileName, $0.rows) }
      }
      return groups.map { group in
        let parts = zip(varying, group.key).map { "\($0)=\($1.description)" }
        return (parts.joined(separator: "_").asFileName, group.rows)
      }
    }
  }
}

extension String {
  /// The text as the name of a file or folder that is not hidden and leads nowhere else.
  var asFileName: String {
    let name = replacing("/", with: "_")
    return isEmpty || hasPrefix(".") ? "_" + name : name
  }
}
