import Foundation
import ProgramSupport
import TestSupport
import Testing

@Suite struct ShellTests {
  /// Print 1; something wrong; print 3: the table on which other shells differ.
  @Test(arguments: [
    ("show 1\nfoo bar\nshow 3\n", 2 as Int32, "1\n", "unknown command 'foo'"),
    ("show 1\nload fashion_mnist per_clas=3\nshow 3\n", 2, "1\n", "did you mean 'per_class'?"),
    ("show 1\n[1][7]\nshow 3\n", 1, "1\n", "there is no element 7"),
    ("show 1\nassert 1 > 2\nshow 3\n", 3, "1\n", "assertion failed: 1 > 2"),
    ("show 1\nshow 3\n", 0, "1\n3\n", ""),
    ("show 1\nquit\nshow 3\n", 0, "1\n", ""),
    ("show 1\nx = (1 +\n", 2, "1\n", "'(' is never closed"),
    ("repeat i in 1..2 {\n\n  show i\n}\n# nothing\nshow 3", 0, "1\n2\n3\n", ""),
  ])
  func aPipeStopsAtTheFirstErrorAndSaysSo(script: String, code: Int32, output: String, error: String) throws {
    let piped = try Program.run([], input: script)
    #expect(piped.code == code)
    #expect(piped.output == output)
    #expect(error.isEmpty ? piped.errors.isEmpty : piped.errors.contains(error), "\(piped.errors)")
    #expect(!piped.errors.contains("srel>"))
    #expect(!piped.errors.contains("\u{1B}"))
    #expect(try Program.run(["-"], input: script).code == code)
  }

  @Test(arguments: [
    ("show 1\nfoo bar\nshow 3\n", 2 as Int32, "", "s.srel:2:1: error: unknown command 'foo'"),
    ("show 1\n[1][7]\nshow 3\n", 1, "1\n", "s.srel:2:5: error: there is no element 7"),
    ("show 1\nassert 1 > 2 \"no\"\nshow 3\n", 3, "1\n", "s.srel:2:1: error: assertion failed: no"),
    ("show 1\nshow 3", 0, "1\n3\n", ""), ("", 0, "", ""), ("# only this", 0, "", ""),
  ])
  func aFileIsCheckedAndThenRun(script: String, code: Int32, output: String, error: String) throws {
    let file = try Script(script)
    let found = try Program.run([file.path])
    #expect(found.code == code)
    #expect(found.output == output)
    #expect(error.isEmpty ? found.errors.isEmpty : found.errors.contains(error), "\(found.errors)")
  }

  @Test(arguments: [
    (["-e", "1 + 1"], 0 as Int32, "2\n"), (["-e", "x = 2", "-e", "x * 3"], 0, "6\n"),
    (["-e", "foo bar"], 2, ""),
    (["-e", "[1][7]", "-e", "show 2"], 1, ""), (["--keep-going", "-e", "[1][7]", "-e", "show 2"], 1, "2\n"),
    (["-e", "assert no", "-e", "show 2"], 3, ""), (["-e", "param n = 3; n * 2", "-p", "n=5"], 0, "10\n"),
    (["-e", "param n = 3; n", "-p", "m=5"], 2, ""), (["-n", "-e", "show 1"], 0, ""),
    (["-n", "-e", "show (1"], 2, ""),
    (["--bogus"], 2, ""), (["-p", "x"], 2, ""), (["--threads", "0", "-e", "1"], 2, ""),
    (["/nowhere/x.srel"], 2, ""),
    (["/tmp"], 2, ""), (["--check"], 2, ""),
  ])
  func oneLinersAndFlagsHaveTheirCodes(arguments: [String], code: Int32, output: String) throws {
    let found = try Program.run(arguments)
    #expect(found.code == code, "\(found.errors)")
    #expect(found.output == output)
    #expect(found.errors.isEmpty == (code == 0))
  }

  @Test(arguments: [
    (["-p", "n=5"], "param n = 3\nn\n", 0 as Int32, "5\n", ""),
    (["-p", "n=5", "-p", "k=2"], "1\nparam n = 3\nparam k = 1\nn * k\n", 0, "1\n10\n", ""),
    (["-p", "n=5", "-e", "param n = 3", "-e", "n"], "", 0, "5\n", ""),
    (["-p", "m=5"], "param n = 3\nn\n", 2, "3\n", "there is no parameter 'm'"),
    (["-p", "m=5", "-e", "param n = 3", "-e", "n"], "", 2, "3\n", "there is no parameter 'm'"),
    (["-p", "n=kl"], "param n = 3\nn\n", 2, "", "-p n takes a number"),
    (["-p", "m=5"], "assert no\n", 3, "", "assertion failed"),
  ])
  func aSettingIsTakenWhenItsParamLineComes(
    arguments: [String], input: String, code: Int32, output: String, error: String
  ) throws {
    let found = try Program.run(arguments, input: input)
    #expect(found.code == code)
    #expect(found.output == output)
    #expect(error.isEmpty ? found.errors.isEmpty : found.errors.contains(error), "\(found.errors)")
    #expect(found.errors.contains("assertion") == (code == 3))
  }

  @Test func keepGoingOnAPipeRunsTheRestAndTheFirstFailureDecides() throws {
    let found = try Program.run(["--keep-going"], input: "assert no\n[1][7]\nshow 3\n")
    #expect(found.code == 3)
    #expect(found.output == "3\n")
  }

  @Test func versionAndHelpGoToStdout() throws {
    let version = try Program.run(["--version"]).output
    #expect(version.hasPrefix("srel-repl "))
    #expect(version.contains("GPL-3.0-or-later") == version.contains("GNU readline"))
    #expect(version.contains("lines "))
    let help = try Program.run(["--help"])
    #expect(help.code == 0)
    #expect(help.output.contains("--keep-going"))
  }

