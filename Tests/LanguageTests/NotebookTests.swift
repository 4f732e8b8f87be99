import Language
import Testing

@Suite struct NotebookTests {
  @Test func headersGiveKindNameAndOptions() {
    let notebook = Notebook(
      Source(
        "# %% [markdown] the question\n# Why?\n#\n#   indented\n# %% late run hide=yes tol=1e-3\nx = 1\n\n#%%\n"
      ))
    #expect(notebook.cells.map(\.name) == ["the question", "late run", "cell 3"])
    #expect(notebook.cells[1].options.map(\.name.text) == ["hide", "tol"])
    #expect(notebook.prose(of: notebook.cells[0]) == "Why?\n\n  indented")
    #expect(notebook.code(of: notebook.cells[1]) == "x = 1")
    #expect(notebook.diagnostics == [])
  }

  @Test(arguments: [
    ("# %% a\nx=1\n# %% a\ny=2", "two cells are named 'a'"),
    ("# %% [markdown] p\nx = 1", "a line of a prose cell does not begin with '# '"),
    ("# %% a hide=\nx=1", "expected a value, found the end"),
  ])
  func wrongCellsAreReported(text: String, title: String) {
    #expect(Notebook(Source(text)).diagnostics.map(\.title) == [title])
  }

  @Test func aStatementAcrossCellsIsAnError() throws {
    let notebook = Notebook(Source("# %% a\nif x {\n# %% b\ny = 1\n}"))
    let program = Parser.parse(notebook.source, verbs: testVerbs).program
    #expect(throws: Diagnostic.self) { try notebook.cellIndex(of: program.statements[0]) }
  }

  @Test func aCommentIsNoCell() {
    #expect(Notebook(Source("x = 1\n# %%percent\n## %% no\ny = 2")).cells.count == 1)
  }
}
