import Language
import LineEditor
import Session

/// `srel-repl FILE --help`
enum ScriptHelp {
  /// Tells what a script is about and the parameters that -p sets; gives the exit code.
  static func tell(of file: String) -> Int32 {
    var source: Source?
    do throws(SessionFailure) {
      let text = try ScriptFile.read(file)
      source = text
      StandardStream.results.write(try NotebookHelp.text(of: text) + "\n")
      return 0
    } catch {
      for diagnostic in error.diagnostics {
        StandardStream.messages.write(DiagnosticText().render(diagnostic, in: source) + "\n")
      }
      return error.exitCode
    }
  }
}
