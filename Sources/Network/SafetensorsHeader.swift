/// The header of a safetensors file: one JSON object of tensors, each with type, shape and range of bytes.
///
/// Parsed by hand, since a repeated name has to be noticed and nothing but this one form is allowed.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var type = ""
    var shape: [Int] = []
    var start = 0
    var end = 0
  }

  let path: String
  private let text: ArraySlice<UInt8>
  private var position: Int
  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// - Throws: `malformedHeader` or `repeatedName`.
  init(_ text: ArraySlice<UInt8>, path: String) throws(SafetensorsError) {
    self.text = text
    self.path = path
    position = text.startIndex
    // The format wants the brace first, so that a file is told from others by one byte.
    guard text.first == UInt8(ascii: "{") else { throw malformed("it does not begin with '{'") }
    var names: Set<String> = []
    try parseObject { header, name throws(SafetensorsError) in
      guard names.insert(name).inserted else { throw .repeatedName(path: path, name: name) }
      if name == "__metadata__" {
        try header.parseMetadata()
      } else {
        try header.parseEntry(name)
      }
    }
    skipSpace()
    guard position == text.endIndex else { throw malformed("more follows the last brace") }
  }

  private mutating func parseMetadata() throws(SafetensorsError) {
    try parseObject { header, key throws(SafetensorsError) in
      let value = try header.parseString()
      guard header.metadata.updateValue(value, forKey: key) == nil else {
        throw .repeatedName(path: header.path, name: key)
      }
    }
  }

  private mutating func parseEntry(_ name: String) throws(SafetensorsError) {
    var entry = Entry(name: name)
    var fields: Set<String> = []
    try parseObject { header, field throws(SafetensorsError) in
      guard fields.insert(field).inserted else {
        throw .repeatedName(path: header.path, name: "\(name).\(field)")
      }
      switch field {
      case "dtype": entry.type = try header.parseString()
      case "shape": entry.shape = try header.parseNumbers()
      case "data_offsets":
        let offsets = try header.parseNumbers()
        guard offsets.count == 2 else { throw header.malformed("data_offsets are two numbers") }
        (entry.start, entry.end) = (offsets[0], offsets[1])
      default: throw header.malformed("'\(field)' is no property of a tensor")
      }
    }
    guard fields.count == 3 else { throw malformed("'\(name)' needs dtype, shape and data_offsets") }
    entries.append(entry)
  }

  // MARK: JSON

  private mutating func parseObject(
    _ member: (inout Self, String) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let name = try parseString()
      try expect(":")
      try member(&self, name)
    } while accept(",")
    try expect("}")
  }

  private mutating func parseNumbers() throws(SafetensorsError) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if accept("]") { return numbers }
    repeat {
      skipSpace()
      let digits = text[position...].prefix { (0x30...0x39).contains($0) }
      guard let number = Int(String(decoding: digits, as: UTF8.self)),
        digits.count == 1 || digits.first != 0x30
      else { throw malformed("a whole number below 2^63 is expected") }
      position += digits.count
      numbers.append(number)
    } while accept(",")
    try expect("]")
    return numbers
  }

  private mutating func parseString() throws(SafetensorsError) -> String {
    try expect("\"")
    var bytes: [UInt8] = []
    while true {
      guard let byte = next() else { throw malformed("a word is not closed") }
      if byte == UInt8(ascii: "\"") { break }
      guard byte >= 0x20 else { throw malformed("a control character in a word") }
      if byte == UInt8(ascii: "\\") {
        bytes += String(try parseEscape()).utf8
      } else {
        bytes.append(byte)
      }
    }
    guard let word = String(validating: bytes, as: UTF8.self) else { throw malformed("a word is not UTF-8") }
    return word
  }

  private mutating func parseEscape() throws(SafetensorsError) -> Unicode.Scalar {
    switch next() {
    case UInt8(ascii: "\"")?: return "\""
    case UInt8(ascii: "\\")?: return "\\"
    case UInt8(ascii: "/")?: return "/"
    case UInt8(ascii: "b")?: return "\u{8}"
    case UInt8(ascii: "f")?: return "\u{C}"
    case UInt8(ascii: "n")?: return "\n"
    case UInt8(ascii: "r")?: return "\r"
    case UInt8(ascii: "t")?: return "\t"
    case UInt8(ascii: "u")?: return try parseUnicodeEscape()
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func parseUnicodeEscape() throws(SafetensorsError) -> Unicode.Scalar {
    var code = UInt32(try parseHexadecimal())
    if (0xD800..<0xDC00).contains(code), next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") {
      let low = UInt32(try parseHexadecimal())
      guard (0xDC00..<0xE000).contains(low) else { throw malformed("half a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw malformed("half a surrogate pair") }
    return scalar
  }

  private mutating func parseHexadecimal() throws(SafetensorsError) -> UInt16 {
    let digits = text[position...].prefix(4)
    let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    guard digits.count == 4, isHexadecimal,
      let code = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed("four hexadecimal digits are expected") }
    position += 4
    return code
  }

  private mutating func next() -> UInt8? {
    guard position < text.endIndex else { return nil }
    position += 1
    return text[position - 1]
  }

  private mutating func accept(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.endIndex, text[position] == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ mark: Unicode.Scalar) throws(SafetensorsError) {
    guard accept(mark) else { throw malformed("'\(mark)' is expected") }
  }

  private mutating func skipSpace() {
    while position < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
  }

  private func malformed(_ reason: String) -> SafetensorsError {
    .malformedHeader(path: path, byte: position - text.startIndex, reason: reason)
  }
}
