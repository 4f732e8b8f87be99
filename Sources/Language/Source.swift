/// A half-open range of UTF-8 byte offsets into one `Source`.
public typealias ByteRange = Range<Int>

/// A place as people count it: lines and columns from 1, columns in characters.
public struct Position: Hashable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One text of the command language: a file, a cell or an input line.
///
/// Syntax nodes and diagnostics hold byte ranges only; lines and columns are computed when something is shown.
public struct Source: Hashable, Sendable {
  /// How cells and prose stand in a text.
  public enum Format: String, Hashable, Sendable {
    /// A script; cells begin at `# %%`.
    case script = ".srel"
    /// Markdown; the script is what stands in its `srel` fences.
    case markdown = ".srel.md"
  }

  /// The name to print before a position (a file name), or nil for an input line.
  public let name: String?
  public let text: String
  public let format: Format
  let bytes: [UInt8]
  /// The bytes with every line outside the `srel` fences of Markdown made a comment, so that each statement keeps its
  /// place in the file.
  private(set) var scriptBytes: [UInt8]
  /// Byte offset of the first byte of every line, ascending.
  let lineStarts: [Int]

  public init(_ text: String, name: String? = nil, format: Format = .script) {
    self.name = name
    self.text = text
    self.format = format
    bytes = Array(text.utf8)
    scriptBytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
    if format == .markdown { scriptBytes = MarkdownCells(self).script }
  }

  /// Reads UTF-8 bytes as a source.
  ///
  /// - Throws: `SourceError.notText` with the offset of the first byte that is not UTF-8 or is a NUL.
  public init(bytes: [UInt8], name: String? = nil, format: Format = .script) throws(SourceError) {
    if let offset = Source.firstInvalidOffset(in: bytes) {
      throw SourceError.notText(name: name, offset: offset)
    }
    self.init(String(decoding: bytes, as: UTF8.self), name: name, format: format)
  }

  public var byteCount: Int { bytes.count }
  public var lineCount: Int { lineStarts.count }

  /// The text of a byte range; a range outside the source is clamped to it.
  public subscript(range: ByteRange) -> String {
    String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }

  /// The first byte of the character that a byte belongs to.
  func characterStart(_ offset: Int) -> Int {
    var start = min(max(offset, 0), bytes.count)
    while start > 0, start < bytes.count, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  /// The line and column of a byte offset.
  /// - Complexity: O(log lines + length of the line).
  public func position(at offset: Int) -> Position {
    let offset = min(max(offset, 0), bytes.count)
    let line = lineIndex(at: offset)
    let column = self[lineStarts[line]..<offset].count + 1
    return Position(line: line + 1, column: column)
  }

  /// The byte range of the line that holds an offset, without its line break.
  public func lineRange(at offset: Int) -> ByteRange {
    let line = lineIndex(at: min(max(offset, 0), bytes.count))
    let start = lineStarts[line]
    var end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  /// The offset of the line after the one that holds an offset; the end of the text after the last.
  func nextLine(after offset: Int) -> Int {
    let line = lineIndex(at: offset)
    return line + 1 < lineStarts.count ? lineStarts[line + 1] : bytes.count
  }

  private func lineIndex(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The offset of the first NUL or ill-formed UTF-8 sequence.
  private static func firstInvalidOffset(in bytes: [UInt8]) -> Int? {
    if let nul = bytes.firstIndex(of: 0) { return nul }
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput, .error: return offset
      }
    }
  }
}

/// Why bytes are not a source.
public enum SourceError: Error, Equatable, Sendable, CustomStringConvertible {
  case notText(name: String?, offset: Int)

  public var description: String {
    switch self {
    case .notText(let name, let offset):
      "\(name ?? "the input") is not UTF-8 text (byte \(offset)): save it as UTF-8, or give a .srel file"
    }
  }
}
