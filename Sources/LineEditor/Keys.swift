import Glibc

/// Single keys and plain lines from the terminal on standard input.
///
/// While a key is waited for the terminal neither echoes nor waits for the end of a line; afterwards it is as it was.
/// Keys that were pressed before are forgotten. Ctrl-C stays a signal.
public enum Keys {
  public enum Key: Equatable, Sendable {
    /// A letter, or a line end for Return.
    case character(Character)
    case up, down, left, right, pageUp, pageDown
    /// Another key that sends several bytes.
    case other
  }

  /// The next key; nil at the end of input or when `isStopped` says so.
  ///
  /// - Parameter prompt: told when a key is waited for: none pressed after it is forgotten.
  public static func next(prompt: () -> Void = {}, isStopped: () -> Bool) -> Key? {
    var saved = termios()
    // The structures outlive the calls, which fill or read them.
    guard unsafe tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
    var raw = saved
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcflush(STDIN_FILENO, TCIFLUSH)
    _ = unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    defer { _ = unsafe tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
    prompt()
    guard let first = byte(isStopped: isStopped) else { return nil }
    if first == 0x1B { return sequence() }
    if first == 4 { return nil }
    if first == UInt8(ascii: "\r") { return .character("\n") }
    var bytes = [first]
    while bytes.count < length(of: first), let next = byte(within: 50) { bytes.append(next) }
    return String(validating: bytes, as: UTF8.self)?.first.map { .character($0) } ?? .other
  }

  /// A line as the kernel lets people edit it, without its end; nil at the end of input or when stopped.
  public static func line(isStopped: () -> Bool) -> String? {
    var bytes: [UInt8] = []
    while let next = byte(isStopped: isStopped) {
      if next == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(next)
    }
    return nil
  }

  /// What follows an escape: arrows and pages, as remote controls for slides send them.
  private static func sequence() -> Key {
    var bytes: [UInt8] = []
    while bytes.count < 8, let next = byte(within: 50) {
      bytes.append(next)
      if bytes.count > 1, (0x40...0x7E).contains(next) { break }
    }
    return switch String(decoding: bytes, as: UTF8.self) {
    case "[A", "OA": .up
    case "[B", "OB": .down
    case "[C", "OC": .right
    case "[D", "OD": .left
    case "[5~": .pageUp
    case "[6~": .pageDown
    default: .other
    }
  }

  /// How many bytes the letter has that begins with this one.
  private static func length(of first: UInt8) -> Int {
    first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
  }

  private static func byte(isStopped: () -> Bool) -> UInt8? {
    while !isStopped() {
      switch wait(milliseconds: 50) {
      case .some(true): return read()
      case .some(false): continue
      case nil: return nil
      }
    }
    return nil
  }

  private static func byte(within milliseconds: Int32) -> UInt8? {
    wait(milliseconds: milliseconds) == true ? read() : nil
  }

  /// Whether there is something to read; nil if there never will be.
  private static func wait(milliseconds: Int32) -> Bool? {
    var file = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // One structure, which outlives the call.
    let count = unsafe poll(&file, 1, milliseconds)
    if count < 0 { return errno == EINTR ? false : nil }
    return count > 0
  }

  private static func read() -> UInt8? {
    var byte: UInt8 = 0
    // One byte is written into a variable that outlives the call.
    while true {
      let count = unsafe Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      return count == 1 ? byte : nil
    }
  }
}
