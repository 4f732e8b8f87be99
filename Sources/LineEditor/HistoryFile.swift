import Glibc

/// The inputs of all sessions in one file, which several sessions may append to at once.
///
/// The file is the program's own: it is never given to a line-editing library, which might not understand
/// the other's format and overwrite it. It only grows; reading takes its end.
public struct HistoryFile: Equatable, Sendable {
  public let path: String
  /// How many of the newest bytes `load` looks at: by default thousands of inputs, for which no prompt waits long.
  public let limit: Int

  public init(path: String, limit: Int = 512 << 10) {
    self.path = path
    self.limit = max(limit, 1)
  }

  /// `history.jsonl` in the folder where a program keeps its state: `$XDG_STATE_HOME/NAME`, else
  /// `~/.local/state/NAME`. Nil without a home folder.
  public static func standard(application: String, environment: [String: String]) -> HistoryFile? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return HistoryFile(path: state + "/" + application + "/history.jsonl")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return HistoryFile(path: home + "/.local/state/" + application + "/history.jsonl")
  }

  /// The newest entries, oldest first. Damaged lines are left out; a missing file has no entries.
  ///
  /// - Throws: `LineEditorError.cannotReadHistory`.
  public func load() throws(LineEditorError) -> [HistoryEntry] {
    do throws(File.Failure) {
      let file = try File(path, O_RDONLY)
      let status = try file.status()
      guard isRegular(status) else { return [] }
      let start = max(Int(status.st_size) - limit, 0)
      let bytes = try file.readAll(from: start)
      var lines = bytes.split(separator: UInt8(ascii: "\n"))
      // The first line may be the end of a longer one.
      if start > 0, !lines.isEmpty { lines.removeFirst() }
      return lines.compactMap(HistoryEntry.init(line:))
    } catch {
      if error.code == ENOENT { return [] }
      throw .cannotReadHistory(path: path, reason: LineEditorError.reason(error.code))
    }
  }

  /// Appends an entry under a lock. The file and its folder are made if they are missing, for their owner alone.
  ///
  /// - Throws: `LineEditorError.cannotWriteHistory`.
  public func append(_ entry: HistoryEntry) throws(LineEditorError) {
    do throws(File.Failure) {
      makeFolders()
      let file = try File(path, O_RDWR | O_CREAT | O_APPEND)
      let status = try file.status()
      guard isRegular(status) else { return try file.write(entry.line) }
      if status.st_mode & 0o077 != 0 { file.setMode(0o600) }
      file.lock()
      // A line that somebody could not finish (a full disk, a crash) must not spoil this one.
      let size = Int(try file.status().st_size)
      let last = try size > 0 ? file.readAll(from: size - 1).last : nil
      let isUnfinished = last != nil && last != UInt8(ascii: "\n")
      try file.write((isUnfinished ? [UInt8(ascii: "\n")] : []) + entry.line)
    } catch {
      throw .cannotWriteHistory(path: path, reason: LineEditorError.reason(error.code))
    }
  }

  private func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

  private func makeFolders() {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    var folder = ""
    for part in parts {
      folder += part + "/"
      if !part.isEmpty { unsafe mkdir(folder, 0o700) }
    }
  }
}
