import Elasticity
import Foundation
import Kernels
import Random
import Tables
import Testing

/// Simulated curves with the truth known (`uncertainty.md` §2.2 to 2.4). `scripts/check-phases` runs all
/// cells with as many curves as it is told and prints what was seen; without it a few cells run with few
/// curves.
@Suite struct PhaseSimulationTests {
  /// Curves a cell, nil for the few of everyday.
  private static let full = ProcessInfo.processInfo.environment["SREL_PHASES"].flatMap { Int($0) }
  private static let seed = Seed(20_261)

  private static func places(_ count: Int) -> [Double] {
    (0..<count).map { 4 * Double($0) / Double(count - 1) }
  }

  private static func say(_ line: String) {
    if full != nil { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
  }

  /// The rows of `phases` for so many curves, or groups of runs, of one scenario.
  private static func phases(
    _ scenario: PhaseScenario, _ x: [Double], _ size: String, curves: Int, runs: Int = 1, spread: Double = 0
  ) throws -> Table {
    let stream = RandomStream(seed, .data, object: "\(scenario.name) \(size) \(runs) \(spread)")
    var table = Table(columns: [("case", .key), ("seed", .replicate), ("time", .axis), ("value", .value)])
    for curve in 0..<curves {
      for run in 0..<runs {
        let draw = curve * runs + run
        let shift = spread == 0 ? 0 : spread * stream.normal(at: UInt64(draw))
        var shifted = scenario
        shifted.truth = { scenario.truth($0 - shift) }
        let values = shifted.values(x, stream, draw: draw)
        for (place, value) in zip(x, values) {
          try table.append([
            .number(Double(curve)), .number(Double(run)), .number(pow(10, place)), .number(value),
          ])
        }
      }
    }
    return try Phases.table(table, Phases.Columns(by: ["case"]), seed: Seed(7), workers: .all)
  }

  /// How many have each outcome, as a text and by name.
  private static func count(_ table: Table) throws -> [PhaseOutcome: Int] {
    var counts: [PhaseOutcome: Int] = [:]
    for row in 0..<table.rowCount {
      let outcome = PhaseOutcome.allCases.first { (try? table.cell(row, "outcome")) == .text($0.rawValue) }
      counts[try #require(outcome), default: 0] += 1
    }
    return counts
  }

  private static func judge(
    _ scenario: PhaseScenario, _ x: [Double], _ size: String, curves: Int
  ) throws {
    let table = try phases(scenario, x, size, curves: curves)
    let counts = try count(table)
    let (settling, all) = (counts[.settles] ?? 0, Double(curves))
    let significant = try table.numbers(in: "p").count { $0 < 0.05 }
    func share(_ outcome: PhaseOutcome) -> String { (Double(counts[outcome] ?? 0) / all).significant(3) }
    var line = "\(size) | \(scenario.name) | settles \(scenario.asked.text) | \(share(.settles))"
    line += " | still changing \(share(.changing)) | cannot be told \(share(.unclear)) | p < .05 "
    line += (Double(significant) / all).significant(3)
    if let onset = scenario.onset {
      let errors = try table.numbers(in: "onset").filter(\.isFinite).map { log10($0) - onset }
      line += " | bias \((Statistics.mean(errors) ?? .nan).significant(2))"
      line += ", sd \((Statistics.standardDeviation(errors) ?? .nan).significant(2))"
    }
    say(line + (scenario.asked.allows(settling, of: curves) ? "" : " | FAILS"))
    #expect(scenario.asked.allows(settling, of: curves), "\(line)")
  }

  @Test func stationaryAndGrowingCurvesDoNotSettle() throws {
    for size in Self.full == nil ? [41] : [21, 41, 81] {
      var scenarios = PhaseScenario.falseOnsets(size)
      if Self.full == nil { scenarios = scenarios.enumerated().filter { $0.offset % 4 == 1 }.map(\.element) }
      for scenario in scenarios {
        try Self.judge(scenario, Self.places(size), "\(size)", curves: Self.full ?? 60)
      }
    }
  }

  @Test func aKnownDropIsFound() throws {
    for size in Self.full == nil ? [41] : [21, 41, 81] {
      var scenarios = PhaseScenario.power(size)
      if Self.full == nil { scenarios = [scenarios[2], scenarios[6], scenarios[11]] }
      for scenario in scenarios {
        try Self.judge(scenario, Self.places(size), "\(size)", curves: Self.full ?? 40)
      }
    }
  }

  @Test func otherSpacingsDoNotSettleEither() throws {
    for (name, times) in PhaseScenario.spacings {
      for rho in Self.full == nil ? [0.6] : [0, 0.6, 0.8] {
        let scenario = PhaseScenario(
          name: "AR(1) ρ \(rho), sd .3", noise: .init(0.3, rho: rho), asked: .atMost(0.05))
        try Self.judge(scenario, times.map { log10($0) }, name, curves: Self.full ?? 40)
      }
      let x = times.map { log10($0) }
      let onset = x[0] + 0.6 * (x[x.count - 1] - x[0])
      let scenario = PhaseScenario(
        name: "falls by 3, noise .02", truth: PhaseScenario.drop(over: onset - x[0], to: onset),
        noise: .init(0.02),
        asked: .nothing, onset: onset)
      try Self.judge(scenario, x, name, curves: Self.full ?? 10)
    }
  }

  /// Off the grid of joints.
  private static let onset = 1.825

  /// (runs, noise, spread of t* in decades, ρ).
  private static let samples: [(Int, Double, Double, Double)] = [
    (3, 0.05, 0, 0), (3, 0.05, 0.15, 0), (3, 0.1, 0.15, 0.3), (5, 0.01, 0, 0), (5, 0.05, 0.15, 0),
    (5, 0.1, 0.15, 0.3), (10, 0.05, 0.15, 0), (10, 0.1, 0.15, 0.3), (20, 0.05, 0.15, 0), (20, 0.2, 0.15, 0.3),
    (1, 0.01, 0, 0), (1, 0.05, 0, 0), (1, 0.05, 0, 0.3), (1, 0.1, 0, 0), (1, 0.1, 0, 0.3),
  ]

  @Test func theIntervalHoldsTheOnset() throws {
    for size in Self.full == nil ? [41] : [21, 41] {
      for (runs, noise, spread, rho) in Self.full == nil ? [Self.samples[2], Self.samples[11]] : Self.samples
      {
        let scenario = PhaseScenario(
          name: "falls by 3, noise \(noise), ρ \(rho)", truth: PhaseScenario.drop(to: Self.onset),
          noise: .init(noise, rho: rho), asked: .atLeast(0.9))
        let curves = Self.full ?? 50
        let table = try Self.phases(
          scenario, Self.places(size), "\(size) interval", curves: curves, runs: runs, spread: spread)
        let outcomes = try table.column(named: "outcome").cells.map { $0 == .text("settles") }
        let (lows, highs) = (try table.numbers(in: "low"), try table.numbers(in: "high"))
        let onsets = try table.numbers(in: "onset")
        let settling = outcomes.indices.filter { outcomes[$0] }
        let truth = pow(10, Self.onset)
        let covering = settling.count { lows[$0] <= truth && truth <= highs[$0] }
        let widths = settling.map { log10(highs[$0] / lows[$0]) }
        #expect(widths.allSatisfy { $0 > 0 })
        #expect(settling.allSatisfy { lows[$0] <= onsets[$0] && onsets[$0] <= highs[$0] })
        let isRight = scenario.asked.allows(covering, of: settling.count)
        let line =
          "\(size) | \(runs) runs, \(scenario.name), spread \(spread) | covered \(scenario.asked.text) | "
          + (Double(covering) / Double(max(settling.count, 1))).significant(3)
          + " of \(settling.count) | median width \((Statistics.median(widths) ?? .nan).significant(2)), least "
          + (widths.min() ?? .nan).significant(2)
        Self.say(line + (isRight ? "" : " | FAILS"))
        #expect(isRight, "\(line)")
      }
    }
  }
}
