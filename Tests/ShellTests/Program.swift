import Foundation

/// What one start of the program gave.
struct Outcome {
  var code: Int32
  var output: String
  var errors: String
}

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
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    let folder = try temporaryFolder()
    let (output, errors) = (folder + "/output", folder + "/errors")
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    if let input {
      try input.write(toFile: folder + "/input", atomically: true, encoding: .utf8)
      process.standardInput = FileHandle(forReadingAtPath: folder + "/input")
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// A script in a folder of its own.
  static func script(_ text: String, name: String = "s.srel") throws -> String {
    let path = try temporaryFolder() + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  static func temporaryFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("srel-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path
  }
}
