import Autodiff
import Datasets
import Kernels
import Network
import Random
import Tensor
import Testing
import Training

@Suite struct RunTests {
  struct Case: Sendable, CustomStringConvertible {
    var description: String
    var model: Model
    var onImages: Bool
    var batch: Int
  }

  /// Batches that are cut into one, two and four shards.
  static let cases = [
    Case(description: "MLP, 1 shard", model: Model(.mlp(widths: [8])), onImages: false, batch: 7),
    Case(description: "MLP, 2 shards", model: Model(.mlp(widths: [300, 300])), onImages: false, batch: 33),
    Case(description: "MLP, 4 shards", model: Model(.mlp(widths: [300, 300])), onImages: false, batch: 67),
    Case(description: "ResNet-18, 1 shard", model: Model(.resnet18(width: 8)), onImages: true, batch: 3),
    Case(description: "ResNet-18, 2 shards", model: Model(.resnet18(width: 8)), onImages: true, batch: 25),
    Case(description: "ResNet-18, 4 shards", model: Model(.resnet18(width: 8)), onImages: true, batch: 65),
  ]

  private func run(
    _ test: Case, seed: Seed = Seed(3), optimizer: Optimizer = .adam(learningRate: 1e-3, weightDecay: 1e-4),
    workers: Int = 2
  ) throws -> Run {
    try Run(
      test.model, on: test.onImages ? try Shoes.train.get() : try mixture(), optimizer: optimizer,
      options: TrainingOptions(batch: test.batch, seed: seed), workers: Workers(count: workers))
  }

  @Test(arguments: cases, [2, 3])
  func anyNumberOfWorkersGivesTheSameBits(_ test: Case, _ workers: Int) throws {
    var (one, many) = (try run(test, workers: 1), try run(test, workers: workers))
    for _ in 0..<6 {
      try one.advance(workers: Workers(count: 1))
      try many.advance(workers: Workers(count: workers))
    }
    #expect(one.weights == many.weights)
    #expect(one.state == many.state)
    #expect(one.history == many.history)
  }

  @Test(arguments: [cases[2], cases[4]])
  func theSameSeedGivesTheSameBits(_ test: Case) throws {
    var (one, again) = (try run(test), try run(test))
    for _ in 0..<5 {
      try one.advance(workers: .all)
      try again.advance(workers: .all)
    }
    #expect(one.weights == again.weights && one.state == again.state && one.history == again.history)
  }

  @Test(arguments: [cases[2], cases[4]])
  func buffersThatWereGivenBackChangeNoBit(_ test: Case) throws {
    var (one, lean) = (try run(test), try run(test))
    for _ in 0..<4 {
      try one.advance(workers: .all)
      try lean.advance(workers: .all)
      lean.releaseBuffers()
    }
    #expect(one.weights == lean.weights && one.state == lean.state && one.history == lean.history)
  }

  @Test func threeSeedsGiveThreeRuns() throws {
    let runs = try (1...3).map { seed in
      var run = try run(Self.cases[0], seed: Seed(UInt64(seed)))
      for _ in 0..<5 { try run.advance(workers: .all) }
      return run
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
      #expect(zip(runs[a].weights, runs[b].weights).allSatisfy { $0 != $1 })
      #expect(zip(runs[a].history, runs[b].history).allSatisfy { $0.loss != $1.loss })
    }
  }

  /// seed=(init=3, order=9): the same start, another order of samples.
  @Test func streamsCanBeSeededApart() throws {
    let plain = try run(Self.cases[0])
    var otherOrder = try run(Self.cases[0], seed: Seed(3, overrides: [.order: 9]))
    let otherInit = try run(Self.cases[0], seed: Seed(3, overrides: [.initialization: 9]))
    #expect(plain.weights == otherOrder.weights && plain.weights != otherInit.weights)
    #expect(expectedRows(plain) == expectedRows(otherInit) && expectedRows(plain) != expectedRows(otherOrder))
    var advanced = plain
    try advanced.advance(workers: .all)
    try otherOrder.advance(workers: .all)
    #expect(advanced.weights != otherOrder.weights)
  }

  @Test func aCopyIsASnapshot() throws {
    var run = try run(Self.cases[2])
    for _ in 0..<3 { try run.advance(workers: .all) }
    var copy = run
    let (weights, state) = (run.weights, run.state)
    for _ in 0..<3 { try copy.advance(workers: .all) }
    #expect(run.weights == weights && run.state == state && run.step == 3 && copy.step == 6)
    for _ in 0..<3 { try run.advance(workers: .all) }
    #expect(run.weights == copy.weights && run.history == copy.history)
  }

  /// A learning rate that sends the weights to infinity: the step is named, the weights before it are kept.
  @Test(arguments: [
    Optimizer.sgd(learningRate: 1e30), .sgd(learningRate: 1e20, momentum: 0.9), .adam(learningRate: 1e37),
  ])
  func divergenceStopsAndNamesTheStep(_ optimizer: Optimizer) throws {
    var run = try run(Self.cases[0], optimizer: optimizer)
    var stopped: TrainingError?
    var (weights, state) = (run.weights, run.state)
    for _ in 0..<50 where stopped == nil {
      (weights, state) = (run.weights, run.state)
      do throws(TrainingError) { try run.advance(workers: .all) } catch { stopped = error }
    }
    guard case .diverged(let step, let loss)? = stopped else {
      Issue.record("no divergence: \(String(describing: stopped))")
      return
    }
    #expect(step >= 2 && step == run.step + 1 && !loss.isFinite)
    #expect(run.weights == weights && run.state == state && run.history.count == step - 1)
    #expect(run.history.allSatisfy { $0.loss.isFinite })
    let found = loss.isNaN ? "not a number" : "infinite"
    let sentence = "the loss at step \(step) is \(found): training stopped before that step"
    #expect(stopped?.description.hasPrefix(sentence) == true)
    #expect(throws: TrainingError.self, "it stays there") { try run.advance(workers: .all) }
    #expect(run.weights == weights && run.step == step - 1)
  }

