import Tables

/// Why something that was kept cannot be read back, or not be kept.
enum ArchiveError: Error, Equatable {
  /// The bytes end before the value does.
  case truncated
  /// The bytes are not those that were written.
  case damaged(String)
  /// It was written by another version of the program.
  case otherVersion
  /// The bytes are whole and still make no sense.
  case malformed(String)
  /// A part that lies in a file of its own is gone.
  case missing(String)
  case file(FileError)
}

extension ArchiveError: CustomStringConvertible {
  var description: String {
    switch self {
    case .truncated: "what was kept is cut short"
    case .damaged(let name): "what was kept is damaged (\(name))"
    case .otherVersion: "it was kept by another version of the program"
    case .malformed(let what): "what was kept holds no \(what)"
    case .missing(let name): "a part of what was kept is gone (\(name))"
    case .file(let error): error.description
    }
  }
}
