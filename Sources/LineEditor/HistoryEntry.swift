import Glibc

/// One input of a history, kept as one JSON object on one line.
///
/// `{"time":"2026-03-01T12:00:00Z","directory":"/home/ada","text":"run = train net on=d {\n}"}`
public struct HistoryEntry: Equatable, Sendable {
  /// Coordinated universal time as ISO 8601 writes it.
  public var time: String
  /// The working directory.
  public var directory: String
  /// The input, all its lines.
  public var text: String

  public init(time: String, directory: String, text: String) {
    self.time = time
    self.directory = directory
    self.text = text
  }

  /// An input of now and here.
  public init(text: String) {
    self.init(time: Self.now(), directory: Self.workingDirectory(), text: text)
  }

  /// The JSON object with a newline at its end; no other byte of it is a newline.
  public var line: [UInt8] {
    var bytes = Array(#"{"time":"#.utf8)
    Self.append(time, to: &bytes)
    bytes += Array(#","directory":"#.utf8)
    Self.append(directory, to: &bytes)
    bytes += Array(#","text":"#.utf8)
    Self.append(text, to: &bytes)
    return bytes + Array("}\n".utf8)
  }

  /// Reads a line; nil if it is not such an object. Members of other names are left out.
  public init?(line: ArraySlice<UInt8>) {
    var scanner = JSONScanner(line)
    guard let members = scanner.object(), let text = members["text"] else { return nil }
    self.init(time: members["time"] ?? "", directory: members["directory"] ?? "", text: text)
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += Array(#"\n"#.utf8)
      case UInt8(ascii: "\t"): bytes += Array(#"\t"#.utf8)
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        bytes += Array((#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func now() -> String {
    // The parts hold a pointer to a name of the time zone, which is not looked at.
    var seconds = Glibc.time(nil)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    func digits(_ value: Int32, _ count: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(count - text.count, 0)) + text
    }
    let day = unsafe [digits(parts.tm_year + 1900, 4), digits(parts.tm_mon + 1), digits(parts.tm_mday)]
    let clock = unsafe [digits(parts.tm_hour), digits(parts.tm_min), digits(parts.tm_sec)]
    return day.joined(separator: "-") + "T" + clock.joined(separator: ":") + "Z"
  }

  private static func workingDirectory() -> String {
    // A C string that is ours to free; nil where the directory has been removed.
    guard let path = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }
}
