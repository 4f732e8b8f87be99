import Kernels
import Language
import Network
import Training

/// What a `train` or `step` goes through: where it ends, and what is run on the way.
struct Course {
  var command: Command
  var lastStep: Int
  var schedule: TrainingSchedule
  var until: Expression?
  /// The file of the live log.
  var log: String?
  /// It goes on after a stop, so that the blocks of the start have been run.
  var isResumed = false
}

/// A training that the user stopped, with all that `resume` needs to go on as if nothing had happened.
struct StoppedTraining {
  /// The name of the run; nil for a pass of a `repeat` that gives it none.
  var name: String?
  /// Where the run stood, to see that it still does.
  var step: Int
  var loss: Double
  var course: Course
  var source: Source
  /// The scopes inside the outermost one: those of the pass of a `repeat`.
  var scopes: [Session.Scope]
  var series: StoppedSeries?
}

/// A `repeat` that ended with a stopped training.
struct StoppedSeries {
  var loop: Repetition
  /// The name that its value has.
  var name: String?
  /// The values whose passes were begun, the last of which was stopped.
  var begun: [Value]
  /// What they gave.
  var results: [Value]
  var rest: [Value]
  /// The statement, as it was typed.
  var text = ""
}

extension Verb {
  static let resume = Verb(
    "resume", "go on with the training that was stopped last, to where its command was going",
    example: "resume"
  ) { session, call in
    guard let stopped = session.stopped else { throw SessionError.nothingToResume }
    try session.refuseInTraining(call)
    do {
      return try session.resume(stopped, call)
    } catch Stop.interrupted {
      // Abandoned: everything is as before it.
      session.stopped = stopped
      throw Stop.interrupted
    }
  }

  static let reset = Verb(
    "reset", "put a run back to its first weights: same seed, step 0, no measurements",
    things: [ThingDeclaration("RUN", .runs, "the name of a run or of a series of runs")], example: "reset run"
  ) { session, call in
    guard case .name(let name) = call.command.items[0].kind else {
      throw SessionError.wrongKind(
        what: "reset", expected: "the name of a run", found: "a computed one",
        hint: "name it first: r = runs[0]"
      ).diagnostic(at: call.command.items[0].range)
    }
    try session.refuseInTraining(call)
    if session.stopped?.name == name || session.stopped?.series?.name == name { session.stopped = nil }
    switch call.things[0] {
    case .run(let run):
      let fresh = try run.restarted(workers: session.workers)
      session.assign(name, .run(fresh))
      return .run(fresh)
    case .runs(var series):
      series.runs = try series.runs.map { try $0.restarted(workers: session.workers) }
      session.assign(name, .runs(series))
      return .runs(series)
    default: return .nothing
    }
  }
}

extension Session {
  /// Whether `resume` could go on with the training that stands at the present statement.
  func canResume(_ name: String?) -> Bool {
    callDepth == 0 && ((scopes.count == 1 && name != nil) || (scopes.count == 2 && isLastOfPass))
  }

  /// Keeps what is needed to go on with a training that has just been stopped.
  func noteStop(_ context: TrainingContext, _ course: Course) {
    guard canResume(context.name) else { return }
    stopsNoted += 1
    var course = course
    course.isResumed = true
    stopped = StoppedTraining(
      name: context.name, step: context.trained.run.step, loss: context.trained.loss, course: course,
      source: source, scopes: Array(scopes.dropFirst()))
  }

  /// What a session log says in the place of a training that did not come to its end: so many steps as were taken.
  func rewrite(_ course: Course, steps: Int, hasBlocks: Bool) {
    guard scopes.count == 1, callDepth == 0 else { return }
    let head = course.head(of: source)
    rewriting = Rewriting(
      range: course.command.range,
      text: hasBlocks
        ? course.text(head: head, steps: steps, of: source, isWhole: false, isStart: true)
        : "\(head) steps=\(steps)")
  }

