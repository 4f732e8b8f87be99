import Datasets
import Foundation
import Kernels
import Language
import Tables

/// Runs a notebook script cell by cell and keeps what each cell said and drew.
///
/// The report is written after every cell, so a run that fails or is stopped leaves all that it made, with the error in
/// its place.
public final class NotebookRunner {
  private let session: Session
  private let notebook: Notebook
  let program: Program
  /// The statements of each cell.
  private let statements: [[Statement]]
  private let name: String
  private let settings: [(name: String, text: String)]
  private var outputs: [CellOutput] = []
  /// The report has been written at least once.
  public private(set) var hasReport = false

  /// Reads and checks a script: syntax, cells, names, options, parameters, formulas.
  ///
  /// - Parameter name: the name of the file without folder and ending.
  /// - Throws: `SessionFailure.invalid` with everything that is wrong.
  public init(
    _ source: Source, name: String, session: Session, parameters: [(name: String, text: String)]
  ) throws(SessionFailure) {
    self.session = session
    self.name = name
    settings = parameters
    let notebook = Notebook(source)
    self.notebook = notebook
    let parse = Parser.parse(source, verbs: Registry.verbNames)
    var errors = notebook.diagnostics + Checker.errors(of: parse, in: source, known: [])
    for option in notebook.cells.flatMap(\.options) {
      errors.append(
        SessionError.unknownOption(
          owner: "a cell", option: option.name.text, hint: "a '# %%' line holds a name"
        )
        .diagnostic(at: option.name.range))
    }
    var statements = [[Statement]](repeating: [], count: notebook.cells.count)
    errors += NotebookRunner.proseErrors(notebook)
    if errors.isEmpty {
      for statement in parse.program.statements {
        do throws(Diagnostic) {
          statements[try notebook.cellIndex(of: statement)].append(statement)
        } catch {
          errors.append(error)
        }
      }
    }
    if !errors.isEmpty { throw .invalid(errors) }
    program = parse.program
    self.statements = statements
    try session.setParameters(parameters, for: program)
  }

  /// Whether the script has `# %%` lines.
  public var hasCells: Bool { notebook.cells.contains { !$0.header.isEmpty } }

  /// The cells with their statements, in order.
  var cells: [(cell: NotebookCell, statements: [Statement])] { Array(zip(notebook.cells, statements)) }

  /// `night.srel: 2 cells, 5 statements, no errors`
  public var summary: String {
    let counts = [("cell", notebook.cells.count), ("statement", program.statements.count)]
      .map { "\($1) \($0)\($1 == 1 ? "" : "s")" }
    return ([notebook.source.name ?? name] + [(counts + ["no errors"]).joined(separator: ", ")])
      .joined(separator: ": ")
  }

  /// The trainings of the script: steps, and how many measurements each block makes.
  public func plan() -> [String] { Planner.plan(program, of: notebook.source, parameters: settings) }

  /// Runs all cells, or those up to the first that fails.
  ///
  /// - Parameters:
  ///   - report: the file of the HTML report; nil for none.
  ///   - keepsGoing: go on with the next cell after one that failed.
  /// - Returns: the first failure, nil if all went well.
  public func run(report: String?, keepsGoing: Bool = false) -> SessionFailure? {
    var first: SessionFailure?
    // A night's work must not end at a folder that cannot be written.
    if let problem = makeFolder(of: report) { return problem }
    for (cell, statements) in zip(notebook.cells, self.statements) {
      let failure = run(cell, statements)
      var isStopped = failure != nil && !keepsGoing
      switch failure {
      case .quit?: isStopped = true
      case .interrupted?:
        isStopped = true
        first = first ?? failure
      default: first = first ?? failure
      }
      if isStopped, first != nil { noteRest(after: cell) }
      if let problem = write(report), first == nil { first = problem }
      if isStopped { break }
    }
    return first
  }

