import FoundationEssentials
import Language
import LineEditor
import Session

/// Runs files, one-liners, pipes and the prompt, and turns what happens into messages and an exit code.
final class Shell {
  let command: Command
  let terminal: Terminal
  let session: Session
  let signals: StopSignals
  /// The text that is being run, for the places of its errors.
  private var asked: Source?
  /// What the next input begins with: the command about which help was asked.
  private var unfinished = ""
  /// Where the notebook leaves what it makes; held until the program ends, so that no second run writes there.
  private var folder: RunFolder?
  /// To whom the notebook is shown while it runs.
  private var audience: (any NotebookAudience)?
  /// The settings of -p whose `param` line has not come yet.
  private var waiting: [(name: String, text: String)]

  init(_ command: Command) {
    self.command = command
    waiting = command.settings
    let terminal = Terminal(command)
    self.terminal = terminal
    let session = Session { _ in }
    session.output = { [unowned session] in terminal.show($0, session.settings) }
    session.aside = { [unowned session] in terminal.show($0, session.settings) }
    session.windowColumns = { terminal.windowColumns }
    session.resultFormat = command.json ? .json : .text
    session.folders = OutputFolders(root: command.out, isConfined: command.safe)
    if let threads = command.threads { session.useThreads(threads) }
    session.measured = { terminal.show($0) }
    self.session = session
    let interruption = session.interruption
    signals = StopSignals(
      isRequested: { interruption.isRequested }, request: { interruption.request() },
      terminate: { interruption.endProgram() }, tell: StandardStream.messages.write)
  }

  /// Does what the command line asks for; gives the exit code.
  func run() -> Int32 {
    var code: Int32 = 0
    // Only at a prompt can a stopped run be taken further.
    session.interruption.endProgram()
    defer {
      terminal.endLiveLine()
      folder?.close()
    }
    if !command.e.isEmpty {
      code = first(runCommands(command.e), unusedSettings)
    } else if let file = command.file, file != "-" {
      if command.verify { return verify(file) }
      if command.reprun { return runTwice(file) }
      code = runFile(file)
    } else {
      return first(converse(), unusedSettings)
    }
    if command.i, code != signals.exitCode, !command.check {
      let later = converse()
      code = first(code, later)
    }
    return code
  }

  /// The exit code of what was done before, or else of what comes then.
  private func first(_ one: Int32, _ other: @autoclosure () -> Int32) -> Int32 { one != 0 ? one : other() }

  /// Complains about the settings of -p that no `param` line took; gives the exit code.
  private var unusedSettings: Int32 {
    let unused = waiting
    waiting = []
    if unused.isEmpty { return 0 }
    let errors = unused.map { SessionError.unknownParameter($0.name, hint: nil).diagnostic(at: nil) }
    return report(.invalid(errors), in: nil)
  }

  // MARK: - One-liners

  private func runCommands(_ texts: [String]) -> Int32 {
    var code: Int32 = 0
    for text in texts {
      let source = Source(text)
      do throws(SessionFailure) {
        let program = try session.program(source)
        waiting = try takeSettings(for: program, isWhole: texts.count == 1)
        if command.check {
          for line in Planner.plan(
            program, of: source, parameters: command.settings, rate: session.plannedRate)
          {
            tellResult(line)
          }
        } else {
          try session.execute(program.statements, of: source)
        }
      } catch {
        if case .quit = error { return code }
        let found = report(error, in: source)
        code = first(code, found)
        if !command.keepGoing || code == signals.exitCode { return code }
      }
    }
    return code
  }

  /// Sets what the program declares; gives what waits for a later part.
  private func takeSettings(for program: Program, isWhole: Bool) throws(SessionFailure) -> [(
    name: String, text: String
  )] {
    if !isWhole { return try session.setDeclaredParameters(waiting, for: program) }
    let settings = waiting
    waiting = []
    try session.setParameters(settings, for: program)
    return []
  }

