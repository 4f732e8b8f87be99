import Glibc
import Tables

/// The largest file that is read and the largest contents that are unpacked: 1 GiB.
let largestFile = 1 << 30

/// The number of elements of an array with these lengths; nil where one is negative or no file could hold them.
///
/// An axis of length 0 empties the array but may not hide an overflow of the others.
func elementCount(of dimensions: [Int]) -> Int? {
  var count = 1
  for length in dimensions where length != 0 {
    let (product, overflow) = count.multipliedReportingOverflow(by: length)
    guard length > 0, !overflow, product <= largestFile else { return nil }
    count = product
  }
  return dimensions.contains(0) ? 0 : count
}

/// The bytes of a regular file.
///
/// Binds open, fstat and read: the descriptor is closed on every path, and read never gets more than the room
/// that is left in the array.
///
/// - Throws: `missing`, `isFolder`, `notRegularFile`, `noPermission`, `unreadable`, `empty` or `tooLarge`.
func readFile(_ path: String, limit: Int = largestFile) throws(DatasetError) -> [UInt8] {
  // Without O_NONBLOCK the opening of a pipe would wait for a writer.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    let code = errno
    if code == ENOENT { FileTrace.noteAbsence(of: path) }
    throw openingError(path, code)
  }
  defer { close(descriptor) }

  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw openingError(path, errno) }
  switch status.st_mode & S_IFMT {
  case S_IFREG: break
  case S_IFDIR: throw .isFolder(path: path)
  default: throw .notRegularFile(path: path)
  }
  let size = Int(status.st_size)
  guard size > 0 else { throw .empty(path: path) }
  guard size <= limit else { throw .tooLarge(path: path, bytes: size, limit: limit) }

  var failure: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
    while filled < size {
      let count = read(descriptor, buffer.baseAddress! + filled, size - filled)
      if count > 0 {
        filled += count
      } else if count == 0 || errno != EINTR {
        failure = count == 0 ? 0 : errno
        return
      }
    }
  }
  guard failure == 0 else { throw openingError(path, failure) }
  guard bytes.count == size else { throw .truncated(path: path, expected: size, found: bytes.count) }
  FileTrace.noteRead(path, bytes)
  return bytes
}

private func openingError(_ path: String, _ code: Int32) -> DatasetError {
  switch code {
  case ENOENT, ENOTDIR: .missing(path: path)
  case EACCES, EPERM: .noPermission(path: path)
  case EISDIR: .isFolder(path: path)
  default: .unreadable(path: path, reason: String(cString: strerror(code)))
  }
}
