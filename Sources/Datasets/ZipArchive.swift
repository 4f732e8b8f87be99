/// The files of a zip archive (PKWARE's APPNOTE), stored or deflated, each with its CRC-32 checked.
struct ZipArchive {
  private struct Entry {
    var method: Int
    var checksum: UInt32
    var packedSize: Int
    var size: Int
    var offset: Int
  }

  private let bytes: [UInt8]
  private let path: String
  /// The names in the order of the archive's directory.
  private(set) var names: [String] = []
  private var entries: [String: Entry] = [:]

  /// Reads the directory at the end of the archive.
  ///
  /// - Throws: `wrongMagic` for bytes that are no zip archive, `malformed`, `tooLarge`.
  init(_ bytes: [UInt8], path: String) throws(DatasetError) {
    self.bytes = bytes
    self.path = path
    guard bytes.starts(with: [0x50, 0x4B]) else {
      throw .wrongMagic(path: path, format: "a zip archive", found: Array(bytes.prefix(4)))
    }
    let end = try directoryEnd()
    var reader = ByteReader(bytes, end..<bytes.count, path: path)
    try reader.skip(10)
    let count = Int(try reader.little(UInt16.self))
    let size = Int(try reader.little(UInt32.self))
    let start = Int(try reader.little(UInt32.self))
    guard start <= end, size <= end - start else { throw malformed("its directory lies outside of it") }
    var directory = ByteReader(bytes, start..<end, path: path)
    for _ in 0..<count { try readEntry(&directory) }
    // Entries may share their packed bytes, so that a small archive claims many large files.
    let total = entries.values.reduce(0) { $0 + $1.size }
    guard total <= largestFile else { throw .tooLarge(path: path, bytes: total, limit: largestFile) }
  }

  /// The contents of the file called `name`.
  ///
  /// - Throws: `absentPart`, `malformed`, `damagedGzip`, `wrongChecksum`.
  func contents(of name: String) throws(DatasetError) -> [UInt8] {
    guard let entry = entries[name] else { throw .absentPart(path: path, name: name, present: names) }
    var local = ByteReader(bytes, min(entry.offset, bytes.count)..<bytes.count, path: path)
    guard try local.take(4).elementsEqual([0x50, 0x4B, 3, 4]) else {
      throw malformed("'\(name)' does not stand where the directory says")
    }
    try local.skip(22)
    let nameLength = Int(try local.little(UInt16.self))
    let extraLength = Int(try local.little(UInt16.self))
    try local.skip(nameLength + extraLength)
    let packed = try local.take(entry.packedSize)
    let contents: [UInt8]
    switch entry.method {
    case 0: contents = Array(packed)
    case 8:
      guard entry.size <= InflateStream.mostUnpacked(from: packed.count) else {
        throw malformed("'\(name)' claims \(entry.size) bytes, more than it can hold")
      }
      let stream = try InflateStream(
        bytes, packed.startIndex..<packed.endIndex, as: .none, path: "\(path): \(name)")
      contents = try stream.read(entry.size)
      guard try stream.drain() == 0 else { throw malformed("'\(name)' is longer than it says") }
    default: throw malformed("'\(name)' is compressed by method \(entry.method); save it with numpy.savez")
    }
    guard contents.count == entry.size else { throw malformed("'\(name)' is shorter than it says") }
    guard crc32(contents) == entry.checksum else { throw .wrongChecksum(path: "\(path): \(name)") }
    return contents
  }

  /// Where the record at the end begins; a comment of up to 65535 bytes may follow it.
  private func directoryEnd() throws(DatasetError) -> Int {
    var place = bytes.count - 22
    while place >= max(0, bytes.count - 22 - 65535) {
      if bytes[place] == 0x50, bytes[place...].starts(with: [0x50, 0x4B, 5, 6]) { return place }
      place -= 1
    }
    throw malformed("its directory is missing; it is cut short")
  }

  private mutating func readEntry(_ reader: inout ByteReader) throws(DatasetError) {
    guard try reader.take(4).elementsEqual([0x50, 0x4B, 1, 2]) else { throw malformed("a bad directory") }
    try reader.skip(4)
    let flags = try reader.little(UInt16.self)
    let method = Int(try reader.little(UInt16.self))
    try reader.skip(4)
    let checksum = try reader.little(UInt32.self)
    let packedSize = try reader.little(UInt32.self)
    let size = try reader.little(UInt32.self)
    let lengths = [
      try reader.little(UInt16.self), try reader.little(UInt16.self), try reader.little(UInt16.self),
    ].map(Int.init)
    try reader.skip(8)
    let offset = try reader.little(UInt32.self)
    let name = String(decoding: try reader.take(lengths[0]), as: UTF8.self)
    try reader.skip(lengths[1] + lengths[2])
    guard flags & 1 == 0 else { throw malformed("'\(name)' is encrypted") }
    guard packedSize != .max, size != .max, offset != .max, size <= largestFile else {
      throw malformed("'\(name)' is larger than 1 GiB")
    }
    let entry = Entry(
      method: method, checksum: checksum, packedSize: Int(packedSize), size: Int(size), offset: Int(offset))
    guard entries.updateValue(entry, forKey: name) == nil else {
      throw malformed("'\(name)' stands twice in it")
    }
    names.append(name)
  }

  private func malformed(_ reason: String) -> DatasetError {
    .malformed(path: path, format: "a zip archive", reason: reason)
  }
}

/// The arrays of a file that `numpy.savez` or `numpy.savez_compressed` wrote.
public struct NPZFile: Sendable {
  public let arrays: [(name: String, array: NPYArray)]

  /// - Throws: `DatasetError` for a file that is missing, cut short, damaged or no NPZ, and for arrays that are no
  ///   numbers.
  public init(reading path: String) throws(DatasetError) {
    try self.init(fileBytes: readFile(path), path: path)
  }

  init(fileBytes: [UInt8], path: String) throws(DatasetError) {
    let archive = try ZipArchive(fileBytes, path: path)
    var arrays: [(name: String, array: NPYArray)] = []
    for name in archive.names where name.hasSuffix(".npy") {
      let array = try NPYArray(fileBytes: try archive.contents(of: name), path: "\(path): \(name)")
      arrays.append((String(name.dropLast(4)), array))
    }
    self.arrays = arrays
  }
}
