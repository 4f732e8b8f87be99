import Language

/// What `srel-repl FILE --help` tells of a script.
public enum NotebookHelp {
  /// The title, and a line for each `param`: how it is set, with its usual value, what it takes and its doc.
  ///
  /// ```
  /// shoes.srel: Do steps stay local?
  ///
  ///   -p epochs=3      a number           passes over the images
  ///   -p seeds=[1, 2]  a list of numbers  one full run per seed
  /// ```
  /// - Throws: `SessionFailure.invalid` for a script that cannot be read.
  public static func text(of source: Source) throws(SessionFailure) -> String {
    let notebook = Notebook(source)
    let parse = Parser.parse(source, verbs: Registry.verbNames)
    let errors = notebook.diagnostics + parse.diagnostics
    if !errors.isEmpty { throw .invalid(errors) }
    let session = Session { _ in }
    let rows = parse.program.statements.compactMap {
      statement -> (setting: String, kind: String, doc: String)? in
      guard case .param(let name, let value, let doc) = statement.kind else { return nil }
      return (
        "-p \(name.text)=\(source[value.range].asOneLine)",
        session.writtenValue(value)?.parameterKind ?? "a value", doc ?? ""
      )
    }
    let name = source.name ?? "script"
    let title = title(of: notebook).map { "\(name): \($0)" } ?? name
    if rows.isEmpty { return title + "\n\n  It has no parameters." }
    let width = rows.map(\.setting.count).max() ?? 0
    let kindWidth = rows.map(\.kind.count).max() ?? 0
    let lines = rows.map { row in
      let parts = [
        row.setting.padded(to: width), row.doc.isEmpty ? row.kind : row.kind.padded(to: kindWidth), row.doc,
      ]
      return "  " + parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }
    return title + "\n\n" + lines.joined(separator: "\n")
  }

  /// The first line of prose, as a rule a heading.
  private static func title(of notebook: Notebook) -> String? {
    notebook.cells.lazy.filter { $0.kind == .prose }
      .flatMap { notebook.prose(of: $0).split(separator: "\n") }
      .map { line in
        let text = line.drop { $0 == "#" }
        return String(text.drop { $0 == " " })
      }
      .first { !$0.isEmpty }
  }
}

extension String {
  fileprivate var asOneLine: String { split { $0.isWhitespace }.joined(separator: " ") }

  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
