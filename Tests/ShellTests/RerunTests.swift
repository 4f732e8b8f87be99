import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `--verify` and `--reprun`.
@Suite struct RerunTests {
  private static func notebook(option: String) -> String {
    """
    # %% params
    param steps = 4
    x = steps / 3

    # %% train
    d = make mixture classes=2 per_class=10 dimensions=3
    run = train model(linear) on=d batch=5 steps=steps

    # %% save \(option)
    h = run.history
    save h to="results/h" formats=[csv, jsonl, npz]
    save run to="results/w" formats=[safetensors]
    plot h x=step y=loss to="h.svg"
    """
  }

  @Test func aRunThatRepeatsIsAsRecorded() throws {
    let script = try Script(Self.notebook(option: ""), name: "n.srel")
    let unrecorded = try Program.run([script.path, "--verify"])
    #expect(unrecorded.code == 1)
    #expect(unrecorded.errors.contains("there is no record of a run in '\(script.folder.file("n.out"))'"))
    #expect(try Program.run([script.path, "-p", "steps=6"]).code == 0)
    let conditions = try script.folder.text("n.out/run.json")
    // The parameters are the recorded ones.
    let found = try Program.run([script.path, "--verify", "--threads", "1"])
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.output == "as recorded: 3 cells, 5 values, 8 files\n")
    #expect(try script.folder.text("n.out/run.json") == conditions, "the record is only read")
    let other = try Program.run([script.path, "--verify", "-p", "steps=5"])
    #expect(other.code == 4)
    #expect(other.output.contains("cell 'params', the value steps:\n  recorded  6\n  now       5\n"))
    #expect(other.output.contains("cell 'save', results/h.csv, rows:\n  recorded  6\n  now       5\n"))
    let twice = try Program.run([script.path, "--reprun"])
    #expect(twice.code == 0 && twice.output == "identical: 3 cells, 5 values, 8 files\n", "\(twice)")
  }

  /// On a terminal the cell that runs is shown, and nothing of the folder that is soon gone.
  @Test(arguments: ["--verify", "--reprun"])
  func theCellThatRunsIsShownOnATerminal(flag: String) throws {
    let script = try Script(Self.notebook(option: ""), name: "n.srel")
    #expect(try Program.run([script.path]).code == 0)
    let terminal = try PseudoTerminal([Program.path, script.path, flag])
    for _ in 0..<(flag == "--reprun" ? 2 : 1) {
      for cell in ["cell 1/3  params", "cell 2/3  train", "cell 3/3  save"] { try terminal.expect(cell) }
    }
    let rest = try terminal.expect(flag == "--reprun" ? "identical: 3 cells" : "as recorded: 3 cells")
    let shown = String(decoding: terminal.transcript, as: UTF8.self)
    #expect(!shown.contains("saved ") && !shown.contains("report: "), "\(shown)")
    #expect(rest.contains("\r\u{1B}[K"), "the line of the last cell is taken away")
    #expect(!(try Program.run([script.path, flag]).errors.contains("cell ")), "in a pipe nothing is shown")
  }

  @Test(arguments: [
    ("results/h.csv", ", row 1, loss"), ("results/h.jsonl", ", line 1"),
    ("figures/h.data.csv", ", row 1, "),
  ])
  func aChangedFileIsNamedWithBothValues(file: String, place: String) throws {
    let script = try Script(Self.notebook(option: ""), name: "n.srel")
    #expect(try Program.run([script.path]).code == 0)
    let path = "n.out/" + file
    let old = try script.folder.text(path)
    let number = try #require(old.firstMatch(of: #/[01]\.[0-9]{9,}/#)?.output)
    _ = try script.folder.write(old.replacing(number, with: "0.5", maxReplacements: 1), as: path)
    let found = try Program.run([script.path, "--verify"])
    #expect(found.code == 4)
    #expect(found.output.hasPrefix("cell 'save', \(file)\(place)"), "\(found.output)")
    #expect(found.output.contains("0.5") && found.output.contains(number))
    try FileManager.default.removeItem(atPath: script.folder.file(path))
    let gone = try Program.run([script.path, "--verify"])
    #expect(gone.code == 4 && gone.output.contains("the file is gone"))
  }

  @Test(arguments: [("tol=1e-6", 1e-8, Int32(0)), ("tol=1e-6", 1e-4, 4), ("tol=0", 1e-12, 4), ("", 1e-12, 4)])
  func numbersMayDifferByTheTolerance(option: String, change: Double, code: Int32) throws {
    let script = try Script(Self.notebook(option: option), name: "n.srel")
    #expect(try Program.run([script.path]).code == 0)
    let old = try script.folder.text("n.out/results/h.csv")
    let number = try #require(old.firstMatch(of: #/[01]\.[0-9]{9,}/#)?.output)
    let moved = try #require(Double(number)) * (1 + change)
    _ = try script.folder.write(
      old.replacing(number, with: "\(moved)", maxReplacements: 1), as: "n.out/results/h.csv")
    let found = try Program.run([script.path, "--verify"])
    #expect(found.code == code, "\(found.output)")
  }

  @Test func theFirstThingThatDiffersIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("step,loss\n1,2\n", as: "x.csv")
    let script = try Script(
      """
      # %% same
      d = make mixture classes=2 per_class=10 dimensions=3
      # %% read
      t = load table "\(file)"
      # %% train
      run = train model(linear) on=d batch=5 steps=(count(t) + 1)
      h = run.history
      save h to="\(file)"
      """, name: "n.srel")
    let found = try Program.run([script.path, "--reprun"])
    #expect(found.code == 4)
    #expect(
      found.output.hasPrefix(
        "the runs differ first in cell 'read', the value t:\n  first run   1 rows, means loss 2\n  second run  2 rows"
      ), "\(found.output)")
    #expect(try script.folder.names == ["n.srel"])
  }

  @Test(arguments: [
    (["--verify"], "--verify needs a FILE"), (["--reprun", "-"], "--reprun needs a FILE"),
    (["x.srel", "--verify", "--reprun"], "not both"), (["x.srel", "--verify", "-n"], "goes with neither"),
    (["nowhere.srel", "--verify"], "there is no file 'nowhere.srel'"),
    (["nowhere.srel", "--reprun"], "there is no file 'nowhere.srel'"),
  ])
  func wrongUsesAreRefused(arguments: [String], message: String) throws {
    let found = try Program.run(arguments)
    #expect(found.code == 2 && found.errors.contains(message), "\(found.errors)")
  }

  @Test func anotherTextAndAnotherRecordAreTold() throws {
    let script = try Script("# %% a\nshow 1\n# %% b\nshow 2\n", name: "n.srel")
    #expect(try Program.run([script.path]).code == 0)
    _ = try script.folder.write("# %% a\nshow 1\n# %% c\nshow 2\n", as: "n.srel")
    let found = try Program.run([script.path, "--verify"])
    #expect(found.code == 4 && found.errors.contains("the notebook has changed since"))
    #expect(found.output.contains("cell 'c', the cell:\n  recorded  none\n  now       there"))
    #expect(found.output.contains("cell 'b', the cell:\n  recorded  there\n  now       none"))
    for (text, reason) in [("{", "is no record of a run"), ("{\"format\": 99}", "is a record of format 99")] {
      _ = try script.folder.write(text, as: "n.out/outputs.json")
      let damaged = try Program.run([script.path, "--verify"])
      #expect(damaged.code == 1 && damaged.errors.contains(reason), "\(damaged.errors)")
    }
  }

  @Test func aRunThatFailsAsRecordedStillFails() throws {
    let script = try Script("# %% a\nassert 1 > 2\n", name: "n.srel")
    #expect(try Program.run([script.path]).code == 3)
    for flag in ["--verify", "--reprun"] {
      let found = try Program.run([script.path, flag])
      #expect(found.code == 3 && found.output.hasSuffix("; it ends with exit code 3\n"), "\(found.output)")
    }
    _ = try script.folder.write("# %% a\nlod 1\n", as: "n.srel")
    #expect(try Program.run([script.path, "--reprun"]).code == 2)
  }

  @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func aSignalStopsTheRunBelowToo(signal: Int32, code: Int32) throws {
    let script = try Script(
      """
      # %% a
      show 1
      d = make mixture classes=2 per_class=50 dimensions=2
      run = train model(linear) on=d batch=1 steps=1000000000 { at 200 steps { assert 1 < 2 } }
      """, name: "n.srel")
    let process = try BatchProcess([Program.path, script.path, "--reprun"])
    usleep(400_000)
    process.signal(signal)
    let found = try process.outcome()
    #expect(found.code == code, "\(found.errors)")
    #expect(found.errors.contains("stopped: run at step"))
    // Its folder is gone, so there is nothing to go on with.
    #expect(!found.errors.contains("--resume") && !found.errors.contains("checkpoints/"), "\(found.errors)")
  }
}
