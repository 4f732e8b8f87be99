/// The cells of a notebook apart from the file that holds them: what all its formats have in common.
public struct NotebookContent: Hashable, Sendable {
  public struct Cell: Hashable, Sendable {
    public var kind: NotebookCell.Kind
    /// Name and `key=value` as they stand on the first line of a cell; empty for a cell without a name.
    public var heading: String
    /// The code, or Markdown without comment signs; without blank lines around it.
    public var text: String

    public init(kind: NotebookCell.Kind, heading: String, text: String) {
      self.kind = kind
      self.heading = String(heading.drop(while: \.isWhitespace)).trimmingBlankLines()
      self.text = text.replacing("\r\n", with: "\n").trimmingBlankLines()
    }

    /// The heading cut into name and options.
    public var headingParts: (name: String, options: String) {
      let source = Source(heading)
      let parts = CellHeading(source, in: 0..<source.byteCount)
      return (parts.name, source[parts.optionRange].trimmingBlankLines())
    }

    /// The options in the heading; their places are those in it.
    public var headingOptions: [Option] {
      let source = Source(heading)
      return CellHeading(source, in: 0..<source.byteCount).options
    }
  }

  public var cells: [Cell]

  /// Cells in order; those that hold nothing, not even a name, are left out.
  public init(cells: [Cell]) { self.cells = cells.filter { !$0.heading.isEmpty || !$0.text.isEmpty } }

  /// The cells of a script or of Markdown.
  public init(_ notebook: Notebook) {
    self.init(
      cells: notebook.cells.map { cell in
        Cell(
          kind: cell.kind, heading: notebook.source[cell.heading],
          text: cell.kind == .prose ? notebook.prose(of: cell) : notebook.code(of: cell))
      })
  }

  /// The notebook as text that is read back as the same cells.
  ///
  /// - Throws: `NotebookContentError` for the first cell that the format cannot hold.
  /// - Complexity: O(bytes).
  public func text(as format: Source.Format) throws(NotebookContentError) -> String {
    let blocks =
      switch format {
      case .script: cells.enumerated().map { $1.script(isFirst: $0 == 0) }
      case .markdown:
        cells.indices.map { cells[$0].markdown(isAfterProse: $0 > 0 && cells[$0 - 1].kind == .prose) }
      }
    let text = blocks.isEmpty ? "" : blocks.joined(separator: "\n\n") + "\n"
    let readBack = NotebookContent(Notebook(Source(text, format: format)))
    if let index = cells.indices.first(where: {
      $0 >= readBack.cells.count || cells[$0] != readBack.cells[$0]
    }) {
      throw .lossy(cell: cells[index].heading, number: index + 1, format)
    }
    return text
  }
}

extension NotebookContent.Cell {
  /// A first cell of code without a name stands before the first `# %%` line.
  fileprivate func script(isFirst: Bool) -> String {
    if kind == .code {
      if isFirst, heading.isEmpty { return text }
      return (["# %%" + after(heading)] + (text.isEmpty ? [] : [text])).joined(separator: "\n")
    }
    let lines: [Substring] = text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false)
    return (["# %% [markdown]" + after(heading)] + lines.map { $0.isEmpty ? "#" : "# " + $0 })
      .joined(separator: "\n")
  }

  fileprivate func markdown(isAfterProse: Bool) -> String {
    if kind == .prose {
      if heading.isEmpty, !isAfterProse { return text }
      return (["<!-- %%\(after(heading)) -->"] + (text.isEmpty ? [] : [text])).joined(separator: "\n")
    }
    // A line of backticks in the code would end a fence that is not longer.
    let lines: [Substring] = text.split(separator: "\n")
    let longest = lines.map { line in line.drop { $0 == " " }.prefix { $0 == "`" }.count }.max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return ([fence + "srel" + after(heading)] + (text.isEmpty ? [] : [text]) + [fence])
      .joined(separator: "\n")
  }

  private func after(_ words: String) -> String { words.isEmpty ? "" : " " + words }
}

/// Why a notebook cannot be written in another form.
public enum NotebookContentError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The cell would be read back as another.
  case lossy(cell: String, number: Int, Source.Format)

  public var description: String {
    switch self {
    case .lossy(let name, let number, let format):
      "cell \(number)\(name.isEmpty ? "" : " '\(name)'") cannot stand in a \(format.rawValue) file as it is: "
        + "its name or a line of it would begin or end a cell there"
    }
  }
}
