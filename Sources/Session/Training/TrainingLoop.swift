import Language
import Network
import Tables
import Training

extension Session {
  /// Takes a run further to a step, running the blocks of the command on the way.
  ///
  /// A stop, a NaN loss and an error in a block keep everything made so far: they wait in `deferred` until the run
  /// has its name. A second request to stop abandons the command.
  func advance(_ context: TrainingContext, to lastStep: Int, _ call: Call) throws {
    let schedule = try TrainingSchedule(
      call.command.block?.statements ?? [], batchesPerEpoch: context.trained.run.batchesPerEpoch,
      session: self)
    tell(schedule, call, from: context.trained.run.step, to: lastStep)
    try advanceKept(
      context,
      Course(
        command: call.command, lastStep: lastStep, schedule: schedule, until: call.conditions["until"],
        log: try logPath(call, context.trained)),
      call)
  }

  /// Says of each `every` after which steps it acts.
  private func tell(_ schedule: TrainingSchedule, _ call: Call, from first: Int, to last: Int) {
    let isOpen = call.conditions["until"] != nil
    for (entry, statement) in zip(schedule.entries, call.command.block?.statements ?? []) {
      guard let steps = schedule.firstSteps(of: entry, from: first, to: last, isOpen: isOpen) else {
        continue
      }
      output(.echo("\(statement.scheduleText(in: source)) acts \(steps)"))
    }
  }

  func advance(_ context: TrainingContext, _ start: Course) throws {
    var course = start
    let first = context.trained.run.step
    var meter = ProgressMeter(
      name: context.trained.name, first: first, last: course.lastStep,
      // The blocks of the end run when the last line has been told.
      planned: course.schedule.count(
        from: first, to: course.lastStep, isResumed: course.isResumed, withEnd: false))
    var log = try located(at: course.command.range) {
      try course.log.map { path in try FileTrace.suspended { try RunLog(path, of: context.trained) } }
    }
    let outer = training
    training = context
    defer { training = outer }
    do {
      if !course.isResumed { try runBlocks(&course.schedule, &meter, atStart: true) }
      while context.trained.run.step < course.lastStep {
        try stopIfAsked(context, course)
        _ = context.checkpoint?(course, false)
        try context.trained.run.advance(workers: workers)
        try runBlocks(&course.schedule, &meter, atStart: false)
        try evaluateTestData(context)
        try log?.update(context.trained)
        if interruption.isAbandonment { throw Stop.interrupted }
        if let progress = meter.progress(of: context.trained) { output(.progress(progress)) }
        if let until = course.until, try holds(until) { break }
      }
      if let progress = meter.finish(context.trained) { output(.progress(progress)) }
      for entry in course.schedule.entries { if case .end = entry.time { try run(entry.block, &meter) } }
      // What the end adds may belong before lines that are there.
      try FileTrace.suspended { try log?.rewrite(context.trained) }
    } catch is KeptStop {
      deferred = Stop.interrupted
      noteStop(context, course)
      rewrite(course, steps: context.trained.run.step - first, hasBlocks: true)
    } catch let stop as Stop {
      switch stop {
      case .interrupted:
        output(.warning("abandoned at step \(context.trained.run.step); everything is as before the command"))
        throw stop
      case .assertion(let diagnostic): deferred = Stop.assertion(stopped(context, by: diagnostic))
      case .quit: deferred = stop
      }
    } catch let error as TrainingError {
      deferred = EngineErrors.diagnostic(error, at: course.command.range)
      rewrite(course, steps: context.trained.run.step - first, hasBlocks: true)
    } catch {
      deferred = stopped(context, by: EngineErrors.diagnostic(error, at: course.command.range))
      rewrite(course, steps: context.trained.run.step - first, hasBlocks: false)
    }
    // As long as the run is only kept, it needs no more than its weights and moments.
    context.trained.run.releaseBuffers()
    for line in context.checks.lines { output(.echo(line)) }
  }

  /// Where the live log goes; nil for none.
  private func logPath(_ call: Call, _ trained: TrainedRun) throws -> String? {
    guard let name = call.text("log") else { return nil }
    let range = call.range(of: "log")
    let path = try expanded(name, at: range)
    return try located(at: range) {
      let file = try folders.path(path, for: .results)
      if let other = logs[file], other != trained.name {
        throw SessionError.sharedLog(path, runs: [other, trained.name])
      }
      logs[file] = trained.name
      filesWritten.append(file)
      // Told here and not by the file: its lines follow from the run, so a checkpoint need not hold them.
      FileTrace.noteWritten(file)
      return file
    }
  }

  /// What went wrong in a block, with the step at which it did.
  private func stopped(_ context: TrainingContext, by error: Diagnostic) -> Diagnostic {
    var result = error
    result.notes.append(
      "training stopped after step \(context.trained.run.step); everything so far is kept")
    return result
  }