  @Test func checkingAFileRunsNothing() throws {
    let script = try Script("# %% a\nshow 1\n# %% b\nx = 2\n")
    let found = try Program.run(["-n", script.path])
    #expect(found.code == 0)
    #expect(found.output == "\(script.path): 2 cells, 2 statements, no errors\n")
    let mistaken = try Script("show x\nmodel mlp widht=2\nlod a\n")
    let wrong = try Program.run(["-n", mistaken.path])
    #expect(wrong.code == 2)
  }

  @Test func aNotebookLeavesItsReportBesideIt() throws {
    let script = try Script("# %% [markdown] p\n# Prose.\n# %% a\nshow 1\n[1][2]\n", name: "night.srel")
    let found = try Program.run([script.path])
    #expect(found.code == 1)
    #expect(found.errors.contains("report: \(script.report)"))
    #expect(try String(contentsOfFile: script.report, encoding: .utf8).contains("there is no element 2"))
    let folder = script.folder.file("deep/out")
    #expect(try Program.run([script.path, "--out", folder]).code == 1)
    #expect(FileManager.default.fileExists(atPath: folder + "/report.html"))
  }

  @Test func aFolderThatCannotBeMadeIsToldBeforeAnythingRuns() throws {
    let script = try Script("# %% a\nshow 1\n", name: "x.srel")
    try script.folder.write("in the way", as: "x.out")
    let found = try Program.run([script.path])
    #expect(found.code == 1)
    #expect(found.output.isEmpty)
    #expect(found.errors.contains("cannot be a folder: a file stands in its place"))
    #expect(!found.errors.contains("report:"))
  }

  @Test func aScriptThatHasNoEndIsRefused() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("p.srel")
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/zero"] {
      let found = try Program.run([path])
      #expect(found.code == 1)
      #expect(found.errors.contains("'\(path)' is a pipe or a device: give a script, or - to read stdin"))
    }
  }

  @Test func aScriptThatIsNoTextIsRefused() throws {
    let folder = try TemporaryFolder()
    let found = try Program.run([folder.write([0x73, 0xFF, 0x00], as: "b.srel")])
    #expect(found.code == 2)
    #expect(found.errors.contains("is not UTF-8 text"))
  }

  @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143)), (SIGHUP, Int32(129))])
  func signalsFinishTheStepAndKeepTheReport(signal: Int32, code: Int32) throws {
    let script = try Script(
      """
      # %% a
      d = make mixture classes=2 per_class=50 dimensions=2
      run = train model(linear) on=d batch=1 steps=1000000000
      # %% b
      show 1
      """)
    let process = try BatchProcess([Program.path, script.path])
    // The first progress line says that the training has begun.
    try process.waitForErrors(containing: "\n")
    process.signal(signal)
    let found = try process.outcome()
    #expect(found.code == code)
    let said = found.errors
    #expect(said.contains("stopped: run at step ") && said.contains("--resume goes on with it"))
    #expect(!said.contains("takes it further"))
    #expect(said.contains(".out/report.html keeps what was shown until then"))
    let report = try String(contentsOfFile: script.report, encoding: .utf8)
    #expect(report.contains("stopped by the user"))
    #expect(report.contains("not run: b"))
  }
}

@Suite struct FlagTests {
  /// Made anew with SREL_RECORD=1.
  @Test func theManualInTheRepositoryIsCurrent() throws {
    let path =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Assets/manual.md").path
    let found = try Program.run(["--manual"])
    #expect(found.code == 0 && found.errors.isEmpty)
    if ProcessInfo.processInfo.environment["SREL_RECORD"] == "1" {
      try found.output.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try found.output == String(contentsOfFile: path, encoding: .utf8))
    #expect(found.output.contains("### train") && found.output.contains("--keep-going"))
  }

  @Test func resultsAndErrorsAsJSON() throws {
    let found = try Program.run(["--json"], input: "1 + 1\n[yes, \"a\"]\nx = load nothing\n")
    #expect(found.code == 2)
    let lines = found.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == "2" && lines[1] == #"[true,"a"]"#)
    #expect(
      lines.last?.hasPrefix(#"{"error":{"title":"load has no value 'nothing'","line":1,"column":10"#) == true)
    #expect(found.errors.contains("error: load has no value 'nothing'"))
  }

  @Test func safeWritesBelowTheFolderOnly() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.path
    let text = "t = [1]\nsave session to="
    #expect(try Program.run(["--safe", "-e", text + "\"\(folder)/x.srel\""]).code == 1)
    #expect(try Program.run(["--safe", "--out", folder, "-e", text + "\"x.srel\""]).code == 0)
    #expect(try String(contentsOfFile: folder + "/results/x.srel", encoding: .utf8).contains("t = [1]"))
    let script = try Script("t = [1]\nsave session to=\"../x.srel\"\n")
    let refused = try Program.run(["--safe", script.path])
    #expect(refused.code == 1 && refused.errors.contains("--safe refuses to write '../x.srel'"))
  }

  @Test func checkingTellsStepsAndMeasurements() throws {
    let script = try Script(
      """
      d = make mixture classes=2 per_class=10 dimensions=2
      r = train model(linear) on=d batch=5 epochs=3 { every 2 batches { measure srel points=d[0..3] } }
      """)
    let found = try Program.run(["--check", script.path])
    #expect(found.code == 0)
    #expect(found.output.contains("line 2  r = train  12 steps (4 batches x 3 epochs)  under 1 s at "))
    #expect(found.output.contains("GFLOP/s (7.2e2 multiply-adds)"))
    #expect(
      found.output.contains("\n  every 2 batches 6 measurements, after steps 1, 3, 5, …, 11  under 1 s at "))
  }
}
