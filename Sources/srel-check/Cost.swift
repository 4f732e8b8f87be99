import ArgumentParser
import Elasticity
import Random
import Simulation

struct Cost: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Seconds of the statistics of one measurement: 60 points of 3 classes, 14 distances, one thread.")

  @OptionGroup var common: Common

  func run() throws {
    let scenario = PairScenario.all.first { $0.name == "both" } ?? PairScenario.all[0]
    var generator = RandomStream(Seed(common.seed), .data, object: "cost").generator()
    let matrices = (0..<14).map { _ in scenario.table([20, 20, 20], isShared: true, using: &generator) }
    let clock = ContinuousClock()
    let averages = clock.measure {
      for matrix in matrices {
        for block in 0..<9 {
          let estimates = PairEstimates([matrix.block(block / 3, block % 3)])
          for average in Average.allCases { _ = estimates.average(average) }
        }
      }
    }
    let localities = clock.measure {
      for matrix in matrices {
        let estimates = PairEstimates([matrix])
        for summary in Locality.allCases { _ = estimates.locality(summary) }
      }
    }
    let permutations = clock.measure {
      for matrix in matrices {
        _ = PermutationTest.pValues(
          [matrix], runs: .samePoints, stream: RandomStream(Seed(1), .permutation, object: "cost"))
      }
    }
    print("averages of \(matrices.count) distances: \(averages)")
    print("locality of \(matrices.count) distances: \(localities)")
    print("p of \(matrices.count) distances: \(permutations)")
  }
}
