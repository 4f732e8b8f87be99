import Language
import Tables

/// Why a script cannot be read.
public enum ScriptFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case missing(String)
  case isFolder(String)
  case notRegularFile(String)
  case noPermission(String)
  case tooLarge(String)
  case unreadable(String)

  public var description: String {
    switch self {
    case .missing(let path): "there is no file '\(path)'"
    case .isFolder(let path): "'\(path)' is a folder: give a script in it"
    case .notRegularFile(let path): "'\(path)' is a pipe or a device: give a script, or - to read stdin"
    case .noPermission(let path): "no permission to read '\(path)'"
    case .tooLarge(let path): "'\(path)' is larger than 64 MB: this is no script"
    case .unreadable(let path): "'\(path)' cannot be read"
    }
  }
}

/// A script on disk.
public enum ScriptFile {
  private static let limit = 64 << 20

  /// Reads a script, or with the ending `.srel.md` a script in Markdown; its positions are told with the path as it was
  /// given.
  /// - Throws: `SessionFailure.invalid` where there is no such file or it is no text, `failed` where it cannot be read.
  public static func read(_ path: String) throws(SessionFailure) -> Source {
    let form = NotebookFormat(path: path)
    if form == .jupyter {
      throw .invalid([
        Diagnostic(
          "'\(path)' is a Jupyter notebook, which is converted before it runs",
          hint: "srel-repl convert \(path) \(NotebookFormat.stem(of: path)).srel")
      ])
    }
    let bytes = try contents(of: path)
    do throws(SourceError) {
      return try Source(bytes: bytes, name: path, format: form == .markdown ? .markdown : .script)
    } catch {
      throw .invalid([Diagnostic(error.description)])
    }
  }

  /// All bytes of a file.
  /// - Throws: `SessionFailure.invalid` where there is no such file, `failed` where it cannot be read.
  static func contents(of path: String) throws(SessionFailure) -> [UInt8] {
    do throws(ScriptFileError) {
      return try bytes(path)
    } catch {
      switch error {
      case .missing, .isFolder: throw .invalid([Diagnostic(error.description)])
      default: throw .failed(Diagnostic(error.description))
      }
    }
  }

  private static func bytes(_ path: String) throws(ScriptFileError) -> [UInt8] {
    do throws(FileError) {
      return try RegularFile.bytes(of: path, limit: limit)
    } catch {
      switch error {
      case .missing: throw .missing(path)
      case .isFolder: throw .isFolder(path)
      case .notRegularFile: throw .notRegularFile(path)
      case .noPermission: throw .noPermission(path)
      case .tooLarge: throw .tooLarge(path)
      default: throw .unreadable(path)
      }
    }
  }
}
