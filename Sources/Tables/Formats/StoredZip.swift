/// A zip archive of uncompressed members (PKWARE APPNOTE 6.3.3), written one member after the other.
///
/// All members bear the time 1980-01-01 00:00, the first that zip knows, so that equal content gives equal bytes.
struct StoredZip {
  /// Sizes and offsets have 32 bits.
  static let limit = Int(UInt32.max)

  private let path: String
  private var directory: [UInt8] = []
  private var count = 0
  private var position = 0

  init(path: String) { self.path = path }

  static func tooLarge(_ path: String) -> FileError {
    .other(path, reason: "an .npz archive holds less than 4 GiB; save fewer rows, or CSV")
  }

  /// Adds a member.
  /// - Throws: `FileError`, also where the archive would reach 4 GiB or 65,535 members.
  mutating func add(_ name: String, _ bytes: [UInt8], to file: inout AtomicFile) throws(FileError) {
    guard position + bytes.count < Self.limit, count < Int(UInt16.max), name.utf8.count < Int(UInt16.max)
    else { throw Self.tooLarge(path) }
    var header: [UInt8] = []
    // Version 2.0, names in UTF-8, stored, the time.
    for word: UInt16 in [20, 1 << 11, 0, 0, 1 << 5 | 1] { header.append(littleEndian: word) }
    header.append(littleEndian: CRC32.zip.checksum(of: bytes))
    header.append(littleEndian: UInt32(bytes.count))
    header.append(littleEndian: UInt32(bytes.count))
    header.append(littleEndian: UInt16(name.utf8.count))
    header.append(littleEndian: UInt16(0))
    let start: [UInt8] = Array("PK\u{3}\u{4}".utf8) + header + name.utf8
    try file.append(start)
    try file.append(bytes)

    directory += Array("PK\u{1}\u{2}".utf8) + [20, 0] + header
    // No comment, the first disk, no attributes.
    directory += [UInt8](repeating: 0, count: 10)
    directory.append(littleEndian: UInt32(position))
    directory += name.utf8
    position += start.count + bytes.count
    count += 1
  }

  /// Adds the list of members, which ends the archive.
  mutating func finish(_ file: inout AtomicFile) throws(FileError) {
    guard position + directory.count < Self.limit else { throw Self.tooLarge(path) }
    var end = Array("PK\u{5}\u{6}".utf8) + [0, 0, 0, 0]
    end.append(littleEndian: UInt16(count))
    end.append(littleEndian: UInt16(count))
    end.append(littleEndian: UInt32(directory.count))
    end.append(littleEndian: UInt32(position))
    end += [0, 0]
    try file.append(directory)
    try file.append(end)
  }
}
