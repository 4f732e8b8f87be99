import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What goes to stdout and stderr besides results: reasons, places of files, progress.
@Suite struct StreamTests {
  @Test(arguments: [["-e", "1 + 1"], []])
  func resultsThatCannotBeWrittenEndWithAReason(arguments: [String]) throws {
    let script = try Script("# %% a\nshow 1\n")
    let command = [Program.path] + (arguments.isEmpty ? [script.path] : arguments)
    let found = try BatchProcess(command, output: "/dev/full").outcome()
    #expect(found.code == 1)
    #expect(found.errors.contains("cannot write results: no space left"))
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let long = "repeat i in 1..100000 { show \"a line that fills the pipe in the end\" }"
    let found = try BatchProcess(["/bin/sh", "-c", "\"\(Program.path)\" -e '\(long)' | head -n 1"]).outcome()
    #expect(found.errors.isEmpty)
  }

  @Test func aPipeIsToldWhereResultsWereSavedUnlessItIsQuiet() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("t.csv")
    let script =
      "d = make mixture per_class=5\nr = train model(linear) on=d batch=5 steps=1\nsave r.history to=\"\(path)\"\n"
    let found = try Program.run([], input: script)
    #expect(found.code == 0)
    #expect(found.output.isEmpty)
    #expect(found.errors.contains("saved \(path)"))
    let quiet = try Program.run(["-q"], input: script)
    #expect(quiet.code == 0)
    #expect(quiet.errors.isEmpty)
    let notebook = try Script("# %% a\nshow 1\n")
    #expect(try Program.run([notebook.path]).errors.contains("report: "))
    #expect(try Program.run(["-q", notebook.path]).errors.isEmpty)
  }

  @Test func aLogHoldsNotEveryEpochOfAFastTrainingButTheLast() throws {
    let script =
      "d = make mixture classes=2 per_class=2 dimensions=1\nr = train model(linear) on=d batch=4 epochs=2000\n"
    let lines = try Program.run([], input: script).errors.split(separator: "\n")
    #expect(lines.count < 500)
    #expect(lines.last?.contains("step 2000/2000") == true)
  }

  @Test(arguments: ["/proc/x", "/dev/null"])
  func noReportIsNamedThatWasNotWritten(folder: String) throws {
    let script = try Script("# %% a\nshow 1\n")
    let found = try Program.run([script.path, "--out", folder])
    #expect(found.code == 1)
    #expect(!found.errors.contains("report:"))
  }

  @Test func anErrorInASettingIsPlacedInItsText() throws {
    let script = try Script("\n\nparam opt = sgd(lr=0.1)\n")
    let found = try Program.run([script.path, "-p", "opt=sgd(lr=0.5, momentm=0.9)"])
    #expect(found.code == 2)
    #expect(found.errors.contains("sgd has no option 'momentm'"))
    #expect(found.errors.contains("did you mean 'momentum'?"))
    #expect(found.errors.contains("note: -p opt=sgd(lr=0.5, momentm=0.9), column 13: momentm"))
    #expect(!found.errors.contains("s.srel:"))
  }
}
