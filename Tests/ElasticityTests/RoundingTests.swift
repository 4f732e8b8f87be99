import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tables
import Tensor
import TestSupport
import Testing
import Training

/// What rounding leaves of D: estimated from what was computed, and pairs dropped by it.
@Suite struct RoundingTests {
  struct Case: Sendable, CustomStringConvertible {
    var z: [Double]
    var delta: [Double]
    var description: String { "z \(z), change \(delta)" }
  }

  static let cases = [
    Case(z: [0, 0, 0], delta: [1, -2, 0.5]), Case(z: [3, 1, 0, -1, 2], delta: [0.1, 0.2, -0.1, 0.05, -0.2]),
    Case(z: [4, 0, -3], delta: [-0.3, 0.2, 0.1]), Case(z: [0, -9, -14], delta: [0.4, -0.6, 1]),
    Case(z: [0.1, -0.7], delta: [1e-4, -1e-4]),
  ]

  /// The estimate against D of changes with noise added, noise from a thousandth of the change to ten times it.
  @Test(arguments: cases, [1e-3, 3e-2, 0.3, 3, 10])
  func theErrorOfADistanceIsThatOfSimulatedNoise(_ test: Case, _ size: Double) {
    let sigma = size * (test.delta.map(abs).max() ?? 0)
    let noise = RoundingNoise(change: sigma, contrast: sigma, old: 0)
    let stream = RandomStream(Seed(3), .shuffle, object: test.description)
    let draws = 2000
    let classes = test.delta.count
    let normals = stream.normals(0..<UInt64(draws * classes))
    let clean = PredictionChange(z: test.z, delta: test.delta, target: .label(0))
    for distance in Distance.allCases where !distance.isPublished {
      let d = distance.probe(clean)
      var squares = 0.0
      for draw in 0..<draws {
        let delta = (0..<classes).map { test.delta[$0] + sigma * normals[draw * classes + $0] }
        let error = distance.probe(PredictionChange(z: test.z, delta: delta, target: .label(0))) - d
        squares += error * error
      }
      let seen = (squares / Double(draws)).squareRoot()
      // From the clean change, so for noise that is small beside it; what is kept has an error of 1/20 of D.
      let estimate = distance.error(of: clean, noise)
      if seen < 0.1 * d {
        #expect(estimate < 1.6 * seen, "\(distance): \(estimate), seen \(seen)")
        #expect(estimate > seen / 1.5, "\(distance): \(estimate), seen \(seen)")
      }
      // A small change that is mostly noise is seen to be: from any noisy one the estimate is above the tolerance.
      if size >= 3, distance != .loss, distance != .margin {
        let noise = RoundingNoise(change: 1e-3 * sigma, contrast: 1e-3 * sigma, old: 0)
        var kept = 0
        for draw in 0..<200 {
          let delta = (0..<classes).map {
            1e-3 * (test.delta[$0] + sigma * normals[draw * classes + $0])
          }
          let noisy = PredictionChange(z: test.z, delta: delta, target: .label(0))
          if distance.error(of: noisy, noise) < RatioRow.tolerance * distance.probe(noisy) { kept += 1 }
        }
        #expect(kept == 0, "\(distance)")
      }
    }
  }

  /// Subtracted predictions against the `Double` oracle: what is kept is right, and most of what is right is kept.
  @Test(arguments: Subject.nets, [1e-4, 1e-5, 1e-6])
  func subtractionDropsWhatItLost(_ kind: Subject.Kind, _ learningRate: Double) throws {
    let subject = try kind()
    let distances: [Distance] = [.logits, .l2, .kl]
    let found = try subject.responses(
      update: .sgd(learningRate: learningRate), method: .subtraction, distances: distances)
    let exact = try subject.responses(
      update: .sgd(learningRate: learningRate), method: .difference, distances: distances)
    for distance in distances {
      let (rows, right) = (found.map { $0.row(distance) }, exact.map { $0.row(distance) })
      var (good, lost) = (0, 0)
      for (row, right) in zip(rows, right) where right.cause == nil {
        for probe in row.probe.indices {
          let s = abs(right.probe[probe]) / right.source
          let error = abs(abs(row.probe[probe]) / row.source - s) / s
          let isKept = row.cause == nil && !row.values[probe].isNaN
          if isKept { #expect(error < 0.25, "\(distance)") }
          good += error < 0.0125 && row.probe[probe] != 0 ? 1 : 0
          lost += error < 0.0125 && !isKept ? 1 : 0
        }
      }
      // By chance one in ten of the pairs with an error of 5 to 20 % is right.
      #expect(
        Double(lost) <= 0.1 * Double(good) + 0.1
          * Double(rows.reduce(0) { $0 + ($1.cause == nil ? $1.lostPairs : subject.points.count) }),
        "\(distance): \(lost) of \(good)")
    }
  }

