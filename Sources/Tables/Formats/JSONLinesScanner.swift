/// Cuts the bytes of a file of JSON lines into objects of plain members.
struct JSONLinesScanner {
  private let bytes: [UInt8]
  private var place: Int
  /// The line of the object read last, counted from 1.
  private(set) var line = 0
  /// Where the present line ends.
  private var end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    end = place
  }

  /// The members of the object in the next line that is not blank; nil after the last one.
  mutating func nextObject() throws(TableError) -> [(name: String, cell: Cell)]? {
    while place < bytes.count {
      line += 1
      end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      guard String(validating: bytes[place..<end], as: UTF8.self) != nil else { throw .notUTF8(line: line) }
      skipSpace()
      if place < end {
        let members = try object()
        skipSpace()
        if place < end { throw malformed("more follows the closing brace; one object stands in a line") }
        place = end + 1
        return members
      }
      place = end + 1
    }
    return nil
  }

  private mutating func object() throws(TableError) -> [(name: String, cell: Cell)] {
    guard accept("{") else { throw malformed("it does not begin with '{'") }
    var members: [(name: String, cell: Cell)] = []
    if accept("}") { return members }
    repeat {
      skipSpace()
      guard place < end, bytes[place] == UInt8(ascii: "\"") else {
        throw malformed(place < end ? "the name of a member is expected" : Self.cut)
      }
      let name = try string()
      if name.isEmpty { throw malformed("a member has no name") }
      guard accept(":") else { throw malformed(place < end ? "':' is expected after '\(name)'" : Self.cut) }
      members.append((name, try cell(of: name)))
    } while accept(",")
    guard accept("}") else { throw malformed(place < end ? "',' or '}' is expected" : Self.cut) }
    return members
  }

  private static let cut = "it is cut short; delete the line, or save the file again"

  private mutating func cell(of name: String) throws(TableError) -> Cell {
    skipSpace()
    guard place < end else { throw malformed(Self.cut) }
    switch bytes[place] {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      throw malformed(
        "'\(name)' holds a list or an object; a table has numbers, strings, true, false and null")
    default: break
    }
    let start = place
    while place < end, !Self.marks.contains(bytes[place]) { place += 1 }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    switch word {
    case "true": return true
    case "false": return false
    case "null": return .missing
    case "NaN": return .number(.nan)
    case "Infinity": return .number(.infinity)
    case "-Infinity": return .number(-.infinity)
    default: break
    }
    guard let number = Self.number(word) else {
      throw malformed("'\(name)' holds \(word.prefix(40)), which is no value of JSON")
    }
    guard number.isFinite else { throw malformed("'\(name)' holds \(word.prefix(40)), which is too large") }
    return .number(number)
  }

  /// What ends a number or a word.
  private static let marks = Set(",]} \t\r".utf8)

  /// A number of JSON: no sign `+`, no leading zeros, digits on both sides of the point.
  private static func number(_ text: String) -> Double? {
    var rest = text.utf8[...]
    func digits() -> Int {
      let count = rest.prefix { (48...57).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !startsWithZero || whole == 1 else { return nil }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() > 0 else { return nil }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      guard digits() > 0 else { return nil }
    }
    return rest.isEmpty ? Double(text) : nil
  }

  /// A string whose opening quotation mark stands at `place`.
  private mutating func string() throws(TableError) -> String {
    place += 1
    var text: [UInt8] = []
    while place < end {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += String(try escape()).utf8
      case 0..<0x20 where byte != 9: throw malformed("a string holds a control character")
      default: text.append(byte)
      }
    }
    throw malformed(Self.cut)
  }

  private mutating func escape() throws(TableError) -> Unicode.Scalar {
    guard place < end else { throw malformed(Self.cut) }
    place += 1
    switch bytes[place - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw malformed("a string holds an unknown escape")
    }
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code), bytes[place..<end].starts(with: Array("\\u".utf8)) {
      place += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw malformed("half a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw malformed("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(TableError) -> UInt32 {
    let digits = bytes[place..<end].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed("four hexadecimal digits are expected after \\u") }
    place += 4
    return code
  }

  private mutating func accept(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < end, bytes[place] == UInt8(ascii: mark) else { return false }
    place += 1
    return true
  }

  private mutating func skipSpace() {
    while place < end, [0x20, 0x09, 0x0D].contains(bytes[place]) { place += 1 }
  }

  private func malformed(_ reason: String) -> TableError { .malformedJSON(line: line, reason: reason) }
}
