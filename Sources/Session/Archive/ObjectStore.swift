import Datasets
import FoundationEssentials
import Tables
import Tensor

/// Pieces of archives in files of their own, named by the SHA-256 of their bytes: what is equal is kept once.
final class ObjectStore {
  /// The folder of the objects; nil where only digests are wanted.
  let folder: String?
  /// Tensors that several values share, with their digests, so that they are neither hashed nor read twice.
  private var shared: [(tensor: Tensor, digest: String)] = []
  /// The objects that this process has written or found whole.
  private var known: Set<String> = []

  /// The largest object that is read: 8 GiB.
  static let limit = 8 << 30

  init(folder: String?) { self.folder = folder }

  func path(of digest: String) -> String? { folder.map { "\($0)/\(digest)" } }

  /// Keeps bytes; gives their digest.
  ///
  /// - Throws: `file` where they cannot be written; nothing is left then.
  func put(_ bytes: [UInt8]) throws(ArchiveError) -> String {
    let digest = sha256(bytes)
    guard let path = path(of: digest), !known.contains(digest) else { return digest }
    if !isWhole(path, bytes) {
      do throws(FileError) { try AtomicFile.write(bytes, to: path) } catch { throw .file(error) }
    }
    known.insert(digest)
    return digest
  }

  private func isWhole(_ path: String, _ bytes: [UInt8]) -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    return (try? RegularFile.bytes(of: path, limit: Self.limit)) == bytes
  }

  func put(shared tensor: Tensor) throws(ArchiveError) -> String {
    if let found = shared.first(where: { $0.tensor.isSameMemory(as: tensor) }) {
      let isThere = folder == nil || known.contains(found.digest)
      return isThere ? found.digest : try put(tensor.littleEndianBytes)
    }
    let digest = try put(tensor.littleEndianBytes)
    shared.append((tensor, digest))
    return digest
  }

  /// The bytes of a digest, which are checked against it.
  func bytes(of digest: String) throws(ArchiveError) -> [UInt8] {
    guard digest.utf8.count == 64,
      digest.utf8.allSatisfy({ $0 < 128 && Character(UnicodeScalar($0)).isHexDigit }),
      let path = path(of: digest)
    else { throw .missing(String(digest.prefix(64))) }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try RegularFile.bytes(of: path, limit: Self.limit)
    } catch {
      if case .missing = error { throw .missing(digest) }
      throw .file(error)
    }
    guard sha256(bytes) == digest else {
      // Out of the way, so that the same object can be written anew.
      try? FileManager.default.removeItem(atPath: path)
      known.remove(digest)
      throw .damaged(digest)
    }
    known.insert(digest)
    return bytes
  }

  func sharedTensor(_ shape: Shape, _ digest: String) throws(ArchiveError) -> Tensor {
    if let found = shared.first(where: { $0.digest == digest && $0.tensor.shape == shape }) {
      return found.tensor
    }
    let bytes = try bytes(of: digest)
    guard bytes.count == 4 * shape.count else { throw .malformed("tensor") }
    let tensor = Tensor(shape, littleEndian: bytes, at: 0)
    shared.append((tensor, digest))
    return tensor
  }

  /// Lets go of the tensors that nobody else holds any more.
  func forgetTensors(but used: [Tensor]) {
    shared.removeAll { entry in !used.contains { $0.isSameMemory(as: entry.tensor) } }
  }

  func remove(_ digests: Set<String>) {
    for digest in digests {
      if let path = path(of: digest) { try? FileManager.default.removeItem(atPath: path) }
      known.remove(digest)
    }
  }

  /// Removes every object but those named.
  func sweep(keeping kept: Set<String>) {
    guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    for name in names where !kept.contains(name) {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
      known.remove(name)
    }
  }
}