  /// `auto` on a network that is subtracted drops nothing that differences give, however small the step.
  @Test(arguments: [1e-4, 1e-7, 1e-10])
  func automaticDropsNothingThatDifferencesGive(_ learningRate: Double) throws {
    let data = try Subject.clouds(perClass: 3)
    var run = try Run(
      Model(.mlp(widths: [1000, 1010])), on: data, optimizer: .adam(learningRate: 1e-3),
      options: TrainingOptions(batch: 9, seed: Seed(2)), workers: .all)
    for _ in 0..<5 { try run.advance(workers: .all) }
    let engine = ExactEngine(
      network: run.network, weights: run.weights, loss: .crossEntropy, workers: Workers(count: 2),
      trainer: Trainer(optimizer: .adam(learningRate: learningRate), state: run.state))
    for update in [UpdateRule.adamFresh(learningRate: learningRate), .trainer(learningRate: learningRate)] {
      #expect(engine.subtracts(update, .automatic))
      func rows(_ method: Elasticity.Method) throws -> [RatioRow] {
        try engine.responses(
          sources: data, probes: data, update: update, method: method, distances: [.kl]
        ).map { $0.row(.kl) }
      }
      let (automatic, exact) = (try rows(.automatic), try rows(.difference))
      for (found, right) in zip(automatic, exact) {
        #expect(found.cause == right.cause && found.lostPairs <= right.lostPairs)
        for (s, t) in zip(found.values, right.values) where !t.isNaN { #expect(abs(s - t) <= 0.2 * t) }
      }
    }
    #expect(!engine.subtracts(.sgd(learningRate: learningRate), .automatic))
    let sgd = ExactEngine(
      network: run.network, weights: run.weights, loss: .crossEntropy, workers: Workers(count: 1),
      trainer: Trainer(
        optimizer: .sgd(learningRate: 0.1),
        state: Optimizer.sgd(learningRate: 0.1).initialState(for: run.weights)))
    #expect(!sgd.subtracts(.trainer(learningRate: 0.1), .automatic))
  }

  /// The order of the updates changes no number and no line, with one thread and with two.
  @Test(arguments: [1, 2])
  func updatesLeaveNothingBehind(_ workers: Int) throws {
    let subject = try Subject.Kind.mlp()
    let all: [UpdateRule] = [
      .adamFresh(learningRate: 1e-4), .sgd(learningRate: 1e-3), .trainer(learningRate: 1e-2), .firstOrder,
      .restricted(.adamFresh(learningRate: 1e-4), only: "*.bias"),
    ]
    func measured(_ updates: [UpdateRule], _ method: Elasticity.Method = .automatic) throws -> Measurement {
      try subject.measurement(
        MeasurementOptions(updates: updates, distances: [.logits, .kl], method: method, keepsPairs: true),
        workers: workers)
    }
    let alone = try all.map { try measured([$0]) }
    for shift in all.indices {
      for reversed in [false, true] {
        let rotated = Array(all[shift...] + all[..<shift])
        let order = reversed ? rotated.reversed() : rotated
        let together = try measured(order)
        for (update, single) in zip(all, alone) {
          let place = try #require(order.firstIndex(of: update))
          #expect(together.summaries[place] == single.summaries[0], "\(update)")
        }
        func rows(_ table: Table) -> [[Cell]] { (0..<table.rowCount).map(table.row) }
        let expected = order.flatMap { update in
          rows(alone[all.firstIndex(of: update) ?? 0].averages)
        }
        #expect(rows(together.averages) == expected)
      }
    }
    // Only a fresh Adam step has small gradients, only the trainer a drift.
    for (update, single) in zip(all, alone) {
      let isFresh = if case .adamFresh = update.plain { true } else { false }
      #expect((single.summaries[0].smallGradients != nil) == isFresh)
      let isTrainer = if case .trainer = update { true } else { false }
      #expect((single.summaries[0].drift != nil) == isTrainer)
    }
  }
}
