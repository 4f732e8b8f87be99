import Charts
import Datasets
import Language
import Network
import Random
import Tables
import Training

extension Verb {
  static let plot = Verb(
    "plot",
    "draw a table as a figure: lines are means over runs, one for each value of by=, a panel for each of facet=",
    things: [ThingDeclaration("TABLE", .table, "what to draw, such as run.srel")],
    options: figureOptions + [
      OptionDeclaration(
        "phases", .table, "what phases found: the elastic and the inelastic part are shaded, t* is marked"),
      OptionDeclaration(
        "to", .either([.text, .names("file names")]), isRequired: true,
        "the files, ending in .svg, .png or .pdf"),
    ], furtherOptions: .columns, example: "plot run.srel x=step by=same average=median to=\"s.svg\""
  ) { session, call in
    var figure = try session.figure(call)
    if case .table(let phases)? = call.options["phases"] {
      try session.located(at: call.range(of: "phases")) {
        try figure.mark(phases: phases, facet: call.words("facet") ?? [], by: call.words("by") ?? [])
      }
    }
    return try session.located(at: call.range(of: "to")) { try session.write(figure, call) }
  }

  static let save = Verb(
    "save", "write a run, a series of runs or a table to files, or this session as a notebook",
    things: [
      ThingDeclaration("THING", .orWord("session", .either([.runs, .table])), "what to write")
    ],
    options: [
      OptionDeclaration("to", .text, isRequired: true, "the file, or the beginning of the files' names"),
      OptionDeclaration(
        "formats", .words(["csv", "safetensors"]),
        "csv: the tables; safetensors: the weights; else by the ending of to="),
    ], example: "save run to=\"results/run\" formats=[csv, safetensors]"
  ) { session, call in
    let path = try session.expanded(call.text("to") ?? "", at: call.range(of: "to"))
    if case .word = call.things[0] {
      let file = try session.located(at: call.range(of: "to")) { try session.saveLog(to: path, call) }
      session.output(.note("saved " + file))
      return .nothing
    }
    let paths = try session.located(at: call.range(of: "to")) { try session.save(call.things[0], path, call) }
    session.output(.note(paths.map { "saved " + $0 }.joined(separator: "\n")))
    return .nothing
  }
}

extension Session {
  /// Writes a figure to every file of `to=`, and hands its drawing to the report.
  fileprivate func write(_ figure: Figure, _ call: Call) throws -> Value {
    var written: [String] = []
    for name in call.words("to") ?? [] {
      let path = try folders.path(expanded(name, at: call.range(of: "to")), for: .figures)
      for file in try figure.write(to: path) where !written.contains(file) { written.append(file) }
    }
    let lines = figure.panels.map(\.series.count).max() ?? 0
    let summary =
      "\(figure.panels.count) panel\(figure.panels.count == 1 ? "" : "s"), \(lines) line\(lines == 1 ? "" : "s") each"
    if folders.root != nil, let first = written.first {
      figuresDrawn += 1
      let svg = try figure.svg(idPrefix: "figure-\(figuresDrawn)")
      output(.figure(svg: svg, path: first, caption: figure.title))
    }
    return .figure(FigureFiles(paths: written, summary: summary))
  }

  /// `fig_{d}.svg` with the value of d in it.
  fileprivate func expanded(_ text: String, at range: ByteRange) throws -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: open)..<close])
      guard let value = lookUp(name) else {
        throw SessionError.unknownName(name, hint: nameHint(name)).diagnostic(at: range)
      }
      result += rest[..<open] + value.displayText.replacing("/", with: "_")
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  fileprivate func save(_ value: Value, _ name: String, _ call: Call) throws -> [String] {
    let endings = ["csv", "safetensors"]
    if name.isEmpty || name.hasSuffix("/") { throw SessionError.noFileName(name) }
    let path = try folders.path(name, for: .results)
    if AtomicFile.isDevice(path) { return try saveTable(value, toDevice: path, call) }
    let (stem, ending) = name.splitEnding(known: endings)
    if ending == nil, let unknown = name.wordEnding {
      throw SessionError.unknownEnding(unknown, known: endings)
    }
    let formats = call.words("formats") ?? ending.map { [$0] } ?? ["csv"]
    var files: [String] = []
    if formats.contains("csv") { files += try saveTables(value, stem, isOneFile: ending == "csv") }
    if formats.contains("safetensors") { files += try saveWeights(value, stem) }
    return files
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

  private func saveTables(_ value: Value, _ stem: String, isOneFile: Bool) throws -> [String] {
    var tables: [(String, Table)]
    switch value {
    case .run(let run):
      tables = [("", try run.srel()), ("_history", run.history), ("_evaluations", try run.evaluations())]
    case .runs(let runs):
      tables = [
        ("", try runs.stacked { try $0.srel() }), ("_history", try runs.stacked(\.history)),
        ("_evaluations", try runs.stacked { try $0.evaluations() }),
      ]
    case .table(let table): tables = [("", table)]
    default: tables = []
    }
    if case .table = value {} else { tables.removeAll { $0.1.columns.isEmpty } }
    if isOneFile { tables = Array(tables.prefix(1)) }
    return try tables.map { suffix, table in
      let path = try folders.path(stem + suffix + ".csv", for: .results)
      try table.writeCSV(to: path)
      return path
    }
  }

  /// Writes the main table of a value to a device or pipe such as `/dev/stdout`.
  private func saveTable(_ value: Value, toDevice path: String, _ call: Call) throws -> [String] {
    if call.words("formats")?.contains("safetensors") == true {
      throw SessionError.file("'\(path)' is a device: it takes one table as CSV, no weights")
    }
    switch value {
    case .table(let table): try table.writeCSV(to: path)
    default: if case .table(let table)? = try value.field("srel") { try table.writeCSV(to: path) }
    }
    return [path]
  }

  private func saveWeights(_ value: Value, _ stem: String) throws -> [String] {
    let runs: [(String, TrainedRun)]
    switch value {
    case .run(let run): runs = [("", run)]
    case .runs(let series):
      runs = series.runs.enumerated().map { place, run in
        (series.levels.map { "_\($0.name)=\($0.values[place].displayText)" }.joined(), run)
      }
    default:
      throw SessionError.wrongKind(
        what: "formats=safetensors", expected: "a run", found: value.kindName, hint: nil)
    }
    return try runs.map { suffix, run in
      let path = try folders.path(stem + suffix + ".safetensors", for: .results)
      let metadata = [
        "format": "pt", "model": run.run.network.model.sourceText, "step": String(run.run.step),
        "seed": String(run.run.options.seed.root), "data": "\(run.run.data.name) \(run.run.data.digest)",
        "classes": run.run.data.classNames.joined(separator: ", "),
      ]
      try SafetensorsFile(tensors: run.run.network.exported(run.run.weights), metadata: metadata).write(
        to: path)
      return path
    }
  }
}

extension String {
  /// The name without one of the known endings, and that ending.
  fileprivate func splitEnding(known: [String]) -> (stem: String, ending: String?) {
    for ending in known where hasSuffix("." + ending) { return (String(dropLast(ending.count + 1)), ending) }
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
