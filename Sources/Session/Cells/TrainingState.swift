import Tables

/// A training as it stands between two steps, or at its end, with all that it has done so far.
struct TrainingState {
  var trained: TrainedRun
  /// Which of the `when` blocks have run.
  var doneBlocks: [Bool]
  var checks: MeasurementChecks
  /// Its command has come to its end.
  var isDone: Bool
  /// The names outside its blocks that they gave values to, or forgot.
  var outerNames: [(variable: Recording.Variable, value: Value?)]
  var effects: Effects
}

extension ArchiveWriter {
  mutating func append(_ state: TrainingState, root: String?) throws(ArchiveError) {
    try append(state.trained)
    try append(each: state.doneBlocks) { (writer, flag) throws(ArchiveError) in writer.append(flag) }
    try append(coded: state.checks)
    append(state.isDone)
    try append(each: state.outerNames) { (writer, entry) throws(ArchiveError) in
      writer.append(entry.variable.scope)
      writer.append(entry.variable.name)
      writer.append(entry.value != nil)
      if let value = entry.value { try writer.append(value, root: root) }
    }
    try append(state.effects, root: root)
    // What the files hold lies in the store, so that they can be put back.
    for digest in state.effects.written.sorted(by: { $0.key < $1.key }).map(\.value) {
      append(object: digest)
    }
  }
}

extension ArchiveReader {
  mutating func trainingState(root: String?) throws(ArchiveError) -> TrainingState {
    let trained = try run()
    let done = try list { (reader) throws(ArchiveError) in try reader.flag() }
    let checks: MeasurementChecks = try coded()
    let isDone = try flag()
    let names = try list { (reader) throws(ArchiveError) in
      let variable = Recording.Variable(scope: try reader.whole(), name: try reader.text())
      return (variable: variable, value: try reader.flag() ? try reader.value(root: root) : nil)
    }
    let effects = try effects(root: root)
    for _ in effects.written { _ = try text() }
    return TrainingState(
      trained: trained, doneBlocks: done, checks: checks, isDone: isDone, outerNames: names, effects: effects)
  }
}

extension Value {
  /// Whether a definition is, or is in, the value: its meaning hangs on the text around it.
  var holdsDefinition: Bool {
    switch self {
    case .definition: true
    case .list(let items): items.contains(where: \.holdsDefinition)
    case .record(let fields): fields.contains { $0.value.holdsDefinition }
    default: false
    }
  }

  /// The names between braces in its texts.
  var namesInTexts: Set<String> {
    switch self {
    case .string(let text): Set(SyntaxText.names(in: text))
    case .list(let items): items.reduce(into: []) { $0.formUnion($1.namesInTexts) }
    case .record(let fields): fields.reduce(into: []) { $0.formUnion($1.value.namesInTexts) }
    default: []
    }
  }
}
