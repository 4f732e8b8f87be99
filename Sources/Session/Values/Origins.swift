import Datasets
import Language
import Network
import Random
import Tables
import Training

/// Where tables come from. A table takes along what went into it: runs and data sets as they are, commands with every
/// option that they used; `save` writes that beside it.
extension Value {
  /// What the tables of the value came from, and the runs and data sets in it.
  var origins: [Table.Origin] {
    switch self {
    case .table(let table): table.origins
    case .run(let run): run.origins
    case .runs(let series): series.runs.flatMap(\.origins)
    case .dataset(let data): [data.origin]
    case .list(let items): items.flatMap(\.origins)
    case .record(let fields): fields.flatMap(\.value.origins)
    default: []
    }
  }

  /// The value, whose tables came from these things; `command` is what made them of those.
  func made(
    from values: @autoclosure () -> [Value], by command: @autoclosure () -> Table.Origin? = nil
  ) -> Value {
    switch self {
    case .table(var table):
      table.addOrigins(values().flatMap(\.origins) + [command()].compactMap(\.self))
      return .table(table)
    case .record(let fields):
      return .record(
        fields.map { Field(name: $0.name, value: $0.value.made(from: values(), by: command())) })
    default: return self
    }
  }

  /// A value that says the same wherever it is written out. Texts name files and folders of the machine.
  private var isPlain: Bool {
    switch self {
    case .string, .table, .dataset, .run, .runs, .figure, .definition: false
    case .list(let items): items.allSatisfy(\.isPlain)
    case .record(let fields): fields.allSatisfy(\.value.isPlain)
    default: true
    }
  }

  /// The value, or the words for it in the script where it cannot be typed.
  fileprivate func text(orTyped typed: String?) -> String { isPlain ? sourceText : typed ?? sourceText }
}

extension Call {
  /// The values of its things and options, in a fixed order.
  var values: [Value] { things + options.sorted { $0.key < $1.key }.map(\.value) }

  /// The command with every option that it used and the values of all names that can be written out.
  func origin(in session: Session) -> Table.Origin {
    let source = session.source
    let typed = Dictionary(
      command.options.map { ($0.name.text, source[$0.value.range]) }, uniquingKeysWith: { $1 })
    let items = command.items.map { source[$0.range] }
    let words = things.enumerated().map { place, thing in
      thing.text(orTyped: place < items.count ? items[place] : nil)
    }
    let declared = verb.options.compactMap { option in
      (options[option.name]?.text(orTyped: typed[option.name])
        ?? (conditions[option.name] == nil ? nil : typed[option.name])).map { "\(option.name)=\($0)" }
    }
    let others = further.map { "\($0.name.text)=\($0.value.sourceText)" }
    return [
      "command": ([verb.name] + words + declared + others).joined(separator: " "), "seed": session.seed.text,
    ]
  }
}

extension Dataset {
  /// Which samples of what, and how they were prepared.
  var origin: Table.Origin {
    [
      "data": "\(name) \(digest)", "split": split, "samples": String(count), "indices": indices.asRanges,
      "preparation": preparation.joined(separator: "; "), "classes": classNames.joined(separator: ", "),
    ]
  }
}

extension TrainedRun {
  /// The run, and what was measured along it.
  var origins: [Table.Origin] { [origin] + measuredFrom }

  /// What decides the run but for how far it has come.
  var origin: Table.Origin {
    var entries = run.data.origin
    entries["run"] = name
    entries["model"] = run.network.model.sourceText
    if !isCheckpoint {
      entries["optimizer"] = run.optimizer.sourceText
      entries["batch"] = String(run.options.batch)
      entries["drop_last"] = run.options.dropLast ? "yes" : "no"
    }
    entries["loss_function"] = run.options.loss.rawValue
    entries["seed"] = String(run.options.seed.root)
    for (stream, seed) in run.options.seed.overrides { entries["seed_\(stream.rawValue)"] = String(seed) }
    if let test {
      entries["test"] = "\(test.name) \(test.digest)"
      entries["test_samples_in_training_data"] = String(sharedTestIndices.count)
      if !sharedTestIndices.isEmpty { entries["test_indices_in_training_data"] = sharedTestIndices.asRanges }
    }
    return entries
  }

  /// Adds the rows of a command to the tables of the run.
  mutating func keep(_ table: Table, from verb: String) {
    var rows = table
    // The run says it once for all of its tables.
    rows.origins = []
    let new = table.origins.filter { !measuredFrom.contains($0) }
    if !new.isEmpty {
      let own = origin
      measuredFrom += new.filter { $0 != own }
    }
    if verb == "evaluate" { evaluationParts.append(rows) } else { measurements.append(rows) }
  }
}
