import Datasets
import Kernels
import Network
import Random
import Tensor
import TestSupport
import Testing
import Training

@Suite struct EvaluationTests {
  private func trained(loss: Loss = .crossEntropy) throws -> Run {
    var run = try Run(
      Model(.mlp(widths: [12])), on: try mixture(), optimizer: .adam(learningRate: 1e-2),
      options: TrainingOptions(batch: 24, loss: loss, seed: Seed(1)), workers: .all)
    for _ in 0..<20 { try run.advance(workers: .all) }
    return run
  }

  /// One sample, less than a chunk, one chunk, and some more.
  @Test(arguments: [1, 20, 64, 65, 300], Loss.allCases)
  func agreesWithSampleBySampleInDouble(_ count: Int, _ loss: Loss) throws {
    let run = try trained(loss: loss)
    let all = try mixture(perClass: 100, split: .test)
    let data = try all.subset(rows: (0..<count).map { $0 * 97 % 300 })
    var (total, right) = (0.0, 0)
    for row in 0..<count {
      let one = DoubleBatch(run.network, weights: doubles(run.weights), data: data, rows: [row], loss: loss)
      total += one.loss
      if loss == .crossEntropy, one.outputs[0][data.labels[row]] == one.outputs[0].max() { right += 1 }
    }
    let found = try run.evaluate(on: data, workers: Workers(count: 2))
    #expect(found.samples == count)
    expectClose(found.loss, total / Double(count), tolerance: 1e-5)
    #expect(found.accuracy == Double(right) / Double(count))
    #expect(try run.evaluate(on: data, workers: Workers(count: 1)) == found, "to the bit")
  }

  @Test func evaluatingLeavesTheRunAlone() throws {
    let run = try trained()
    var evaluated = run
    _ = try evaluated.evaluate(on: run.data, workers: .all)
    #expect(
      evaluated.weights == run.weights && evaluated.state == run.state && evaluated.history == run.history)
    var plain = run
    try plain.advance(workers: .all)
    try evaluated.advance(workers: .all)
    #expect(plain.weights == evaluated.weights)
  }

  /// A tie counts for the first of the tied classes alone.
  @Test func equalOutputsAreOneClassesGuess() throws {
    let run = try trained()
    let zeros = run.weights.map { Tensor(zeros: $0.shape) }
    let found = Evaluation(run.network, weights: zeros, on: run.data, loss: .crossEntropy, workers: .all)
    #expect(found.accuracy == 1.0 / 3)
    expectClose(found.loss, 1.0986122886681098, tolerance: 1e-12)
  }

  @Test func noSamplesGiveNoNaN() throws {
    let found = try trained().evaluate(on: try mixture().subset(rows: []), workers: .all)
    #expect(found.samples == 0 && found.loss == 0 && found.accuracy == 0)
  }

  @Test func otherClassesAreRefused() throws {
    var other = try mixture()
    other.classNames = ["0", "1", "boot"]
    let run = try trained()
    let error = TrainingError.otherClasses(train: ["0", "1", "2"], test: ["0", "1", "boot"])
    #expect(throws: error) { try run.evaluate(on: other, workers: .all) }
    #expect(error.description == "test data has the classes 0, 1, boot, training data 0, 1, 2")
  }

  @Test func samplesOfAnotherShapeAreRefused() throws {
    let run = try trained()
    let wide = try Dataset.mixture(
      classes: 3, perClass: 4, dimensions: 7, separation: 2, noise: 1, seed: Seed(1), split: .test)
    let error = TrainingError.otherShape(train: run.data.input, test: wide.input)
    #expect(throws: error) { try run.evaluate(on: wide, workers: .all) }
    #expect(
      error.description
        == "test data has samples of 7, training data of 6: load both with the same options")
  }

  @Test func targetsOfAnotherWidthAreRefused() throws {
    let run = try trained(loss: .meanSquaredError)
    var other = try mixture()
    other.targets = Tensor(zeros: [other.count, 2])
    let error = TrainingError.otherTargets(train: 3, test: 2)
    #expect(throws: error) { try run.evaluate(on: other, workers: .all) }
    #expect(error.description == "test data has 2 targets a sample, training data 3")
  }
}
