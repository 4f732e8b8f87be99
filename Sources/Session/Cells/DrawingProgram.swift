import Charts
import Tables

extension Session {
  /// The digest of the gnuplot that draws figures, empty where there is none: another version may draw other bytes.
  ///
  /// It is not asked for its version, since starting it takes longer than reading it; costs a few milliseconds.
  var drawingProgram: String {
    guard let program = Figure.drawingProgram,
      case .file(let digest) = FileTrace.suspended({ FileTrace.Found(program) })
    else { return "" }
    return digest
  }
}