  /// Ends a training after a whole step, with everything kept.
  private struct KeptStop: Error {}

  private func stopIfAsked(_ context: TrainingContext, _ course: Course) throws {
    guard interruption.isRequested else { return }
    if interruption.isAbandonment { throw Stop.interrupted }
    if let checkpoint = context.checkpoint, checkpoint(course, true) { throw KeptStop() }
    let kept = context.trained.measurements.count
    if interruption.endsProgram {
      output(
        .warning(
          "stopped at step \(context.trained.run.step) of \(context.name ?? context.trained.name); the program ends here: the run and its \(kept) "
            + "measurement\(kept == 1 ? " is" : "s are") not saved"))
      throw KeptStop()
    }
    let name = isLastOfPass ? "" : context.name.map { ", 'reset \($0)' starts over" } ?? ""
    let advice = canResume(context.name) ? ".  'resume' continues\(name)" : ""
    output(
      .warning(
        "stopped at step \(context.trained.run.step); \("\(kept)".counting("measurement")) kept\(advice)"
      ))
    throw KeptStop()
  }

  private func runBlocks(_ schedule: inout TrainingSchedule, _ meter: inout ProgressMeter, atStart: Bool)
    throws
  {
    guard let step = training?.trained.run.step else { return }
    for place in schedule.entries.indices {
      let entry = schedule.entries[place]
      switch entry.time {
      case .when(let condition):
        guard !atStart, !entry.isDone, try holds(condition) else { continue }
        schedule.entries[place].isDone = true
        // Nobody knows ahead whether it will come, so the progress line does not count it.
        try run(entry.block)
      case .start: if atStart { try run(entry.block, &meter) }
      case .steps(let steps) where atStart: if step == 0, steps.contains(0) { try run(entry.block, &meter) }
      default: if !atStart, schedule.isDue(entry, after: step) { try run(entry.block, &meter) }
      }
    }
  }

  private func run(_ block: Block, _ meter: inout ProgressMeter) throws {
    meter.blocksDone += 1
    try run(block)
  }

  private func run(_ block: Block) throws {
    _ = try inScope(Scope(training: training)) { try execute(block.statements) }
  }

  /// Whether a condition on the names of the training holds.
  private func holds(_ condition: Expression) throws -> Bool {
    try inScope(Scope(training: training)) { try self.condition(condition) }
  }

  private func evaluateTestData(_ context: TrainingContext) throws {
    guard let test = context.trained.test, context.trained.run.batchInEpoch == 0 else { return }
    let table = try Self.evaluation(of: context.trained, on: test, label: "test", workers: workers)
    context.keep(table, from: "evaluate")
  }
}

/// Measures the speed of a training and decides when to tell.
struct ProgressMeter {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastTold: ContinuousClock.Instant
  private let name: String
  private let first: Int
  private let last: Int
  private let planned: Int
  private var hasToldLast = false
  var blocksDone = 0

  init(name: String, first: Int, last: Int, planned: Int) {
    (self.name, self.first, self.last, self.planned) = (name, first, last, planned)
    start = clock.now
    lastTold = start
  }

  /// What to tell after a step: at the end of an epoch, and else ten times a second.
  mutating func progress(of trained: TrainedRun) -> TrainingProgress? {
    let now = clock.now
    let isEpochEnd = trained.run.batchInEpoch == 0
    guard isEpochEnd || now - lastTold > .milliseconds(100) else { return nil }
    let isLast = trained.run.step >= last
    return make(trained, now, isMilestone: isEpochEnd || isLast, isLast: isLast)
  }

  /// What to tell at the end, unless it has just been told.
  mutating func finish(_ trained: TrainedRun) -> TrainingProgress? {
    guard trained.run.step > first, !hasToldLast else { return nil }
    return make(trained, clock.now, isMilestone: true, isLast: true)
  }

  private mutating func make(
    _ trained: TrainedRun, _ now: ContinuousClock.Instant, isMilestone: Bool, isLast: Bool
  ) -> TrainingProgress {
    lastTold = now
    hasToldLast = isLast
    let seconds = (now - start) / .seconds(1)
    let isClassification = trained.run.options.loss == .crossEntropy
    let test = trained.evaluationParts.last.flatMap { try? $0.cell(0, "accuracy").number }
    return TrainingProgress(
      run: name, step: trained.run.step, lastStep: last, epoch: trained.run.epoch, loss: trained.loss,
      accuracy: isClassification ? trained.accuracy : nil,
      testAccuracy: isClassification && isMilestone && trained.test != nil ? test : nil,
      measurements: blocksDone,
      plannedMeasurements: planned, stepsPerSecond: Double(trained.run.step - first) / max(seconds, 1e-9),
      isMilestone: isMilestone, isLast: isLast)
  }
}
