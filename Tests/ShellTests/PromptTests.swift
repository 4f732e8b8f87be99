import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The program at its prompt, in a home of its own.
private final class Prompt {
  let terminal: PseudoTerminal
  private let home = try? TemporaryFolder()

  init(_ arguments: [String] = [], environment: [String: String] = [:]) throws {
    let usual = ["TERM": "xterm", "HOME": home?.path ?? "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"]
    terminal = try PseudoTerminal([Program.path] + arguments, environment: usual.merging(environment) { $1 })
  }

  /// What has been printed, without the marks that ask for pasted text in one block.
  var screen: String {
    terminal.text.replacingOccurrences(of: "\u{1B}[?2004l\r", with: "")
      .replacingOccurrences(of: "\u{1B}[?2004l", with: "")
      .replacingOccurrences(of: "\u{1B}[?2004h", with: "")
  }

  /// Waits until a text stands on the screen after everything waited for before.
  func wait(for text: String) throws { try terminal.expect(text) }

  func type(_ text: String) throws { try terminal.send(text) }

  /// Types a line and waits until it has been answered.
  func run(_ line: String) throws {
    try type(line + "\n")
    // A prompt before the line's end is the present one, drawn once more.
    try wait(for: "\r\n")
    try wait(for: "srel> ")
  }

  func interrupt() { terminal.signal(SIGINT) }

  /// Waits for the end without asking for it; gives the code as a shell tells it.
  func ending() throws -> Int32 { try terminal.ending().code }

  func terminate() throws -> Int32 {
    terminal.signal(SIGTERM)
    return try ending()
  }

  func end() throws -> Int32 {
    try type("\u{4}")
    return try ending()
  }
}

@Suite struct PromptTests {
  @Test func aPromptAnswersGoesOnAfterErrorsAndEndsWithControlD() throws {
    let terminal = try Prompt()
    try terminal.wait(for: "srel> ")
    try terminal.run("1 + 1")
    #expect(terminal.screen.contains("\n2\r\n"))
    try terminal.type("x = (1 +\n")
    try terminal.wait(for: "   .. ")
    try terminal.run("2)")
    try terminal.run("lod x")
    #expect(terminal.screen.contains("did you mean 'load'?"))
    #expect(terminal.screen.contains("\u{1B}[1;31merror:"))
    try terminal.run("x")
    #expect(terminal.screen.contains("\n3\r\n"))
    #expect(try terminal.end() == 0)
  }

  @Test func controlCClearsTheInput() throws {
    let terminal = try Prompt(["--color", "never"])
    try terminal.wait(for: "srel> ")
    try terminal.type("show (1\n")
    try terminal.wait(for: "   .. ")
    terminal.interrupt()
    try terminal.wait(for: "srel> ")
    try terminal.run("2 + 5")
    #expect(terminal.screen.contains("\n7\r\n"))
    #expect(!terminal.screen.contains("\u{1B}"))
    #expect(try terminal.end() == 0)
  }

  @Test func terminationDuringATrainingEndsTheProgram() throws {
    let terminal = try Prompt()
    try terminal.wait(for: "srel> ")
    try terminal.run("d = make mixture classes=2 per_class=50 dimensions=2")
    try terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    try terminal.wait(for: "steps/s")
    #expect(try terminal.terminate() == 143)
    #expect(terminal.screen.contains("the program ends here"))
    #expect(!terminal.screen.contains("takes it further"))
  }

