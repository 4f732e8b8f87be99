import Foundation
import Testing

/// What goes to stdout and stderr besides results: reasons, places of files, progress.
@Suite struct StreamTests {
  @Test(arguments: [["-e", "1 + 1"], []])
  func resultsThatCannotBeWrittenEndWithAReason(arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments.isEmpty ? [try Program.script("# %% a\nshow 1\n")] : arguments
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 1)
    #expect(said.contains("cannot write results: no space left"))
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "\"\(Program.path)\" -e 'repeat i in 1..100000 { show \"a line that fills the pipe in the end\" }' | head -n 1",
    ]
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(said.isEmpty)
  }

  @Test func aPipeIsToldWhereResultsWereSavedUnlessItIsQuiet() throws {
    let path = try Program.temporaryFolder() + "/t.csv"
    let script =
      "d = make mixture per_class=5\nr = train model(linear) on=d batch=5 steps=1\nsave r.history to=\"\(path)\"\n"
    let found = try Program.run([], input: script)
    #expect(found.code == 0)
    #expect(found.output.isEmpty)
    #expect(found.errors.contains("saved \(path)"))
    let quiet = try Program.run(["-q"], input: script)
    #expect(quiet.code == 0)
    #expect(quiet.errors.isEmpty)
    let notebook = try Program.script("# %% a\nshow 1\n")
    #expect(try Program.run([notebook]).errors.contains("report: "))
    #expect(try Program.run(["-q", notebook]).errors.isEmpty)
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
    let found = try Program.run([try Program.script("# %% a\nshow 1\n"), "--out", folder])
    #expect(found.code == 1)
    #expect(!found.errors.contains("report:"))
  }

  @Test func anErrorInASettingIsPlacedInItsText() throws {
    let path = try Program.script("\n\nparam opt = sgd(lr=0.1)\n")
    let found = try Program.run([path, "-p", "opt=sgd(lr=0.5, momentm=0.9)"])
    #expect(found.code == 2)
    #expect(found.errors.contains("sgd has no option 'momentm'"))
    #expect(found.errors.contains("did you mean 'momentum'?"))
    #expect(found.errors.contains("note: -p opt=sgd(lr=0.5, momentm=0.9), column 13: momentm"))
    #expect(!found.errors.contains("s.srel:"))
  }
}
