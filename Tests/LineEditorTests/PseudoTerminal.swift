import Glibc
import Testing

/// A program on a terminal of its own, driven by keys and watched by what it prints.
final class PseudoTerminal {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  private let master: Int32
  private let slave: Int32
  let process: pid_t
  /// Everything printed so far.
  private(set) var transcript: [UInt8] = []
  /// How much of it earlier expectations have used up.
  private var consumed = 0
  private var status: Int32?

  /// Long enough for a busy machine; a test that passes never waits for it.
  private static let patience = 20.0

  init(
    _ command: [String], environment: [String: String] = [:], rows: UInt16 = 24, columns: UInt16 = 80
  ) throws {
    // posix_openpt, unlockpt and ptsname, which Swift's import of the C library leaves out.
    let unlock: UInt = 0x4004_5431
    let getNumber: UInt = 0x8004_5430
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, unlock, &locked) == 0, ioctl(master, getNumber, &number) == 0 else {
      throw Missing(description: "no pseudo-terminal: \(errno)")
    }
    let name = "/dev/pts/\(number)"
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    // As terminals set it up: the kernel erases whole characters.
    var mode = termios()
    tcgetattr(slave, &mode)
    mode.c_iflag |= tcflag_t(IUTF8)
    tcsetattr(slave, TCSANOW, &mode)
    process = try spawn(command, environment: environment, newSession: true) {
      // The first terminal that a session's leader opens becomes its controlling one.
      posix_spawn_file_actions_addopen(&$0, 0, name, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&$0, 0, 1)
      posix_spawn_file_actions_adddup2(&$0, 0, 2)
    }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    resize(rows: rows, columns: columns)
  }

  deinit {
    if status == nil {
      Glibc.kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(slave)
    close(master)
  }

  // MARK: - Keys

  func send(_ keys: String) throws { try send(Array(keys.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    let start = now()
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(master, $0.baseAddress, min($0.count, 1024)) }
      if count > 0 { rest = rest.dropFirst(count) }
      drain(milliseconds: count > 0 ? 0 : 10)
      if now() - start > Self.patience { throw Missing(description: "the program takes no more keys") }
    }
  }

  /// Waits until the program has taken all keys.
  func waitUntilRead() throws {
    let start = now()
    var waiting: Int32 = 1
    while waiting > 0 {
      drain(milliseconds: 1)
      guard ioctl(slave, UInt(FIONREAD), &waiting) == 0, now() - start < Self.patience else {
        throw Missing(description: "the program leaves \(waiting) keys")
      }
    }
  }

  func signal(_ number: Int32) { Glibc.kill(process, number) }

  func resize(rows: UInt16, columns: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  // MARK: - What is printed

  /// Waits until a text is printed after what earlier expectations found; gives what came before it.
  @discardableResult func expect(_ text: String) throws -> String {
    let wanted = Array(text.utf8)
    let start = now()
    while true {
      if let range = find(wanted) {
        let before = transcript[consumed..<range.lowerBound]
        consumed = range.upperBound
        return String(decoding: before, as: UTF8.self)
      }
      let isOpen = drain(milliseconds: 100)
      if !isOpen && find(wanted) == nil || now() - start > Self.patience {
        let seen = String(decoding: transcript[consumed...].suffix(2000), as: UTF8.self)
        throw Missing(description: "expected \(text.debugDescription), saw \(seen.debugDescription)")
      }
    }
  }

  /// Sends keys and waits for a text.
  func type(_ keys: String, expecting text: String) throws {
    try send(keys)
    try expect(text)
  }

  /// All that has been printed.
  var text: String { String(decoding: transcript, as: UTF8.self) }

  private func find(_ wanted: [UInt8]) -> Range<Int>? {
    guard transcript.count - consumed >= wanted.count, let first = wanted.first else { return nil }
    for start in consumed...(transcript.count - wanted.count) where transcript[start] == first {
      if transcript[start..<start + wanted.count].elementsEqual(wanted) {
        return start..<start + wanted.count
      }
    }
    return nil
  }

  /// Reads what there is; false once the program has closed the terminal.
  @discardableResult private func drain(milliseconds: Int32) -> Bool {
    var file = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&file, 1, milliseconds) > 0 else { return true }
    var block = [UInt8](repeating: 0, count: 65536)
    let count = block.withUnsafeMutableBytes { Glibc.read(master, $0.baseAddress, $0.count) }
    if count > 0 { transcript += block.prefix(count) }
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
  }

  // MARK: - The end

  enum Ending: Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  /// Waits until the program has ended.
  func ending() throws -> Ending {
    let start = now()
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) != process {
      drain(milliseconds: 5)
      if now() - start > Self.patience { throw Missing(description: "the program does not end") }
    }
    self.status = status
    drain(milliseconds: 0)
    return status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }

  /// Whether the kernel edits and echoes lines, as it does for a shell's next command.
  var isRestored: Bool {
    var mode = termios()
    guard tcgetattr(master, &mode) == 0 else { return false }
    let wanted = tcflag_t(ICANON | ECHO | ISIG)
    return mode.c_lflag & wanted == wanted
  }
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Starts a program with the environment given and little else.
func spawn(
  _ command: [String], environment: [String: String], newSession: Bool = false,
  files: (inout posix_spawn_file_actions_t) -> Void
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  files(&actions)
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
  let setSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, left out as well
  let flags = Int32(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) | (newSession ? setSession : 0)
  posix_spawnattr_setflags(&attributes, Int16(flags))
  let usual = [
    "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
    "SWIFT_BACKTRACE": "enable=no",  // in a terminal it would wait for a key
  ]
  let variables = usual.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
  let arguments = command.map { strdup($0) } + [nil]
  defer { (variables + arguments).forEach { free($0) } }
  var process = pid_t()
  let code = posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
  guard code == 0 else { throw PseudoTerminal.Missing(description: "cannot start \(command[0]): \(code)") }
  return process
}
