import Foundation
import Glibc

/// Brings published files into a folder: each is whole and has its published checksum, or is not there at all.
///
/// What has come of a file that is not yet whole stands beside it as `NAME.part`, with the headers of the server's answer
/// in `NAME.part.headers`; the next download goes on from there.
public struct Download: Sendable {
  /// How far a download is: for a live line.
  public struct Progress: Sendable, Hashable {
    public var file: String
    public var bytes: Int
    public var total: Int

    /// `cifar-10-binary.tar.gz  12.3 of 170.1 MB  7 %`
    public var text: String {
      "\(file)  \(bytes.megabytes.dropLast(3)) of \(total.megabytes)  \(total > 0 ? bytes * 100 / total : 0) %"
    }
  }

  /// How a file came to be there.
  public enum Result: String, Sendable, Hashable {
    case present, fetched, resumed
  }

  /// The folder on the net that holds the file.
  public let address: String
  /// The folder that the file goes to; it is made where it is missing.
  public let folder: String
  private let curl: URL

  /// - Throws: `badAddress`, `noCurl`.
  public init(from address: String, to folder: String, searching path: String? = nil) throws(DownloadError) {
    guard let scheme = address.range(of: "://"),
      ["http", "https"].contains(address[..<scheme.lowerBound].lowercased()),
      scheme.upperBound < address.endIndex, !address.contains(where: { $0.isWhitespace || $0.isNewline })
    else { throw .badAddress(address) }
    self.address = String(address.reversed().drop { $0 == "/" }.reversed())
    self.folder = folder
    let folders = path ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
    let places = folders.split(separator: ":").lazy.map { URL(filePath: "\($0)/curl") }
    guard let curl = places.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
      throw .noCurl
    }
    self.curl = curl
  }

  /// Fetches a file, or what is missing of it, unless it is there.
  ///
  /// A broken transfer is taken up again as long as each attempt brings something. `progress` is called about 20 times a
  /// second; a `false` stops the download.
  ///
  /// - Throws: `DownloadError`; after `broken`, `notWritable` and `interrupted` the part that has come is kept.
  @discardableResult
  public func fetch(
    _ file: PublishedFile, progress: (Progress) -> Bool = { _ in true }
  ) throws(DownloadError) -> Result {
    let path = "\(folder)/\(file.name)"
    if FileManager.default.fileExists(atPath: path) {
      guard try file.checksum.computed(ofFile: path) == file.checksum else {
        throw .otherFile(path: path, expected: file.checksum)
      }
      return .present
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch { throw .noFolder(path: folder, reason: Self.reason(error)) }
    let begun = min(Transfer.size(of: path + Partial.ending), file.bytes)
    try checkRoom(file.bytes - begun)
    let partial = try Partial(path: path)
    defer { partial.close() }
    do throws(DownloadError) {
      try complete(file, partial, progress)
    } catch {
      if partial.size == 0 || !error.keepsPart { partial.remove() }
      throw error
    }
    try partial.finish(as: path)
    return begun > 0 ? .resumed : .fetched
  }

  /// Brings the partial file to its published bytes.
  private func complete(
    _ file: PublishedFile, _ partial: Partial, _ progress: (Progress) -> Bool
  ) throws(DownloadError) {
    // Only a file that came in one piece is known to be wrong at its source.
    var isOnePiece = partial.size == 0
    if partial.size > file.bytes { isOnePiece = partial.restart() }
    while true {
      try transfer(file, partial, &isOnePiece, progress)
      let found = try file.checksum.computed(ofFile: partial.path)
      if found == file.checksum { return }
      guard !isOnePiece else {
        throw .wrongChecksum(address: source(file), found: found, published: file.checksum)
      }
      isOnePiece = partial.restart()
    }
  }

  /// Fetches until as many bytes are there as are published.
  private func transfer(
    _ file: PublishedFile, _ partial: Partial, _ isOnePiece: inout Bool, _ progress: (Progress) -> Bool
  ) throws(DownloadError) {
    let transfer = Transfer(
      curl: curl, address: source(file), path: partial.path, headers: partial.headers, limit: file.bytes)
    // Attempts end when one gets no further than those before it, also with a server that begins anew each time.
    var reached = partial.size
    while partial.size < file.bytes {
      let start = partial.size
      let outcome = try transfer.run(from: start, lock: partial.lock) {
        progress(Progress(file: file.name, bytes: $0, total: file.bytes))
      }
      let size = partial.size
      switch outcome {
      case .done:
        guard size >= file.bytes else {
          throw .wrongSize(address: transfer.address, found: size, published: file.bytes)
        }
      case .cannotResume: isOnePiece = partial.restart()
      case .tooLong: throw .wrongSize(address: transfer.address, found: size, published: file.bytes)
      case .broke(let reason):
        guard size > reached else {
          throw .broken(address: transfer.address, kept: size, of: file.bytes, reason: reason)
        }
        reached = size
        isOnePiece = false
      case .failed(let error): throw error
      case .stopped: throw .interrupted(name: file.name, kept: size, of: file.bytes)
      }
    }
    if partial.size > file.bytes {
      throw .wrongSize(address: transfer.address, found: partial.size, published: file.bytes)
    }
  }

  private func source(_ file: PublishedFile) -> String { "\(address)/\(file.name)" }

  private func checkRoom(_ bytes: Int) throws(DownloadError) {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue, free < bytes else { return }
    throw .noRoom(path: folder, bytes: bytes, free: free)
  }

  static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileWriteNoPermission?, .fileReadNoPermission?: "no permission"
    case .fileWriteOutOfSpace?: "the disk is full"
    case .fileWriteVolumeReadOnly?: "the file system is read-only"
    case .fileWriteFileExists?: "a file of that name is in the way"
    default: "the system refused"
    }
  }
}

extension DownloadError {
  /// Whether what has come is good for going on.
  fileprivate var keepsPart: Bool {
    switch self {
    case .wrongSize, .wrongChecksum: false
    default: true
    }
  }
}

/// What has come of a file: `NAME.part`, locked against other downloads.
private struct Partial {
  let path: String
  let headers: String
  /// The open file, which carries the lock.
  let lock: FileHandle

  static let ending = ".part"

  init(path: String) throws(DownloadError) {
    self.path = path + Partial.ending
    headers = self.path + ".headers"
    let isThere =
      FileManager.default.fileExists(atPath: self.path)
      || FileManager.default.createFile(atPath: self.path, contents: nil)
    guard isThere, let file = FileHandle(forUpdatingAtPath: self.path) else {
      throw .notWritable(path: self.path, reason: "no permission")
    }
    guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else { throw .busy(path: path) }
    lock = file
  }

  var size: Int { Transfer.size(of: path) }

  /// Forgets what has come; gives `true`, since what comes next is of one piece.
  func restart() -> Bool {
    try? lock.truncate(atOffset: 0)
    try? FileManager.default.removeItem(atPath: headers)
    return true
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: headers)
  }

  func close() { try? lock.close() }

  /// Gives the whole file its name, once its bytes are on the disk.
  func finish(as name: String) throws(DownloadError) {
    do {
      try lock.synchronize()
      try FileManager.default.moveItem(atPath: path, toPath: name)
    } catch { throw .notWritable(path: name, reason: Download.reason(error)) }
    try? FileManager.default.removeItem(atPath: headers)
  }
}
