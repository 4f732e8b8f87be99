import ArgumentParser
import Elasticity
import Kernels
import Random
import Simulation

/// Holds the statistics of the product against laws whose truth is known.
@main
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "srel-check",
    abstract:
      "Simulate tables of S whose averages are known, and count how often intervals and tests are right.",
    subcommands: [
      Intervals.self, Runs.self, Gaps.self, Tails.self, Shuffles.self, Permutations.self, Plans.self,
      Cost.self,
    ])
}

/// Options of all parts.
struct Common: ParsableArguments {
  @Option(help: "Threads to use.")
  var threads = Workers.all.count

  @Option(help: "The seed of the simulations.")
  var seed: UInt64 = 2026

  @Option(help: "Tables a cell.")
  var tables = 1000

  var workers: Workers { Workers(count: max(threads, 1)) }

  func validate() throws {
    guard threads > 0 else { throw ValidationError("--threads must be at least 1, not \(threads)") }
    guard tables > 0 else { throw ValidationError("--tables must be at least 1, not \(tables)") }
  }
}

/// The lowest and highest share of each number in a group of cells, and the cells that fail.
struct CoverageReport {
  private var rows: [(statistic: PairStatistic, low: Double, high: Double, given: Double, count: Int)] = []
  private(set) var failures: [String] = []
  private(set) var cells = 0

  /// - Parameter isJudged: of which numbers a failure counts.
  mutating func add(
    _ cell: CoverageCell, _ seen: [CoverageCell.Seen], isJudged: (PairStatistic) -> Bool = { _ in true }
  ) {
    for entry in seen {
      cells += 1
      if isJudged(entry.statistic), let failure = cell.failure(of: entry) {
        failures.append(
          "\(cell.name): \(entry.statistic.name) \(entry.share.text) of \(entry.given) intervals, \(failure)")
      }
      guard entry.given > 0 else { continue }
      let given = Double(entry.given) / Double(entry.tables)
      if let place = rows.firstIndex(where: { $0.statistic == entry.statistic }) {
        rows[place].low = min(rows[place].low, entry.share)
        rows[place].high = max(rows[place].high, entry.share)
        rows[place].given = min(rows[place].given, given)
        rows[place].count += 1
      } else {
        rows.append((entry.statistic, entry.share, entry.share, given, 1))
      }
    }
  }

  /// `geomean same  .941–.966 in 24 cells (given in 1.00 of the tables or more)`
  var text: String {
    let lines = rows.map { row in
      "  \(row.statistic.name.padded(24)) \(row.low.text)-\(row.high.text) in \(row.count) cells, given in \(row.given.text) or more"
    }
    return lines.joined(separator: "\n")
  }
}

extension Double {
  /// `.941`
  var text: String {
    guard isFinite else { return "-" }
    let thousandths = Int((self * 1000).rounded())
    let digits = String(abs(thousandths) % 1000)
    return "\(self < 0 ? "-" : "")\(abs(thousandths) / 1000)."
      + String(repeating: "0", count: 3 - digits.count) + digits
  }
}

extension String {
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
