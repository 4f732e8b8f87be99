import Foundation
import ProgramSupport
import TestSupport

/// The program under test, built beside the tests.
enum Program {
  static var path: String {
    let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: link).deletingLastPathComponent().appendingPathComponent("srel-repl").path
  }

  /// Starts the program and waits for its end.
  static func run(_ arguments: [String], input: String? = nil, environment: [String: String] = [:]) throws
    -> Outcome
  {
    let input = input.map { Array($0.utf8) }
    return try BatchProcess([path] + arguments, input: input, environment: environment).outcome()
  }
}

/// A script in a folder of its own.
final class Script {
  let folder: TemporaryFolder
  let path: String

  init(_ text: String, name: String = "s.srel") throws {
    folder = try TemporaryFolder()
    path = try folder.write(text, as: name)
  }

  /// Where a run of the script leaves its report.
  var report: String { String(path.dropLast(5)) + ".out/report.html" }
}
