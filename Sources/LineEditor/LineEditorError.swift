import Glibc

/// Everything that can go wrong while inputs are read.
public enum LineEditorError: Error, Equatable, Sendable {
  case cannotRead(reason: String)
  case cannotReadHistory(path: String, reason: String)
  case cannotWriteHistory(path: String, reason: String)
  case textEditorRefused
  case noTextEditor(command: String)
  case textEditorFailed(command: String, status: Int)
  case noTemporaryFile(path: String, reason: String)

  static func reason(_ code: Int32) -> String {
    // A C string that is copied before anything else can change it.
    unsafe String(cString: strerror(code))
  }
}

extension LineEditorError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .cannotRead(let reason):
      "standard input cannot be read: \(reason)"
    case .cannotReadHistory(let path, let reason):
      "the history \(path) cannot be read: \(reason); inputs of earlier sessions are missing"
    case .cannotWriteHistory(let path, let reason):
      "the history \(path) cannot be written: \(reason); inputs of this session are not kept"
    case .textEditorRefused:
      "text editors are not started in this session; the input is as before"
    case .noTextEditor(let command):
      "there is no command '\(command)'; set EDITOR to a text editor"
    case .textEditorFailed(let command, let status):
      "'\(command)' ended with status \(status); the input is as before"
    case .noTemporaryFile(let path, let reason):
      "no file for the text editor can be made in \(path): \(reason); set TMPDIR to a folder for such files"
    }
  }
}
