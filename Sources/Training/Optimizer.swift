import Kernels
import Tensor

/// A rule by which gradients move weights, as a value without state.
public enum Optimizer: Hashable, Sendable, Codable {
  /// b ← μb + g + λw; w ← w − lr·b.
  case sgd(learningRate: Double, momentum: Double = 0, weightDecay: Double = 0)
  /// Adam (Kingma & Ba 2015, arXiv 1412.6980) with weight decay added to the gradient, as PyTorch's `Adam`.
  case adam(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0)

  public var learningRate: Double {
    switch self {
    case .sgd(let learningRate, _, _), .adam(let learningRate, _, _, _, _): learningRate
    }
  }

  /// What the rule remembers between steps: nothing yet.
  public func initialState(for weights: [Tensor]) -> OptimizerState {
    let zeros = weights.map { Tensor(zeros: $0.shape) }
    switch self {
    case .sgd(_, let momentum, _):
      return OptimizerState(step: 0, first: momentum == 0 ? [] : zeros, second: [])
    case .adam: return OptimizerState(step: 0, first: zeros, second: zeros)
    }
  }

  /// One step: (gradient, weights, state) → (weights, state), nothing else is read or written.
  ///
  /// - Parameters:
  ///   - gradients: for each batch shard its part of the gradient of every parameter; parts are summed in their order.
  ///   - live: for each parameter the stretches outside which its gradient is 0, if they are known.
  ///   - fixed: for each parameter whether no step moves it, as statistics; none are where it is not given.
  public func step(
    gradients: [[Tensor]], live: [[Range<Int>]]? = nil, fixed: [Bool]? = nil, weights: inout [Tensor],
    state: inout OptimizerState, workers: Workers
  ) {
    state.step += 1
    switch self {
    case .sgd(let learningRate, let momentum, let weightDecay):
      let rule = ParameterUpdates.SGD(
        learningRate: Float(learningRate), momentum: Float(momentum), weightDecay: Float(weightDecay),
        isFirst: state.step == 1)
      for i in weights.indices where fixed?[i] != true {
        let gradient = GradientParts(of: i, in: gradients)
        if state.first.isEmpty {
          ParameterUpdates.sgd(&weights[i], gradient: gradient, live: live?[i], rule, workers: workers)
        } else {
          ParameterUpdates.sgd(
            &weights[i], velocity: &state.first[i], gradient: gradient, live: live?[i], rule,
            workers: workers)
        }
      }
    case .adam(let learningRate, let beta1, let beta2, let epsilon, let weightDecay):
      let rule = ParameterUpdates.Adam(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
        step: state.step)
      for i in weights.indices where fixed?[i] != true {
        ParameterUpdates.adam(
          &weights[i], first: &state.first[i], second: &state.second[i],
          gradient: GradientParts(of: i, in: gradients), live: live?[i], rule, workers: workers)
      }
    }
  }
}

extension Optimizer {
  /// Which moments it keeps.
  var momentCounts: (first: Bool, second: Bool) {
    switch self {
    case .sgd(_, let momentum, _): (momentum != 0, false)
    case .adam: (true, true)
    }
  }
}

/// The moments that an optimiser carries from step to step.
public struct OptimizerState: Sendable, Equatable {
  /// Steps taken so far.
  public var step: Int
  /// Velocity of SGD or first moment of Adam, one a parameter.
  public var first: [Tensor]
  /// Second moment of Adam.
  public var second: [Tensor]

  public init(step: Int, first: [Tensor], second: [Tensor]) {
    (self.step, self.first, self.second) = (step, first, second)
  }
}
