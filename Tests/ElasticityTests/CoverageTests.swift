import Elasticity
import Kernels
import Random
import Simulation
import Testing

/// A reduced grid of `srel-check`: how often intervals hold the truth of tables that are drawn.
@Suite struct CoverageTests {
  private func failures(_ cell: CoverageCell, tables: Int) -> [String] {
    cell.seen(tables: tables, seed: Seed(11), workers: .all).compactMap { seen in
      cell.failure(of: seen).map { "\(seen.statistic.name): \(seen.covered) of \(seen.given) \($0)" }
    }
  }

  @Test(arguments: ["none", "both", "both-", "logits", "kl"], [true, false])
  func intervalsHoldWhatTheySay(_ name: String, _ isShared: Bool) throws {
    let scenario = try #require(PairScenario.all.first { $0.name == name })
    #expect(failures(CoverageCell(scenario, sizes: [8, 8, 8], isShared: isShared), tables: 300) == [])
  }

  @Test func intervalsHoldWithUnequalClassesAndGaps() throws {
    let scenario = try #require(PairScenario.all.first { $0.name == "both" })
    let cell = CoverageCell(
      scenario, sizes: [8, 12, 10], isShared: true, gaps: PairScenario.Gaps(sources: 0.2, pairs: 0.1))
    #expect(failures(cell, tables: 200) == [])
  }

  @Test(arguments: [PairEstimates.Runs.samePoints, .newPoints])
  func intervalsOverRunsHold(_ kind: PairEstimates.Runs) throws {
    let scenario = try #require(PairScenario.all.first { $0.name == "both" })
    for sd in [0, 0.5] {
      let cell = CoverageCell(
        scenario, sizes: [8, 8], isShared: true, runs: (3, PairScenario.RunEffects(sd: sd), kind))
      #expect(failures(cell, tables: 200) == [], "sd \(sd)")
    }
  }

  /// The count sees an interval that leaves something out: runs at the same points, as if each had its own.
  @Test func intervalsOverRunsAloneAreCaught() throws {
    let scenario = try #require(PairScenario.all.first { $0.name == "both" })
    let cell = CoverageCell(
      scenario, sizes: [8, 8], isShared: true, runs: (10, PairScenario.RunEffects(sd: 0), .newPoints))
    var generator = RandomStream(Seed(2), .data, object: "caught").generator()
    var held = 0
    for _ in 0..<100 {
      let table = scenario.table([8, 8], isShared: true, using: &generator)
      let runs = (0..<10).map { _ in
        PairScenario.run(table, PairScenario.RunEffects(sd: 0), using: &generator)
      }
      let found = PairEstimates(runs, runs: .newPoints).average(.geomean, .same)
      if let low = found.low, let high = found.high, low <= 0.6, 0.6 <= high { held += 1 }
    }
    #expect(held < 50)
    let seen = CoverageCell.Seen(statistic: .average(.geomean, .same), covered: held, given: 100)
    #expect(cell.failure(of: seen) == "below .92")
  }

  /// Two workers or one: the same counts.
  @Test func countsDoNotDependOnThreads() throws {
    let scenario = try #require(PairScenario.all.first)
    let cell = CoverageCell(scenario, sizes: [6, 6], isShared: true)
    let seen = [1, 2].map { threads in
      cell.seen(tables: 20, seed: Seed(1), workers: Workers(count: threads)).map { [$0.length, $0.share] }
    }
    #expect(seen[0] == seen[1])
  }

  /// The widths that a pilot plans for are those that tables of the planned size have, in the middle.
  @Test func plannedSizesGiveTheWantedWidth() throws {
    let scenario = try #require(PairScenario.all.first { $0.name == "both" })
    for number in [Locality.geomeanRatio, .geomeanSame, .auc] {
      let found = try #require(
        PlanCell(scenario: scenario, number: number, width: number == .geomeanSame ? 0.6 : 0.08).seen(
          pilots: 24, tables: 12, seed: Seed(3), workers: .all))
      #expect(found.achieved > 0.8 && found.achieved < 1.2, "\(number): \(found)")
    }
  }
}
