/// Cuts a source into tokens; what it cannot read becomes a diagnostic and an `invalid` token.
///
/// A comment runs from `#` to the end of its line; a `\` at the end of a line joins it with the next.
public struct Lexer {
  let source: Source
  private let bytes: [UInt8]
  private let limit: Int
  private var offset: Int
  private var touches = false
  public private(set) var tokens: [Token] = []
  public private(set) var diagnostics: [Diagnostic] = []
  /// The text ends in a `\` with nothing after it.
  public private(set) var endsInContinuation = false

  /// Reads all tokens of a source, or of a part of its text, comments included; the last is always `end`.
  /// - Complexity: O(bytes).
  public init(_ source: Source, in range: ByteRange? = nil) {
    self.source = source
    bytes = range == nil ? source.scriptBytes : source.bytes
    offset = range?.lowerBound ?? 0
    limit = min(range?.upperBound ?? bytes.count, bytes.count)
    if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    while offset < limit { readToken() }
    offset = limit
    append(.end, from: limit)
  }

  private mutating func readToken() {
    let start = offset
    let byte = bytes[offset]
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      offset += 1
      touches = false
    case UInt8(ascii: "\n"):
      offset += 1
      append(.newline, from: start)
      touches = false
    case UInt8(ascii: "#"):
      skipLine()
      append(.comment, from: start)
    case UInt8(ascii: "\\"):
      readContinuation()
    case UInt8(ascii: "\""):
      readString()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      readNumber()
    default:
      if let length = wordLength(at: offset) {
        offset += length
        while offset < limit, let length = wordLength(at: offset, inside: true) { offset += length }
        append(.word(source[start..<offset]), from: start)
      } else if let symbol = symbol(at: offset) {
        offset += symbol.rawValue.utf8.count
        append(.symbol(symbol), from: start)
      } else {
        readUnknown()
      }
    }
  }

  private mutating func append(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind: kind, range: start..<offset, isTouching: touches))
    touches = true
  }

  private mutating func report(_ problem: SyntaxProblem, _ range: ByteRange) {
    diagnostics.append(problem.diagnostic(at: range))
  }

  private mutating func skipLine() {
    while offset < limit, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
  }

  private mutating func readContinuation() {
    let start = offset
    offset += 1
    var end = offset
    while end < limit, bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "\r") { end += 1 }
    touches = false
    if end == limit {
      offset = end
      endsInContinuation = true
    } else if bytes[end] == UInt8(ascii: "\n") {
      offset = end + 1
    } else {
      report(.strayBackslash, start..<offset)
      append(.invalid, from: start)
    }
  }

  private mutating func readString() {
    let start = offset
    var content: [UInt8] = []
    offset += 1
    while offset < limit, bytes[offset] != UInt8(ascii: "\n") {
      let byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\"") {
        append(.string(String(decoding: content, as: UTF8.self)), from: start)
        return
      }
      if byte == UInt8(ascii: "\\"), offset < limit, bytes[offset] != UInt8(ascii: "\n") {
        readEscape(into: &content)
      } else {
        content.append(byte)
      }
    }
    report(.unterminatedString, start..<offset)
    append(.invalid, from: start)
  }

  private mutating func readEscape(into content: inout [UInt8]) {
    let escaped = bytes[offset]
    switch escaped {
    case UInt8(ascii: "n"): content.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "t"): content.append(UInt8(ascii: "\t"))
    case UInt8(ascii: "\\"), UInt8(ascii: "\""): content.append(escaped)
    default:
      let end = offset + scalarLength(at: offset)
      report(.unknownEscape(source[offset..<end]), offset - 1..<end)
      offset = end - 1
    }
    offset += 1
  }

  /// digits [ "." digits ] [ e [sign] digits ]; a word that touches the number is its unit.
  private mutating func readNumber() {
    let start = offset
    skipDigits()
    if offset + 1 < limit, bytes[offset] == UInt8(ascii: "."), isDigit(at: offset + 1) {
      offset += 1
      skipDigits()
    }
    if offset < limit, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      var exponent = offset + 1
      if exponent < limit, bytes[exponent] == UInt8(ascii: "-") || bytes[exponent] == UInt8(ascii: "+") {
        exponent += 1
      }
      if isDigit(at: exponent) {
        offset = exponent
        skipDigits()
      }
    }
    if let value = Double(source[start..<offset]), value.isFinite {
      append(.number(value), from: start)
    } else {
      report(.numberTooLarge, start..<offset)
      append(.number(0), from: start)
    }
  }

  private func isDigit(at index: Int) -> Bool {
    index < limit && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
  }

  private mutating func skipDigits() {
    while isDigit(at: offset) { offset += 1 }
  }

  /// The longest sign that stands at an offset.
  private func symbol(at index: Int) -> Symbol? {
    if index + 1 < limit, bytes[index + 1] < 0x80, let two = Symbol(rawValue: source[index..<index + 2]) {
      return two
    }
    return bytes[index] < 0x80 ? Symbol(rawValue: source[index..<index + 1]) : nil
  }

  /// Reports a run of characters that begin nothing, as one diagnostic.
  private mutating func readUnknown() {
    let start = offset
    repeat { offset += scalarLength(at: offset) } while offset < limit && isUnknown(at: offset)
    skipForeignString(from: start)
    report(.unknownCharacters(source[start..<offset]), start..<offset)
    append(.invalid, from: start)
  }

  /// Goes on to the other end of a string in quotes of another kind.
  private mutating func skipForeignString(from start: Int) {
    let closers: [Character: Character] = ["'": "'", "`": "`", "‘": "’", "“": "”", "„": "“"]
    guard let first = source[start..<offset].first, let closer = closers[first] else { return }
    let rest = source[offset..<min(source.lineRange(at: offset).upperBound, limit)]
    guard let end = rest.firstIndex(of: closer) else { return }
    offset += rest[...end].utf8.count
  }

  private func isUnknown(at index: Int) -> Bool {
    let known = [UInt8](" \t\r\n#\\\"".utf8)
    return !known.contains(bytes[index]) && !isDigit(at: index) && wordLength(at: index) == nil
      && symbol(at: index) == nil
  }

  /// The byte length of the letter, digit or underscore at an offset that may stand in a word, or nil.
  private func wordLength(at index: Int, inside: Bool = false) -> Int? {
    let byte = bytes[index]
    if byte < 0x80 {
      let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
      return isLetter || byte == UInt8(ascii: "_") || (inside && isDigit(at: index)) ? 1 : nil
    }
    let length = scalarLength(at: index)
    guard let scalar = source[index..<index + length].unicodeScalars.first else { return nil }
    let properties = scalar.properties
    return properties.isAlphabetic || (inside && properties.generalCategory == .nonspacingMark) ? length : nil
  }

  private func scalarLength(at index: Int) -> Int {
    let length: Int =
      switch bytes[index] {
      case 0xC0..<0xE0: 2
      case 0xE0..<0xF0: 3
      case 0xF0...: 4
      default: 1
      }
    return min(length, limit - index)
  }
}
