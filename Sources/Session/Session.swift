import Datasets
import Download
import Kernels
import Language
import Random

/// What a session tells its surroundings while it runs.
public enum SessionEvent: Sendable {
  /// What a statement gives: for stdout.
  case result(String)
  /// A command with the defaults that it used, or what a name now stands for: for people.
  case echo(String)
  case warning(String)
  /// Where something was written: for stderr, in a pipe too.
  case note(String)
  /// A figure was drawn: its SVG text, the first file it was written to, its title.
  case figure(svg: String, path: String, caption: String)
  case progress(TrainingProgress)
  case download(Download.Progress)
  /// A picture for the terminal, among the results.
  case drawing(Drawing)
}

/// Why a text stopped before its end.
public enum SessionFailure: Error, Sendable {
  /// The text cannot be run: syntax, names, options.
  case invalid([Diagnostic])
  case failed(Diagnostic)
  case assertion(Diagnostic)
  /// Stopped by the user; what was made so far is kept.
  case interrupted
  /// `quit`.
  case quit

  init(_ error: any Error) {
    switch error {
    case let failure as SessionFailure: self = failure
    case let stop as Stop:
      switch stop {
      case .interrupted: self = .interrupted
      case .quit: self = .quit
      case .assertion(let diagnostic): self = .assertion(diagnostic)
      }
    default: self = .failed(EngineErrors.diagnostic(error, at: nil))
    }
  }

  /// Something is wrong, in the text or in what it did: nobody has asked for this end.
  var isError: Bool {
    switch self {
    case .invalid, .failed, .assertion: true
    case .interrupted, .quit: false
    }
  }

  /// The exit code of the shell for it.
  public var exitCode: Int32 {
    switch self {
    case .quit: 0
    case .failed: 1
    case .invalid: 2
    case .assertion: 3
    case .interrupted: 130
    }
  }

  public var diagnostics: [Diagnostic] {
    switch self {
    case .invalid(let list): list
    case .failed(let diagnostic), .assertion(let diagnostic): [diagnostic]
    case .interrupted, .quit: []
    }
  }
}

/// One conversation in the command language: the names that have values, and the evaluator of statements.
///
/// A session has no terminal: results, echoes and progress go out as events, stop requests come in through
/// `interruption`.
public final class Session {
  struct Scope {
    var values: [String: Value] = [:]
    /// The body of a definition: it reads the names outside of it and gives values to its own only.
    var isDefinition = false
    /// The training whose block this is: its step, loss and accuracy are names of this scope.
    var training: TrainingContext?

    func has(_ name: String) -> Bool { values[name] != nil || training?.value(of: name) != nil }
  }

  /// What `set` changes: looks and resources, never results.
  public struct Settings: Sendable {
    public var threads: Int?
    /// Bytes that trainings and measurements may take; nil for half of what is free.
    public var memory: Int?
    public var color: String = "auto"
    /// Columns of tables and sketches; nil for those of the window.
    public var width: Int?
    /// The command that long results go through; nil for that of the environment or `less`, "" for none.
    public var pager: String?
  }

  var scopes = [Scope()]
  var source = Source("")
  static let usualSeed = Seed(1)
  var seed = Session.usualSeed
  /// How many scripts run inside one another.
  var scriptDepth = 0
  var callDepth = 0
  /// The name that the value of the present command will have.
  var assignee: String?
  /// The things and options of a command are being computed.
  var isBinding = false
  /// Set in the passes of a `repeat`: how a run made there is called.
  var passName: String?
  var training: TrainingContext?
  /// A stop or failure after which the value made so far is still kept; thrown once it has its name.
  var deferred: (any Error)?
  var parameters: [String: Value] = [:]
  var figuresDrawn = 0
  /// The training that was stopped last.
  var stopped: StoppedTraining?
  /// How many stops could be resumed, so that a `repeat` sees one of its own.
  var stopsNoted = 0
  /// What is being written down of that which the program does, the outermost part first.
  var recordings: [Recording] = []
  /// A pass that fails in `repeat … on_error=keep` is put by instead of failing the command after the last one.
  var gathersFailures = false
  var failedPasses: [Diagnostic] = []
  /// Where the trainings of the present cell are kept.
  var journal: TrainingJournal?
  /// The present statement is the last of a pass of an outermost `repeat`.
  var isLastOfPass = false
  /// What the log says in the place of a command.
  var rewriting: Rewriting?
  var log = SessionLog()
  /// The live logs of trainings: for each file the name of its run.
  var logs: [String: String] = [:]
  /// How many results have been shown under a number.
  var resultCount = 0
  /// Whether results get the names `_1`, `_2`, … besides `_`, as at a prompt.
  public var numbersResults = false
  public var resultFormat = ResultFormat.text
  /// Whether `plot` also draws in the terminal, for people who look on.
  public var sketchesFigures = false
  /// The data sets that were read or drawn, for the provenance of a report.
  public private(set) var dataUsed: [(name: String, digest: String)] = []
  /// What else a reader of the results has to know, for the same place.
  public private(set) var provenanceNotes: [(name: String, text: String)] = []
  public internal(set) var settings = Settings()
  /// The columns of the window where a person looks on; nil elsewhere, so that a result is the same everywhere.
  public var windowColumns: () -> Int? = { nil }
  /// Where `plot` and `save` put files given without a folder of their own.
  public var folders = OutputFolders()
  /// Whether commands tell the defaults that they used.
  public var echoesDefaults = false
  public var output: (SessionEvent) -> Void
  /// Told what belongs to this one run of the program and not to what it gives: what was kept, what was taken up again.
  public var aside: (SessionEvent) -> Void = { _ in }
  /// Given every result as text, whatever the window and the format in which results go out.
  var transcript: ((String) -> Void)?
  /// The names of the outermost scope that got a value, in order, and the files that were written, since somebody
  /// last emptied the lists.
  var namesAssigned: [String] = []
  var filesWritten: [String] = []
  /// Told how far a long measurement is; called on any thread.
  public var measured: @Sendable (MeasurementProgress) -> Void = { _ in }
  public let interruption: Interruption

