import Datasets
import Kernels
import Language
import Tables

/// What a run leaves on disk: report, record and conditions, written anew after every cell.
extension NotebookRunner {
  /// Writes what is known by now.
  func save(in folder: RunFolder?, _ conditions: RunConditions) -> SessionFailure? {
    guard let folder else { return nil }
    do {
      record.provenance = origins.map { OutputsRecord.Origin(name: $0, text: $1) }
      try folder.write(record.text, as: RunFolder.outputs)
      try folder.write(JSONFile.text(conditions), as: RunFolder.conditions)
      try folder.write(Report.html(cells: outputs, title: name, provenance: provenance), as: RunFolder.report)
      hasReport = true
      return nil
    } catch {
      return .failed(EngineErrors.diagnostic(error, at: nil))
    }
  }

  private var provenance: [(String, String)] {
    var rows = [
      ("program", "srel-repl \(Version.program)"),
      ("script", "\(fileName), sha256 \(record.script)"),
    ]
    if !settings.isEmpty {
      rows.append(("parameters", settings.map { "\($0.name)=\($0.text)" }.joined(separator: ", ")))
    }
    return rows + origins + [("matrix products", Version.matrixProducts)]
  }

  /// The part of the provenance that is the same on every machine and in no other place of the record.
  private var origins: [(String, String)] {
    [("engine", "numeric version \(Version.numeric)")]
      + session.dataUsed.map { ("data \($0.name)", "sha256 \($0.digest)") }
      + session.provenanceNotes.map { ($0.name, $0.text) }
  }

  /// The files that a cell wrote, with digests of what they hold now.
  func recordedFiles(_ paths: [String]) -> [OutputsRecord.File] {
    paths.compactMap { path in
      guard let digest = try? sha256(ofFile: path) else { return nil }
      return OutputsRecord.File(path: path.withoutFolder(session.folders.root), sha256: digest)
    }
  }

  /// What the names stand for that a cell gave values to.
  func namedValues(_ names: [String]) -> [OutputsRecord.NamedValue] {
    let root = session.folders.root
    return names.compactMap { name in
      session.scopes[0].values[name].map { value in
        OutputsRecord.NamedValue(
          name: name, kind: value.kindName, text: value.recordText?.withoutFolder(root),
          digest: cache?.names[name]?.digest ?? "", indices: value.indices)
      }
    }
  }
}

extension Value {
  /// Of a data set: `0-19, 40`.
  fileprivate var indices: String? {
    if case .dataset(let data) = self { data.indices.asRanges } else { nil }
  }
}

extension OutputsRecord.Cell {
  /// A cell before it has run.
  init(of cell: NotebookRunner.Cell, in source: Source) {
    self.init(name: cell.cell.name, kind: cell.cell.kind.rawValue, state: .notRun)
    let written = cell.cell.options.map { ($0.name.text, source[$0.value.range]) }
    if !written.isEmpty { options = Dictionary(written, uniquingKeysWith: { $1 }) }
  }

  /// Takes what the cell made.
  mutating func take(
    _ output: CellOutput, _ state: OutputsRecord.State, values: [OutputsRecord.NamedValue],
    files: [OutputsRecord.File]
  ) {
    func lines(_ text: String) -> [String] {
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    self.state = state
    hands = output.question.flatMap { question in
      question.hands.map { Dictionary(zip(question.choices, $0), uniquingKeysWith: +) }
    }
    text = output.text.isEmpty ? nil : lines(output.text)
    error = output.error.map(lines)
    let figures = output.figures.map {
      OutputsRecord.Figure(file: $0.fileName, caption: $0.caption.isEmpty ? nil : $0.caption)
    }
    self.figures = figures.isEmpty ? nil : figures
    self.files = files.isEmpty ? nil : files
    self.values = values.isEmpty ? nil : values
  }
}

extension Value {
  /// The value in a line, for people who compare two records: plain values to the last digit, of a table the means of
  /// its columns.
  var recordText: String? {
    let text: String
    switch self {
    case .nothing: return nil
    case .table(let table): text = table.recordText
    case .dataset(let data): text = data.summary.split(separator: "\n").first.map(String.init) ?? ""
    case .run(let run): text = run.summary
    case .runs(let series): text = series.summary
    case .figure, .definition: text = displayText
    default: text = sourceText
    }
    return text.count > 400 || text.contains("\n") ? nil : text
  }
}

extension Table {
  fileprivate var recordText: String {
    let means = columns.filter { $0.role == .value }.compactMap { column -> String? in
      let numbers = (0..<rowCount).compactMap { column[$0].number }.filter(\.isFinite)
      return Statistics.mean(numbers).map { "\(column.name) \($0.shortest)" }
    }
    return "\(rowCount) rows" + (means.isEmpty ? "" : ", means " + means.joined(separator: ", "))
  }
}
