/// An array of unsigned bytes in the IDX format of the MNIST files, plain or gzipped.
///
/// The format (Y. LeCun, C. Cortes, "The MNIST database"): two zero bytes, the element type, the number of
/// dimensions, each dimension as a big-endian 32-bit number, then the elements in row-major order.
public struct IDXFile: Sendable {
  /// The length along each dimension, at least one.
  public let dimensions: [Int]
  /// The elements; as many as the product of the dimensions.
  public let elements: [UInt8]
  /// The bytes of the file as stored (compressed, if it is), from which digests are made.
  public let fileBytes: [UInt8]

  /// Reads the file at `path`; whether it is gzipped shows in its first bytes, not in its name.
  ///
  /// The size that the header claims is checked against the contents before room for it is taken.
  ///
  /// - Throws: `DatasetError` for a file that is missing, unreadable, empty, cut short, longer than
  ///   announced, damaged, not IDX, or of another element type.
  public init(reading path: String) throws(DatasetError) {
    let file = try readFile(path)
    fileBytes = file
    if InflateStream.isGzip(file) {
      let stream = try InflateStream(file, path: path)
      var header = try IDXHeader(try stream.read(4), path: path)
      try header.readDimensions(try stream.read(4 * header.rank))
      let count = try header.count(available: InflateStream.mostUnpacked(from: file.count))
      elements = try stream.read(count)
      try header.check(found: elements.count, of: count)
      guard try stream.read(1).isEmpty else {
        throw DatasetError.trailingBytes(path: path, expected: header.size + count)
      }
      dimensions = header.dimensions
    } else {
      var header = try IDXHeader(Array(file.prefix(4)), path: path)
      try header.readDimensions(Array(file.dropFirst(4).prefix(4 * header.rank)))
      let count = try header.count(available: largestFile)
      let found = file.count - header.size
      try header.check(found: found, of: count)
      guard found == count else {
        throw DatasetError.trailingBytes(path: path, expected: header.size + count)
      }
      elements = Array(file[header.size...])
      dimensions = header.dimensions
    }
  }
}

/// The start of an IDX file: four bytes of magic number, then the dimensions.
private struct IDXHeader {
  let path: String
  let rank: Int
  var dimensions: [Int] = []
  var size: Int { 4 + 4 * rank }

  /// The element types that the format knows besides the unsigned byte (0x08).
  private static let otherTypes: [UInt8: String] = [
    0x09: "signed bytes", 0x0B: "16-bit integers", 0x0C: "32-bit integers", 0x0D: "32-bit floats",
    0x0E: "64-bit floats",
  ]

  init(_ magic: [UInt8], path: String) throws(DatasetError) {
    guard magic.count == 4 else { throw .truncated(path: path, expected: 4, found: magic.count) }
    let known = magic[2] == 0x08 || Self.otherTypes[magic[2]] != nil
    guard magic[0] == 0, magic[1] == 0, known, magic[3] > 0 else {
      throw .wrongMagic(path: path, format: "an IDX file", found: magic)
    }
    if let other = Self.otherTypes[magic[2]] {
      throw .wrongElementType(path: path, found: other, supported: "unsigned bytes")
    }
    self.path = path
    rank = Int(magic[3])
  }

  mutating func readDimensions(_ bytes: [UInt8]) throws(DatasetError) {
    guard bytes.count == 4 * rank else {
      throw .truncated(path: path, expected: size, found: 4 + bytes.count)
    }
    dimensions = (0..<rank).map { place in
      bytes[4 * place..<4 * place + 4].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  /// The product of the dimensions, where the file can hold `available` elements at most.
  func count(available: Int) throws(DatasetError) -> Int {
    guard let count = elementCount(of: dimensions), count <= available else {
      throw .oversizedHeader(path: path, dimensions: dimensions)
    }
    return count
  }

  func check(found: Int, of count: Int) throws(DatasetError) {
    guard found >= count else {
      throw .truncated(path: path, expected: size + count, found: size + found)
    }
  }
}
