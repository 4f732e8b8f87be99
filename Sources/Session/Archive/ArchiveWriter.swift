import Datasets
import FoundationEssentials
import Tensor

/// Puts values into bytes that are the same on every machine and for every way in which a value came to be.
///
/// Numbers are little-endian in eight bytes, texts UTF-8 after their length. Long parts (the numbers of data sets, sets
/// of weights) go to the store as objects of their own, of which only the digest stands in the bytes.
struct ArchiveWriter {
  private(set) var bytes: [UInt8] = []
  let store: ObjectStore
  /// Weights of small networks stand in the bytes themselves: fewer files to write where they are soon replaced.
  private let holdsWeights: Bool
  /// More bytes of weights are not gathered with others in memory.
  private static let mostInPlace = 1 << 20
  /// The objects that the bytes speak of.
  private(set) var objects: Set<String> = []

  init(to store: ObjectStore, holdsWeights: Bool = false) {
    (self.store, self.holdsWeights) = (store, holdsWeights)
  }

  mutating func append(tag: UInt8) { bytes.append(tag) }

  mutating func append(_ value: Int) { append(bits: UInt64(bitPattern: Int64(value))) }

  /// A number with its sign of zero and the payload of its NaN.
  mutating func append(_ value: Double) { append(bits: value.bitPattern) }

  mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func append(_ text: String) {
    append(text.utf8.count)
    bytes += text.utf8
  }

  mutating func append(_ text: String?) {
    append(text != nil)
    if let text { append(text) }
  }

  private mutating func append(bits: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
  }

  /// A count, and each element by `body`.
  mutating func append<Element>(
    each elements: some Collection<Element>,
    _ body: (inout ArchiveWriter, Element) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    append(elements.count)
    for element in elements { try body(&self, element) }
  }

  mutating func append(_ texts: [String]) {
    append(texts.count)
    for text in texts { append(text) }
  }

  mutating func append(_ numbers: [Int]) {
    append(numbers.count)
    for number in numbers { append(number) }
  }

  /// A small value in JSON with sorted keys.
  mutating func append(coded value: some Encodable) throws(ArchiveError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(value) else { throw .malformed("\(type(of: value))") }
    append(String(decoding: data, as: UTF8.self))
  }

  /// Tensors, as one object or in place.
  mutating func append(_ tensors: [Tensor]) throws(ArchiveError) {
    append(tensors.count)
    for tensor in tensors { append(tensor.shape.dims) }
    let length = 4 * tensors.reduce(0) { $0 + $1.count }
    let areInPlace = holdsWeights && length <= Self.mostInPlace
    append(areInPlace)
    if areInPlace {
      for tensor in tensors { bytes += tensor.littleEndianBytes }
    } else {
      var object: [UInt8] = []
      object.reserveCapacity(length)
      for tensor in tensors { object += tensor.littleEndianBytes }
      append(object: try store.put(object))
    }
  }

  /// A tensor that several values share, such as the numbers of a data set.
  mutating func append(shared tensor: Tensor) throws(ArchiveError) {
    append(tensor.shape.dims)
    append(object: try store.put(shared: tensor))
  }

  /// Bytes as an object of their own.
  mutating func append(object digest: String) {
    objects.insert(digest)
    append(digest)
  }
}
