import FoundationEssentials
import Tables

extension Session {
  /// The digest of the gnuplot that draws figures, empty where there is none: another version may draw other bytes.
  ///
  /// It is not asked for its version, since starting it takes longer than reading it; costs a few milliseconds.
  var drawingProgram: String {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let program = folders.lazy.map { "\($0)/gnuplot" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let program, case .file(let digest) = FileTrace.suspended({ FileTrace.Found(program) }) else {
      return ""
    }
    return digest
  }
}