  public init(interruption: Interruption = Interruption(), output: @escaping (SessionEvent) -> Void) {
    self.interruption = interruption
    self.output = output
  }

  /// The names that have a value.
  public var variableNames: Set<String> { Set(scopes.flatMap(\.values.keys)) }

  /// The columns that a table may take.
  var textWidth: Int { settings.width ?? windowColumns() ?? Self.usualWidth }
  static let usualWidth = 100

  var workers: Workers {
    Workers(
      count: settings.threads ?? Workers.all.count, memory: settings.memory ?? MachineMemory.halfOfFree)
  }

  func noteData(_ data: Dataset) { noteData("\(data.name) \(data.split)", digest: data.digest) }

  func noteData(_ name: String, digest: String) {
    for recording in recordings { recording.data.append((name, digest)) }
    if !dataUsed.contains(where: { $0.name == name && $0.digest == digest }) {
      dataUsed.append((name, digest))
    }
  }

  func noteProvenance(_ name: String, _ text: String) {
    for recording in recordings { recording.notes.append((name, text)) }
    if !provenanceNotes.contains(where: { $0.name == name && $0.text == text }) {
      provenanceNotes.append((name, text))
    }
  }

  public func useThreads(_ count: Int) { settings.threads = min(max(1, count), 256) }

  /// Parses, checks and runs a text.
  /// - Throws: `SessionFailure`; nothing has been run when it is `invalid`.
  public func run(_ source: Source) throws(SessionFailure) {
    try execute(try program(source).statements, of: source)
  }

  /// Parses and checks a text without running it.
  public func program(_ source: Source) throws(SessionFailure) -> Program {
    let parse = Parser.parse(source, verbs: Registry.verbNames, variables: variableNames)
    let errors = Checker.errors(of: parse, in: source, known: variableNames)
    if !errors.isEmpty { throw .invalid(errors) }
    return parse.program
  }

  /// Runs statements of a checked text one after the other.
  public func execute(_ statements: [Statement], of source: Source) throws(SessionFailure) {
    let outer = self.source
    self.source = source
    defer {
      self.source = outer
      deferred = nil
    }
    do {
      for statement in statements { try logged(statement) }
    } catch {
      scopes.removeLast(scopes.count - 1)
      training = nil
      callDepth = 0
      (assignee, passName, isBinding, isLastOfPass) = (nil, nil, false, false)
      throw SessionFailure(error)
    }
  }

  /// Whether a condition of the text holds.
  func holds(_ condition: Expression, in source: Source) throws(SessionFailure) -> Bool {
    let outer = self.source
    self.source = source
    defer { self.source = outer }
    do {
      return try self.condition(condition)
    } catch {
      throw SessionFailure(error)
    }
  }

  // MARK: - Names

  func lookUp(_ name: String) -> Value? {
    for scope in scopes.reversed() {
      if let value = scope.values[name] ?? scope.training?.value(of: name) { return value }
    }
    return nil
  }

  /// Gives a value to a name: to the one that exists inside the present definition, or to a new one of this block.
  func assign(_ name: String, _ value: Value) {
    var place = scopes.count - 1
    while place > 0, !scopes[place].has(name), !scopes[place].isDefinition { place -= 1 }
    set(name, value, inScope: scopes[place].has(name) ? place : scopes.count - 1)
  }

  func remove(_ name: String) -> Bool {
    for place in scopes.indices.reversed() where scopes[place].values[name] != nil {
      set(name, nil, inScope: place)
      return true
    }
    return false
  }

  /// Gives a value to the name of a certain scope, or takes it away.
  func set(_ name: String, _ value: Value?, inScope place: Int) {
    scopes[place].values[name] = value
    for recording in recordings { recording.touch(name, inScope: place) }
    if place == 0, value != nil, !name.isResultName, !namesAssigned.contains(name) {
      namesAssigned.append(name)
    }
  }

  /// Runs something in a scope of its own.
  func inScope<Result>(_ scope: Scope = Scope(), _ body: () throws -> Result) rethrows -> Result {
    scopes.append(scope)
    defer { scopes.removeLast() }
    return try body()
  }

  /// Runs something that must not see the user's names.
  func withoutVariables<Result>(_ body: () throws -> Result) rethrows -> Result {
    let kept = (scopes, training)
    scopes = [Scope()]
    training = nil
    defer { (scopes, training) = kept }
    return try body()
  }
}

/// What ends a run of statements besides errors.
enum Stop: Error {
  case interrupted
  case quit
  case assertion(Diagnostic)
}
