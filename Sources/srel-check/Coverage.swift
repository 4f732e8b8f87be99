import ArgumentParser
import Elasticity
import Random
import Simulation

struct Intervals: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Coverage of every interval: 12 scenarios, 2 and 3 classes, samples shared and apart.",
    discussion: "Asked: .92 to .98 from 8 samples a class. 50 a class take 3 tables for each 10.")

  @OptionGroup var common: Common

  @Option(help: "Samples a class.")
  var sizes: [Int] = [8, 20, 50]

  @Option(help: "Numbers of classes.")
  var classes: [Int] = [2, 3]

  @Flag(help: "One line for each cell.")
  var verbose = false

  func run() throws {
    var failures: [String] = []
    var count = 0
    for size in sizes {
      for number in classes {
        var report = CoverageReport()
        for scenario in PairScenario.all {
          for isShared in [true, false] {
            let cell = CoverageCell(
              scenario, sizes: [Int](repeating: size, count: number), isShared: isShared)
            let seen = cell.seen(
              tables: size < 50 ? common.tables : max(common.tables * 3 / 10, 1), seed: Seed(common.seed),
              workers: common.workers)
            report.add(cell, seen)
            if verbose { cell.printLines(seen) }
          }
        }
        print("\(size) samples a class, \(number) classes\n\(report.text)")
        failures += report.failures
        count += report.cells
      }
    }
    try summarize(failures, count)
  }
}

struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Coverage over 3, 5 and 10 runs, at the same points and at new ones.",
    discussion:
      "8 samples a class; run effects of sd 0, .2 and .5 with a gap between same and other of half of that.")

  @OptionGroup var common: Common

  @Flag(help: "One line for each cell.")
  var verbose = false

  func run() throws {
    var failures: [String] = []
    var count = 0
    for kind in [PairEstimates.Runs.samePoints, .newPoints] {
      for runs in [3, 5, 10] {
        var report = CoverageReport()
        for scenario in PairScenario.all where ["both", "both-", "logits", "kl"].contains(scenario.name) {
          for sd in [0, 0.2, 0.5] {
            let cell = CoverageCell(
              scenario, sizes: [8, 8, 8], isShared: true,
              runs: (runs, PairScenario.RunEffects(sd: sd), kind))
            let seen = cell.seen(tables: common.tables, seed: Seed(common.seed), workers: common.workers)
            report.add(cell, seen)
            if verbose { cell.printLines(seen) }
          }
        }
        print("\(runs) runs, \(kind == .samePoints ? "same" : "new") points\n\(report.text)")
        failures += report.failures
        count += report.cells
      }
    }
    try summarize(failures, count)
  }
}

struct Gaps: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Coverage with unequal classes, dropped sources and dropped pairs.")

  @OptionGroup var common: Common

  @Flag(help: "One line for each cell.")
  var verbose = false

  func run() throws {
    let settings: [([Int], PairScenario.Gaps)] = [
      ([8, 12, 20], PairScenario.Gaps()), ([10, 10, 10], PairScenario.Gaps(sources: 0.2)),
      ([10, 10, 10], PairScenario.Gaps(pairs: 0.15)),
      ([8, 12, 20], PairScenario.Gaps(sources: 0.2, pairs: 0.1)),
    ]
    var failures: [String] = []
    var count = 0
    for (sizes, gaps) in settings {
      var report = CoverageReport()
      var name = ""
      for scenario in PairScenario.all {
        for isShared in [true, false] {
          let cell = CoverageCell(scenario, sizes: sizes, isShared: isShared, gaps: gaps)
          let seen = cell.seen(tables: common.tables, seed: Seed(common.seed), workers: common.workers)
          report.add(cell, seen)
          if verbose { cell.printLines(seen) }
          name = cell.name
        }
      }
      print("like \(name)\n\(report.text)")
      failures += report.failures
      count += report.cells
    }
    try summarize(failures, count)
  }
}

struct Tails: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Coverage where sample effects are not normal in the logarithm: what means cannot hold.",
    discussion: "Only geomean, median, ratio and lantk are asked to hold here.")

  @OptionGroup var common: Common

  func run() throws {
    let tails: [(PairScenario.Tail, Double)] = [
      (.right, 0.4), (.right, 0.6), (.left, 0.5), (.left, 1.2), (.contaminated, 0.5), (.contaminated, 1),
    ]
    var failures: [String] = []
    var count = 0
    for (tail, sd) in tails {
      var report = CoverageReport()
      for size in [8, 20] {
        for isShared in [true, false] {
          let scenario = PairScenario(
            name: "\(tail.rawValue) \(sd)", source: sd, probe: sd, pair: 0.3, tail: tail)
          let cell = CoverageCell(scenario, sizes: [size, size, size], isShared: isShared)
          let seen = cell.seen(tables: common.tables, seed: Seed(common.seed), workers: common.workers)
          report.add(cell, seen) { $0.isAskedOfTails }
          count += seen.count { $0.statistic.isAskedOfTails }
        }
      }
      print("\(tail.rawValue), sd \(sd)\n\(report.text)")
      failures += report.failures
    }
    try summarize(failures, count)
  }
}

extension PairStatistic {
  /// Whether the number does not hang on the tail of the samples.
  fileprivate var isAskedOfTails: Bool {
    switch self {
    case .average(let average, _): average == .geomean || average == .median
    case .locality(let locality): locality != .difference
    }
  }
}

extension CoverageCell {
  func printLines(_ seen: [Seen]) {
    for entry in seen {
      print(
        "\(name.padded(60)) \(entry.statistic.name.padded(22)) \(entry.share.text) of \(entry.given)/\(entry.tables), length \(entry.length.text)"
      )
    }
  }
}

/// - Throws: the exit code 1 where a cell fails.
func summarize(_ failures: [String], _ count: Int) throws {
  print("\(failures.count) of \(count) cells fail")
  for failure in failures { print("  \(failure)") }
  if !failures.isEmpty { throw ExitCode.failure }
}
