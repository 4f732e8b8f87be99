import Glibc

/// A file whose holder keeps every other process out, as long as it lives: the kernel lets go of it when the process
/// ends, however that happens, so what a killed process leaves is no obstacle.
///
/// The file holds the number of the process, for messages only; letting go removes it.
public final class FileLock {
  public enum Failure: Error, Equatable, Sendable {
    /// Another process has it; its number where that can be read.
    case held(by: Int?)
    case file(FileError)
  }

  private let path: String
  private var descriptor: Int32

  /// Takes the lock of the file at a path, which is made if there is none. Never waits.
  public init(_ path: String) throws(Failure) {
    self.path = path
    // Set at the end only: letting go of a lock that another process holds would remove its file.
    var descriptor: Int32 = -1
    self.descriptor = -1
    // Between opening and locking, the holder before may have removed the file: then this is no longer the one there.
    repeat {
      if descriptor >= 0 { close(descriptor) }
      descriptor = POSIX.open(path, O_RDWR | O_CREAT)
      if descriptor < 0 { throw .file(FileError(path: path, code: errno)) }
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        let code = errno
        if code == EINTR { continue }
        close(descriptor)
        throw code == EWOULDBLOCK ? .held(by: Self.holder(path)) : .file(Self.refusal(path, code))
      }
    } while !POSIX.isOpen(descriptor, at: path)
    ftruncate(descriptor, 0)
    _ = POSIX.write(Array("\(getpid())\n".utf8), to: descriptor)
    self.descriptor = descriptor
  }

  deinit { release() }

  /// Lets go of the file and removes it. Doing so again does nothing.
  public func release() {
    guard descriptor >= 0 else { return }
    POSIX.remove(path)
    close(descriptor)
    descriptor = -1
  }

  private static func holder(_ path: String) -> Int? {
    guard let bytes = try? POSIX.contents(of: path, limit: 100) else { return nil }
    return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  private static func refusal(_ path: String, _ code: Int32) -> FileError {
    [ENOLCK, ENOSYS, EOPNOTSUPP].contains(code)
      ? .other(path, reason: "its file system knows no locks; choose a folder on another one")
      : FileError(path: path, code: code)
  }
}