  // MARK: - Files

  private func runFile(_ path: String) -> Int32 {
    var source: Source?
    waiting = []
    do throws(SessionFailure) {
      let text = try ScriptFile.read(path)
      source = text
      let name = NotebookFormat.stem(of: path)
      session.echoesDefaults = true
      if command.present, !terminal.isInteractive {
        throw .invalid([
          Diagnostic(
            "--present needs a terminal for its keys and its pages",
            hint: "without it the notebook runs through and leaves its report")
        ])
      }
      let runner = try NotebookRunner(text, name: name, session: session, parameters: command.settings)
      if command.check {
        for line in [runner.summary] + runner.plan() { tellResult(line) }
        return 0
      }
      if let cell = command.why {
        let folder = command.out ?? RunFolder.place(for: path)
        for line in try runner.answer(about: cell, in: folder) { tellResult(line) }
        return 0
      }
      folder = runner.hasCells || command.out != nil ? try RunFolder(for: path, out: command.out) : nil
      if let folder, let place = folder.replaced {
        terminal.tell("'\(place)' cannot be written: all goes to '\(folder.path)'")
      }
      session.folders = OutputFolders(
        root: folder?.path ?? NotebookFormat.outputFolder(of: path), isConfined: command.safe)
      audience = command.present ? presentation() : runner.hasCells ? CellTicker(terminal) : nil
      runner.audience = audience
      let failure = runner.run(
        in: folder, command: CommandLine.arguments, keepsGoing: command.keepGoing,
        kept: command.fresh ? .ignored : command.resume ? .resumed : .usual)
      let code = failure.map { self.report($0, in: text) } ?? 0
      if let checkpoint = runner.checkpoint {
        terminal.tell("stopped: \(checkpoint.place)")
        if !command.hidesNotes {
          terminal.tell("kept in '\(checkpoint.path)': --resume goes on with it, --fresh begins anew")
        }
      }
      if let folder, runner.hasReport, !command.hidesNotes {
        var isStopped = false
        if case .interrupted? = failure { isStopped = true }
        terminal.tell("report: \(folder.report)" + (isStopped ? " keeps what was shown until then" : ""))
      }
      return code
    } catch {
      return report(error, in: source)
    }
  }

  /// Puts a presentation between the session and the terminal.
  private func presentation() -> Presentation {
    let stage = Stage(terminal: terminal, session: session, signals: signals)
    let presentation = Presentation(stage)
    session.sketchesFigures = true
    session.output = { [unowned session] event in
      switch event {
      case .result(let text), .warning(let text), .note(let text): presentation.hear(text)
      case .drawing(let drawing): presentation.hear(drawing.text(stage.style))
      case .echo, .figure: break
      case .progress, .download: stage.terminal.show(event, session.settings)
      }
    }
    return presentation
  }

  // MARK: - Prompt and pipe

  private func converse() -> Int32 {
    let isPrompt = terminal.isInteractive && command.file != "-"
    if isPrompt, !signals.isTerminated { session.interruption.endProgram(false) }
    if isPrompt, let code = begin() { return code }
    var code: Int32 = 0
    // Made here: it looks at the terminal and reads the user's key bindings, for which one-liners need not wait.
    let editor = lineEditor(isPrompt: isPrompt)
    while !signals.isTerminated {
      let text: String
      switch read(editor, isPrompt: isPrompt) {
      case .text(let input): text = input
      case .end: return code
      case .stopped(let signal): return 128 + signal
      case nil: return first(code, 1)
      }
      if signals.isTerminated { break }
      do throws(SessionFailure) {
        try isPrompt ? answer(text) : run(Source(text))
      } catch {
        if case .quit = error { return code }
        let found = report(error, in: asked)
        if isPrompt, !signals.isTerminated { continue }
        code = first(code, found)
        if !command.keepGoing || found == signals.exitCode { return code }
      }
    }
    return signals.isTerminated ? signals.exitCode : code
  }

