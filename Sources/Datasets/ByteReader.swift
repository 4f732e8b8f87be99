/// Reads numbers and pieces from bytes, never beyond their end.
struct ByteReader {
  let bytes: [UInt8]
  let end: Int
  let path: String
  private(set) var position: Int

  /// - Precondition: `range` lies inside `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>? = nil, path: String) {
    self.bytes = bytes
    self.path = path
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  var remaining: Int { end - position }

  /// The next `count` bytes, not copied.
  ///
  /// - Throws: `truncated` where there are fewer.
  mutating func take(_ count: Int) throws(DatasetError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw .truncated(path: path, expected: position &+ max(count, 0), found: bytes.count)
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func skip(_ count: Int) throws(DatasetError) { _ = try take(count) }

  mutating func byte() throws(DatasetError) -> UInt8 {
    let slice = try take(1)
    return slice[slice.startIndex]
  }

  /// A number, least significant byte first.
  mutating func little<Number: FixedWidthInteger>(_: Number.Type) throws(DatasetError) -> Number {
    let slice = try take(Number.bitWidth / 8)
    return slice.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  /// The bytes up to the next line feed, which is passed over.
  mutating func line() throws(DatasetError) -> ArraySlice<UInt8> {
    guard let stop = bytes[position..<end].firstIndex(of: 0x0A) else {
      throw .truncated(path: path, expected: end + 1, found: end)
    }
    defer { position = stop + 1 }
    return bytes[position..<stop]
  }
}
