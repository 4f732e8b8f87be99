import Autodiff
import Kernels
import Network
import Tensor
import Training

/// A run's optimiser with its present moments: what the update `trainer` takes a step of.
public struct Trainer: Sendable {
  public var optimizer: Optimizer
  public var state: OptimizerState

  public init(optimizer: Optimizer, state: OptimizerState) {
    self.optimizer = optimizer
    self.state = state
  }
}

extension ExactEngine {
  /// How the engine forms an update; not for `biasOnly`, which it does not form.
  func rule(of update: UpdateRule) throws(ElasticityError) -> StepEngine.Rule {
    switch update.plain {
    case .sgd(let learningRate): return .sgd(learningRate: Float(learningRate))
    case .adamFresh(let learningRate), .biasOnly(let learningRate):
      return .adamFresh(learningRate: Float(learningRate))
    case .trainer:
      guard let trainer else { throw .noTrainer }
      return .trainer(trainer.optimizer, trainer.state, weights: weights)
    case .firstOrder, .given, .restricted: return .firstOrder
    }
  }

  /// For each parameter whether an update leaves it alone.
  func fixed(by update: UpdateRule) throws(ElasticityError) -> [Bool] {
    let names = network.parameters.map(\.name)
    var isFixed = network.tape.isStatistic
    for pattern in update.patterns {
      guard zip(names, network.tape.isStatistic).contains(where: { !$1 && fits($0, pattern: pattern) }) else {
        throw .noSuchWeights(pattern: pattern, known: names)
      }
      for place in names.indices where !fits(names[place], pattern: pattern) { isFixed[place] = true }
    }
    return isFixed
  }
}

extension StepEngine.Rule {
  var isTrainer: Bool { if case .trainer = self { true } else { false } }

  /// The weights from which changes are counted.
  func base(_ weights: [Tensor], _ network: Network, _ workers: Workers) -> [Tensor] {
    guard case .trainer(let optimizer, let state, _) = self else { return weights }
    return optimizer.stepWithoutGradient(
      weights, state, isStatistic: network.tape.isStatistic, workers: workers)
  }
}

extension Tile {
  /// ‖z' − z‖ between the base predictions of the first sample here and in another tile.
  func distance(to other: Tile) -> Double {
    zip(base.output.rows[0], other.base.output.rows[0]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
      .squareRoot()
  }
}
