/// Numeric arrays of a MATLAB file of version 5 ("MAT-File Format", The MathWorks), compressed or not.
///
/// Compressed elements are unpacked to their end, so that zlib's checksum is verified before anything is returned.
public struct MATFile: Sendable {
  /// The dimensions in MATLAB's order, the first of which runs fastest in `elements`.
  public struct Variable: Sendable {
    public let name: String
    public let dimensions: [Int]
    /// Bytes as they are; every other type as `Double`.
    public let elements: Elements
  }

  public enum Elements: Sendable {
    case bytes([UInt8])
    case numbers([Double])

    public var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .numbers(let numbers): numbers.count
      }
    }

    /// In bytes.
    fileprivate var size: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .numbers(let numbers): 8 * numbers.count
      }
    }
  }

  /// Every variable that is a real numeric array, in the order of the file.
  public let variables: [Variable]
  /// The names of those that are not: texts, cells, structures, complex and sparse arrays.
  public let otherNames: [String]

  /// - Throws: `DatasetError` for a file that is missing, cut short, damaged, no MAT file, of another version or
  ///   written on a big-endian machine.
  public init(reading path: String) throws(DatasetError) {
    try self.init(fileBytes: readFile(path), path: path)
  }

  init(fileBytes bytes: [UInt8], path: String) throws(DatasetError) {
    guard bytes.starts(with: Array("MATLAB 5.0 MAT-file".utf8)) else {
      if bytes.starts(with: Array("MATLAB 7.3 MAT-file".utf8)) {
        throw Self.malformed(path, "it has version 7.3; save it with -v7")
      }
      throw .wrongMagic(path: path, format: "a MATLAB file of version 5", found: Array(bytes.prefix(8)))
    }
    guard bytes.count >= 128 else { throw .truncated(path: path, expected: 128, found: bytes.count) }
    guard bytes[124...127].elementsEqual([0, 1, 0x49, 0x4D]) else {
      throw Self.malformed(path, "its byte order or version is not little-endian version 1")
    }
    var reader = ByteReader(bytes, 128..<bytes.count, path: path)
    var variables: [Variable] = []
    var others: [String] = []
    var held = 0
    while reader.remaining > 0 {
      let type = try reader.little(UInt32.self)
      let size = Int(try reader.little(UInt32.self))
      let body = try reader.take(size)
      let range = body.startIndex..<body.endIndex
      var matrix: MATMatrix
      switch type {
      case 15:
        let stream = try InflateStream(bytes, range, as: .zlib, path: path)
        matrix = try MATMatrix(
          .compressed(stream, most: InflateStream.mostUnpacked(from: size)), held: held, path: path)
      case 14: matrix = try MATMatrix(.plain(ByteReader(bytes, range, path: path)), held: held, path: path)
      default: throw Self.malformed(path, "an element of type \(type) where an array is expected")
      }
      if let variable = try matrix.variable() {
        variables.append(variable)
        held += variable.elements.size
      } else {
        others.append(matrix.name)
      }
    }
    self.variables = variables
    otherNames = others
  }

  /// The variable called `name`.
  ///
  /// - Throws: `absentPart`.
  public func variable(_ name: String, path: String) throws(DatasetError) -> Variable {
    guard let found = variables.first(where: { $0.name == name }) else {
      throw .absentPart(
        path: path, name: "numeric array '\(name)'", present: variables.map(\.name) + otherNames)
    }
    return found
  }

  static func malformed(_ path: String, _ reason: String) -> DatasetError {
    .malformed(path: path, format: "a MATLAB file", reason: reason)
  }
}

/// The bytes of one element, as they stand in the file or compressed.
enum MATBody {
  case plain(ByteReader)
  case compressed(InflateStream, most: Int)
}

/// One array element while it is read: flags, dimensions, name, real part.
struct MATMatrix {
  private var body: MATBody
  private let path: String
  /// The bytes of the arrays before this one.
  private let held: Int
  private var left: Int
  private(set) var name = ""

  init(_ body: MATBody, held: Int, path: String) throws(DatasetError) {
    self.body = body
    self.held = held
    self.path = path
    switch body {
    case .plain(let reader): left = reader.remaining
    case .compressed(let stream, let most):
      let tag = try stream.read(8)
      guard tag.count == 8 else { throw MATFile.malformed(path, "a compressed array without its tag") }
      var reader = ByteReader(tag, path: path)
      let type = try reader.little(UInt32.self)
      left = Int(try reader.little(UInt32.self))
      guard type == 14, left <= most else {
        throw MATFile.malformed(path, "a compressed element that is no array or claims \(left) bytes")
      }
    }
  }

  /// The array; nil for what is no real numeric one. The element is read to its end in either case.
  mutating func variable() throws(DatasetError) -> MATFile.Variable? {
    let result = try readVariable()
    if case .compressed(let stream, _) = body {
      let rest = try stream.drain()
      guard rest == left else { throw MATFile.malformed(path, "an array whose length is wrong") }
    } else if result != nil, left != 0 {
      throw MATFile.malformed(path, "an array whose length is wrong")
    }
    return result
  }

