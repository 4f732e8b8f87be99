import Foundation
import LineEditor
import ProgramSupport
import TestSupport
import Testing

@Suite("Interrupting, suspending and ending")
struct InterruptionTests {
  // MARK: - Ctrl-C

  @Test func controlCClearsTheInputAndAsksAnew() throws {
    let terminal = try Probe.start()
    try terminal.send("abc")
    try terminal.expect("abc")
    try terminal.type("\u{3}", expecting: "^C")
    try terminal.expect("probe> ")
    try terminal.type("def\r", expecting: "[def]")
    #expect(!terminal.text.contains("[abc"))
  }

  @Test func controlCLeavesAnInputOfSeveralLines() throws {
    let terminal = try Probe.start()
    try terminal.type("train {\r", expecting: "....> ")
    try terminal.send("half")
    try terminal.expect("half")
    try terminal.type("\u{3}", expecting: "^C")
    try terminal.expect("probe> ")
    try terminal.type("done\r", expecting: "[done]")
  }

  @Test(.enabled(if: Probe.edits)) func controlCLeavesTheHistorySearch() throws {
    let terminal = try Probe.start()
    try terminal.type("first entry\r", expecting: "[first entry]")
    try terminal.expect("probe> ")
    try terminal.send("\u{12}fir")
    try terminal.expect(Probe.isReadline ? "i-search" : "bck:")
    try terminal.expect("st entry")
    try terminal.type("\u{3}", expecting: "^C")
    try terminal.expect("probe> ")
    try terminal.type("second\r", expecting: "[second]")
  }

  /// `\u{16}` takes the next key literally, so only the signal itself can interrupt there.
  @Test(
    .enabled(if: Probe.edits), arguments: ["typed", "typed\u{16}", "typed\u{1B}[200~half a pasted block"])
  func theSignalClearsTheInputWhateverIsGoingOn(keys: String) throws {
    let terminal = try Probe.start()
    try terminal.send(keys)
    try terminal.expect("typed")
    try terminal.waitUntilRead()
    terminal.signal(SIGINT)
    try terminal.expect("^C")
    try terminal.expect("probe> ")
    try terminal.type("next\r", expecting: "[next]")
  }

  @Test func manyInterruptsInARowAreOneClearedInputEach() throws {
    let terminal = try Probe.start()
    for _ in 0..<20 {
      try terminal.send("abc\u{3}")
      try terminal.expect("^C")
      try terminal.expect("probe> ")
    }
    try terminal.type("alive\r", expecting: "[alive]")
  }

  // MARK: - Ctrl-D

  @Test func controlDEndsOnAnEmptyLineOnly() throws {
    let terminal = try Probe.start()
    try terminal.send("ab")
    try terminal.expect("ab")
    try terminal.type("\u{4}c\r", expecting: "[abc]")
    try terminal.expect("probe> ")
    try terminal.type("\u{4}", expecting: "bye")
    #expect(try terminal.ending() == .exit(0))
    #expect(terminal.isRestored)
  }

  @Test func controlDHandsOverAnIncompleteInput() throws {
    let terminal = try Probe.start()
    try terminal.type("train {\r", expecting: "....> ")
    try terminal.type("\u{4}", expecting: "[train {]")
    try terminal.expect("probe> ")
  }

  // MARK: - Stopping and going on

  @Test func controlZGivesTheTerminalBackAndForegroundTheInput() throws {
    let script = "set -m; '\(Probe.path)'; stty -a | grep -o ' [-]*icanon\\| [-]*echo '; fg"
    let terminal = try PseudoTerminal(["/bin/sh", "-c", script])
    try terminal.expect("probe> ")
    try terminal.send("before")
    try terminal.expect("before")
    try terminal.send("\u{1A}")
    try terminal.expect(" icanon")
    try terminal.expect(" echo")
    try terminal.expect("probe> ")
    try terminal.send(" after\r")
    try terminal.expect(Probe.edits ? "[before after]" : "after]")
  }

  @Test func aProcessThatWasHaltedFromOutsideShowsItsPromptAgain() throws {
    let terminal = try Probe.start()
    terminal.signal(SIGSTOP)
    terminal.signal(SIGCONT)
    try terminal.expect("probe> ")
    try terminal.type("hello\r", expecting: "[hello]")
  }

  // MARK: - The terminal afterwards

  @Test(arguments: [SIGTERM, SIGHUP, SIGQUIT])
  func aSignalThatEndsProgramsFindsTheTerminalRestored(number: Int32) throws {
    let terminal = try Probe.start()
    try terminal.send("some text")
    try terminal.expect("some text")
    terminal.signal(number)
    #expect(try terminal.ending() == .signal(number))
    #expect(terminal.isRestored)
    if Probe.edits { #expect(terminal.text.contains("\u{1B}[?2004l")) }
  }

  @Test func aProgramThatHandlesTheSignalHearsOfIt() throws {
    let terminal = try Probe.start(["PROBE_HANDLES_TERM": "1"])
    terminal.signal(SIGTERM)
    try terminal.expect("stopped by \(SIGTERM)")
    #expect(try terminal.ending() == .exit(0))
    #expect(terminal.isRestored)
  }

  @Test(
    .enabled(if: Probe.edits),
    arguments: [("crash", ChildProcess.Ending.signal(SIGABRT)), ("leave", .exit(7))])
  func theTerminalIsRestoredWhenTheProgramEndsInsideACompletion(
    keys: String, ending: ChildProcess.Ending
  ) throws {
    let terminal = try Probe.start()
    try terminal.send(keys + "\t")
    #expect(try terminal.ending() == ending)
    #expect(terminal.isRestored)
    #expect(terminal.text.contains("\u{1B}[?2004l"))
  }
}