  @Test func controlCAbandonsAMeasurementAndSaysSo() throws {
    let terminal = try Prompt()
    try terminal.wait(for: "srel> ")
    try terminal.run("d = make mixture classes=2 per_class=500 dimensions=2")
    try terminal.run("run = train model(mlp, widths=[2000]) on=d steps=1")
    try terminal.type("m = measure srel run points=d\n")
    try terminal.wait(for: "/1000 sources")
    terminal.interrupt()
    try terminal.wait(for: " of 1000 sources, nothing kept")
    try terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("measurement abandoned after "))
    #expect(try terminal.end() == 0)
  }

  @Test func controlCEndsATrainingAfterItsStepAndThePromptLivesOn() throws {
    let terminal = try Prompt()
    try terminal.wait(for: "srel> ")
    try terminal.run("d = make mixture classes=2 per_class=50 dimensions=2")
    try terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    try terminal.wait(for: "steps/s")
    terminal.interrupt()
    try terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("stopped at step"))
    try terminal.run("run.step > 0")
    #expect(terminal.screen.contains("\nyes\r\n"))
    #expect(try terminal.end() == 0)
  }

  @Test func thePromptKnowsResultsPrefixesQuestionsAndTheShell() throws {
    let terminal = try Prompt(["--color", "never"])
    try terminal.wait(for: "srel> ")
    for (typed, shown) in [
      ("6 * 7", "\n42\r\n"), ("sho (_1 + _)", "# show (_1 + _)"), ("?quit", "example: quit"),
      ("??weight_decay", "added to the gradient as weight_decay"), ("!echo a$((1+1))b", "\na2b\r\n"),
      ("!exit 3", "ended with 3"),
    ] {
      try terminal.run(typed)
      #expect(terminal.screen.contains(shown), "\(typed)")
    }
    #expect(terminal.screen.contains("\n84\r\n"))
    #expect(try terminal.end() == 0)
  }

  @Test(arguments: [("\u{3}", 130), ("\u{1C}", 131)])
  func keysThatStopAShellCommandStopNothingElse(key: String, code: Int) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("begun", as: "text")
    let terminal = try Prompt(["--color", "never"])
    try terminal.wait(for: "srel> ")
    // One process that says when it waits: a shell between two commands keeps Ctrl-C until the second has ended.
    try terminal.type("!exec cat '\(file)' -\n")
    try terminal.wait(for: "begun")
    try terminal.type(key)
    try terminal.wait(for: "the shell command ended with \(code)")
    try terminal.wait(for: "srel> ")
    #expect(!terminal.screen.contains("finishing this step"))
    try terminal.run("d = make mixture classes=2 per_class=50 dimensions=2")
    try terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    try terminal.wait(for: "steps/s")
    try terminal.type("\u{3}")
    try terminal.wait(for: "stopped at step")
    try terminal.wait(for: "srel> ")
    #expect(try terminal.end() == 0)
  }

  @Test func safeHasNoShellAndTheInitFileIsRunUnlessToldOtherwise() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("srel-repl"), withIntermediateDirectories: true)
    try folder.write("known = 5\n", as: "srel-repl/init.srel")
    for (flags, shown) in [
      (["--safe"], "\n35\r\n"), (["--safe", "--no-init"], "there is no variable 'known'"),
    ] {
      let terminal = try Prompt(
        flags + ["--color", "never"], environment: ["XDG_CONFIG_HOME": folder.path])
      try terminal.wait(for: "srel> ")
      try terminal.run("!echo hello")
      #expect(terminal.screen.contains("--safe refuses to run commands of the system's shell"))
      try terminal.run("known * 7")
      #expect(terminal.screen.contains(shown))
      #expect(try terminal.end() == 0)
    }
  }

  @Test func longResultsGoThroughThePager() throws {
    let pager = ["PAGER": "sed -e 1!d -e s/^/paged:/"]
    for (variables, isPaged) in [(pager, true), (pager.merging(["TERM": "dumb"]) { $1 }, false)] {
      let terminal = try Prompt(["--color", "never"], environment: variables)
      try terminal.wait(for: "srel> ")
      try terminal.run("help")
      #expect(terminal.screen.contains("paged:") == isPaged)
      try terminal.run("1 + 1")
      #expect(terminal.screen.contains("\n2\r\n"))
      #expect(try terminal.end() == 0)
    }
  }

  @Test func withoutAPagerOfTheUsersOwnLongResultsGoThroughLess() throws {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\nexec sed -e 1!d -e s/^/less:/\n", as: "less")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("less"))
    // `env -u`: the tests' own environment says that there is none.
    let terminal = try PseudoTerminal([
      "/usr/bin/env", "-u", "PAGER", "PATH=\(folder.path):/usr/bin:/bin", Program.path, "--color", "never",
      "--no-init",
    ])
    try terminal.expect("srel> ")
    try terminal.send("help\n")
    try terminal.expect("less:")
    try terminal.send("exit\n")
    #expect(try terminal.ending().code == 0)
  }

  @Test func aStoppedTrainingTellsHowToGoOnAndStartsOver() throws {
    let terminal = try Prompt(["--color", "never"])
    try terminal.wait(for: "srel> ")
    try terminal.run("d = make mixture classes=2 per_class=50 dimensions=2")
    try terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    try terminal.wait(for: "steps/s")
    terminal.interrupt()
    try terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("'resume' continues, 'reset run' starts over"))
    try terminal.run("reset run")
    try terminal.run("run.step")
    #expect(terminal.screen.contains("\n0\r\n"))
    #expect(try terminal.end() == 0)
  }

  @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131)] as [(Int32, Int32)])
  func aSignalAtThePromptLeavesTheTerminalAsItWas(signal: Int32, code: Int32) throws {
    let terminal = try Prompt()
    try terminal.wait(for: "srel> ")
    try terminal.type("half a command")
    try terminal.wait(for: "command")
    terminal.terminal.signal(signal)
    #expect(try terminal.ending() == code)
    #expect(terminal.terminal.isRestored)
  }

  @Test func inputsAreKeptForTheNextPromptAndOneLinersLeaveNoTrace() throws {
    let folder = try TemporaryFolder()
    let history = folder.file("srel-repl/history.jsonl")
    let environment = ["XDG_STATE_HOME": folder.path]
    #expect(try Program.run(["-e", "1 + 1"], environment: environment).code == 0)
    #expect(try Program.run([], input: "1 + 1\n", environment: environment).code == 0)
    #expect(!FileManager.default.fileExists(atPath: history))
    let first = try Prompt(environment: environment)
    try first.wait(for: "srel> ")
    try first.type("(40 +\n")
    try first.wait(for: "   .. ")
    try first.run("4)")
    #expect(try first.end() == 0)
    #expect(try String(contentsOfFile: history, encoding: .utf8).contains(#""text":"(40 +\n4)""#))
    guard Self.edits else { return }
    let second = try Prompt(environment: environment)
    try second.wait(for: "srel> ")
    try second.type("\u{10}")
    try second.wait(for: "4)")
    try second.run("")
    #expect(second.screen.contains("\n44\r\n"))
    #expect(try second.end() == 0)
  }

  @Test(.enabled(if: edits)) func tabCompletesVerbsAndOptions() throws {
    let terminal = try Prompt()
    try terminal.wait(for: "srel> ")
    try terminal.run("d = mak\tmixture clas\t2 per_c\t5 dimen\t2; 5 + 5")
    #expect(terminal.screen.contains("d = make mixture classes=2 per_class=5 dimensions=2"))
    #expect(terminal.screen.contains("\n10\r\n"), "\(terminal.screen)")
    #expect(try terminal.end() == 0)
  }

  @Test func aTerminalThatCannotMoveItsCursorGetsPlainPrompts() throws {
    let terminal = try Prompt(environment: ["TERM": "dumb"])
    try terminal.wait(for: "srel> ")
    try terminal.type("(1 +\n")
    try terminal.wait(for: "   .. ")
    try terminal.run("1)")
    #expect(terminal.screen.contains("\n2\r\n"))
    #expect(!terminal.screen.contains("\u{1B}"))
    #expect(try terminal.end() == 0)
  }

  @Test(.enabled(if: edits)) func aQuestionAboutAnUnfinishedCommandGivesItBack() throws {
    let terminal = try Prompt(["--color", "never"])
    try terminal.wait(for: "srel> ")
    try terminal.type("d = make mixture ?\n")
    try terminal.wait(for: "make KIND [classes=")
    try terminal.wait(for: "example: make mixture")
    try terminal.wait(for: "srel> ")
    try terminal.wait(for: "d = make mixture ")
    try terminal.run("per_class=2; count(d)")
    #expect(terminal.screen.contains("\n6\r\n"))
    #expect(try terminal.end() == 0)
  }

  @Test func aConfinedSessionKeepsNoHistoryAndStartsNoEditor() throws {
    let folder = try TemporaryFolder()
    let terminal = try Prompt(
      ["--safe", "--color", "never"],
      environment: ["XDG_STATE_HOME": folder.path, "EDITOR": "touch \(folder.path)/edited; false"])
    try terminal.wait(for: "srel> ")
    try terminal.run("6 * 7")
    #expect(terminal.screen.contains("\n42\r\n"))
    if Self.edits {
      try terminal.type("1 + 4\u{18}\u{5}")
      try terminal.wait(for: "text editors are not started in this session")
      try terminal.wait(for: "1 + 4")
      try terminal.run("")
      #expect(terminal.screen.contains("\n5\r\n"))
    }
    #expect(try terminal.end() == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func withoutColoursThereAreNone() throws {
    let terminal = try Prompt(environment: ["NO_COLOR": "1", "LC_ALL": "C.UTF-8"])
    try terminal.wait(for: "srel> ")
    try terminal.run("lod x")
    try terminal.run("r = train model(linear) on=make(mixture, per_class=5) batch=5 steps=6")
    try terminal.run("sketch r.history x=step y=loss")
    #expect(terminal.screen.contains("did you mean 'load'?") && terminal.screen.contains("⠀"))
    #expect(!terminal.screen.contains("\u{1B}[1m") && !terminal.screen.contains("\u{1B}[3"))
    #expect(try terminal.end() == 0)
  }

  @Test func theLiveLineOfATrainingFitsANarrowWindow() throws {
    let terminal = try Prompt()
    try terminal.wait(for: "srel> ")
    terminal.terminal.resize(rows: 20, columns: 30)
    try terminal.run("d = make mixture classes=2 per_class=50 dimensions=2")
    try terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    for _ in 0..<3 { try terminal.wait(for: "\u{1B}[Krun  epoch") }
    terminal.interrupt()
    try terminal.wait(for: "srel> ")
    let live = terminal.screen.components(separatedBy: "\r\u{1B}[K").dropFirst().map {
      $0.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }.count
    }
    #expect(live.dropLast().allSatisfy { $0 < 30 }, "\(live)")
    #expect(try terminal.end() == 0)
  }

  @Test func aDashReadsATerminalWithoutPrompts() throws {
    let terminal = try Prompt(["-"])
    try terminal.type("1 + 1\n")
    try terminal.wait(for: "2\r\n")
    #expect(!terminal.screen.contains("srel>"))
    terminal.interrupt()
    #expect(try terminal.ending() == 130)
  }

  /// Whether a library edits lines in this build.
  private static let edits = (try? Program.run(["--version"]).output.contains("lines edited by")) == true
}