  private mutating func readVariable() throws(DatasetError) -> MATFile.Variable? {
    let flags = try part()
    guard flags.type == 6, flags.bytes.count == 8 else {
      throw MATFile.malformed(path, "an array without flags")
    }
    let isComplex = flags.bytes[1] & 0x08 != 0
    let shape = try part()
    guard shape.type == 5, shape.bytes.count % 4 == 0, shape.bytes.count >= 8 else {
      throw MATFile.malformed(path, "an array without dimensions")
    }
    var reader = ByteReader(shape.bytes, path: path)
    var dimensions: [Int] = []
    for _ in 0..<shape.bytes.count / 4 { dimensions.append(Int(try reader.little(Int32.self))) }
    guard let count = elementCount(of: dimensions) else {
      throw MATFile.malformed(path, "an array of impossible dimensions")
    }
    let title = try part()
    guard title.type == 1 else { throw MATFile.malformed(path, "an array without a name") }
    name = String(decoding: title.bytes, as: UTF8.self)
    // Classes 6 to 15 are the numeric ones.
    guard (6...15).contains(flags.bytes[0]), !isComplex else { return nil }
    let real = try part()
    // Bytes are kept as they are, all else as Double: a small compressed file could fill the memory.
    let size = held + (real.type == 2 ? count : 8 * count)
    guard size <= largestFile else { throw .tooLarge(path: path, bytes: size, limit: largestFile) }
    guard let elements = MATElements.read(real.type, real.bytes), elements.count == count else {
      throw MATFile.malformed(path, "'\(name)' of dimensions \(dimensions) with \(real.bytes.count) bytes")
    }
    return MATFile.Variable(name: name, dimensions: dimensions, elements: elements)
  }

  /// The next part: its data type and bytes; what pads it to eight bytes is passed over.
  private mutating func part() throws(DatasetError) -> (type: Int, bytes: [UInt8]) {
    var tag = ByteReader(try bytes(8), path: path)
    let first = try tag.little(UInt32.self)
    if first >> 16 != 0 {
      // A small element: length and type in one word, at most four bytes after it.
      guard first >> 16 <= 4 else { throw MATFile.malformed(path, "a small element of \(first >> 16) bytes") }
      return (Int(first & 0xFFFF), Array(try tag.take(4).prefix(Int(first >> 16))))
    }
    let size = Int(try tag.little(UInt32.self))
    guard size <= left else { throw MATFile.malformed(path, "a part that is longer than its array") }
    let contents = try bytes(size)
    _ = try bytes(min((8 - size % 8) % 8, left))
    return (Int(first), contents)
  }

  private mutating func bytes(_ count: Int) throws(DatasetError) -> [UInt8] {
    guard count <= left else { throw MATFile.malformed(path, "an array that is cut short") }
    left -= count
    switch body {
    case .plain(var reader):
      let slice = try reader.take(count)
      body = .plain(reader)
      return Array(slice)
    case .compressed(let stream, _):
      var bytes: [UInt8] = []
      while bytes.count < count {
        let piece = try stream.read(min(1 << 20, count - bytes.count))
        guard !piece.isEmpty else { throw MATFile.malformed(path, "an array that is cut short") }
        bytes += piece
      }
      return bytes
    }
  }
}

/// The element types in which MATLAB stores numbers.
private enum MATElements {
  static func read(_ type: Int, _ bytes: [UInt8]) -> MATFile.Elements? {
    switch type {
    case 2: .bytes(bytes)
    case 1: .numbers(bytes.map { Double(Int8(bitPattern: $0)) })
    case 3: numbers(bytes) { (value: UInt16) in Double(Int16(bitPattern: value)) }
    case 4: numbers(bytes) { (value: UInt16) in Double(value) }
    case 5: numbers(bytes) { (value: UInt32) in Double(Int32(bitPattern: value)) }
    case 6: numbers(bytes) { (value: UInt32) in Double(value) }
    case 7: numbers(bytes) { (value: UInt32) in Double(Float(bitPattern: value)) }
    case 9: numbers(bytes) { (value: UInt64) in Double(bitPattern: value) }
    case 12: numbers(bytes) { (value: UInt64) in Double(Int64(bitPattern: value)) }
    case 13: numbers(bytes) { (value: UInt64) in Double(value) }
    default: nil
    }
  }

  private static func numbers<Word: FixedWidthInteger>(_ bytes: [UInt8], _ number: (Word) -> Double)
    -> MATFile.Elements?
  {
    let width = Word.bitWidth / 8
    guard bytes.count % width == 0 else { return nil }
    return .numbers(
      stride(from: 0, to: bytes.count, by: width).map { start in
        number((0..<width).reversed().reduce(0) { $0 << 8 | Word(bytes[start + $1]) })
      })
  }
}
