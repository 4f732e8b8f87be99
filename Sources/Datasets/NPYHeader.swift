/// The element types of NPY files that are read, by NumPy's name.
enum NPYElementType: String, CaseIterable {
  case float32 = "<f4"
  case float64 = "<f8"
  case int64 = "<i8"
  case int32 = "<i4"
  case uint8 = "|u1"

  /// Bytes of one element.
  var width: Int {
    switch self {
    case .float32, .int32: 4
    case .float64, .int64: 8
    case .uint8: 1
    }
  }
}

/// The head of an NPY file: magic, version, length, and a Python dictionary of type, order and shape.
struct NPYHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  let path: String
  /// The type of the elements, by NumPy's name.
  let descr: String
  let dimensions: [Int]
  /// Where the elements begin.
  let end: Int

  init(_ bytes: [UInt8], path: String) throws(DatasetError) {
    guard bytes.starts(with: Self.magic) else {
      throw .wrongMagic(path: path, format: "an NPY file", found: Array(bytes.prefix(6)))
    }
    guard bytes.count >= 12 else { throw .truncated(path: path, expected: 12, found: bytes.count) }
    guard (1...3).contains(bytes[6]) else {
      throw .malformedHeader(
        path: path, reason: "version \(bytes[6]).\(bytes[7]); 1.0, 2.0 and 3.0 can be read")
    }
    let start = bytes[6] == 1 ? 10 : 12
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    end = start + length
    guard bytes.count >= end else { throw .truncated(path: path, expected: end, found: bytes.count) }
    var parser = PythonDictionary(text: Array(bytes[start..<end]), path: path)
    let entries = try parser.parse()
    guard case .text(let descr)? = entries["descr"], case .flag(let fortran)? = entries["fortran_order"],
      case .numbers(let shape)? = entries["shape"]
    else {
      throw .malformedHeader(path: path, reason: "descr, fortran_order and shape are not all there")
    }
    guard !fortran || shape.count < 2 else {
      throw .malformedHeader(path: path, reason: "Fortran order; save numpy.ascontiguousarray of it")
    }
    self.path = path
    self.descr = descr
    dimensions = shape
  }

  /// The type of elements that are numbers.
  func numericType() throws(DatasetError) -> NPYElementType {
    if let type = NPYElementType(rawValue: descr) { return type }
    let supported = NPYElementType.allCases.map(\.rawValue).joined(separator: " ")
    throw .wrongElementType(path: path, found: "elements of type \(descr)", supported: supported)
  }

  /// The bytes after the head, as many as so many elements of `width` bytes take.
  func elements(of bytes: [UInt8], width: Int) throws(DatasetError) -> ArraySlice<UInt8> {
    let (length, overflow) = elementCount(of: dimensions)?.multipliedReportingOverflow(by: width) ?? (0, true)
    guard !overflow, length <= largestFile else { throw .oversizedHeader(path: path, dimensions: dimensions) }
    guard bytes.count >= end + length else {
      throw .truncated(path: path, expected: end + length, found: bytes.count)
    }
    guard bytes.count == end + length else { throw .trailingBytes(path: path, expected: end + length) }
    return bytes[end...]
  }
}

/// Parses the one dictionary that NumPy writes: texts, True, False and tuples of whole numbers as values.
private struct PythonDictionary {
  enum Value {
    case text(String)
    case flag(Bool)
    case numbers([Int])
  }

  let text: [UInt8]
  let path: String
  var position = 0

  init(text: [UInt8], path: String) {
    self.text = text
    self.path = path
  }

  mutating func parse() throws(DatasetError) -> [String: Value] {
    var entries: [String: Value] = [:]
    try expect("{")
    while !accept("}") {
      let key = try quoted()
      try expect(":")
      let parsed = try value()
      guard entries.updateValue(parsed, forKey: key) == nil else { throw malformed("'\(key)' stands twice") }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == text.count else { throw malformed("more follows the dictionary") }
    return entries
  }

  private mutating func value() throws(DatasetError) -> Value {
    if accept("True") { return .flag(true) }
    if accept("False") { return .flag(false) }
    if accept("(") { return .numbers(try numbers()) }
    if accept("[") { throw malformed("records of several fields cannot be read") }
    return .text(try quoted())
  }

  private mutating func numbers() throws(DatasetError) -> [Int] {
    var numbers: [Int] = []
    while !accept(")") {
      skipSpace()
      let digits = text[position...].prefix { (0x30...0x39).contains($0) }
      guard let number = Int(String(decoding: digits, as: UTF8.self)) else { throw malformed("a bad shape") }
      position += digits.count
      numbers.append(number)
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return numbers
  }

  private mutating func quoted() throws(DatasetError) -> String {
    skipSpace()
    guard position < text.count, text[position] == 0x27 || text[position] == 0x22 else {
      throw malformed("a quoted word is expected")
    }
    let content = text[(position + 1)...].prefix { $0 != text[position] }
    guard content.endIndex < text.count else { throw malformed("a quote is not closed") }
    position = content.endIndex + 1
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func accept(_ word: String) -> Bool {
    skipSpace()
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func expect(_ word: String) throws(DatasetError) {
    guard accept(word) else { throw malformed("'\(word)' is expected") }
  }

  private mutating func skipSpace() {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0A { position += 1 }
  }

  private func malformed(_ reason: String) -> DatasetError {
    .malformedHeader(path: path, reason: reason)
  }
}
