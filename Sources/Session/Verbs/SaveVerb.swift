import Language
import Tables

/// What `save` writes.
enum SavedFormat: String, CaseIterable {
  case csv, jsonl, npz, pickle, tensorboard, safetensors

  /// The endings of file names that ask for the format, the first of which it writes.
  var endings: [String] {
    switch self {
    case .tensorboard: ["tfevents"]
    case .pickle: ["pkl", "pickle"]
    default: [rawValue]
    }
  }

  /// The format of a single table.
  var table: TableFormat? { TableFormat(rawValue: rawValue) }
}

extension Verb {
  static let save = Verb(
    "save",
    "write a run, a series of runs or a table to files, with NAME_provenance.json beside them, or this session as a notebook",
    things: [
      ThingDeclaration("THING", .orWord("session", .either([.runs, .table])), "what to write")
    ],
    options: [
      OptionDeclaration("to", .text, isRequired: true, "the file, or the beginning of the files' names"),
      OptionDeclaration(
        "formats", .words(SavedFormat.allCases.map(\.rawValue)),
        "tables as csv, jsonl, npz, pickle; tensorboard: a folder a run; safetensors: weights; else by the ending"
      ),
    ], example: "save run to=\"results/run\" formats=[csv, jsonl, npz, pickle, tensorboard, safetensors]"
  ) { session, call in
    let path = try session.expanded(call.text("to") ?? "", at: call.range(of: "to"))
    if case .word = call.things[0] {
      // It holds what every cell before has done, and not only what its own cell names.
      session.cannotBeKept(because: "it saves the session")
      let file = try session.located(at: call.range(of: "to")) { try session.saveLog(to: path, call) }
      session.filesWritten.append(file)
      session.output(.note("saved " + file))
      return .nothing
    }
    let paths = try session.located(at: call.range(of: "to")) { try session.save(call.things[0], path, call) }
    session.filesWritten += paths
    session.output(.note(paths.map { "saved " + $0 }.joined(separator: "\n")))
    return .nothing
  }
}

extension Session {
  fileprivate func save(_ value: Value, _ name: String, _ call: Call) throws -> [String] {
    if name.isEmpty || name.hasSuffix("/") { throw SessionError.noFileName(name) }
    let path = try folders.path(name, for: .results)
    let given = call.words("formats")?.compactMap(SavedFormat.init)
    if AtomicFile.isDevice(path) { return try saveTable(value, toDevice: path, given ?? [.csv]) }
    let (stem, ending) = name.splitEnding
    if ending == nil, let unknown = name.wordEnding {
      throw SessionError.unknownEnding(unknown, known: SavedFormat.allCases.map { $0.endings[0] })
    }
    var files: [String] = []
    for format in given ?? [ending?.format ?? .csv] {
      let file = format == ending?.format ? name : nil
      switch format {
      case .safetensors: files += try saveWeights(value, stem)
      case .tensorboard: files += try saveEvents(value, stem, file: file)
      default: if let format = format.table { files += try saveTables(value, stem, format, file: file) }
      }
    }
    // Weights that stand alone hold it themselves.
    return ending?.format == .safetensors ? files : files + (try saveProvenance(value, of: name))
  }

  /// Writes the statements of this session as a notebook.
  fileprivate func saveLog(to name: String, _ call: Call) throws -> String {
    if call.options["formats"] != nil {
      throw SessionError.unknownOption(
        owner: "save session", option: "formats", hint: "it writes a .srel file"
      )
      .diagnostic(at: call.range(of: "formats"))
    }
    let path = try folders.path(name.hasSuffix(".srel") ? name : name + ".srel", for: .results)
    try AtomicFile.write(log.notebook, to: path)
    return path
  }

  /// Writes every table of a value to a file of its own, or the main one to the file that is named.
  private func saveTables(_ value: Value, _ stem: String, _ format: TableFormat, file: String?) throws
    -> [String]
  {
    let tables = try value.savedTables
    return try (file == nil ? tables : Array(tables.prefix(1))).map { suffix, table in
      let path = try folders.path(
        file ?? stem + (suffix.isEmpty ? "" : "_" + suffix) + "." + format.ending, for: .results)
      try table.write(as: format, to: path)
      return path
    }
  }

  /// Writes the main table of a value to a device or pipe such as `/dev/stdout`.
  private func saveTable(_ value: Value, toDevice path: String, _ formats: [SavedFormat]) throws -> [String] {
    guard formats.count == 1, let format = formats[0].table else {
      throw SessionError.file(
        "'\(path)' is a device: it takes one table in one format, csv, jsonl, npz or pickle")
    }
    try value.savedTables.first?.table.write(as: format, to: path)
    return [path]
  }
}

extension Value {
  /// The tables of a run or a series, the main one first under an empty name; those without columns are left out.
  var savedTables: [(name: String, table: Table)] {
    get throws {
      let tables: [(String, Table)]
      switch self {
      case .table(let table): return [("", table)]
      case .run(let run):
        tables = [("", try run.srel()), ("history", run.history), ("evaluations", try run.evaluations())]
      case .runs(let runs):
        tables = [
          ("", try runs.stacked { try $0.srel() }), ("history", try runs.stacked(\.history)),
          ("evaluations", try runs.stacked { try $0.evaluations() }),
        ]
      default: tables = []
      }
      return tables.filter { !$0.1.columns.isEmpty }
    }
  }
}

extension String {
  /// The name without an ending that `save` knows, and that ending with its format.
  fileprivate var splitEnding: (stem: String, ending: (text: String, format: SavedFormat)?) {
    for format in SavedFormat.allCases {
      for ending in format.endings where hasSuffix("." + ending) {
        return (String(dropLast(ending.count + 1)), (ending, format))
      }
    }
    return (self, nil)
  }

  /// What stands after the last dot of the file's name if it is a word: `txt`, but not the `001` of `lr_0.001`.
  fileprivate var wordEnding: String? {
    let name = split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    let ending = name[name.index(after: dot)...]
    guard let first = ending.first, first.isLetter, ending.allSatisfy({ $0.isLetter || $0.isNumber }) else {
      return nil
    }
    return String(ending)
  }
}
