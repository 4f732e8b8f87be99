import Glibc

/// A program started with the environment given and little else; it never outlives its owner.
///
/// Foundation's `Process` lets a child inherit the pipes and terminals that other tests open at the same time, and then
/// two tests wait for each other's end for ever. A child made here inherits what is named and nothing else.
public final class ChildProcess {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  public enum Ending: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)

    /// The number by which a shell would tell it.
    public var code: Int32 {
      switch self {
      case .exit(let code): code
      case .signal(let number): 128 + number
      }
    }
  }

  public let id: pid_t
  private var end: Ending?

  /// Long enough for a busy machine; a test that passes never waits for it.
  static let patience = 60.0

  /// - Parameter files: opens the standard streams; what it leaves out reads and writes nothing.
  init(
    _ command: [String], environment: [String: String], newSession: Bool = false,
    files: (inout posix_spawn_file_actions_t) -> Void
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream: Int32 in 0...2 {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", stream == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    files(&actions)
    // Whatever other tests have open; closing what is not open is no error.
    for descriptor: Int32 in 3..<512 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads of a test run block signals and a background job ignores some; the program inherits neither.
    var defaults = sigset_t()
    sigfillset(&defaults)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    let setSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which Swift's import of the C library leaves out
    let flags = Int32(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) | (newSession ? setSession : 0)
    posix_spawnattr_setflags(&attributes, Int16(flags))
    let usual = [
      "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
      "PAGER": "",
      "SWIFT_BACKTRACE": "enable=no",  // in a terminal it would wait for a key
    ]
    let variables = usual.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
    let arguments = command.map { strdup($0) } + [nil]
    defer { (variables + arguments).forEach { free($0) } }
    var process = pid_t()
    let code = posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
    guard code == 0 else { throw Failure(description: "cannot start \(command[0]): \(code)") }
    id = process
  }

  /// Starts a program whose three streams read and write nothing.
  public convenience init(_ command: [String], environment: [String: String] = [:]) throws {
    try self.init(command, environment: environment) { _ in }
  }

  deinit {
    guard end == nil else { return }
    Glibc.kill(id, SIGKILL)
    waitpid(id, nil, 0)
  }

  /// The most memory that it has held at the same time until now, in bytes; 0 when it has ended. What `wait4` tells of it
  /// would count this process too, of which it began as a copy.
  var peakMemory: Int {
    guard let file = fopen("/proc/\(id)/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        .split { $0.isWhitespace }
      if words.first == "VmHWM:", words.count > 1 { return 1024 * (Int(words[1]) ?? 0) }
    }
    return 0
  }

  public func signal(_ number: Int32) { Glibc.kill(id, number) }

  /// Waits for the end, calling `meanwhile` over and over.
  public func ending(while meanwhile: () -> Void = { usleep(2000) }) throws -> Ending {
    let start = now()
    while end == nil {
      var status: Int32 = 0
      if waitpid(id, &status, WNOHANG) == id {
        end = status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
      } else if now() - start > Self.patience {
        throw Failure(description: "the program does not end")
      } else {
        meanwhile()
      }
    }
    return end!
  }
}

/// Seconds of a clock that never goes back.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
