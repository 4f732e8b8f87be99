/// Why a file could not be fetched; `DownloadError.description` says what to do.
public enum DownloadError: Error, Hashable, Sendable {
  /// The program `curl` is not installed.
  case noCurl
  case badAddress(String)
  case noFolder(path: String, reason: String)
  case noRoom(path: String, bytes: Int, free: Int)
  /// Another process downloads the same file now.
  case busy(path: String)
  /// A file of the name is there, but is not the published one.
  case otherFile(path: String, expected: Checksum)
  case unreadable(path: String)
  case notWritable(path: String, reason: String)
  case noNetwork(address: String, reason: String)
  case refused(address: String, status: Int)
  case redirectLoop(address: String)
  /// The connection broke; what has come is kept.
  case broken(address: String, kept: Int, of: Int, reason: String)
  case wrongSize(address: String, found: Int, published: Int)
  case wrongChecksum(address: String, found: Checksum, published: Checksum)
  case failed(address: String, reason: String)
  /// Stopped by the user; what has come is kept.
  case interrupted(name: String, kept: Int, of: Int)
}

extension DownloadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noCurl: "downloads need the program curl: apt install curl"
    case .badAddress(let address):
      "'\(address)' is no address of a folder on the net: it begins with http:// or https://"
    case .noFolder(let path, let reason):
      "the folder \(path) cannot be made: \(reason); SREL_DATA names another one"
    case .noRoom(let path, let bytes, let free):
      "\(path) has \(free.megabytes) free, \(bytes.megabytes) are needed: make room, or name another folder in SREL_DATA"
    case .busy(let path): "another process is downloading \(path) now"
    case .otherFile(let path, let expected):
      "\(path) is there but is not the published file (\(expected)): move it away and get it again"
    case .unreadable(let path): "\(path) cannot be read"
    case .notWritable(let path, let reason):
      "\(path) cannot be written: \(reason); what has come is kept, get it again when there is room"
    case .noNetwork(let address, let reason):
      "\(address) cannot be reached (\(reason)): look at the network, or name a mirror in from=\"http://…\""
    case .refused(let address, let status):
      "\(address): the server answers \(status)\(status == 404 ? ", there is no such file" : ""); name a mirror in from=\"http://…\""
    case .redirectLoop(let address):
      "\(address) leads from one address to the next without end: name a mirror in from=\"http://…\""
    case .broken(let address, let kept, let total, let reason):
      "\(address): the transfer broke off (\(reason)) after \(kept) of \(total) bytes; they are kept, get it again to go on"
    case .wrongSize(let address, let found, let published):
      "\(address) has \(found) bytes where \(published) are published: it is another file, nothing was kept"
    case .wrongChecksum(let address, let found, let published):
      "\(address) has the checksum \(found) where \(published) is published: it is damaged or another file, nothing was kept"
    case .failed(let address, let reason): "\(address): \(reason)"
    case .interrupted(let name, let kept, let total):
      "stopped: \(kept.megabytes) of the \(total.megabytes) of \(name) are kept, get it again to go on"
    }
  }
}

extension Int {
  /// `12.3 MB`, a million bytes being one.
  var megabytes: String {
    let tenths = (self + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
  }
}
