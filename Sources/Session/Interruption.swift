import Synchronization

/// The flag by which the shell asks a session to stop; polled between batches and between sources.
///
/// The first request lets the present step finish and keeps everything; a second one abandons the command.
public final class Interruption: Sendable {
  private let requests = Atomic<Int>(0)
  private let ending = Atomic<Bool>(false)

  public init() {}

  /// Asks once more to stop; returns how often it has been asked.
  @discardableResult
  public func request() -> Int { requests.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue }

  public func clear() { requests.store(0, ordering: .relaxed) }

  public var isRequested: Bool { requests.load(ordering: .sequentiallyConsistent) > 0 }

  /// The process ends with what is stopped: nothing can be taken further afterwards.
  public var endsProgram: Bool { ending.load(ordering: .relaxed) }

  /// Says whether a stop ends the process.
  public func endProgram(_ ends: Bool = true) { ending.store(ends, ordering: .relaxed) }

  public var isAbandonment: Bool { requests.load(ordering: .relaxed) > 1 }
}
