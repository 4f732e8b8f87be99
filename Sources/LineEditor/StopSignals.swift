import CLineEdit
import Dispatch
import Glibc
import Synchronization

/// Turns Ctrl-C, SIGTERM and SIGHUP into requests to stop.
///
/// While input is read they are the line editor's: Ctrl-C clears the input, the others end the reading. In a command the
/// first Ctrl-C lets the present step finish and keeps everything, a second within two seconds abandons the command, a
/// third leaves at once. SIGTERM and SIGHUP let the present step finish and then end the program.
public final class StopSignals {
  private let requests: StopRequests
  private let source: (any DispatchSourceRead)?

  /// - Parameters:
  ///   - isRequested: whether the command has been asked to stop.
  ///   - request: asks it once more; gives how often it has been asked.
  ///   - terminate: told that the program ends after the request.
  ///   - tell: says something to the user.
  public init(
    isRequested: @escaping @Sendable () -> Bool, request: @escaping @Sendable () -> Int,
    terminate: @escaping @Sendable () -> Void, tell: @escaping @Sendable (String) -> Void
  ) {
    let requests = StopRequests(
      isRequested: isRequested, request: request, onTermination: terminate, tell: tell)
    self.requests = requests
    let numbers = [SIGINT, SIGTERM, SIGHUP].filter { $0 != SIGHUP || !isIgnored($0) }
    // Safe: the numbers are read during the call.
    let descriptor = unsafe cle_catch(numbers, numbers.count)
    if descriptor >= 0 {
      let source = DispatchSource.makeReadSource(
        fileDescriptor: descriptor, queue: DispatchQueue(label: "signals"))
      source.setEventHandler {
        var byte: UInt8 = 0
        // Safe: one byte is written into a variable that outlives the call.
        while unsafe read(descriptor, &byte, 1) == 1 {
          byte == UInt8(SIGINT) ? requests.interrupt() : requests.terminate(Int32(byte))
        }
      }
      source.resume()
      self.source = source
    } else {
      source = nil
    }
    // Swift's runtime would print a stack trace.
    if !isIgnored(SIGQUIT) { signal(SIGQUIT, SIG_DFL) }
  }

  /// Whether the program has been told to end, not only its present command.
  public var isTerminated: Bool { requests.termination != nil }

  /// Whether input is read rather than a command run; stays true when a signal has ended the reading.
  public var isReading: Bool {
    get { requests.isReading.load(ordering: .sequentiallyConsistent) }
    set {
      requests.isReading.store(newValue, ordering: .sequentiallyConsistent)
      if !newValue { LineEditor.returnSignals() }
    }
  }

  /// 130 or, after SIGTERM, 143, after SIGHUP 129.
  public var exitCode: Int32 { 128 + (requests.termination ?? SIGINT) }
}

/// Whether the parent has had a signal ignored, as `nohup` does with SIGHUP.
private func isIgnored(_ number: Int32) -> Bool {
  var action = sigaction()
  // Safe: `action` outlives the call, and a handler is a pointer or one of the numbers 0 and 1 (SIG_IGN).
  guard unsafe sigaction(number, nil, &action) == 0 else { return false }
  return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
}

/// Counts the requests; called on the queue of the signals.
private final class StopRequests: Sendable {
  let isReading = Atomic<Bool>(false)
  private let isRequested: @Sendable () -> Bool
  private let request: @Sendable () -> Int
  private let onTermination: @Sendable () -> Void
  private let tell: @Sendable (String) -> Void
  /// The signal that ends the program, 0 until then.
  private let terminator = Atomic<Int32>(0)
  private let lastRequest = Atomic<UInt64>(0)

  init(
    isRequested: @escaping @Sendable () -> Bool, request: @escaping @Sendable () -> Int,
    onTermination: @escaping @Sendable () -> Void, tell: @escaping @Sendable (String) -> Void
  ) {
    (self.isRequested, self.request) = (isRequested, request)
    (self.onTermination, self.tell) = (onTermination, tell)
  }

  var termination: Int32? {
    let number = terminator.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  func interrupt() {
    if isReaders(SIGINT) { return }
    let now = DispatchTime.now().uptimeNanoseconds
    let before = lastRequest.exchange(now, ordering: .relaxed)
    guard !isRequested() || now - before < 2_000_000_000 else { return }
    let count = request()
    if count > 2 { exit(130) }
    // The command ended meanwhile and its caller has looked for requests in vain.
    if isReaders(SIGINT) { return }
    tell(count == 1 ? "\nfinishing this step; Ctrl-C again abandons the command\n" : "\nabandoning\n")
  }

  func terminate(_ number: Int32) {
    terminator.store(number, ordering: .sequentiallyConsistent)
    onTermination()
    if isReaders(number) { return }
    if request() > 2 { exit(128 + number) }
  }

  /// Hands a signal to the line editor where input is read; false where a command runs.
  private func isReaders(_ number: Int32) -> Bool {
    guard isReading.load(ordering: .sequentiallyConsistent) else { return false }
    LineEditor.deliver(signal: number)
    // The reading has ended meanwhile, perhaps before the signal was there to be returned.
    if !isReading.load(ordering: .sequentiallyConsistent) { LineEditor.returnSignals() }
    return true
  }
}
