import Autodiff
import Datasets
import Kernels
import Network
import Random
import Tensor
import TestSupport
import Testing
import Training

/// Training against the same arithmetic in `Double`.
@Suite struct StepParityTests {
  /// ResNet-18 at full width on real images, one Adam step from each state.
  @Test(arguments: DemoRun.steps.indices)
  func oneStepOfResNet18AgreesWithDouble(_ index: Int) throws {
    let before = try DemoRun.snapshots.get()[index]
    #expect(before.step == DemoRun.steps[index])
    let rows = expectedRows(before)
    var forward = Activations()
    before.network.tape.evaluate(before.weights, before.data.batch(rows: rows), into: &forward)
    let expected = DoubleBatch(
      before.network, weights: doubles(before.weights), data: before.data, rows: rows, loss: .crossEntropy,
      sides: forward)
    var after = before
    let report = try after.advance(workers: .all)
    let lossError = abs(report.loss - expected.loss) / expected.loss

    // The gradient as the run saw it, from Adam's first moment: m' = β₁m + (1 − β₁)(g + λw).
    var worstGradient = 0.0
    var oracle = DoubleOptimizers.Adam(learningRate: 1e-4, weightDecay: 1e-4)
    (oracle.step, oracle.first, oracle.second) = (
      before.state.step, doubles(before.state.first), doubles(before.state.second)
    )
    var stepped = doubles(before.weights)
    oracle.update(&stepped, expected.gradients)
    var (differing, live, worstUpdate) = (0, 0, 0.0)
    for parameter in stepped.indices {
      let name = before.network.parameters[parameter].name
      #expect(after.weights[parameter].shape == before.weights[parameter].shape)
      let gradient = gradients(before, rows)[parameter]
      let scale = expected.gradients[parameter].map(abs).max() ?? 0
      let error = zip(gradient, expected.gradients[parameter]).map { abs($0 - $1) }.max() ?? .infinity
      worstGradient = max(worstGradient, error / scale)
      #expect(error <= 1e-5 * scale, "gradient of \(name)")
      let moments = after.state.first[parameter].scalars
      let largest = oracle.first[parameter].map(abs).max() ?? 0
      let momentError = zip(moments, oracle.first[parameter]).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(momentError <= 1e-5 * largest, "first moment of \(name)")
      let scalars = after.weights[parameter].scalars
      for i in scalars.indices {
        let error = abs(Double(scalars[i]) - stepped[parameter][i]) / 1e-4
        worstUpdate = max(worstUpdate, error)
        live += expected.gradients[parameter][i] != 0 ? 1 : 0
        differing += error > 0.01 ? 1 : 0
      }
    }
    let share = Double(differing) / Double(live)
    print(
      "step \(before.step + 1): loss \(expected.loss) to \(lossError), gradients to \(worstGradient),",
      "\(share * 100) % of live weights differ by more than lr/100, at most by \(worstUpdate) lr")
    #expect(lossError <= 1e-5)
    // Adam divides by √v: where |g| is at rounding level the step may turn, by 2 lr at most.
    #expect(share <= 1e-3)
    #expect(worstUpdate <= 2)
  }

  private func gradients(_ run: Run, _ rows: [Int]) -> [[Double]] {
    let network = run.network
    var (activations, backward) = (Activations(), Gradients())
    network.tape.evaluate(run.weights, run.data.batch(rows: rows), into: &activations)
    let d = Loss.crossEntropy.gradient(
      activations.output, run.data.targets(rows, for: .crossEntropy), scale: 1 / Double(rows.count))
    network.tape.backpropagate(run.weights, activations, outputGradient: d, into: &backward)
    var result = network.tape.zeroGradients()
    for parameter in result.indices {
      network.tape.parameterGradient(
        parameter, of: run.weights, activations, backward, into: &result[parameter])
    }
    return doubles(result)
  }

  static let optimizers: [Optimizer] = [
    .sgd(learningRate: 0.1), .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-2),
    .adam(learningRate: 1e-2), .adam(learningRate: 1e-2, weightDecay: 1e-2),
  ]

  /// Twenty steps of an MLP side by side with `Double`, both losses, every step.
  @Test(arguments: optimizers, Loss.allCases)
  func twentyStepsOfAnMLPAgreeWithDouble(_ optimizer: Optimizer, _ loss: Loss) throws {
    var run = try Run(
      Model(.mlp(widths: [16, 12])), on: try mixture(), optimizer: optimizer,
      options: TrainingOptions(batch: 25, loss: loss, seed: Seed(2)), workers: Workers(count: 2))
    var weights = doubles(run.weights)
    var (sgd, adam) = (
      DoubleOptimizers.SGD(learningRate: 0, momentum: 0, weightDecay: 0),
      DoubleOptimizers.Adam(learningRate: 0, weightDecay: 0)
    )
    for step in 1...20 {
      let batch = DoubleBatch(
        run.network, weights: weights, data: run.data, rows: expectedRows(run), loss: loss)
      switch optimizer {
      case .sgd(let learningRate, let momentum, let weightDecay):
        (sgd.learningRate, sgd.momentum, sgd.weightDecay) = (learningRate, momentum, weightDecay)
        sgd.update(&weights, batch.gradients)
      case .adam(let learningRate, _, _, _, let weightDecay):
        (adam.learningRate, adam.weightDecay) = (learningRate, weightDecay)
        adam.update(&weights, batch.gradients)
      }
      let report = try run.advance(workers: Workers(count: 2))
      #expect(report.step == step)
      expectClose(report.loss, batch.loss, tolerance: 1e-4)
      for (found, expected) in zip(run.weights, weights) {
        expectClose(found, expected, shape: found.shape, tolerance: 1e-4)
      }
    }
  }

  /// Regression: targets of two columns.
  @Test func regressionsFollowTheirTargets() throws {
    var data = try mixture()
    let y = (0..<data.count).flatMap { row -> [Float] in
      let x = (0..<6).map { data.samples[flat: row * 6 + $0] }
      return [x[0] - x[1], x[2] * 0.5]
    }
    data.targets = Tensor([data.count, 2], scalars: y)
    var run = try Run(
      Model(.mlp(widths: [16])), on: data, optimizer: .sgd(learningRate: 0.05),
      options: TrainingOptions(batch: 20, loss: .meanSquaredError, seed: Seed(2)), workers: Workers(count: 1))
    #expect(run.network.outputs == 2)
    for _ in 1...40 {
      let batch = DoubleBatch(
        run.network, weights: doubles(run.weights), data: data, rows: expectedRows(run),
        loss: .meanSquaredError)
      expectClose(try run.advance(workers: Workers(count: 1)).loss, batch.loss, tolerance: 1e-5)
    }
    let (first, last) = (run.history[0].loss, run.history[39].loss)
    #expect(last < first / 3, "\(first) to \(last)")
  }
}
