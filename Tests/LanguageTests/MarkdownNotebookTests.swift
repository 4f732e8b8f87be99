import Language
import Testing

@Suite struct MarkdownNotebookTests {
  private static let lesson = """
    # A lesson
    Text with `code` and $S$.

    ```srel
    use srel 1
    ```

    <!-- %% what we see skip=no -->
    Prose with a name.

    ```python
    print("no cell")
    ```srel inside
    ```

    <!-- %% -->
    More prose.

    ```srel first run tol=1e-3
    x = 1

    y = [x,
      2]
    ```

    The end.
    """

  private func notebook(_ text: String) -> Notebook {
    Notebook(Source(text, name: "lesson.srel.md", format: .markdown))
  }

  @Test func fencesAreCodeAndTheRestIsProse() {
    let notebook = notebook(Self.lesson)
    #expect(notebook.diagnostics == [])
    #expect(notebook.cells.map(\.kind) == [.prose, .code, .prose, .prose, .code, .prose])
    #expect(
      notebook.cells.map(\.name) == ["cell 1", "cell 2", "what we see", "cell 4", "first run", "cell 6"])
    #expect(notebook.cells.flatMap(\.options).map(\.name.text) == ["skip", "tol"])
    #expect(notebook.prose(of: notebook.cells[0]) == "# A lesson\nText with `code` and $S$.")
    #expect(notebook.prose(of: notebook.cells[2]).hasPrefix("Prose with a name.\n\n```python\nprint"))
    #expect(notebook.prose(of: notebook.cells[2]).hasSuffix("```srel inside\n```"))
    #expect(notebook.code(of: notebook.cells[4]) == "x = 1\n\ny = [x,\n  2]")
  }

  @Test func onlyWhatStandsInFencesIsAProgramAndKeepsItsPlace() throws {
    let source = Source(Self.lesson, name: "lesson.srel.md", format: .markdown)
    let parse = Parser.parse(source, verbs: testVerbs)
    #expect(parse.diagnostics == [])
    #expect(parse.program.statements.map { source[$0.range] } == ["use srel 1", "x = 1", "y = [x,\n  2]"])
    #expect(parse.program.statements.map { source.position(at: $0.range.lowerBound).line } == [5, 20, 22])
    let notebook = Notebook(source)
    #expect(try parse.program.statements.map { try notebook.cellIndex(of: $0) } == [1, 4, 4])
  }

  @Test func anErrorIsShownAtItsLineOfTheMarkdown() throws {
    let source = Source("# Ä\n\n```srel a\nx = 1\nß = )\n```\n", name: "l.srel.md", format: .markdown)
    let error = try #require(Parser.parse(source, verbs: testVerbs).diagnostics.first)
    let text = DiagnosticText().render(error, in: source)
    #expect(text.hasPrefix("l.srel.md:5:"), "\(text)")
    #expect(text.contains("  | ß = )"))
  }

  @Test(arguments: [
    ("text\n```srel a\nx = 1\n", "the fence of this cell is never closed", 2),
    ("```srel a\nx = 1\n# %% b\ny = 2\n```", "a '# %%' line begins no cell in .srel.md", 3),
    ("```srel a\n```\n\n```srel a\n```", "two cells are named 'a'", 4),
    ("```srel a hide=\n```", "expected a value, found the end", 1),
    ("<!-- %% a b=) -->\ntext", "expected a value, found ')'", 1),
  ])
  func wrongCellsAreReportedAtTheirLine(text: String, title: String, line: Int) {
    let found = notebook(text)
    #expect(found.diagnostics.map(\.title) == [title])
    #expect(found.diagnostics.first?.range.map { found.source.position(at: $0.lowerBound).line } == line)
  }

  @Test(arguments: [
    "````srel a\n```\n````", "   ```srel a\n ```", "```srel a\r\n```x\r\n```\r\n",
  ])
  func aFenceEndsAtOneOfItsLength(text: String) {
    #expect(notebook(text).cells.map(\.name) == ["a"])
    #expect(notebook(text).diagnostics == [])
  }

  @Test(arguments: [
    "    ```srel a\n    x\n    ```", "~~~srel a\nx\n~~~", "```srelx a\nx\n```", "``srel a``",
    "````text\n```srel a\nx\n```\n````", "<!-- %%a -->", "<!-- a -->",
  ])
  func otherFencesAndCommentsAreProse(text: String) {
    #expect(notebook(text).cells.map(\.kind) == [.prose])
    #expect(notebook(text).cells.map(\.name) == ["cell 1"])
    #expect(Parser.parse(notebook(text).source, verbs: testVerbs).program.statements == [])
  }

  @Test func everyBeginningOfALessonCanBeRead() {
    let bytes = Array(Self.lesson.utf8)
    for count in 0...bytes.count {
      let source = Source(
        String(decoding: bytes.prefix(count), as: UTF8.self), name: "l", format: .markdown)
      let notebook = Notebook(source)
      #expect(notebook.cells.allSatisfy { $0.range.upperBound <= source.byteCount })
      for error in notebook.diagnostics + Parser.parse(source, verbs: testVerbs).diagnostics {
        #expect(!DiagnosticText().render(error, in: source).isEmpty)
      }
    }
  }
}
