import ArgumentParser
import Foundation
import Kernels

/// Times the engine's main pieces of work and prints them as JSON, or as ratios to another program's times.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "srel-bench",
    abstract: "Time the engine: medians in seconds as JSON, or ratios to another program's times.")

  @Option(help: "Threads to use.")
  var threads = Workers.all.count

  @Option(help: "Repeats of each piece of work; the median counts.")
  var repeats = 5

  @Option(help: "A JSON file of seconds under the same names; prints a table with the ratios.")
  var against: String?

  @Option(help: "Run only the pieces of work whose name contains this text.")
  var only: String?

  mutating func validate() throws {
    guard threads > 0 else { throw ValidationError("--threads must be at least 1, not \(threads)") }
    guard repeats > 0 else { throw ValidationError("--repeats must be at least 1, not \(repeats)") }
  }

  func run() throws {
    let other = try against.map(Bench.seconds)
    let results = try Workload.all(workers: Workers(count: threads))
      .filter { work in only.map { work.name.contains($0) } ?? true }
      .map { work in (work: work, seconds: try median(of: work)) }
    if let other {
      for (work, seconds) in results { print(row(work.name, seconds, other[work.name])) }
      return
    }
    var report: [String: Double] = Dictionary(
      uniqueKeysWithValues: results.map { ($0.work.name, $0.seconds) })
    report["threads"] = Double(threads)
    for (work, seconds) in results where work.multiplyAdds > 0 {
      report[work.name.dropLast(2) + "_gflops"] = 2 * Double(work.multiplyAdds) / seconds / 1e9
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }

  private func row(_ name: String, _ seconds: Double, _ other: Double?) -> String {
    let padded = name.padding(toLength: 34, withPad: " ", startingAt: 0)
    guard let other else { return padded + String(format: "%11.6f s", seconds) }
    return padded
      + String(format: "%11.6f s   other %11.6f s   %6.2f times faster", seconds, other, other / seconds)
  }

  /// One warm-up, then the median of the repeats.
  private func median(of work: Workload) throws -> Double {
    try work.run()
    var times: [Double] = []
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      try work.run()
      times.append((ContinuousClock.now - start) / .seconds(1) / Double(work.rounds))
    }
    return times.sorted()[times.count / 2]
  }

  private static func seconds(_ path: String) throws -> [String: Double] {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
    guard let numbers = object as? [String: Any] else {
      throw ValidationError("\(path) is not a JSON object of seconds")
    }
    return numbers.compactMapValues { $0 as? Double }
  }
}
