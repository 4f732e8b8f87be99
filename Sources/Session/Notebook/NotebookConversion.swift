import Datasets
import FoundationEssentials
import Language
import Tables

/// Writes a notebook in another form. Nothing is run: an `.ipynb` or `.html` file shows what an earlier run has recorded
/// in `NAME.out`.
public enum NotebookConversion {
  /// Reads the notebook at one path and writes it to another; the endings decide between which forms.
  ///
  /// - Parameter replaces: write over a file that is already there.
  /// - Returns: what the user should know of the outputs.
  /// - Throws: `SessionFailure.invalid` for paths and notebooks that are wrong, `failed` for a file that stands in the
  ///   way or cannot be read or written. The target is then as it was.
  @discardableResult
  public static func convert(_ path: String, to target: String, replaces: Bool) throws(SessionFailure)
    -> [String]
  {
    guard let form = NotebookFormat(path: path), form != .page else {
      throw invalid(.unreadableForm(path))
    }
    guard let targetForm = NotebookFormat(path: target) else { throw invalid(.unknownForm(target)) }
    let (content, digest) = try read(path, form)
    let text: String
    var warnings: [String] = []
    do {
      switch targetForm {
      case .script: text = try content.text(as: .script)
      case .markdown: text = try content.text(as: .markdown)
      case .jupyter, .page:
        let outputs = try RecordedOutputs(of: content, at: path, digest: digest)
        warnings = outputs.warnings
        text =
          targetForm == .page
          ? try page(content, path, outputs) : try JupyterNotebook(content, outputs: outputs.cells).text()
      }
    } catch let error as NotebookContentError {
      throw .invalid([Diagnostic("\(path): \(error)")])
    } catch let error as SessionFailure {
      throw error
    } catch {
      throw .failed(Diagnostic("'\(path)' cannot be written as JSON: \(error)"))
    }
    try write(text, to: target, replaces: replaces)
    return warnings
  }

  private static func read(_ path: String, _ form: NotebookFormat) throws(SessionFailure) -> (
    content: NotebookContent, digest: String
  ) {
    if form == .jupyter {
      let bytes = try ScriptFile.contents(of: path)
      let content: NotebookContent
      do throws(JupyterError) {
        content = try JupyterNotebook.content(of: bytes)
      } catch {
        throw .invalid([Diagnostic("\(path): \(error.sentences.title)", hint: error.sentences.hint)])
      }
      try checkNames(content, path)
      // A run records the digest of the script.
      return (content, (try? content.text(as: .script)).map(Digest.text) ?? sha256(bytes))
    }
    let source = try ScriptFile.read(path)
    let notebook = Notebook(source)
    if !notebook.diagnostics.isEmpty {
      throw .invalid(notebook.diagnostics.map { $0.placed(in: source) })
    }
    return (NotebookContent(notebook), sha256(Array(source.text.utf8)))
  }

  private static func page(_ content: NotebookContent, _ path: String, _ outputs: RecordedOutputs)
    throws(SessionFailure) -> String
  {
    var errors: [Diagnostic] = []
    for cell in outputs.cells where cell.kind == .prose {
      do throws(ProseError) {
        try Prose.check(cell.source)
      } catch {
        errors.append(Diagnostic("\(path): cell '\(cell.name)', \(error)"))
      }
    }
    if !errors.isEmpty { throw .invalid(errors) }
    return Report.html(
      cells: outputs.cells, title: NotebookFormat.stem(of: path),
      provenance: [
        ("program", "srel-repl \(Version.program), convert; nothing was run"),
        ("script", "\(NotebookFormat.fileName(of: path)), sha256 \(outputs.digest)"),
      ] + outputs.provenance)
  }

  private static func write(_ text: String, to target: String, replaces: Bool) throws(SessionFailure) {
    if !replaces, FileManager.default.fileExists(atPath: target) {
      throw .failed(ConversionError.occupied(target).diagnostic)
    }
    do throws(FileError) {
      try AtomicFile.write(text, to: target)
    } catch {
      throw .failed(Diagnostic(error.description))
    }
  }

  /// Refuses names that occur twice, as in copies of cells.
  private static func checkNames(_ content: NotebookContent, _ path: String) throws(SessionFailure) {
    var seen: Set<String> = []
    for (index, cell) in content.cells.enumerated() {
      let name = cell.headingParts.name
      if !name.isEmpty, !seen.insert(name).inserted {
        throw invalid(.repeatedName(path, number: index + 1, name: name))
      }
    }
  }

  private static func invalid(_ error: ConversionError) -> SessionFailure { .invalid([error.diagnostic]) }
}

/// Why a notebook is not converted.
enum ConversionError: Error, Equatable {
  case unreadableForm(String)
  case unknownForm(String)
  case occupied(String)
  case repeatedName(String, number: Int, name: String)

  var diagnostic: Diagnostic {
    switch self {
    case .unreadableForm(let path):
      Diagnostic("no notebook can be read from '\(path)'", hint: "give a .srel, .srel.md or .ipynb file")
    case .unknownForm(let path):
      Diagnostic(
        "'\(path)' has no ending that convert knows", hint: "write to .srel, .srel.md, .ipynb or .html")
    case .occupied(let path):
      Diagnostic("'\(path)' exists already", hint: "give another name, or --force to replace it")
    case .repeatedName(let path, let number, let name):
      Diagnostic(
        "\(path): cell \(number) is a second one named '\(name)'", hint: "change metadata.name of one")
    }
  }
}
