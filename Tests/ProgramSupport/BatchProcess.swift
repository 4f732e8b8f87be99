import Glibc
import TestSupport

/// What one run of a program gave.
public struct Outcome: Sendable {
  public var code: Int32
  public var output: String
  public var errors: String
}

/// A program that reads from a file and writes to files, as in a script or a pipe.
public final class BatchProcess {
  private let folder: TemporaryFolder
  private let process: ChildProcess
  private let output: String

  /// - Parameters:
  ///   - input: what it reads; nil for nothing.
  ///   - output: where its results go; nil for a file of its own.
  public init(
    _ command: [String], input: [UInt8]? = nil, output: String? = nil, environment: [String: String] = [:]
  ) throws {
    let folder = try TemporaryFolder()
    let results = output ?? folder.file("output")
    if let input { _ = try folder.write(input, as: "input") }
    process = try ChildProcess(command, environment: environment) {
      if input != nil { posix_spawn_file_actions_addopen(&$0, 0, folder.file("input"), O_RDONLY, 0) }
      posix_spawn_file_actions_addopen(&$0, 1, results, O_WRONLY | O_CREAT, 0o600)
      posix_spawn_file_actions_addopen(&$0, 2, folder.file("errors"), O_WRONLY | O_CREAT, 0o600)
    }
    self.folder = folder
    self.output = output == nil ? results : ""
  }

  public func signal(_ number: Int32) { process.signal(number) }

  /// Waits until the program has said something on stderr.
  public func waitForErrors(containing text: String) throws {
    let start = now()
    while try !folder.text("errors").contains(text) {
      if now() - start > ChildProcess.patience {
        throw ChildProcess.Failure(description: "expected \(text), saw \(try folder.text("errors"))")
      }
      usleep(5000)
    }
  }

  /// Waits for the end; gives the most memory that the program held at the same time, in bytes.
  public func peakMemory() throws -> Int {
    var peak = 0
    _ = try process.ending {
      peak = max(peak, process.peakMemory)
      usleep(500)
    }
    return peak
  }

  /// Waits for the end.
  public func outcome() throws -> Outcome {
    let code = try process.ending().code
    return Outcome(
      code: code, output: output.isEmpty ? "" : try folder.text("output"), errors: try folder.text("errors"))
  }
}
