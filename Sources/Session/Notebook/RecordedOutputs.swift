import FoundationEssentials
import Language
import Tables

/// What an earlier run of a notebook has recorded, as outputs of the cells at hand.
struct RecordedOutputs {
  private(set) var cells: [CellOutput] = []
  /// The digest of the script at hand.
  let digest: String
  /// Where the outputs come from, for the foot of a page.
  private(set) var provenance: [(String, String)] = []
  /// What the user should know of them.
  private(set) var warnings: [String] = []

  /// - Parameter path: that of the notebook, beside which `NAME.out` is looked for.
  /// - Throws: `SessionFailure.failed` for a record that cannot be read.
  init(of content: NotebookContent, at path: String, digest: String) throws(SessionFailure) {
    self.digest = digest
    let folder = RunFolder.place(for: path)
    let record: OutputsRecord?
    do {
      record = try OutputsRecord.read(in: folder)
    } catch {
      throw .failed(EngineErrors.diagnostic(error, at: nil))
    }
    let recorded = Dictionary(
      (record?.cells ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, cell) in content.cells.enumerated() {
      let name = cell.headingParts.name
      var output = CellOutput(
        name: name.isEmpty ? "cell \(index + 1)" : name, kind: cell.kind == .prose ? .prose : .code,
        source: cell.text)
      output.take(cell.options)
      if let recorded = recorded[output.name] {
        output.question?.takeHands(recorded.hands)
        if output.kind == .code { show(recorded, in: &output, folder) }
      }
      cells.append(output)
    }
    if let record { describe(record, folder) }
  }

  private mutating func show(_ recorded: OutputsRecord.Cell, in output: inout CellOutput, _ folder: String) {
    output.text = (recorded.text ?? []).joined(separator: "\n")
    output.error = recorded.error?.joined(separator: "\n")
    output.isSkipped = recorded.state == .skipped
    for figure in recorded.figures ?? [] {
      let path = figure.file.hasPrefix("/") ? figure.file : folder + "/" + figure.file
      guard let bytes = try? RegularFile.bytes(of: path, limit: 64 << 20) else {
        warnings.append("the figure '\(path)' is gone or cannot be read; the others are shown")
        continue
      }
      output.figures.append(CellOutput.Figure(bytes, fileName: figure.file, caption: figure.caption ?? ""))
    }
  }

  private mutating func describe(_ record: OutputsRecord, _ folder: String) {
    let missing = record.cells.filter { $0.state == .notRun && $0.kind == "code" }.map(\.name)
    if let end = cells.lastIndex(where: { $0.error != nil }), !missing.isEmpty {
      cells[end].error = (cells[end].error ?? "") + "\nnot run: " + missing.joined(separator: ", ")
    }
    let parameters = (record.parameters ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if !parameters.isEmpty { provenance.append(("parameters", parameters.joined(separator: ", "))) }
    guard record.script != digest else { return }
    warnings.append("the outputs in '\(folder)' are of another version of the notebook; run it to renew them")
    provenance.append(("outputs", "of another version of the script, sha256 \(record.script)"))
  }
}

extension CellOutput.Figure {
  /// A figure from its file; one that is no SVG has no drawing for a page.
  init(_ bytes: [UInt8], fileName: String, caption: String) {
    let isDrawing = fileName.hasSuffix(".svg")
    self.init(
      svg: isDrawing ? String(decoding: bytes, as: UTF8.self) : "", fileName: fileName, caption: caption)
    if fileName.hasSuffix(".png") { png = bytes }
  }
}

extension NotebookContent.Cell {
  fileprivate var options: CellOptions {
    (try? CellOptions(headingOptions, session: Session { _ in })) ?? CellOptions()
  }
}
