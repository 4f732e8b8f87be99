import Language
import Testing

@Suite struct NotebookContentTests {
  private static let script = """
    use srel 1
    # a remark

    # %% [markdown] the question hide=code
    # # Why?
    #
    #   indented, ü, `code`, $S$  and spaces at the end

    # %% [markdown]
    # A second one.
    # ```python
    # print(1)
    # ```

    # %% late run tol=1e-3 hide=code
    x = 1   # said

    if x > 0 {
      y = "```"
    }

    # %%
    x

    # %% [markdown]
    # %%no cell

    # %% empty

    # %% [markdown] nothing

    # %% last
    ```
    x

    """

  private func content(_ text: String, _ format: Source.Format) -> NotebookContent {
    NotebookContent(Notebook(Source(text, format: format)))
  }

  @Test(arguments: [Self.script, DesignExampleTests.notebook + "\n", ""])
  func aScriptComesBackFromMarkdownByteForByte(script: String) throws {
    let markdown = try content(script, .script).text(as: .markdown)
    #expect(try content(markdown, .markdown).text(as: .script) == script)
    #expect(try content(markdown, .markdown).text(as: .markdown) == markdown)
  }

  @Test func markdownHoldsTheCellsForAReader() throws {
    let text =
      "use srel 1\n\n# %% [markdown] why\n# # Why?\n\n# %% [markdown]\n# More.\n\n# %% a b=1\nx = 1\n"
    #expect(
      try content(text, .script).text(as: .markdown) == """
        ```srel
        use srel 1
        ```

        <!-- %% why -->
        # Why?

        <!-- %% -->
        More.

        ```srel a b=1
        x = 1
        ```

        """)
  }

  @Test(arguments: [
    (
      "#%%   a \r\nx = 1\r\n\r\n\r\n#  %% [markdown]  b\r\n#Text\r\n",
      "# %% a\nx = 1\n\n# %% [markdown] b\n# Text\n"
    ),
    ("# %%\nx = 1", "x = 1\n"), ("\n\n\n", ""), ("# %%\n# %% a\n", "# %% a\n"),
  ])
  func otherSpellingsOfCellsAreWrittenInOneWay(text: String, written: String) throws {
    #expect(try content(text, .script).text(as: .script) == written)
  }

  @Test(arguments: [
    (NotebookCell.Kind.prose, "a", "see:\n```srel\nx\n```", Source.Format.markdown),
    (.prose, "a", "one\n<!-- %% b -->\ntwo", .markdown), (.prose, "a", "```\nnever closed", .markdown),
    (.prose, "a --> b", "text", .markdown), (.code, "a `b", "x = 1", .markdown),
    (.prose, "a", "%% b\ntext", .script), (.code, "a", "x = 1\n# %% b", .script),
    (.code, "[markdown] a", "x = 1", .script), (.code, "a\nb", "x = 1", .script),
  ])
  func whatWouldBeReadAsAnotherCellIsRefused(
    kind: NotebookCell.Kind, heading: String, text: String, format: Source.Format
  ) {
    let content = NotebookContent(cells: [
      .init(kind: .code, heading: "first", text: "x"), .init(kind: kind, heading: heading, text: text),
      .init(kind: .code, heading: "", text: "y"),
    ])
    #expect(throws: NotebookContentError.lossy(cell: heading, number: 2, format)) {
      try content.text(as: format)
    }
  }
}
