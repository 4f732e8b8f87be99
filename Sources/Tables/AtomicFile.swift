import Glibc

/// Writes files so that nobody ever sees half of one: the bytes go to a temporary name in the same folder, are
/// forced to the disk, and the name is changed at the end, which is forced to the disk too. On any failure before that
/// the old file stands and nothing is left.
///
/// A device or pipe (`/dev/stdout`) is written directly, and a symbolic link is followed, not replaced.
public struct AtomicFile: ~Copyable {
  private let path: String
  private let target: String
  private let temporary: String?
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var isOpen = true

  private static let chunk = 1 << 18

  /// Writes the bytes as the whole content of the file at `path`.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write(to: path) { (file) throws(FileError) in try file.append(bytes) }
  }

  /// Writes the text in UTF-8 as the whole content of the file at `path`.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(to: path) { (file) throws(FileError) in try file.append(text) }
  }

  /// Writes what `body` appends, piece by piece, as the whole content of the file at `path`.
  /// - Throws: `FileError` for the file, or what `body` throws; the old file then stands.
  public static func write(
    to path: String, _ body: (inout AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    var file = try open(path)
    try body(&file)
    try file.finish()
  }

  /// Finds out whether a file at `path` could be written now, and leaves everything as it is.
  public static func check(_ path: String) throws(FileError) {
    var file = try open(path)
    guard file.temporary != nil else { return }
    try file.append("\n")
    try file.flush()
  }

  /// Whether a path names a device or a pipe, which is written directly.
  public static func isDevice(_ path: String) -> Bool {
    POSIX.kind(of: path, followingLinks: true) == .special
  }

  private init(path: String, target: String, temporary: String?, descriptor: Int32) {
    self.path = path
    self.target = target
    self.temporary = temporary
    self.descriptor = descriptor
  }

  private static func open(_ path: String) throws(FileError) -> AtomicFile {
    var target = path
    var kind = POSIX.kind(of: path, followingLinks: false)
    if kind == .link, let real = POSIX.resolved(path) {
      target = real
      kind = POSIX.kind(of: real, followingLinks: true)
    }
    if kind == .folder || path.hasSuffix("/") || path.isEmpty { throw .isFolder(path) }
    let temporary = kind == .special ? nil : try temporaryName(for: target, path: path)
    let descriptor = POSIX.open(
      temporary ?? target, temporary == nil ? O_WRONLY : O_WRONLY | O_CREAT | O_EXCL)
    if descriptor < 0 { throw FileError(path: path, code: errno) }
    return AtomicFile(path: path, target: target, temporary: temporary, descriptor: descriptor)
  }

  /// A hidden name in the same folder that no other process uses.
  private static func temporaryName(for target: String, path: String) throws(FileError) -> String {
    let start = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
    let name = target[start...].utf8
    if name.count > 255 { throw .nameTooLong(path) }
    // The stem is cut so that the longest name still has room for the ending.
    let stem = String(decoding: name.prefix(180), as: UTF8.self)
    return target[..<start] + ".\(stem).\(getpid())-\(UInt64.random(in: 0...(.max))).part"
  }

  /// Whether a name is that of a file which a process was writing that is gone.
  public static func isRemnant(_ name: some StringProtocol) -> Bool {
    // `.STEM.PROCESS-NUMBER.part`
    guard name.hasPrefix("."), name.hasSuffix(".part"),
      let process = name.split(separator: ".").dropLast().last?.split(separator: "-").first.flatMap({
        pid_t($0)
      })
    else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  deinit {
    if isOpen { close(descriptor) }
    if isOpen, let temporary { POSIX.remove(temporary) }
  }

  /// Adds bytes at the end.
  public mutating func append(_ bytes: [UInt8]) throws(FileError) {
    if bytes.count >= Self.chunk {
      // Written as they are, since a copy of all weights of a network takes room.
      try flush()
      return try write(bytes)
    }
    pending += bytes
    if pending.count >= Self.chunk { try flush() }
  }

  /// Adds text at the end, in UTF-8.
  public mutating func append(_ text: String) throws(FileError) {
    pending += text.utf8
    if pending.count >= Self.chunk { try flush() }
  }

  /// Hands what has been added to the system.
  mutating func flush() throws(FileError) {
    try write(pending)
    pending.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: [UInt8]) throws(FileError) {
    if let code = POSIX.write(bytes, to: descriptor) { throw FileError(path: path, code: code) }
  }

  private mutating func finish() throws(FileError) {
    try flush()
    FileTrace.noteWritten(path, isDevice: temporary == nil)
    guard let temporary else { return }
    if let mode = POSIX.permissions(of: target) { fchmod(descriptor, mode) }
    if fsync(descriptor) != 0 { throw FileError(path: path, code: errno) }
    if let code = POSIX.rename(temporary, to: target) { throw FileError(path: path, code: code) }
    close(descriptor)
    isOpen = false
    // Until then a crash of the machine may lose the new name. Some file systems have no such call, and a folder that
    // may be written need not be one that may be read.
    if let code = POSIX.syncFolder(of: target), ![EINVAL, ENOTSUP, EACCES].contains(code) {
      throw FileError(path: path, code: code)
    }
  }
}