  private func lineEditor(isPrompt: Bool) -> LineEditor {
    let environment = ProcessInfo.processInfo.environment
    return LineEditor(
      application: "srel-repl", isInteractive: isPrompt,
      // What is confined to a folder neither writes a history elsewhere nor starts other programs.
      history: command.safe ? nil : .standard(application: "srel-repl", environment: environment),
      allowsTextEditor: !command.safe,
      isComplete: isComplete, complete: { [session] in Completion(session.completions(in: $0, at: $1)) },
      report: { [terminal] in terminal.tell("warning: \($0)") })
  }

  /// The next input; nil if reading failed, which has been told.
  private func read(_ editor: LineEditor, isPrompt: Bool) -> LineEditor.Input? {
    signals.isReading = true
    // It came just after the last command had ended. For Ctrl-C there is then nothing left to stop at a prompt.
    if signals.isTerminated || !isPrompt && session.interruption.isRequested {
      return .stopped(signal: signals.exitCode - 128)
    }
    do throws(LineEditorError) {
      let initial = unfinished
      unfinished = ""
      let input = try editor.read(prompt: "srel> ", continuation: "   .. ", initial: initial)
      if case .stopped = input { return input }
      // Before a signal can be the next command's.
      if isPrompt { session.interruption.clear() }
      signals.isReading = false
      return input
    } catch {
      signals.isReading = false
      terminal.tell("error: \(error)")
      return nil
    }
  }

  /// Greets, and runs the init file; gives a code where that leaves the program.
  private func begin() -> Int32? {
    session.echoesDefaults = true
    session.numbersResults = true
    if !command.quiet {
      terminal.tell(
        "srel-repl \(Version.program)   ?  help   ?train  one verb   ??text  search   Ctrl-D leaves")
    }
    guard !command.noInit, let path = InitFile.path else { return nil }
    var source: Source?
    do throws(SessionFailure) {
      let text = try ScriptFile.read(path)
      source = text
      try session.run(text)
    } catch {
      if case .quit = error { return 0 }
      _ = report(error, in: source)
    }
    return nil
  }

  /// What was typed at the prompt.
  private func answer(_ text: String) throws(SessionFailure) {
    switch PromptInput(text, variables: session.variableNames) {
    case .question(let name, let input):
      unfinished = input
      try run(Source("help " + name))
    case .search(let words): tellResult(Help.search(words))
    case .shell(let line):
      if command.safe { throw .failed(Diagnostic("--safe refuses to run commands of the system's shell")) }
      terminal.runShell(line)
    case .program(let program, let isExpanded):
      if isExpanded { terminal.tell("# " + program) }
      try run(Source(program))
    }
  }

  private func run(_ source: Source) throws(SessionFailure) {
    asked = source
    let program = try session.program(source)
    waiting = try session.setDeclaredParameters(waiting, for: program)
    try session.execute(program.statements, of: source)
  }

  private func isComplete(_ text: String) -> Bool {
    if case .program(let program, _) = PromptInput(text, variables: session.variableNames) {
      return Parser.completeness(of: program, verbs: Registry.verbNames, variables: session.variableNames)
        != .incomplete
    }
    return true
  }

  // MARK: - Messages

  func tellResult(_ text: String) { terminal.show(.result(text), session.settings) }

  /// Prints what went wrong; gives the exit code for it.
  func report(_ failure: SessionFailure, in source: Source?) -> Int32 {
    terminal.endLiveLine()
    let text = DiagnosticText(isColored: terminal.usesColor(session.settings))
    for diagnostic in failure.diagnostics {
      terminal.tell(text.render(diagnostic, in: source))
      if command.json {
        StandardStream.results.write(JSONText.text(diagnostic, in: source, exitCode: failure.exitCode) + "\n")
      }
    }
    if case .interrupted = failure { return signals.exitCode }
    return failure.exitCode
  }
}
