import Glibc

/// The two streams on which a program talks, written at once and in full.
public enum StandardStream: Int32, Sendable {
  case results = 1
  case messages = 2

  public var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Writes all of a text. Where results cannot be written the program ends: quietly if nobody reads them any more (as
  /// with `head`), else with the reason. Messages that cannot be written are dropped, so that a run goes on without its
  /// terminal.
  public func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      // The bytes are only read, and only as many as there are.
      let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(rawValue, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 {
        if self == .messages { return }
        if errno == EPIPE { exit(141) }
        StandardStream.messages.write("error: cannot write results: \(Self.reason(errno))\n")
        exit(1)
      }
      bytes = bytes.dropFirst(count)
    }
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: "no space left"
    case EIO: "input or output error"
    default: "system error \(code)"
    }
  }
}
