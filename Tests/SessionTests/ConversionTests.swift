import Foundation
import Language
import Session
import TestSupport
import Testing

@Suite struct ConversionTests {
  private static let script = """
    use srel 1

    # %% [markdown] the question
    # # Why?
    # A *formula* $S = D(x')/D(x)$, "quoted" \\ ünicode.

    # %% late run
    x = 1

    # %%
    plot t x=step to=["late/s.svg", "s.png"]
    f = plot t x=step to="t.svg"

    # %% late-run
    x

    """

  /// The notebooks of the repository and one with every kind of cell.
  private static var notebooks: [String] {
    get throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let folder = root.appendingPathComponent("notebooks").path
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".srel") }
      #expect(!names.isEmpty)
      return [script]
        + (try names.sorted().map { try String(contentsOfFile: folder + "/" + $0, encoding: .utf8) })
    }
  }

  private func converted(_ text: String, from: String = ".srel", through endings: [String]) throws -> String {
    let folder = try TemporaryFolder()
    var path = try folder.write(text, as: "n0" + from)
    for (index, ending) in endings.enumerated() {
      let target = folder.file("n\(index + 1)\(ending)")
      try NotebookConversion.convert(path, to: target, replaces: false)
      path = target
    }
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test(arguments: [
    [".srel.md", ".srel"], [".ipynb", ".srel"], [".srel.md", ".ipynb", ".srel.md", ".srel"],
  ])
  func aNotebookComesBackByteForByte(endings: [String]) throws {
    for text in try Self.notebooks { #expect(try converted(text, through: endings) == text) }
  }

  @Test func jupytersFormHoldsNamesAndWhatItsSchemaAsksFor() throws {
    let text = try converted(Self.script, through: [".ipynb"])
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["nbformat"] as? Int == 4)
    #expect(json["nbformat_minor"] as? Int == 5)
    let cells = try #require(json["cells"] as? [[String: Any]])
    #expect(
      cells.map { $0["id"] as? String } == ["cell-1", "the-question", "late-run", "cell-4", "late-run-2"])
    #expect(cells.map { $0["cell_type"] as? String } == ["code", "markdown", "code", "code", "code"])
    #expect((cells[2]["metadata"] as? [String: String]) == ["name": "late run"])
    #expect(cells[2]["source"] as? [String] == ["x = 1"])
    for cell in cells {
      let isCode = cell["cell_type"] as? String == "code"
      let keys = ["cell_type", "id", "metadata", "source"] + (isCode ? ["execution_count", "outputs"] : [])
      #expect(cell.keys.sorted() == keys.sorted())
    }
  }

  private static let drawn = """
    # %% [markdown] why
    # # Why? $S$

    # %% data hide=code
    d = make mixture classes=2 per_class=10 dimensions=2
    r = train model(linear) on=d batch=5 steps=4
    show 42

    # %% draw
    plot r.history x=step y=loss to=["late/s.svg", "s.png"]
    plot r.history x=step y=accuracy to="t.png"

    # %% wrong
    [1][5]

    # %% never
    show 43

    """

  /// Runs a notebook in its folder, as the program does.
  private func run(_ path: String) throws {
    let conversation = Conversation()
    let folder = try RunFolder(for: path, out: nil)
    defer { folder.close() }
    conversation.session.folders = OutputFolders(root: folder.path)
    let runner = try NotebookRunner(
      ScriptFile.read(path), name: "n", session: conversation.session, parameters: [])
    #expect(runner.run(in: folder)?.exitCode == 1)
  }

  @Test func whatARunHasRecordedIsIncluded() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.drawn, as: "n.srel")
    try run(path)
    #expect(try NotebookConversion.convert(path, to: folder.file("n.ipynb"), replaces: false) == [])
    let json = try JSONSerialization.jsonObject(with: Data(folder.text("n.ipynb").utf8)) as? [String: Any]
    let cells = try #require(json?["cells"] as? [[String: Any]])
    let outputs = cells.map { $0["outputs"] as? [[String: Any]] ?? [] }
    #expect(
      outputs.map { $0.map { $0["output_type"] as? String } } == [
        [], ["stream"], ["stream", "display_data", "display_data"], ["error"], [],
      ])
    #expect((outputs[1][0]["text"] as? [String])?.last == "42\n")
    let svg = try #require(outputs[2][1]["data"] as? [String: [String]])
    #expect(try svg["image/svg+xml"]?.joined() == folder.text("n.out/late/s.svg"))
    #expect(svg["text/plain"] == ["late/s.svg"])
    let png = try #require((outputs[2][2]["data"] as? [String: [String]])?["image/png"]?.joined())
    #expect(
      try Data(base64Encoded: png)
        == Data(contentsOf: URL(fileURLWithPath: folder.file("n.out/figures/t.png"))))
    #expect((outputs[3][0]["evalue"] as? String)?.contains("there is no element 5") == true)

    _ = try NotebookConversion.convert(path, to: folder.file("n.html"), replaces: false)
    let page = try folder.text("n.html")
    #expect(page.components(separatedBy: "<svg").count == 2 && page.contains("<math"))
    #expect(page.contains(">42") || page.contains("\n42"))
    #expect(page.contains("there is no element 5") && page.contains("not run: never"))
    #expect(!page.contains("per_class=10 dimensions=2\n"), "its code is hidden")
    #expect(!page.contains("another version"))
    // Outputs are not part of the notebook, and a notebook of Jupyter has those of the script that it is.
    try NotebookConversion.convert(folder.file("n.ipynb"), to: folder.file("m.srel"), replaces: false)
    #expect(try folder.text("m.srel") == Self.drawn)
    #expect(
      try NotebookConversion.convert(folder.file("n.ipynb"), to: folder.file("n.html"), replaces: true) == [])
  }

  @Test func outputsOfAnotherVersionAreTold() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.drawn, as: "n.srel")
    try run(path)
    try folder.write(Self.drawn.replacing("show 43", with: "show 44"), as: "n.srel")
    try FileManager.default.removeItem(atPath: folder.file("n.out/late/s.svg"))
    let warnings = try NotebookConversion.convert(path, to: folder.file("n.html"), replaces: false)
    #expect(warnings.count == 2)
    #expect(warnings[0].contains("the figure '\(folder.file("n.out/late/s.svg"))' is gone"))
    #expect(warnings[1].contains("are of another version of the notebook"))
    let page = try folder.text("n.html")
    #expect(
      page.contains("of another version of the script, sha256") && page.contains("there is no element 5"))
    try folder.write("{", as: "n.out/outputs.json")
    #expect {
      try NotebookConversion.convert(path, to: folder.file("n.ipynb"), replaces: false)
    } throws: { ($0 as? SessionFailure)?.exitCode == 1 }
    #expect(try !folder.names.contains("n.ipynb"))
  }

  private static func jupyter(
    _ cells: String, kernel: String = "\"kernelspec\": {\"name\": \"srel\", \"display_name\": \"s\"}",
    version: String = "4"
  ) -> String {
    "{\"cells\": [\(cells)], \"metadata\": {\(kernel)}, \"nbformat\": \(version), \"nbformat_minor\": 4}"
  }

  @Test func aNotebookOfAnotherToolIsRead() throws {
    let cells = """
      {"cell_type": "code", "execution_count": 7, "metadata": {"collapsed": true, "tags": ["a"]},
       "source": "x = 1\\ny = 2", "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]},
      {"cell_type": "markdown", "id": "f00", "metadata": {"name": "why"}, "source": ["# Why?\\n", "\\n", "So."]},
      {"cell_type": "code", "id": "3b1c", "execution_count": 1, "metadata": {"srel": {"options": "tol=1"}},
       "source": ["x"], "outputs": []},
      {"cell_type": "code", "execution_count": 8, "metadata": {}, "source": "x = 1\\ny = 2", "outputs": []},
      {"cell_type": "code", "execution_count": null, "metadata": {}, "source": [], "outputs": []}
      """
    func read(_ cells: String) throws -> String {
      try converted(
        Self.jupyter(cells, kernel: "\"language_info\": {\"name\": \"srel\"}"), from: ".ipynb",
        through: [".srel"])
    }
    let text = try read(cells)
    let name = try #require(text.firstMatch(of: #/# %% (cell-[0-9a-f]{8})\n/#)?.output.1)
    #expect(
      text
        == "# %% \(name)\nx = 1\ny = 2\n\n# %% [markdown] why\n# # Why?\n#\n# So.\n\n# %% 3b1c tol=1\nx\n\n"
        + "# %% \(name)-2\nx = 1\ny = 2\n")
    // A cell before the others changes no name.
    let more = try read(
      #"{"cell_type": "code", "id": "new", "metadata": {}, "source": "z", "outputs": []},"# + cells)
    #expect(more == "# %% new\nz\n\n" + text)
    // Names and ids are kept on the way back and forth.
    #expect(try converted(text, through: [".ipynb", ".srel.md", ".ipynb", ".srel"]) == text)
  }

  @Test(arguments: [
    ("", "no JSON"), ("{", "no JSON"), ("\u{0}\u{1}", "no JSON"), ("[]", "no Jupyter notebook"),
    ("{}", "it has no nbformat"), ("{\"nbformat\": 4}", "for no kernel"),
    (String(Self.jupyter("").dropLast(40)), "no JSON"),
    (String(repeating: "[", count: 100_000), "no JSON"),
    (Self.jupyter("", version: "3"), "nbformat 3, not 4"),
    (Self.jupyter("", version: "5"), "nbformat 5, not 4"),
    (Self.jupyter("", version: "\"4\""), ".nbformat is of another type"),
    (
      Self.jupyter("", kernel: "\"kernelspec\": {\"name\": \"python3\"}"),
      "the kernel 'python3', not for srel"
    ),
    (Self.jupyter("7"), ".cells[0] is of another type"),
    (Self.jupyter("{\"cell_type\": \"code\"}"), ".cells[0].source is missing"),
    (Self.jupyter("{\"cell_type\": \"raw\", \"source\": \"x\"}"), "cell 1 is of type 'raw'"),
    (
      Self.jupyter(
        "{\"cell_type\": \"markdown\", \"source\": \"x\", \"attachments\": {\"a.png\": {\"image/png\": \"\"}}}"
      ),
      "cell 1 has pictures attached"
    ),
    (
      Self.jupyter(
        "{\"cell_type\": \"code\", \"source\": \"1\", \"metadata\": {\"name\": \"a\"}},"
          + "{\"cell_type\": \"code\", \"source\": \"2\", \"metadata\": {\"name\": \"a\"}}"),
      "cell 2 is a second one named 'a'"
    ),
    (
      Self.jupyter("{\"cell_type\": \"code\", \"source\": \"x\\n# %% b\"}"),
      "cannot stand in a .srel file as it is"
    ),
  ])
  func wrongNotebooksOfJupyterAreRefused(text: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, as: "n.ipynb")
    #expect {
      try NotebookConversion.convert(path, to: folder.file("m.srel"), replaces: false)
    } throws: { error in
      guard let failure = error as? SessionFailure, let title = failure.diagnostics.first?.title else {
        return false
      }
      #expect(title.contains(reason), "\(title)")
      #expect(title.hasPrefix(path), "\(title)")
      return failure.exitCode == 2
    }
    #expect(try folder.names == ["n.ipynb"])
  }

  @Test(arguments: [
    ("n.srel", "n.txt", 2 as Int32, "has no ending that convert knows"), ("n.srel", "n", 2, "has no ending"),
    ("n.html", "m.srel", 2, "no notebook can be read from"),
    ("n.txt", "m.srel", 2, "no notebook can be read"),
    ("none.srel", "m.ipynb", 2, "there is no file"), ("n.srel", "there.ipynb", 1, "exists already"),
    ("n.srel", "n.srel", 1, "exists already"), ("n.srel", "none/n.ipynb", 1, "does not exist; make it first"),
    ("folder.srel", "m.ipynb", 2, "is a folder"), ("n.srel", "folder.srel", 1, "exists already"),
    ("wrong.srel", "m.ipynb", 2, "a line of a prose cell does not begin with '# '"),
    ("formula.srel", "m.html", 2, "formulas do not know"),
    ("huge.ipynb", "m.srel", 1, "is larger than 64 MB"),
  ])
  func wrongPathsAndNotebooksLeaveEverythingAsItWas(
    name: String, target: String, code: Int32, reason: String
  ) throws {
    let folder = try TemporaryFolder()
    for file in ["n.srel", "n.txt", "n.html", "there.ipynb"] { try folder.write("show 1\n", as: file) }
    try folder.write("# %% [markdown] a\nno comment\n", as: "wrong.srel")
    try folder.write("# %% [markdown] a\n# $\\nonsense$\n", as: "formula.srel")
    try folder.write("", as: "huge.ipynb")
    let huge = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("huge.ipynb")))
    try huge.truncate(atOffset: 65 << 20)
    try FileManager.default.createDirectory(
      atPath: folder.file("folder.srel"), withIntermediateDirectories: true)
    let before = try folder.names
    #expect {
      try NotebookConversion.convert(folder.file(name), to: folder.file(target), replaces: false)
    } throws: { error in
      guard let failure = error as? SessionFailure, let found = failure.diagnostics.first else {
        return false
      }
      #expect(found.title.contains(reason), "\(found.title)")
      return failure.exitCode == code
    }
    #expect(try folder.names == before)
    #expect(try folder.text("n.srel") == "show 1\n")
    #expect(try folder.text("there.ipynb") == "show 1\n")
  }

  @Test func aFileIsReplacedOnlyWhenAskedTo() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.script, as: "n.srel")
    try folder.write("mine", as: "n.srel.md")
    try NotebookConversion.convert(path, to: folder.file("n.srel.md"), replaces: true)
    #expect(try folder.text("n.srel.md").hasPrefix("```srel\nuse srel 1\n```\n"))
    #expect(try folder.names == ["n.srel", "n.srel.md"])
  }
}
