/// Files inside a gzipped tar archive (POSIX.1-1988 ustar, with GNU's long names and pax sizes and paths).
enum TarArchive {
  /// The contents of the files whose name is `wanted`, by name; links, folders and the rest are passed over.
  ///
  /// The whole archive is unpacked once, so that gzip's checksum covers what is returned; only wanted files are held.
  ///
  /// - Throws: `damagedGzip`, `malformed`, `truncated`, `tooLarge`.
  static func files(
    inGzipped packed: [UInt8], path: String, wanted: (String) -> Bool
  ) throws(DatasetError) -> [String: [UInt8]] {
    let stream = try InflateStream(packed, path: path)
    var found: [String: [UInt8]] = [:]
    var held = 0
    var next = Attributes()
    while let header = try header(stream, path) {
      let name = next.name ?? header.name
      let size = next.size ?? header.size
      guard size >= 0, size <= InflateStream.mostUnpacked(from: packed.count) else {
        throw malformed(path, "'\(name)' claims \(size) bytes, more than the archive can hold")
      }
      switch header.kind {
      case "L", "x":
        let body = try contents(stream, size, path)
        next.note(body, isLongName: header.kind == "L")
        continue
      case "0", "\0", "7":
        if wanted(name) {
          held += size
          guard held <= largestFile else { throw .tooLarge(path: path, bytes: held, limit: largestFile) }
          guard found[name] == nil else { throw malformed(path, "'\(name)' stands twice in it") }
          found[name] = try contents(stream, size, path)
        } else {
          try skip(stream, size, path)
        }
      default: try skip(stream, size, path)
      }
      next = Attributes()
    }
    // The checksum stands after the last block.
    _ = try stream.drain()
    return found
  }

  private struct Header {
    var name: String
    var size: Int
    var kind: UnicodeScalar
  }

  /// What an extension header says about the file after it.
  private struct Attributes {
    var name: String?
    var size: Int?

    mutating func note(_ body: [UInt8], isLongName: Bool) {
      if isLongName {
        name = String(decoding: body.prefix { $0 != 0 }, as: UTF8.self)
        return
      }
      // A pax record: its length in digits, a space, key=value, a line feed.
      for record in body.split(separator: 0x0A) {
        let text = String(decoding: record, as: UTF8.self)
        guard let space = text.firstIndex(of: " "), let equals = text.firstIndex(of: "=") else { continue }
        guard space < equals else { continue }
        let value = String(text[text.index(after: equals)...])
        switch text[text.index(after: space)..<equals] {
        case "path": name = value
        case "size": size = Int(value) ?? -1
        default: break
        }
      }
    }
  }

  /// The next header; nil at the end mark, a block of zeros.
  private static func header(_ stream: InflateStream, _ path: String) throws(DatasetError) -> Header? {
    let block = try stream.read(512)
    if block.isEmpty { throw malformed(path, "the end mark is missing") }
    guard block.count == 512 else { throw .truncated(path: path, expected: 512, found: block.count) }
    if block.allSatisfy({ $0 == 0 }) { return nil }
    let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    guard octal(block[148..<156]) == sum else {
      throw malformed(path, "a header of the tar archive has a wrong checksum")
    }
    guard let size = octal(block[124..<136]) else { throw malformed(path, "a file without a size") }
    var name = text(block[0..<100])
    let prefix = text(block[345..<500])
    let isPOSIX = block[257..<263].elementsEqual(Array("ustar".utf8) + [0])
    if isPOSIX, !prefix.isEmpty { name = prefix + "/" + name }
    return Header(name: name, size: size, kind: UnicodeScalar(block[156]))
  }

  private static func contents(_ stream: InflateStream, _ size: Int, _ path: String) throws(DatasetError)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    // Piece by piece: a size that is a lie takes no room.
    while bytes.count < size {
      let piece = try stream.read(min(1 << 20, size - bytes.count))
      guard !piece.isEmpty else { throw .truncated(path: path, expected: size, found: bytes.count) }
      bytes += piece
    }
    try skip(stream, (512 - size % 512) % 512, path, isPadding: true)
    return bytes
  }

  private static func skip(
    _ stream: InflateStream, _ size: Int, _ path: String, isPadding: Bool = false
  ) throws(DatasetError) {
    var left = isPadding ? size : (size + 511) / 512 * 512
    while left > 0 {
      let piece = try stream.read(min(1 << 16, left))
      guard !piece.isEmpty else { throw malformed(path, "it is cut short") }
      left -= piece.count
    }
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    Int(text(field).filter { $0 != " " }, radix: 8)
  }

  private static func malformed(_ path: String, _ reason: String) -> DatasetError {
    .malformed(path: path, format: "a tar archive", reason: reason)
  }
}
