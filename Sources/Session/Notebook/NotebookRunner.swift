import Datasets
import Kernels
import Language
import Tables

/// Runs a notebook script cell by cell and keeps what each cell said and made.
///
/// Report and record are written after every cell, so a run that fails, is stopped or is killed leaves all that it
/// made, with the error in its place.
public final class NotebookRunner {
  /// A cell, its options and its statements.
  struct Cell {
    var cell: NotebookCell
    var options: CellOptions
    var statements: [Statement]
  }

  let session: Session
  let notebook: Notebook
  let program: Program
  let cells: [Cell]
  /// The name of the file without folder and ending.
  let name: String
  var fileName: String { notebook.source.name.map(NotebookFormat.fileName(of:)) ?? name }
  let settings: [(name: String, text: String)]
  /// What the cells said, as far as they have run, for the report.
  var outputs: [CellOutput] = []
  var record: OutputsRecord
  /// What earlier runs have kept; nil where nothing is kept.
  var cache: CellCache?
  var failedPasses: [Diagnostic] = []
  /// To whom the cells are shown while they run.
  public weak var audience: (any NotebookAudience)?
  /// The report has been written at least once.
  public internal(set) var hasReport = false

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
    errors += Self.proseErrors(notebook)
    var statements = [[Statement]](repeating: [], count: notebook.cells.count)
    for statement in parse.program.statements {
      do throws(Diagnostic) {
        statements[try notebook.cellIndex(of: statement)].append(statement)
      } catch {
        // Where the form is wrong, the end of a statement is a guess.
        if errors.isEmpty { errors.append(error) }
      }
    }
    errors += Checker.errors(of: notebook, statements: statements)
    if !errors.isEmpty { throw .invalid(errors) }
    program = parse.program
    cells = try Self.cells(of: notebook, statements, session)
    record = OutputsRecord(
      script: sha256(Array(source.text.utf8)),
      parameters: parameters.isEmpty
        ? nil : Dictionary(parameters.map { ($0.name, $0.text) }, uniquingKeysWith: { $1 }),
      cells: cells.map { OutputsRecord.Cell(of: $0, in: source) })
    try session.setParameters(parameters, for: program)
  }

  private static func cells(of notebook: Notebook, _ statements: [[Statement]], _ session: Session)
    throws(SessionFailure) -> [Cell]
  {
    var cells: [Cell] = []
    var errors: [Diagnostic] = []
    for (cell, statements) in zip(notebook.cells, statements) {
      do {
        cells.append(
          Cell(cell: cell, options: try CellOptions(cell.options, session: session), statements: statements))
      } catch {
        errors.append(EngineErrors.diagnostic(error, at: cell.header))
      }
    }
    if !errors.isEmpty { throw .invalid(errors) }
    return cells
  }

  /// Whether the script has `# %%` lines.
  public var hasCells: Bool { notebook.cells.contains { !$0.header.isEmpty } }

  /// `night.srel: 2 cells, 5 statements, no errors`
  public var summary: String {
    let counts = [("cell", notebook.cells.count), ("statement", program.statements.count)]
      .map { "\($1)".counting($0) }
    return ([notebook.source.name ?? name] + [(counts + ["no errors"]).joined(separator: ", ")])
      .joined(separator: ": ")
  }

  /// The trainings of the script: steps, how many measurements each block makes, expected time and memory.
  public func plan() -> [String] {
    Planner.plan(program, of: notebook.source, parameters: settings, rate: session.plannedRate)
  }

  /// Runs all cells, or those up to the first that fails.
  ///
  /// - Parameters:
  ///   - folder: where report and record go; nil for none.
  ///   - command: what was typed to start this, for the record.
  ///   - keepsGoing: go on with the next cell after one that failed.
  ///   - kept: what is done with the work of earlier runs.
  /// - Returns: the first failure, nil if all went well.
  public func run(
    in folder: RunFolder?, command: [String] = [], keepsGoing: Bool = false, kept: KeptWork = .usual
  ) -> SessionFailure? {
    var conditions = RunConditions(command: command, threads: session.workers.count)
    var first: SessionFailure?
    do throws(SessionFailure) {
      cache = folder.map { CellCache(folder: $0.path, session: session, kept) }
      try cache?.begin(cells.map(text))
    } catch {
      return error
    }
    session.gathersFailures = true
    defer { session.gathersFailures = false }
    for place in cells.indices {
      let shown = presented(place)
      guard case .stay(let hands) = shown.flatMap({ audience?.meet($0) }) ?? .stay(hands: nil) else {
        if session.interruption.isRequested { first = first ?? .interrupted }
        break
      }
      let start = ContinuousClock.now
      let failure = run(place, hands: hands)
      if let shown { audience?.part(from: shown, failed: failure != nil) }
      conditions.note(cells[place].cell.name, since: start)
      var isStopped = failure != nil && !keepsGoing
      switch failure {
      case .quit?: isStopped = true
      case .interrupted?:
        isStopped = true
        first = first ?? failure
      default: first = first ?? failure
      }
      if isStopped, first != nil { noteRest(after: place) }
      if let problem = save(in: folder, conditions) {
        first = first ?? problem
        isStopped = isStopped || !keepsGoing
      }
      if isStopped { break }
    }
    first = first ?? failureOfPasses
    conditions.exit = Int(first?.exitCode ?? 0)
    if let problem = save(in: folder, conditions) { first = first ?? problem }
    cache?.finish()
    return first
  }

  /// The cell as an audience sees it; nil where there is none or nothing to see.
  private func presented(_ place: Int) -> PresentedCell? {
    let cell = cells[place]
    guard audience != nil, !isPreamble(cell) else { return nil }
    let isProse = cell.cell.kind == .prose
    let seen = cells.indices.filter { !isPreamble(cells[$0]) }
    return PresentedCell(
      number: seen.count { $0 <= place }, count: seen.count, name: cell.cell.name,
      kind: isProse ? .prose : .code,
      source: isProse ? notebook.prose(of: cell.cell) : notebook.code(of: cell.cell), options: cell.options,
      leadsToCode: place + 1 < cells.count && cells[place + 1].cell.kind == .code)
  }

  private func run(_ place: Int, hands: [Int]?) -> SessionFailure? {
    let cell = cells[place]
    let isProse = cell.cell.kind == .prose
    var output = CellOutput(
      name: cell.cell.name, kind: isProse ? .prose : .code,
      source: isProse ? notebook.prose(of: cell.cell) : notebook.code(of: cell.cell))
    output.take(cell.options)
    output.question?.hands = hands
    let events = CellEvents(session)
    defer { events.end() }
    session.failedPasses = []
    let (state, failure) = outcome(of: cell)
    let passes = session.failedPasses
    failedPasses += passes
    // A warning names the script as it was given; where that stands says nothing about what the cell does.
    output.text = events.text.replacing(notebook.source.name ?? fileName, with: fileName)
    output.figures = events.figures
    output.error = (failure ?? passes.first.map { .failed($0) }).flatMap(errorText)
    output.isSkipped = state == .skipped
    record.cells[place].key = cache?.keyDigest
    record.cells[place].take(
      output, passes.isEmpty ? state : .failed, values: namedValues(events.names),
      files: recordedFiles(events.files))
    if !isPreamble(cell), !(isProse && output.isSkipped) { outputs.append(output) }
    return failure
  }

  /// Runs the statements of a cell, or finds that they are not to be run.
  private func outcome(of cell: Cell) -> (OutputsRecord.State, SessionFailure?) {
    do throws(SessionFailure) {
      if let condition = cell.options.skip, try session.holds(condition, in: notebook.source) {
        if cell.cell.kind == .code {
          session.output(.note("skipped: \(cell.cell.name)"))
          cache?.leaveOut(text(of: cell))
        }
        return (.skipped, nil)
      }
    } catch {
      return (.failed, error)
    }
    do throws(SessionFailure) {
      let run = { [session, notebook] () throws(SessionFailure) in
        try session.execute(cell.statements, of: notebook.source)
      }
      if let cache, cell.cell.kind == .code { try cache.run(text(of: cell), run) } else { try run() }
    } catch {
      guard error.isError else { return (error.exitCode == 0 ? .done : .stopped, error) }
      guard cell.options.expectsError else { return (.failed, error) }
      session.show(words: errorText(error) ?? "")
      return (.failedAsExpected, nil)
    }
    guard cell.options.expectsError else { return (.done, nil) }
    let error = SessionError.noError(cell: cell.cell.name)
    return (.failed, .failed(error.diagnostic(at: cell.cell.header)))
  }

  /// Whether lines before the first cell only say the version of the language, which a page need not begin with.
  private func isPreamble(_ cell: Cell) -> Bool {
    hasCells && cell.cell.kind == .code && cell.cell.header.isEmpty
      && cell.statements.allSatisfy { if case .use = $0.kind { true } else { false } }
  }

  private func errorText(_ failure: SessionFailure) -> String? {
    if case .interrupted = failure { return "stopped by the user" }
    if failure.diagnostics.isEmpty { return nil }
    // Where the script stands says nothing about what went wrong in it.
    let source = Source(notebook.source.text, name: fileName, format: notebook.source.format)
    return failure.diagnostics.map { DiagnosticText().render($0, in: source) }.joined(separator: "\n")
      .withoutFolder(session.folders.root)
  }

  private func noteRest(after place: Int) {
    let rest = cells[(place + 1)...].filter { $0.cell.kind == .code }
    guard !rest.isEmpty, !outputs.isEmpty else { return }
    let note = "not run: " + rest.map(\.cell.name).joined(separator: ", ")
    outputs[outputs.count - 1].error = (outputs[outputs.count - 1].error.map { $0 + "\n" } ?? "") + note
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

/// Listens to a session while a cell runs.
private final class CellEvents {
  private let session: Session
  private let outer: ((SessionEvent) -> Void, ((String) -> Void)?)
  private var lines: [String] = []
  private(set) var figures: [CellOutput.Figure] = []

  init(_ session: Session) {
    self.session = session
    outer = (session.output, session.transcript)
    (session.namesAssigned, session.filesWritten) = ([], [])
    session.transcript = { [unowned self] in lines.append($0) }
    session.output = { [unowned self] event in
      switch event {
      case .echo(let text), .warning(let text), .note(let text): lines.append(text)
      case .figure(let svg, let path, let caption):
        let file = path.withoutFolder(session.folders.root)
        figures.append(CellOutput.Figure(svg: svg, fileName: file, caption: caption))
      case .result, .drawing, .progress, .download: break
      }
      outer.0(event)
    }
  }

  func end() { (session.output, session.transcript) = outer }

  /// Paths below the notebook's folder as seen from there: the text then has the same bytes wherever it is made.
  var text: String { lines.joined(separator: "\n").withoutFolder(session.folders.root) }
  var names: [String] { session.namesAssigned }
  var files: [String] {
    var seen: Set<String> = []
    return session.filesWritten.filter { seen.insert($0).inserted }
  }
}
