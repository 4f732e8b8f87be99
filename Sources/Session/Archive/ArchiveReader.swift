import FoundationEssentials
import Tensor

/// Reads what an `ArchiveWriter` wrote; every length is checked before it is believed.
struct ArchiveReader {
  private let bytes: [UInt8]
  private var offset = 0
  let store: ObjectStore

  init(_ bytes: [UInt8], from store: ObjectStore) {
    self.bytes = bytes
    self.store = store
  }

  /// The bytes that have not been read.
  var remaining: Int { bytes.count - offset }

  mutating func tag() throws(ArchiveError) -> UInt8 {
    guard remaining >= 1 else { throw .truncated }
    offset += 1
    return bytes[offset - 1]
  }

  mutating func whole() throws(ArchiveError) -> Int { Int(Int64(bitPattern: try bits())) }

  mutating func number() throws(ArchiveError) -> Double { Double(bitPattern: try bits()) }

  mutating func flag() throws(ArchiveError) -> Bool {
    let tag = try tag()
    guard tag < 2 else { throw .malformed("yes or no") }
    return tag == 1
  }

  mutating func text() throws(ArchiveError) -> String {
    let count = try count(ofAtLeast: 1)
    guard let text = String(validating: bytes[offset..<offset + count], as: UTF8.self) else {
      throw .malformed("text")
    }
    offset += count
    return text
  }

  mutating func optionalText() throws(ArchiveError) -> String? { try flag() ? try text() : nil }

  private mutating func bits() throws(ArchiveError) -> UInt64 {
    guard remaining >= 8 else { throw .truncated }
    var result: UInt64 = 0
    for place in 0..<8 { result |= UInt64(bytes[offset + place]) << UInt64(8 * place) }
    offset += 8
    return result
  }

  /// A number of elements for which the bytes that are left have room.
  mutating func count(ofAtLeast width: Int) throws(ArchiveError) -> Int {
    let count = try whole()
    guard count >= 0 else { throw .malformed("count") }
    guard count <= remaining / max(width, 1) else { throw .truncated }
    return count
  }

  mutating func list<Element>(
    _ body: (inout ArchiveReader) throws(ArchiveError) -> Element
  ) throws(ArchiveError) -> [Element] {
    var elements: [Element] = []
    for _ in 0..<(try count(ofAtLeast: 1)) { elements.append(try body(&self)) }
    return elements
  }

  mutating func texts() throws(ArchiveError) -> [String] {
    try list { (reader) throws(ArchiveError) in try reader.text() }
  }

  mutating func wholes() throws(ArchiveError) -> [Int] {
    let count = try count(ofAtLeast: 8)
    var values: [Int] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try whole()) }
    return values
  }

  mutating func coded<Content: Decodable>(_ type: Content.Type = Content.self) throws(ArchiveError) -> Content
  {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let value = try? decoder.decode(type, from: Data(try text().utf8)) else {
      throw .malformed("\(type)")
    }
    return value
  }

  private mutating func shape() throws(ArchiveError) -> Shape {
    let sizes = try wholes()
    guard sizes.count <= Shape.mostAxes else { throw .malformed("shape") }
    var count = 1
    for size in sizes {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, size <= Shape.longestAxis, !overflow, product <= 1 << 31 else {
        throw .malformed("shape")
      }
      count = product
    }
    return Shape(sizes)
  }

  mutating func tensors() throws(ArchiveError) -> [Tensor] {
    let shapes = try list { (reader) throws(ArchiveError) in try reader.shape() }
    let length = 4 * shapes.reduce(0) { $0 + $1.count }
    if try flag() {
      guard length <= remaining else { throw .truncated }
      defer { offset += length }
      return Self.tensors(shapes, bytes, from: offset)
    }
    let object = try store.bytes(of: try text())
    guard object.count == length else { throw .malformed("tensors") }
    return Self.tensors(shapes, object, from: 0)
  }

  private static func tensors(_ shapes: [Shape], _ bytes: [UInt8], from start: Int) -> [Tensor] {
    var offset = start
    return shapes.map { shape in
      defer { offset += 4 * shape.count }
      return Tensor(shape, littleEndian: bytes, at: offset)
    }
  }

  /// A tensor that other values may share: read once, it is one piece of memory for all of them.
  mutating func sharedTensor() throws(ArchiveError) -> Tensor {
    let shape = try shape()
    return try store.sharedTensor(shape, try text())
  }

  /// All bytes must have been read.
  func finish() throws(ArchiveError) {
    guard remaining == 0 else { throw .malformed("end") }
  }
}
