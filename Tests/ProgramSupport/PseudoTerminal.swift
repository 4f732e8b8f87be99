import Glibc

/// A program on a terminal of its own, driven by keys and watched by what it prints.
public final class PseudoTerminal {
  private let master: Int32
  private let slave: Int32
  private let process: ChildProcess
  /// Everything printed so far.
  public private(set) var transcript: [UInt8] = []
  /// How much of it earlier expectations have used up.
  private var consumed = 0

  public init(
    _ command: [String], environment: [String: String] = [:], rows: UInt16 = 24, columns: UInt16 = 80
  ) throws {
    // posix_openpt, unlockpt and ptsname, which Swift's import of the C library leaves out.
    let unlock: UInt = 0x4004_5431
    let getNumber: UInt = 0x8004_5430
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, unlock, &locked) == 0, ioctl(master, getNumber, &number) == 0 else {
      throw ChildProcess.Failure(description: "no pseudo-terminal: \(errno)")
    }
    let name = "/dev/pts/\(number)"
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    // As terminals set it up: the kernel erases whole characters.
    var mode = termios()
    tcgetattr(slave, &mode)
    mode.c_iflag |= tcflag_t(IUTF8)
    tcsetattr(slave, TCSANOW, &mode)
    // Before the program looks for it.
    PseudoTerminal.setSize(of: master, rows: rows, columns: columns)
    process = try ChildProcess(command, environment: environment, newSession: true) {
      // The first terminal that a session's leader opens becomes its controlling one.
      posix_spawn_file_actions_addopen(&$0, 0, name, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&$0, 0, 1)
      posix_spawn_file_actions_adddup2(&$0, 0, 2)
    }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(slave)
    close(master)
  }

  // MARK: - Keys

  public func send(_ keys: String) throws { try send(Array(keys.utf8)) }

  public func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    let start = now()
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(master, $0.baseAddress, min($0.count, 1024)) }
      if count > 0 { rest = rest.dropFirst(count) }
      drain(milliseconds: count > 0 ? 0 : 10)
      if now() - start > ChildProcess.patience {
        throw ChildProcess.Failure(description: "the program takes no more keys")
      }
    }
  }

  /// Waits until the program has taken all keys.
  public func waitUntilRead() throws {
    let start = now()
    var waiting: Int32 = 1
    while waiting > 0 {
      drain(milliseconds: 1)
      guard ioctl(slave, UInt(FIONREAD), &waiting) == 0, now() - start < ChildProcess.patience else {
        throw ChildProcess.Failure(description: "the program leaves \(waiting) keys")
      }
    }
  }

  public func signal(_ number: Int32) { process.signal(number) }

  public func resize(rows: UInt16, columns: UInt16) {
    PseudoTerminal.setSize(of: master, rows: rows, columns: columns)
  }

  private static func setSize(of terminal: Int32, rows: UInt16, columns: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
  }

  // MARK: - What is printed

  /// Waits until a text is printed after what earlier expectations found; gives what came before it.
  @discardableResult public func expect(_ text: String) throws -> String {
    let wanted = Array(text.utf8)
    let start = now()
    while true {
      if let range = find(wanted) {
        let before = transcript[consumed..<range.lowerBound]
        consumed = range.upperBound
        return String(decoding: before, as: UTF8.self)
      }
      let isOpen = drain(milliseconds: 100)
      if !isOpen && find(wanted) == nil || now() - start > ChildProcess.patience {
        let seen = String(decoding: transcript[consumed...].suffix(2000), as: UTF8.self)
        throw ChildProcess.Failure(
          description: "expected \(text.debugDescription), saw \(seen.debugDescription)")
      }
    }
  }

  /// Sends keys and waits for a text.
  public func type(_ keys: String, expecting text: String) throws {
    try send(keys)
    try expect(text)
  }

  /// All that has been printed.
  public var text: String { String(decoding: transcript, as: UTF8.self) }

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

  /// Waits until the program has ended.
  public func ending() throws -> ChildProcess.Ending {
    let end = try process.ending { drain(milliseconds: 5) }
    drain(milliseconds: 0)
    return end
  }

  /// Whether the kernel edits and echoes lines, as it does for a shell's next command.
  public var isRestored: Bool {
    var mode = termios()
    guard tcgetattr(master, &mode) == 0 else { return false }
    let wanted = tcflag_t(ICANON | ECHO | ISIG)
    return mode.c_lflag & wanted == wanted
  }
}
