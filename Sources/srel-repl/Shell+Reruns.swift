import Foundation
import Language
import LineEditor
import Session

/// Runs of a notebook in a process and a folder of their own, to compare them with another.
extension Shell {
  private static let differs: Int32 = 4

  /// `--verify`: a run now against the recorded one.
  func verify(_ path: String) -> Int32 {
    do throws(SessionFailure) {
      // A notebook that is not there is told as such.
      _ = try ScriptFile.read(path)
      let recorded = command.out ?? RunFolder.place(for: path)
      let settings =
        command.p.isEmpty
        ? try RecordComparison.parameters(in: recorded).map { "\($0.name)=\($0.text)" } : command.p
      return try inTemporaryFolder { (folder) throws(SessionFailure) in
        let code = run(path, settings: settings, in: folder)
        if let end = endWithoutRecord(code, folder) { return end }
        let comparison = try RecordComparison(recorded: recorded, found: folder, usesTolerance: true)
        if comparison.isOfAnotherText {
          terminal.tell("the notebook has changed since '\(recorded)' was made")
        }
        let differences = comparison.differences
        for difference in differences { tellResult(difference.description) }
        if !differences.isEmpty {
          let cells = Set(differences.map(\.cell)).count
          tellResult("\(differences.count) differences in \(cells) of the cells (\(comparison.summary))")
          return Self.differs
        }
        tellResult("as recorded: \(comparison.summary)" + Self.note(code))
        return code
      }
    } catch {
      return report(error, in: nil)
    }
  }

  /// `--reprun`: two runs against each other.
  func runTwice(_ path: String) -> Int32 {
    do throws(SessionFailure) {
      _ = try ScriptFile.read(path)
      return try inTemporaryFolder { (folder) throws(SessionFailure) in
        let folders = (folder + "/1", folder + "/2")
        let code = run(path, settings: command.p, in: folders.0)
        if let end = endWithoutRecord(code, folders.0) { return end }
        let second = run(path, settings: command.p, in: folders.1)
        if let end = endWithoutRecord(second, folders.1) { return end }
        let comparison = try RecordComparison(recorded: folders.0, found: folders.1, usesTolerance: false)
        if let first = comparison.differences.first {
          tellResult("the runs differ first in " + first.description(names: ("first run", "second run")))
          return Self.differs
        }
        tellResult("identical: \(comparison.summary)" + Self.note(code))
        return code
      }
    } catch {
      return report(error, in: nil)
    }
  }

  private static func note(_ code: Int32) -> String { code == 0 ? "" : "; it ends with exit code \(code)" }

  /// The exit code of a run that left nothing to compare, or that was stopped; what was wrong has been told.
  private func endWithoutRecord(_ code: Int32, _ folder: String) -> Int32? {
    if signals.isTerminated { return signals.exitCode }
    if code > 128 || code != 0 && !RecordComparison.hasRecord(in: folder) { return code }
    return nil
  }

  private func inTemporaryFolder(_ body: (String) throws(SessionFailure) -> Int32) throws(SessionFailure)
    -> Int32
  {
    let folder = NSTemporaryDirectory() + "srel-rerun-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .failed(Diagnostic("no folder can be made for the run: \(error.localizedDescription)"))
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  /// Runs the notebook in a process of its own, whose messages are those of this one; gives its exit code.
  private func run(_ path: String, settings: [String], in folder: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let isWatched = terminal.hasLiveLines && !command.quiet
    var arguments = [path, "--out", folder, isWatched ? "--progress-only" : "--quiet"]
    arguments += settings.flatMap { ["-p", $0] }
    if let threads = command.threads { arguments += ["--threads", String(threads)] }
    if command.keepGoing { arguments.append("--keep-going") }
    if command.safe { arguments.append("--safe") }
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      terminal.tell("error: the run cannot be started: \(error.localizedDescription)")
      return 1
    }
    // Ctrl-C at a terminal reaches every process of its group; all else has to be handed on.
    let isReached = getpgid(process.processIdentifier) == getpgrp()
    var isTold = false
    while process.isRunning {
      if !isTold, signals.isTerminated || session.interruption.isRequested {
        if signals.isTerminated { process.terminate() } else if !isReached { process.interrupt() }
        isTold = true
      }
      usleep(10_000)
    }
    return process.terminationReason == .uncaughtSignal
      ? 128 + process.terminationStatus : process.terminationStatus
  }
}
