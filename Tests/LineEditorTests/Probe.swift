import Foundation
import LineEditor
import ProgramSupport

/// The small program that reads lines with the editor and prints them.
enum Probe {
  /// Beside the program that runs the tests.
  static let path: String = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("line-editor-probe").path
  }()

  /// Whether a library edits lines in this build.
  static let edits = LineEditor.library.name != "none"
  static let isReadline = LineEditor.library.name == "GNU readline"

  /// The probe at its first prompt.
  static func start(_ environment: [String: String] = [:], columns: UInt16 = 80) throws -> PseudoTerminal {
    let terminal = try PseudoTerminal([path], environment: environment, columns: columns)
    try terminal.expect("probe> ")
    return terminal
  }

  /// Runs the probe on files instead of a terminal.
  static func run(input: [UInt8]) throws -> Outcome { try BatchProcess([path], input: input).outcome() }
}
