import Foundation
import Glibc

/// What a whole program costs from its start to its end: seconds and the most memory it held.
struct ProgramCost: Sendable {
  /// Its key in the results, without a unit.
  var name: String
  /// The program beside this one, and its arguments for a number of threads.
  var command: @Sendable (Int) -> [String]

  static let all = [
    ProgramCost(name: "start_up") { _ in ["srel-repl", "-e", "1 + 1"] },
    // The first row of the table once more, alone in its process.
    ProgramCost(name: "measurement_process") {
      ["srel-bench", "--only", "measurement_shared_s", "--repeats", "1", "--threads", "\($0)", "--json", "-"]
    },
  ]

  /// Medians over some runs after one to warm the disk's cache; nil where the program is not built.
  func median(of repeats: Int, threads: Int) throws -> (seconds: Double, megabytes: Double)? {
    var command = command(threads)
    guard let folder = Bundle.main.executableURL?.deletingLastPathComponent() else { return nil }
    command[0] = folder.appendingPathComponent(command[0]).path
    guard FileManager.default.isExecutableFile(atPath: command[0]) else { return nil }
    _ = try ProgramCost.run(command)
    let costs = try (0..<repeats).map { _ in try ProgramCost.run(command) }
    return (srel_bench.median(costs.map(\.seconds)), srel_bench.median(costs.map(\.megabytes)))
  }

  /// Runs a program with its output thrown away; the kernel tells the memory of this one child.
  private static func run(_ command: [String]) throws -> (seconds: Double, megabytes: Double) {
    var usage = rusage()
    var status: Int32 = 0
    var failure: Int32 = 0
    let time = seconds {
      var actions = unsafe posix_spawn_file_actions_t()
      unsafe posix_spawn_file_actions_init(&actions)
      defer { unsafe posix_spawn_file_actions_destroy(&actions) }
      unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
      // Copies of the arguments live until they are freed below, after the child has its own.
      let arguments = unsafe command.map { unsafe strdup($0) } + [nil]
      let variables = unsafe ProcessInfo.processInfo.environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
      defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
      var child: pid_t = 0
      failure = unsafe posix_spawn(&child, command[0], &actions, nil, arguments, variables)
      if failure == 0 { unsafe wait4(child, &status, 0, &usage) }
    }
    guard failure == 0, status == 0 else {
      throw CocoaError(
        .executableLoad,
        userInfo: [NSLocalizedDescriptionKey: "\(command.joined(separator: " ")) ended with status \(status)"]
      )
    }
    return (time, Double(usage.ru_maxrss) * 1024 / 1e6)
  }
}
