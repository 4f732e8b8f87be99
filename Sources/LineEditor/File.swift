import Glibc

/// An open file, closed with its last reference.
final class File {
  /// An error number of the system.
  struct Failure: Error {
    let code: Int32
  }

  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Opens without waiting for anybody (a pipe in the place of a file); a new file is its owner's alone.
  init(_ path: String, _ flags: Int32) throws(Failure) {
    // The C string is only read.
    descriptor = unsafe open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o600)
    if descriptor < 0 { throw Failure(code: errno) }
  }

  deinit { close(descriptor) }

  func status() throws(Failure) -> stat {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw Failure(code: errno) }
    return status
  }

  /// Waits until no other process holds the lock; it ends with this object.
  ///
  /// A file system without locks is no reason to lose an entry: appending is nearly always whole there too.
  func lock() {
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
  }

  func setMode(_ mode: mode_t) { fchmod(descriptor, mode) }

  /// All bytes from `offset` to the end.
  func readAll(from offset: Int = 0) throws(Failure) -> [UInt8] {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw Failure(code: errno) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65536)
    while true {
      // At most as many bytes as the block holds.
      let count = unsafe block.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Failure(code: errno) }
      if count == 0 { return bytes }
      bytes += block.prefix(count)
    }
  }

  func write(_ bytes: [UInt8]) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // The bytes are only read, and only as many as there are.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Failure(code: errno) }
      rest = rest.dropFirst(count)
    }
  }
}
