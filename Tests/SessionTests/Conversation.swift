import Download
import Language
import Session

/// A session whose events are kept, for tests.
final class Conversation {
  let session: Session
  private(set) var results: [String] = []
  private(set) var echoes: [String] = []
  private(set) var notes: [String] = []
  private(set) var warnings: [String] = []
  private(set) var progress: [TrainingProgress] = []
  private(set) var downloads: [Download.Progress] = []
  var onDownload: (Download.Progress) -> Void = { _ in }
  var onProgress: (TrainingProgress) -> Void = { _ in }

  init() {
    session = Session { _ in }
    session.output = { [unowned self] event in
      switch event {
      case .result(let text): results.append(text)
      case .echo(let text): echoes.append(text)
      case .warning(let text): warnings.append(text)
      case .note(let text): notes.append(text)
      case .drawing(let drawing): results.append(drawing.plainText)
      case .figure: break
      case .progress(let progress):
        self.progress.append(progress)
        onProgress(progress)
      case .download(let progress):
        downloads.append(progress)
        onDownload(progress)
      }
    }
  }

  /// Runs a text; gives what it showed.
  @discardableResult
  func say(_ text: String) throws -> String {
    let before = results.count
    try session.run(Source(text))
    return results[before...].joined(separator: "\n")
  }

  /// Runs a text that has to fail; gives its messages as a terminal shows them.
  func failure(_ text: String) -> String {
    let source = Source(text)
    do {
      try session.run(source)
      return "no error"
    } catch {
      return error.diagnostics.map { DiagnosticText().render($0, in: source) }.joined(separator: "\n")
    }
  }

  func exitCode(_ text: String) -> Int32 {
    do {
      try session.run(Source(text))
      return 0
    } catch {
      return error.exitCode
    }
  }
}

/// What a text shows in a fresh session.
func shown(_ text: String) throws -> String { try Conversation().say(text) }

/// The messages of a text that fails in a fresh session.
func failure(_ text: String) -> String { Conversation().failure(text) }

/// A small data set, a small network and points, as commands.
let smallSetup = """
  d = make mixture classes=3 per_class=20 dimensions=4
  net = model mlp widths=[8]
  pts = pick d per_class=2

  """