  fileprivate func resume(_ stopped: StoppedTraining, _ call: Call) throws -> Value {
    let trained = try run(of: stopped, at: call.command.range)
    let first = trained.run.step
    let context = TrainingContext(trained, name: stopped.name)
    self.stopped = nil
    let outer = (source, assignee)
    source = stopped.source
    defer { (source, assignee) = outer }
    do {
      try inScopes(stopped.scopes, isLastOfPass: stopped.series != nil) {
        try advance(context, stopped.course)
      }
      if let error = deferred as? Diagnostic {
        deferred = retold(error, of: stopped.source, in: "the command", at: call.command.range)
      }
      if let series = stopped.series { return try goOn(series, with: context.trained, call) }
    } catch let error as Diagnostic {
      throw retold(error, of: stopped.source, in: "the command", at: call.command.range)
    }
    guard let name = stopped.name else { return .nothing }
    assign(name, .run(context.trained))
    rewriting = Rewriting(
      range: call.command.range,
      text: stopped.course.text(
        head: "step \(name)", steps: context.trained.run.step - first, of: stopped.source,
        isWhole: deferred == nil, isStart: false))
    return .run(context.trained)
  }

  /// Runs something with other scopes inside the outermost one.
  private func inScopes(_ inner: [Scope], isLastOfPass isLast: Bool, _ body: () throws -> Void) rethrows {
    let outer = (Array(scopes.dropFirst()), isLastOfPass)
    scopes = [scopes[0]] + inner
    isLastOfPass = isLast
    defer {
      scopes = [scopes[0]] + outer.0
      isLastOfPass = outer.1
    }
    try body()
  }

  /// The stopped run, which nothing may have changed since.
  private func run(of stopped: StoppedTraining, at range: ByteRange) throws -> TrainedRun {
    if case .run(let run)? = stopped.series?.results.last { return run }
    let name = stopped.name ?? ""
    guard case .run(let run)? = lookUp(name), run.run.step == stopped.step, run.loss == stopped.loss else {
      throw SessionError.runMoved(name, step: stopped.step).diagnostic(at: range)
    }
    return run
  }

  /// The passes of a stopped `repeat` that are left, after its stopped run has come to its end.
  private func goOn(_ stopped: StoppedSeries, with run: TrainedRun, _ call: Call) throws -> Value {
    assignee = stopped.name
    var series = stopped
    series.results[series.results.count - 1] = .run(run)
    let value: Value
    if deferred == nil {
      value = try repetition(series.loop, going: series)
    } else {
      self.stopped?.series = series
      value = try gathered(series.loop.name.text, series.begun, series.results)
    }
    if let name = stopped.name { assign(name, value) }
    rewriting = deferred == nil ? Rewriting(range: call.command.range, text: stopped.text) : nil
    return value
  }
}

extension TrainedRun {
  /// The run at step 0, as it was when its weights were drawn or read.
  func restarted(workers: Workers) throws -> TrainedRun {
    var result = self
    result.run =
      try start
      ?? Run(
        run.network.model, on: run.data, optimizer: run.optimizer, options: run.options, workers: workers)
    (result.measurements, result.evaluationParts, result.measuredFrom) = ([], [], [])
    return result
  }
}

extension Course {
  /// A command that takes exactly so many steps with the blocks of this one.
  ///
  /// - Parameters:
  ///   - isWhole: the blocks of the end were run.
  ///   - isStart: the blocks of the start were run.
  func text(head: String, steps: Int, of source: Source, isWhole: Bool, isStart: Bool) -> String {
    let blocks = (command.block?.statements ?? []).enumerated().filter { place, statement in
      guard case .scheduled(let schedule, _) = statement.kind else { return false }
      switch schedule {
      case .start: return isStart
      case .end: return isWhole
      case .when: return isStart || !self.schedule.entries[place].isDone
      default: return true
      }
    }.map { "  " + source[$0.element.range] }
    let block = blocks.isEmpty ? "" : " {\n" + blocks.joined(separator: "\n") + "\n}"
    return "\(head) steps=\(steps)" + block
  }

  /// The verb with its first thing and the options that say nothing about the length.
  func head(of source: Source) -> String {
    let options = command.options.filter { !["epochs", "steps", "until"].contains($0.name.text) }
    return
      ([command.verb.text] + command.items.prefix(1).map { source[$0.range] }
      + options.map { source[$0.range] }).joined(separator: " ")
  }
}
