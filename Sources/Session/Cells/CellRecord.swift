import Datasets
import Tables

/// What a cell made when it ran last, and what that hangs on.
struct CellRecord {
  struct Assigned {
    var name: String
    /// The digest of its archive; nil for a name that was forgotten, and for a definition, which stands in the cell.
    var known: KnownName?
    var isDefinition: Bool
  }

  var cell: String
  var key: CellKey
  var assigned: [Assigned]
  var effects: Effects
  /// The objects in which the values lie.
  var objects: Set<String>
}

/// A file that names its format, ends in its own SHA-256 and is replaced as a whole.
enum SealedFile {
  private static let limit = 1 << 30

  static func write(_ bytes: [UInt8], as format: String, to path: String) throws(ArchiveError) {
    var whole = Array((format + "\n").utf8)
    whole += bytes
    let seal = Array(sha256(whole).utf8)
    do throws(FileError) { try AtomicFile.write(whole + seal, to: path) } catch { throw .file(error) }
  }

  /// The bytes of such a file.
  ///
  /// - Throws: `missing`, `truncated`, `otherVersion`, `damaged`, `file`.
  static func read(_ path: String, as format: String) throws(ArchiveError) -> [UInt8] {
    var bytes: [UInt8]
    do throws(FileError) {
      bytes = try RegularFile.bytes(of: path, limit: limit)
    } catch {
      if case .missing = error { throw .missing(path) }
      throw .file(error)
    }
    let head = Array((format + "\n").utf8)
    guard bytes.count >= head.count + 64 else { throw .truncated }
    guard bytes.starts(with: head) else { throw .otherVersion }
    let seal = Array(bytes.suffix(64))
    bytes.removeLast(64)
    guard Array(sha256(bytes).utf8) == seal else { throw .damaged(path) }
    bytes.removeFirst(head.count)
    return bytes
  }
}

extension CellRecord {
  private static let format = "srel cell 1"

  func write(to path: String, _ store: ObjectStore, root: String) throws(ArchiveError) {
    var writer = ArchiveWriter(to: store)
    writer.append(cell)
    writer.append(key)
    try writer.append(each: assigned) { (writer, entry) throws(ArchiveError) in
      writer.append(entry.name)
      writer.append(entry.known?.digest)
      writer.append((entry.known?.words ?? []).sorted())
      writer.append(entry.isDefinition)
    }
    try writer.append(effects, root: root)
    writer.append(objects.sorted())
    try SealedFile.write(writer.bytes, as: Self.format, to: path)
  }

  init(reading path: String, _ store: ObjectStore, root: String) throws(ArchiveError) {
    var reader = ArchiveReader(try SealedFile.read(path, as: Self.format), from: store)
    cell = try reader.text()
    key = try reader.key()
    assigned = try reader.list { (reader) throws(ArchiveError) in
      let name = try reader.text()
      let digest = try reader.optionalText()
      let words = Set(try reader.texts())
      return Assigned(
        name: name, known: digest.map { KnownName(digest: $0, words: words) }, isDefinition: try reader.flag()
      )
    }
    effects = try reader.effects(root: root)
    objects = Set(try reader.texts())
    try reader.finish()
  }
}
