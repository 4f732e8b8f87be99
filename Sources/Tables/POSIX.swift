import Glibc

/// The few calls of the C library that take pointers. Each pointer is a string or array that Swift keeps alive
/// for the length of the call; none is stored.
enum POSIX {
  enum Kind { case file, folder, link, special, none }

  static func kind(of path: String, followingLinks: Bool) -> Kind {
    var status = stat()
    // Safe: the path is null-terminated by the bridge and `status` outlives the call.
    let result = unsafe followingLinks ? stat(path, &status) : lstat(path, &status)
    guard result == 0 else { return .none }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .special
    }
  }

  static func permissions(of path: String) -> mode_t? {
    var status = stat()
    // Safe: as above.
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  /// The file that a symbolic link leads to in the end.
  static func resolved(_ path: String) -> String? {
    // Safe: realpath returns a null-terminated string that we own, copy and free.
    guard let found = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }

  /// A file descriptor, or -1 with the reason in `errno`.
  static func open(_ path: String, _ flags: Int32) -> Int32 {
    // Safe: the path is null-terminated by the bridge.
    unsafe Glibc.open(path, flags | O_CLOEXEC, 0o666)
  }

  /// Writes all bytes; the error number if that fails.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var done = 0
    while done < bytes.count {
      // Safe: the bytes from `done` on lie inside the buffer, which the array keeps alive.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += count
    }
    return nil
  }

  /// Gives the file its final name; the error number if that fails.
  static func rename(_ old: String, to new: String) -> Int32? {
    // Safe: both paths are null-terminated by the bridge.
    unsafe Glibc.rename(old, new) == 0 ? nil : errno
  }

  /// Forces the names in the folder of a file to the disk; the error number if that fails.
  static func syncFolder(of path: String) -> Int32? {
    let end = path.lastIndex(of: "/")
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY)
    if descriptor < 0 { return errno }
    defer { close(descriptor) }
    return fsync(descriptor) == 0 ? nil : errno
  }

  /// Whether the file at a path is the one that a descriptor has open.
  static func isOpen(_ descriptor: Int32, at path: String) -> Bool {
    var (open, named) = (stat(), stat())
    // Safe: the path is null-terminated by the bridge and both structures outlive the calls.
    guard unsafe fstat(descriptor, &open) == 0, unsafe stat(path, &named) == 0 else { return false }
    return open.st_dev == named.st_dev && open.st_ino == named.st_ino
  }

  /// Makes one folder; the error number if that fails.
  static func makeFolder(_ path: String) -> Int32? {
    // Safe: the path is null-terminated by the bridge.
    unsafe mkdir(path, 0o777) == 0 ? nil : errno
  }

  static func remove(_ path: String) {
    // Safe: the path is null-terminated by the bridge.
    _ = unsafe unlink(path)
  }

  /// All bytes of a regular file.
  static func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
    // Without O_NONBLOCK the opening of a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK)
    if descriptor < 0 { throw readingError(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    // Safe: `status` outlives the call.
    if unsafe fstat(descriptor, &status) != 0 { throw readingError(path, errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .isFolder(path)
    default: throw .notRegularFile(path)
    }
    if Int(status.st_size) > limit { throw .tooLarge(path, limit: limit) }
    var bytes: [UInt8] = []
    // Growing by doubling would take up to three times the room of a large file.
    bytes.reserveCapacity(Int(status.st_size))
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      // Safe: the buffer is the array's own and as long as said.
      let count = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress!, buffer.count)
      }
      if count == 0 { return bytes }
      if count > 0 {
        bytes += piece[..<count]
        // The file may grow while it is read.
        if bytes.count > limit { throw .tooLarge(path, limit: limit) }
      } else if errno != EINTR {
        throw readingError(path, errno)
      }
    }
  }

  private static func readingError(_ path: String, _ code: Int32) -> FileError {
    code == ENOENT || code == ENOTDIR ? .missing(path) : FileError(path: path, code: code)
  }
}
