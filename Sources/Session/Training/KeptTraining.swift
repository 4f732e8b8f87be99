import Language
import Tables
import Training

extension Session {
  /// Takes a run further as `advance` does; in a notebook its state is kept on the way, and taken up again where a run of
  /// the same cell was cut off.
  func advanceKept(_ context: TrainingContext, _ course: Course, _ call: Call) throws {
    guard let journal else {
      if call.ranges["checkpoint"] != nil {
        aside(.warning("checkpoint= keeps nothing here: only a notebook has a folder for it"))
      }
      return try advance(context, course)
    }
    let number = journal.begin()
    let kept = KeptTraining(
      journal: journal, number: number, session: self, context: context, recording: Recording(in: self),
      interval: call.interval ?? TrainingJournal.usualInterval)
    try recorded(in: kept.recording) {
      guard let course = kept.takeUp(course) else { return }
      context.checkpoint = { course, isLast in kept.checkpoint(course, isLast: isLast) }
      defer { context.checkpoint = nil }
      try advance(context, course)
      if deferred == nil { kept.end(course) }
    }
  }
}

extension Call {
  /// `checkpoint=5min`
  fileprivate var interval: Duration? {
    guard case .quantity(let time, let unit)? = options["checkpoint"] else { return nil }
    return .seconds(min(time * unit.factor, 1e9))
  }
}

/// A training whose state a journal keeps.
private struct KeptTraining {
  let journal: TrainingJournal
  let number: Int
  let session: Session
  let context: TrainingContext
  let recording: Recording
  let interval: Duration
  private let depth: Int

  init(
    journal: TrainingJournal, number: Int, session: Session, context: TrainingContext, recording: Recording,
    interval: Duration
  ) {
    (self.journal, self.number, self.session) = (journal, number, session)
    (self.context, self.recording, self.interval) = (context, recording, interval)
    depth = session.scopes.count
  }

  /// Puts the training where it was kept; gives the way that is left, nil where there is none.
  func takeUp(_ course: Course) -> Course? {
    let state: TrainingState
    do throws(ArchiveError) {
      let kept = try FileTrace.suspended { () throws(ArchiveError) in
        let state = try journal.state(of: number)
        for (path, digest) in state?.effects.written ?? [:] { try journal.restoreFile(path, digest) }
        return state
      }
      guard let kept else { return course }
      state = kept
      if state.isDone, let log = course.log { try writeLog(log, of: state.trained) }
    } catch {
      session.aside(.warning("\(context.label) is trained anew: \(error)"))
      return course
    }
    context.trained = state.trained
    context.checks = state.checks
    for (variable, value) in state.outerNames { session.set(variable.name, value, inScope: variable.scope) }
    session.replay(state.effects)
    var rest = course
    rest.isResumed = true
    for (place, isDone) in zip(rest.schedule.entries.indices, state.doneBlocks) {
      rest.schedule.entries[place].isDone = isDone
    }
    let step = "step \(state.trained.run.step)"
    session.aside(
      .note("\(context.label): \(state.isDone ? "taken as it was, \(step)" : "goes on from \(step)")"))
    return state.isDone ? nil : rest
  }

  /// A training that is not taken further does not write its log anew.
  private func writeLog(_ path: String, of trained: TrainedRun) throws(ArchiveError) {
    do throws(FileError) { _ = try RunLog(path, of: trained) } catch { throw .file(error) }
  }

  /// Keeps the training where it is time, or at once where it ends here.
  func checkpoint(_ course: Course, isLast: Bool) -> Bool {
    guard isLast || journal.isDue(interval), let state = state(course, isDone: false) else { return false }
    let place = "\(context.label) at step \(context.trained.run.step) of \(course.lastStep)"
    let wasFailing = journal.isFailing
    do throws(ArchiveError) {
      try keepFiles(of: state)
      try journal.keep(state, number: number, place: place)
      return true
    } catch {
      // Once is enough until it is possible again.
      if isLast || !wasFailing {
        session.aside(.warning("the checkpoint of \(place) could not be kept: \(error)"))
      }
      return false
    }
  }

  func end(_ course: Course) {
    guard let state = state(course, isDone: true) else { return }
    do throws(ArchiveError) {
      try keepFiles(of: state)
      try journal.end(state, number: number, place: "\(context.label) was done", interval: interval)
    } catch {
      session.aside(.warning("the checkpoint of \(context.label) could not be kept: \(error)"))
    }
  }

  private func keepFiles(of state: TrainingState) throws(ArchiveError) {
    try FileTrace.suspended { () throws(ArchiveError) in
      for path in state.effects.written.keys.sorted() { _ = try journal.keepFile(path) }
    }
  }

  /// nil for a training that cannot be told without the text of a definition made in it.
  private func state(_ course: Course, isDone: Bool) -> TrainingState? {
    let names = recording.touched.filter { $0.scope < depth }
      .map { (variable: $0, value: session.scopes[$0.scope].values[$0.name]) }
    if names.contains(where: { $0.value?.holdsDefinition ?? false }) || recording.obstacle != nil {
      return nil
    }
    let effects = FileTrace.suspended { recording.effects(in: session) }
    return TrainingState(
      trained: context.trained, doneBlocks: course.schedule.entries.map(\.isDone), checks: context.checks,
      isDone: isDone, outerNames: names, effects: effects)
  }
}

extension TrainingContext {
  /// How people know the run.
  var label: String { name ?? trained.name }
}
