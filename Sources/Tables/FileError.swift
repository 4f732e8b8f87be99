import Glibc

/// Why a file could not be read or written. The path is the one that the user gave.
public enum FileError: Error, Equatable, Sendable {
  case missing(String)
  case missingFolder(String)
  case isFolder(String)
  case isFile(String)
  case notRegularFile(String)
  case tooLarge(String, limit: Int)
  case noPermission(String)
  case readOnly(String)
  case diskFull(String)
  case nameTooLong(String)
  case other(String, reason: String)

  /// The error for an error number of POSIX.
  public init(path: String, code: Int32) {
    self =
      switch code {
      case ENOENT where POSIX.kind(of: Self.folder(of: path), followingLinks: true) == .folder:
        .other(path, reason: "its folder takes no new files; choose another one")
      case ENOENT, ENOTDIR: .missingFolder(path)
      case EISDIR: .isFolder(path)
      case EACCES, EPERM: .noPermission(path)
      case EROFS: .readOnly(path)
      case ENOSPC, EDQUOT, EFBIG: .diskFull(path)
      case ENAMETOOLONG: .nameTooLong(path)
      default: .other(path, reason: Self.reason(code))
      }
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case EIO: "input or output error of the device"
    case EMFILE, ENFILE: "too many open files"
    case ELOOP: "the symbolic links go in a circle"
    case ETXTBSY: "the file is a running program"
    case EEXIST: "a temporary file of that name stands in the way"
    default: "system error \(code)"
    }
  }
}

extension FileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let path): "there is no file '\(path)'"
    case .missingFolder(let path):
      "cannot write '\(path)': the folder '\(Self.folder(of: path))' does not exist; make it first"
    case .isFolder(let path): "'\(path)' is a folder: give the name of a file"
    case .isFile(let path): "'\(path)' cannot be a folder: a file stands in its place"
    case .notRegularFile(let path): "'\(path)' is a pipe or a device: give the name of a file"
    case .tooLarge(let path, let limit):
      "'\(path)' is larger than \(limit >> 20) MiB: give a part of it"
    case .noPermission(let path):
      "no permission for '\(path)': choose another folder or change its permissions"
    case .readOnly(let path): "cannot write '\(path)': the file system is read-only; choose another folder"
    case .diskFull(let path): "cannot write '\(path)': the disk is full; nothing was changed"
    case .nameTooLong(let path): "the name '\(path.prefix(40))…' is too long for the file system"
    case .other(let path, let reason): "cannot use '\(path)': \(reason)"
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
