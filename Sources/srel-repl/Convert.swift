import ArgumentParser
import Language
import LineEditor
import Session

/// `srel-repl convert A B`
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a notebook in another form: .srel, .srel.md, .ipynb or .html.",
    usage: "srel-repl convert <A> <B> [--force]",
    discussion: """
      The endings of the names decide. Nothing is run: .ipynb and .html files show what an earlier run of the \
      notebook has recorded beside it (NAME.out). An .ipynb file is read back if its kernel is srel, without its outputs. \
      Exit codes: 0 ok, 1 a file cannot be read or written or stands in the way, 2 a name or the notebook is wrong.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("The notebook: .srel, .srel.md or .ipynb.", valueName: "A"))
  var notebook: String

  @ArgumentParser.Argument(
    help: ArgumentHelp("What to write: .srel, .srel.md, .ipynb or .html.", valueName: "B"))
  var target: String

  @Flag(name: .shortAndLong, help: "Replace B if it is there already.")
  var force = false

  func run() throws {
    do throws(SessionFailure) {
      for warning in try NotebookConversion.convert(notebook, to: target, replaces: force) {
        StandardStream.messages.write("warning: \(warning)\n")
      }
    } catch {
      for diagnostic in error.diagnostics {
        StandardStream.messages.write(DiagnosticText().render(diagnostic, in: nil) + "\n")
      }
      throw ExitCode(error.exitCode)
    }
  }
}
