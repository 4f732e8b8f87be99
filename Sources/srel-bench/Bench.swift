import ArgumentParser
import Foundation
import Kernels

/// Times the engine's pieces of work, as a table and as JSON, and sets them beside another program's times.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "srel-bench",
    abstract: "Time the engine and compare it with the machine's limits and with PyTorch.",
    discussion: """
      Without options every piece of work runs and a table is printed: medians, rates, and what part of the machine's \
      measured peak they are. scripts/bench runs this beside PyTorch.
      """)

  @Option(help: "Threads to use.")
  var threads = Workers.all.count

  @Option(help: "Repeats of each piece of work; the median counts.")
  var repeats = 5

  @Option(help: "Run only the pieces of work whose name contains this text.")
  var only: String?

  @Option(help: "Write the results as JSON to this file; - for stdout in place of the table.")
  var json: String?

  @Option(
    help: ArgumentHelp(
      "A JSON file of another program's seconds under the same names: print ratios beside the targets. May be given several times.",
      valueName: "file"))
  var against: [String] = []

  @Option(
    help: ArgumentHelp(
      "JSON files that --json wrote, one for each --against: their pairs are compared and nothing is timed.",
      valueName: "file"))
  var results: [String] = []

  @Option(
    help: ArgumentHelp(
      "Measure the cost over threads, probes, width and pixels beside its lower bound, and write it as CSV.",
      valueName: "file"))
  var scaling: String?

  mutating func validate() throws {
    guard threads > 0 else { throw ValidationError("--threads must be at least 1, not \(threads)") }
    guard repeats > 0 else { throw ValidationError("--repeats must be at least 1, not \(repeats)") }
    guard results.isEmpty || results.count == against.count else {
      throw ValidationError(
        "\(results.count) files of --results for \(against.count) of --against: give as many of both")
    }
  }

  func run() throws {
    let others = try against.map(Results.init(reading:))
    if !results.isEmpty {
      print(Comparison(ours: try results.map(Results.init(reading:)), others: others).text)
      return
    }
    if let scaling {
      try Scaling(repeats: repeats, threads: threads).write(to: scaling)
      return
    }
    let isQuiet = json == "-"
    // Programs come first: the kernel counts the memory of the one that starts a child as the child's.
    let programs = try ProgramCost.all.filter { isWanted($0.name) }.compactMap { program in
      try program.median(of: repeats, threads: threads).map { (program, $0) }
    }
    var found = Results(machine: Machine(threads: threads), threads: threads)
    if !isQuiet { print(found.heading) }
    for (program, cost) in programs {
      found.add(program, cost)
      if !isQuiet { print(found.row(of: program, cost)) }
    }
    for work in Workload.all(workers: Workers(count: threads)) where isWanted(work.name) {
      found.add(work, seconds: try work.median(of: repeats))
      if !isQuiet { print(found.row(of: work)) }
    }
    if let json {
      let text = try found.json
      if isQuiet { print(text) } else { try text.write(toFile: json, atomically: true, encoding: .utf8) }
    }
    if !others.isEmpty, !isQuiet { print(Comparison(ours: [found], others: others).text) }
  }

  private func isWanted(_ name: String) -> Bool { only.map { name.contains($0) } ?? true }
}
