import Elasticity
import Kernels
import Random
import Tables

/// Whether the sizes that pilots plan give intervals of the wanted width.
public struct PlanCell: Sendable {
  public var scenario: PairScenario
  public var number: Locality
  public var width: Double
  public var perClass = 10
  public var classes = 2
  /// Runs of the pilot and of what is planned, at the same samples.
  public var runs: (pilot: Int, planned: Int, effects: PairScenario.RunEffects)?

  public init(
    scenario: PairScenario, number: Locality, width: Double, perClass: Int = 10, classes: Int = 2,
    runs: (pilot: Int, planned: Int, effects: PairScenario.RunEffects)? = nil
  ) {
    (self.scenario, self.number, self.width) = (scenario, number, width)
    (self.perClass, self.classes, self.runs) = (perClass, classes, runs)
  }

  /// The median over pilots of the planned samples of a class, and of the median width of tables of that size over the wanted
  /// one; nil if most pilots find no size.
  public func seen(
    pilots: Int, tables: Int, seed: Seed, workers: Workers
  ) -> (samples: Double, achieved: Double, planned: Int)? {
    let stream = RandomStream(seed, .data, object: "plan \(scenario.name) \(number.rawValue)")
    var found = [(samples: Double, achieved: Double)?](repeating: nil, count: pilots)
    workers.forEach(of: &found) { pilot, result in
      var generator = stream.generator(UInt64(pilot))
      let first = PairEstimates(matrices(perClass, runs?.pilot ?? 1, &generator))
      guard let size = first.plannedSamples(number, width: width, runs: runs?.planned ?? 1), size <= 400
      else { return }
      let widths = (0..<tables).compactMap { _ -> Double? in
        let estimate = PairEstimates(matrices(size, runs?.planned ?? 1, &generator)).locality(number)
        guard let low = estimate.low, let high = estimate.high, let value = estimate.value else { return nil }
        return (high - low) / ([.auc, .lantk].contains(number) ? 1 : value)
      }
      if let middle = Statistics.median(widths) { result = (Double(size), middle / width) }
    }
    let known = found.compactMap(\.self)
    guard 2 * known.count > pilots, let samples = Statistics.median(known.map(\.samples)),
      let achieved = Statistics.median(known.map(\.achieved))
    else { return nil }
    return (samples, achieved, known.count)
  }

  private func matrices(_ size: Int, _ count: Int, _ generator: inout CounterGenerator) -> [PairMatrix] {
    let table = scenario.table([Int](repeating: size, count: classes), isShared: true, using: &generator)
    guard let runs else { return [table] }
    return (0..<count).map { _ in PairScenario.run(table, runs.effects, using: &generator) }
  }
}
