import Synchronization

/// How far a measurement is: for a live line.
public struct MeasurementProgress: Sendable, Equatable {
  public var done: Int
  public var total: Int

  /// `measuring  12/60 sources`
  public var text: String { "measuring  \(done)/\(total) sources" }
}

/// Counts the sources of a measurement on all its threads and tells about them, at most ten times a second.
final class MeasurementMeter: Sendable {
  private let total: Int
  private let tell: @Sendable (MeasurementProgress) -> Void
  private let state = Mutex((begun: 0, lastTold: ContinuousClock.now))

  init(total: Int, tell: @escaping @Sendable (MeasurementProgress) -> Void) {
    self.total = total
    self.tell = tell
  }

  /// One more source is begun.
  func count() {
    let now = ContinuousClock.now
    let done = state.withLock { state -> Int? in
      state.begun += 1
      guard now - state.lastTold > .milliseconds(100) else { return nil }
      state.lastTold = now
      return state.begun - 1
    }
    if let done { tell(MeasurementProgress(done: done, total: total)) }
  }
}
