import Foundation
import LineEditor

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
  static func run(input: Data) throws -> (output: String, errors: String, status: Int32) {
    let folder = try Folder()
    try input.write(to: folder.url.appendingPathComponent("in"))
    let process = try spawn([path], environment: [:]) {
      posix_spawn_file_actions_addopen(&$0, 0, folder.path("in"), O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&$0, 1, folder.path("out"), O_WRONLY | O_CREAT, 0o600)
      posix_spawn_file_actions_addopen(&$0, 2, folder.path("err"), O_WRONLY | O_CREAT, 0o600)
    }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return (try folder.text("out"), try folder.text("err"), status)
  }
}

/// A folder of a test's own, removed after it.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("line-editor-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
  }

  /// Writes a file and gives its path.
  func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    return path(name)
  }
}