  /// A single NaN in the data is found out at the batch that holds it.
  @Test func aNaNInTheDataStopsAtItsBatch() throws {
    var data = try mixture()
    data.samples[flat: 17 * 6] = .nan
    for model in [Model(.mlp(widths: [8])), Model(.linear)] {
      var run = try Run(
        model, on: data, optimizer: .sgd(learningRate: 0.1),
        options: TrainingOptions(batch: 10, seed: Seed(1)),
        workers: Workers(count: 1))
      while !expectedRows(run).contains(17) { try run.advance(workers: Workers(count: 1)) }
      #expect {
        try run.advance(workers: Workers(count: 1))
      } throws: { error in
        guard case .diverged(let step, let loss)? = error as? TrainingError else { return false }
        return step == run.step + 1 && loss.isNaN
      }
      #expect(run.weights.allSatisfy { $0.scalars.allSatisfy { $0.isFinite } })
    }
  }

  /// Through convolution, ReLU, max-pool and average-pool as well.
  @Test func aNaNPixelIsSeenThroughPooling() throws {
    var data = try Shoes.train.get().subset(rows: Array(0..<10))
    data.samples[flat: (4 * 32 * 32 + 17 * 32 + 18) * 3] = .nan
    for model in [Model(.resnet18(width: 4)), Model(.cnn(channels: [4, 4]))] {
      var run = try Run(
        model, on: data, optimizer: .sgd(learningRate: 0.1),
        options: TrainingOptions(batch: 10, seed: Seed(1)),
        workers: Workers(count: 1))
      #expect(throws: TrainingError.self) { try run.advance(workers: Workers(count: 1)) }
      #expect(run.step == 0)
    }
  }

  @Test(arguments: [(7, false, 18), (7, true, 17), (120, true, 1), (40, false, 3), (121 - 1, false, 1)])
  func everySampleIsSeenOnceAnEpoch(_ batch: Int, _ dropLast: Bool, _ batches: Int) throws {
    let data = try mixture()
    var run = try Run(
      Model(.linear), on: data, optimizer: .sgd(learningRate: 0.01),
      options: TrainingOptions(batch: batch, dropLast: dropLast, seed: Seed(1)), workers: Workers(count: 1))
    #expect(run.batchesPerEpoch == batches)
    var orders: [[Int]] = []
    for epoch in 0..<2 {
      var seen: [Int] = []
      for index in 0..<batches {
        #expect(run.batchInEpoch == index)
        #expect(abs(run.epoch - (Double(epoch) + Double(index) / Double(batches))) < 1e-12)
        let rows = expectedRows(run)
        #expect(
          rows.count
            == (index == batches - 1 && !dropLast && data.count % batch != 0 ? data.count % batch : batch))
        // What the step saw is that batch: its loss is the mean over exactly these samples.
        let expected = DoubleBatch(
          run.network, weights: doubles(run.weights), data: data, rows: rows, loss: .crossEntropy)
        #expect(abs(try run.advance(workers: Workers(count: 1)).loss - expected.loss) < 1e-5 * expected.loss)
        seen += rows
      }
      #expect(Set(seen).count == seen.count)
      #expect(seen.count == (dropLast ? batches * batch : data.count))
      orders.append(seen)
    }
    #expect(orders[0] != orders[1], "each epoch has an order of its own")
  }

  @Test func accuracyIsTheFractionPredictedRightly() throws {
    let data = try mixture()
    var run = try Run(
      Model(.mlp(widths: [16])), on: data, optimizer: .adam(learningRate: 1e-2),
      options: TrainingOptions(batch: 24, seed: Seed(1)), workers: Workers(count: 1))
    for _ in 0..<30 {
      let rows = expectedRows(run)
      let batch = DoubleBatch(
        run.network, weights: doubles(run.weights), data: data, rows: rows, loss: .crossEntropy)
      let right = zip(batch.outputs, rows).count { z, row in
        z.indices.allSatisfy { $0 == data.labels[row] || z[$0] < z[data.labels[row]] }
      }
      #expect(try run.advance(workers: Workers(count: 1)).accuracy == Double(right) / Double(rows.count))
    }
    #expect(run.history[29].loss < run.history[0].loss)
  }

  @Test func loadedWeightsAreThoseOfTheFile() throws {
    let source = try run(Self.cases[0], seed: Seed(8))
    var target = try run(Self.cases[0], seed: Seed(9))
    let exported = source.network.exported(source.weights)
    try target.load(WeightFile(SafetensorsFile(tensors: exported)))
    #expect(target.weights == source.weights && target.step == 0)
    let before = target.weights
    #expect(throws: TrainingError.network(.weightsDiffer(WeightMismatch(missing: [.init("2.bias", [3])])))) {
      try target.load(WeightFile(SafetensorsFile(tensors: exported.dropLast())))
    }
    #expect(target.weights == before)
  }
}
