import ArgumentParser
import Elasticity
import Random
import Simulation

struct Plans: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Whether the sizes that a pilot plans give the wanted widths.",
    discussion:
      "Pilots of 10 samples a class; asked: a median width of .65 to 1.2 of the wanted one, or narrower with the fewest samples."
  )

  @OptionGroup var common: Common

  func run() throws {
    var failures: [String] = []
    var cells = 0
    let wanted: [(Locality, Double)] = [
      (.geomeanRatio, 0.1), (.geomeanSame, 0.5), (.ratio, 0.2), (.lantk, 0.06), (.auc, 0.1), (.same, 0.6),
    ]
    for scenario in PairScenario.all where ["both", "both-", "logits", "inter"].contains(scenario.name) {
      for (number, plain) in wanted {
        let width = scenario.name == "logits" ? plain / 3 : plain
        for runs in [nil, (5, 10, PairScenario.RunEffects(sd: 0.1))] {
          cells += 1
          let cell = PlanCell(scenario: scenario, number: number, width: width, runs: runs)
          let name =
            "\(scenario.name), \(number.rawValue) of width \(width.text), \(runs == nil ? "one run" : "10 runs from 5")"
          guard
            let seen = cell.seen(
              pilots: max(common.tables / 10, 1), tables: 10, seed: Seed(common.seed), workers: common.workers
            )
          else {
            print("\(name): no size is enough")
            continue
          }
          print("\(name): \(Int(seen.samples)) a class, width \(seen.achieved.text) of the wanted")
          let isLeast = Int(seen.samples) <= NoInterval.fewestSamples
          if seen.achieved > 1.2 || (seen.achieved < 0.65 && !isLeast) {
            failures.append("\(name): \(seen.achieved.text)")
          }
        }
      }
    }
    try summarize(failures, cells)
  }
}
