import Language
import Session
import Testing

@Suite struct NotebookRunnerTests {
  private static let script = """
    use srel 1

    # %% [markdown] intro
    # # A mixture
    # We look at $S = D(x')/D(x)$.

    # %% params
    param size = 20   "samples of each class"
    param seeds = [1, 2]

    # %% data
    d = make mixture classes=3 per_class=size dimensions=4
    pts = pick d per_class=2
    size * 2

    # %% train
    runs = repeat seed in seeds {
      train model(mlp, widths=[8]) on=d batch=20 steps=6 seed=seed { every 2 steps { measure srel points=pts } }
    }

    # %% figure
    plot runs.srel x=step by=same average=median to="s.svg"

    # %% save
    save runs to="results/x" formats=[csv, safetensors]
    """

  private func run(
    _ text: String, parameters: [(name: String, text: String)] = [], keepsGoing: Bool = false
  ) throws -> (code: Int32, report: String, folder: String, conversation: Conversation) {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    conversation.session.folders = OutputFolders(root: folder)
    let runner = try NotebookRunner(
      Source(text, name: "n.srel"), name: "n", session: conversation.session, parameters: parameters)
    let failure = runner.run(in: try RunFolder(for: "n.srel", out: folder), keepsGoing: keepsGoing)
    return (failure?.exitCode ?? 0, try SessionTests.text(of: folder + "/report.html"), folder, conversation)
  }

  @Test func aNotebookLeavesReportFiguresAndResults() throws {
    let (code, report, folder, conversation) = try run(Self.script)
    #expect(code == 0)
    #expect(conversation.results.first == "40")
    for file in [
      "figures/s.svg", "figures/s.data.csv", "results/x.csv", "results/x_history.csv",
      "results/x_seed=2.safetensors",
    ] {
      #expect(exists(folder + "/" + file), "\(file)")
    }
    // The line with the version of the language is nothing that a page need begin with.
    #expect(report.contains("<main>\n<section id=\"cell-intro\" class=\"prose\">\n<h1>A mixture</h1>"))
    #expect(report.contains("<svg"))
    #expect(report.contains("2 runs (seed = 1, 2), 3 measurements each"))
    #expect(try run(Self.script).report == report, "the same bytes in another folder")
  }

  @Test func parametersReplaceWhatStandsInTheScript() throws {
    let (code, _, _, conversation) = try run(
      Self.script, parameters: [("size", "30"), ("seeds", "[5]")])
    #expect(code == 0)
    #expect(conversation.results.first == "60")
    #expect(try conversation.say("runs[0].seed") == "5")
  }

  @Test(arguments: [
    ("sise", "3", "there is no parameter 'sise' to set with -p"),
    ("size", "[1]", "-p size takes a number, not a list of numbers ([1])"),
    ("seeds", "3", "-p seeds takes a list of numbers, not a number (3)"),
    ("seeds", "[1, x]", "-p seeds takes a list of numbers, not a list of different things ([1, x])"),
    ("seeds", "[a, b]", "-p seeds takes a list of numbers, not a list of words ([a, b])"),
    ("size", "1 +", "-p size takes a value, not '1 +'"),
  ])
  func wrongParametersStopBeforeAnythingRuns(name: String, value: String, title: String) throws {
    #expect {
      try run(Self.script, parameters: [(name, value)])
    } throws: { error in
      guard let failure = error as? SessionFailure else { return false }
      return failure.exitCode == 2 && failure.diagnostics.map(\.title) == [title]
    }
  }

  @Test func aFailingCellKeepsWhatWasMadeAndStandsInTheReport() throws {
    let text = "# %% a\nshow 1\n# %% b\nshow 2\n[1][5]\nshow 3\n# %% c\nshow 4"
    let (code, report, _, conversation) = try run(text)
    #expect(code == 1)
    #expect(conversation.results == ["1", "2"])
    #expect(report.contains("there is no element 5"))
    #expect(report.contains("not run: c"))
    let (second, _, _, other) = try run(text, keepsGoing: true)
    #expect(second == 1)
    #expect(other.results == ["1", "2", "4"])
  }

  @Test func aFailingAssertionExitsWithThree() throws {
    #expect(try run("# %% a\nassert 1 > 2\n").code == 3)
  }

  @Test func quitEndsANotebookWell() throws {
    let (code, _, _, conversation) = try run("# %% a\nshow 1\nquit\n# %% b\nshow 2")
    #expect(code == 0)
    #expect(conversation.results == ["1"])
  }

  @Test(arguments: [
    "# %% [markdown] p\n# A formula $\\nonsense{x}$.\n", "# %% a\nshow (1\n# %% b\n)",
    "# %% a\nplot t x=step to=\"a.svg\"",
    "# %% a\nx = 1\n# %% a\ny = 2", "# %% a hide=yes\nx = 1",
  ])
  func wrongScriptsAreRefusedBeforeTheyRun(text: String) {
    #expect {
      try run(text)
    } throws: { ($0 as? SessionFailure)?.exitCode == 2 }
  }
}
