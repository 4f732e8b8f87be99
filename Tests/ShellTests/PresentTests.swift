import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `--present` on a real terminal.
@Suite struct PresentTests {
  private static let lesson = """
    use srel 1

    # %% [markdown] hello
    # # A lesson
    # Something with *emphasis* and $w_i^2$.

    # %% sum ask="How much is it?" choices=[two, three]
    show (1 + 1)

    # %% curve
    d = make mixture per_class=5
    r = train model(linear) on=d batch=5 steps=6
    plot r.history x=step y=loss title="A falling loss" to="loss.svg"

    # %% last reveal=yes
    show "the end of it"
    """

  private func terminal(_ script: Script, _ flags: [String] = [], environment: [String: String] = [:]) throws
    -> PseudoTerminal
  {
    let usual = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": script.folder.path]
    return try PseudoTerminal(
      [Program.path, "--present"] + flags + [script.path],
      environment: usual.merging(environment, uniquingKeysWith: { $1 }), rows: 40, columns: 90)
  }

  @Test func aLessonGoesCellByCell() throws {
    let script = try Script(Self.lesson)
    let terminal = try terminal(script)
    try terminal.expect("A lesson")
    try terminal.expect("wᵢ²")
    try terminal.expect("How much is it?")
    try terminal.type("12\n", expecting: "hands for 2")
    try terminal.type("x\n", expecting: "'x' is no number of hands")
    try terminal.type("30\n", expecting: "show of hands: two 12, three 30")
    try terminal.expect("space: run")
    try terminal.type("?", expecting: "Page Down")
    try terminal.type(" ", expecting: "2\r\n")
    try terminal.expect("space: go on")
    try terminal.type("\u{1B}[6~", expecting: "curve")
    try terminal.expect("space: run")
    // Back to the first slide and forward again.
    try terminal.type("b", expecting: "show of hands: two 12, three 30")
    try terminal.expect("space: forward")
    try terminal.type(" ", expecting: "A falling loss")
    try terminal.expect("space: run")
    try terminal.type("\n", expecting: "loss.svg")
    try terminal.expect("⠤")
    try terminal.expect("space: go on")
    try terminal.type(" ", expecting: "last")
    try terminal.expect("space: run")
    try terminal.type(" ", expecting: "space: show what it gives")
    #expect(!terminal.text.contains("the end of it\r\n"))
    try terminal.type(" ", expecting: "the end of it\r\n")
    try terminal.expect("report: ")
    #expect(try terminal.ending() == .exit(0))
    #expect(terminal.isRestored)
    let report = try String(contentsOfFile: script.report, encoding: .utf8)
    #expect(report.contains("show of hands: two 12, three 30"))
    #expect(report.contains("<details>\n<summary>last</summary>"))
  }

  @Test(arguments: ["q", "\u{4}"])
  func leavingEarlyKeepsTheReport(key: String) throws {
    let script = try Script(Self.lesson)
    let terminal = try terminal(script)
    try terminal.expect("hands for 1")
    try terminal.type("\n", expecting: "space: run")
    try terminal.type(key, expecting: "report: ")
    #expect(try terminal.ending() == .exit(0))
    #expect(terminal.isRestored)
    #expect(try String(contentsOfFile: script.report, encoding: .utf8).contains("A lesson"))
  }

  @Test func ctrlCEndsItAndTheTerminalIsAsBefore() throws {
    let script = try Script(Self.lesson)
    let terminal = try terminal(script)
    try terminal.expect("hands for 1")
    try terminal.type("\n", expecting: "space: run")
    try terminal.send("\u{3}")
    #expect(try terminal.ending() == .exit(130))
    #expect(terminal.isRestored)
  }

  @Test func keysPressedWhileACellRunsAreForgotten() throws {
    let script = try Script(
      "use srel 1\n\n# %% slow\n!\n".replacingOccurrences(of: "!", with: "show 1")
        + "\n# %% next\nshow \"next ran\"\n\n# %% end\nshow 3\n")
    let terminal = try terminal(script)
    try terminal.expect("space: run")
    try terminal.type("    ", expecting: "space: go on")
    #expect(!terminal.text.contains("next ran\r\n"))
    try terminal.type("q", expecting: "report: ")
    #expect(try terminal.ending() == .exit(0))
  }

  @Test func aPlainTerminalGetsPlainText() throws {
    let script = try Script(Self.lesson)
    let terminal = try terminal(script, environment: ["TERM": "dumb", "LC_ALL": "C"])
    try terminal.expect("A lesson")
    try terminal.expect("w_i^2")
    try terminal.expect("hands for 1")
    let isASCII = terminal.transcript.allSatisfy { $0 < 128 }
    #expect(isASCII && !terminal.text.contains("\u{1B}[3"))
    try terminal.type("\n", expecting: "space: run")
    try terminal.type("q", expecting: "report: ")
    #expect(try terminal.ending() == .exit(0))
  }

  @Test(arguments: [[], ["--json"], ["--check"], ["-q"], ["--verify"]])
  func itNeedsATerminalAndPeople(flags: [String]) throws {
    let script = try Script(Self.lesson)
    let found = try Program.run(["--present"] + flags + [script.path])
    #expect(found.code == 2 && found.output.isEmpty)
    #expect(
      found.errors.contains(flags.isEmpty ? "--present needs a terminal" : "--present shows a run to people"))
    #expect(!FileManager.default.fileExists(atPath: script.report))
    #expect(try Program.run(["--present"]).code == 2)
  }
}
