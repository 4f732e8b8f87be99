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
  /// How the engine forms an update, and where its changes begin; not for `biasOnly`, which it does not form.
  ///
  /// Momentum and weight decay move predictions without any gradient: with `trainer` changes begin after the step of
  /// gradient 0. What the gradient adds to a step of SGD is −lr·g whatever its momentum.
  func rule(of update: UpdateRule) throws(ElasticityError) -> (StepEngine.Rule, begin: [Tensor]) {
    switch update.plain {
    case .sgd(let learningRate): return (.sgd(learningRate: Float(learningRate)), weights)
    case .adamFresh(let learningRate), .biasOnly(let learningRate):
      return (.adamFresh(learningRate: Float(learningRate)), weights)
    case .trainer:
      guard let trainer else { throw .noTrainer }
      let begin = trainer.optimizer.stepWithoutGradient(
        weights, trainer.state, isStatistic: network.tape.isStatistic, workers: workers)
      switch trainer.optimizer {
      case .sgd(let learningRate, _, _): return (.sgd(learningRate: Float(learningRate)), begin)
      case .adam: return (.adam(trainer.optimizer, trainer.state, weights: weights), begin)
      }
    case .firstOrder, .given, .restricted: return (.firstOrder, weights)
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
