import FoundationEssentials
import Language
import Tables

/// The folder in which one run of a notebook leaves all that it makes: `NAME.out`.
///
/// ```
/// outputs.json   what each cell said and made, without times: the same run gives the same bytes
/// report.html    the same for people
/// figures/ results/
/// run.json       when, where and how long; with cache/ and checkpoints/ not meant to be shared
/// ```
/// A lock keeps a second run of the same notebook out until `close`, or until the process is gone.
public final class RunFolder {
  public let path: String
  /// The folder that was asked for, where that cannot be written.
  public let replaced: String?
  private let lock: FileLock

  static let outputs = "outputs.json"
  static let conditions = "run.json"
  static let report = "report.html"
  private static let lockName = "lock"

  /// The names in the folder that differ from run to run, or only save time.
  static let passing = ["cache/", "checkpoints/", conditions, lockName]

  /// The path of the report.
  public var report: String { path + "/" + Self.report }
  /// The folder of cells that need not be run again.
  public var cache: String { path + "/cache" }
  /// The folder of trainings that were stopped half-way.
  public var checkpoints: String { path + "/checkpoints" }

  /// Makes the folder, if need be, and locks it.
  ///
  /// - Parameters:
  ///   - notebook: the path of the notebook, beside which `NAME.out` is made; where that cannot be written, a folder
  ///     below `$XDG_CACHE_HOME` takes its place.
  ///   - out: another folder.
  /// - Throws: `SessionFailure.failed` where another run has the folder, or where nothing can be written.
  public convenience init(for notebook: String, out: String?) throws(SessionFailure) {
    do throws(RunFolderError) {
      let wanted = out ?? NotebookFormat.outputFolder(of: notebook)
      do throws(RunFolderError) {
        try self.init(at: wanted)
      } catch {
        guard out == nil, error.isRefusal, let other = Self.substitute(for: notebook) else { throw error }
        try self.init(at: other, replaced: wanted)
      }
    } catch {
      throw .failed(error.diagnostic)
    }
  }

  private init(at path: String, replaced: String? = nil) throws(RunFolderError) {
    self.path = path
    self.replaced = replaced
    do throws(FileError) { try Folder.make(path) } catch { throw .file(error) }
    do throws(FileLock.Failure) {
      lock = try FileLock(path + "/" + Self.lockName)
    } catch {
      switch error {
      case .held(let process): throw .inUse(path, process: process)
      case .file(let error): throw .file(error)
      }
    }
    let ignored = path + "/.gitignore"
    if FileManager.default.fileExists(atPath: ignored) { return }
    do throws(FileError) {
      try AtomicFile.write(Self.passing.map { $0 + "\n" }.joined(), to: ignored)
    } catch {
      throw .file(error)
    }
  }

  /// Lets another run have the folder.
  public func close() { lock.release() }

  /// Writes a file of the folder.
  func write(_ text: String, as name: String) throws(FileError) {
    try AtomicFile.write(text, to: path + "/" + name)
  }

  /// Where the runs of a notebook leave what they make, as far as there have been any.
  public static func place(for notebook: String) -> String {
    let usual = NotebookFormat.outputFolder(of: notebook)
    if FileManager.default.fileExists(atPath: usual) { return usual }
    guard let other = substitute(for: notebook), FileManager.default.fileExists(atPath: other) else {
      return usual
    }
    return other
  }

  /// A folder of the user's own for a notebook in a place that cannot be written; the digest of its path tells
  /// notebooks of one name apart.
  private static func substitute(for notebook: String) -> String? {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.cache" : nil }
    let whole = notebook.hasPrefix("/") ? notebook : FileManager.default.currentDirectoryPath + "/" + notebook
    return cache.map {
      "\($0)/srel-repl/\(NotebookFormat.stem(of: notebook))-\(Digest.text(whole).prefix(8)).out"
    }
  }
}

/// Why a run gets no folder.
enum RunFolderError: Error, Equatable {
  case inUse(String, process: Int?)
  case file(FileError)

  /// The place takes no files of ours: another place may.
  var isRefusal: Bool {
    switch self {
    case .file(.readOnly), .file(.noPermission): true
    default: false
    }
  }

  var diagnostic: Diagnostic {
    switch self {
    case .inUse(let path, let process):
      Diagnostic(
        "another run is writing to '\(path)'" + (process.map { " (process \($0))" } ?? ""),
        hint: "wait for it, or give this one a folder of its own with --out")
    case .file(let error): Diagnostic(error.description)
    }
  }
}