  private func run(_ cell: NotebookCell, _ statements: [Statement]) -> SessionFailure? {
    let isProse = cell.kind == .prose
    var output = CellOutput(
      name: cell.name, kind: isProse ? .prose : .code,
      source: isProse ? notebook.prose(of: cell) : notebook.code(of: cell))
    let outer = session.output
    var lines: [String] = []
    var figures: [CellOutput.Figure] = []
    session.output = { event in
      switch event {
      case .result(let text), .echo(let text), .warning(let text), .note(let text):
        lines.append(self.relative(text))
      case .figure(let svg, let path, let caption):
        let file = path.split(separator: "/").last.map(String.init) ?? path
        figures.append(CellOutput.Figure(svg: svg, fileName: file, caption: caption))
      case .drawing(let drawing): lines.append(drawing.plainText)
      case .progress, .download: break
      }
      outer(event)
    }
    defer { session.output = outer }
    var failure: SessionFailure?
    do throws(SessionFailure) {
      try session.execute(statements, of: notebook.source)
    } catch {
      failure = error
    }
    output.text = lines.joined(separator: "\n")
    output.figures = figures
    output.error = failure.flatMap(errorText)
    if !isPreamble(cell, statements) { outputs.append(output) }
    return failure
  }

  /// Whether lines before the first cell only say the version of the language, which a page need not begin with.
  private func isPreamble(_ cell: NotebookCell, _ statements: [Statement]) -> Bool {
    hasCells && cell.kind == .code && cell.header.isEmpty
      && statements.allSatisfy { if case .use = $0.kind { true } else { false } }
  }

  /// Paths below the notebook's folder as seen from there: the report then has the same bytes wherever it is made.
  private func relative(_ text: String) -> String {
    session.folders.root.map { text.replacingOccurrences(of: $0 + "/", with: "") } ?? text
  }

  private func errorText(_ failure: SessionFailure) -> String? {
    if case .interrupted = failure { return "stopped by the user" }
    if failure.diagnostics.isEmpty { return nil }
    return failure.diagnostics.map { DiagnosticText().render($0, in: notebook.source) }.joined(
      separator: "\n")
  }

  private func noteRest(after cell: NotebookCell) {
    let rest = notebook.cells.filter { $0.kind == .code && $0.range.lowerBound > cell.range.lowerBound }
    guard !rest.isEmpty, !outputs.isEmpty else { return }
    let note = "not run: " + rest.map(\.name).joined(separator: ", ")
    outputs[outputs.count - 1].error = (outputs[outputs.count - 1].error.map { $0 + "\n" } ?? "") + note
  }

  private func makeFolder(of report: String?) -> SessionFailure? {
    guard let report, let slash = report.lastIndex(of: "/"), slash != report.startIndex else { return nil }
    do throws(FileError) {
      try Folder.make(String(report[..<slash]))
      return nil
    } catch {
      return .failed(Diagnostic(error.description))
    }
  }

  private func write(_ report: String?) -> SessionFailure? {
    guard let report else { return nil }
    let page = Report.html(
      cells: outputs, title: name, provenance: provenance)
    do throws(FileError) {
      try AtomicFile.write(page, to: report)
      hasReport = true
      return nil
    } catch {
      return .failed(Diagnostic(error.description))
    }
  }

  private var provenance: [(String, String)] {
    var rows = [
      ("program", "srel-repl \(Version.program)"),
      ("script", "\(notebook.source.name ?? name), sha256 \(sha256(Array(notebook.source.text.utf8)))"),
    ]
    if !settings.isEmpty {
      rows.append(("parameters", settings.map { "\($0.name)=\($0.text)" }.joined(separator: ", ")))
    }
    rows += session.dataUsed.map { ("data \($0.name)", "sha256 \($0.digest)") }
    rows += session.provenanceNotes.map { ($0.name, $0.text) }
    rows.append(("matrix products", "OpenBLAS, \(Workers.kernelName) kernels"))
    return rows
  }

  private static func proseErrors(_ notebook: Notebook) -> [Diagnostic] {
    notebook.cells.filter { $0.kind == .prose }.compactMap { cell in
      do throws(ProseError) {
        try Prose.check(notebook.prose(of: cell))
        return nil
      } catch {
        return Diagnostic(error.description, at: cell.header)
      }
    }
  }
}
