import Glibc

/// A file to which lines are added as they come, each handed to the system at once.
public final class GrowingFile {
  private let path: String
  private let descriptor: Int32
  private var length: Int

  /// Puts the text in the place of what the file held, and opens it for more.
  /// - Throws: `FileError`; the old file then stands.
  public init(_ path: String, text: String) throws(FileError) {
    self.path = path
    // Nothing takes no room: on a full disk the old file would give way for one that cannot grow.
    if text.isEmpty { try AtomicFile.check(path) }
    try AtomicFile.write(text, to: path)
    descriptor = POSIX.open(path, O_WRONLY | O_APPEND)
    if descriptor < 0 { throw FileError(path: path, code: errno) }
    length = text.utf8.count
  }

  deinit { close(descriptor) }

  /// Adds text at the end, all of it or nothing.
  public func append(_ text: String) throws(FileError) {
    if text.isEmpty { return }
    let bytes = Array(text.utf8)
    if let code = POSIX.write(bytes, to: descriptor) {
      // Half a line would not be read back.
      ftruncate(descriptor, length)
      throw FileError(path: path, code: code)
    }
    length += bytes.count
  }
}
