import Kernels
import Tensor

extension Optimizer {
  /// The weights after a step whose gradient is 0: what momentum and weight decay do alone.
  ///
  /// Weights and state are read only; statistics stay.
  public func stepWithoutGradient(
    _ weights: [Tensor], _ state: OptimizerState, isStatistic: [Bool], workers: Workers
  ) -> [Tensor] {
    var (stepped, trial) = (weights, state)
    let zeros = weights.map { Tensor(zeros: $0.shape) }
    step(gradients: [zeros], fixed: isStatistic, weights: &stepped, state: &trial, workers: workers)
    return stepped
  }

  /// The part of a step that is due to its gradient, on `range` of one parameter: the change with gradient g less that
  /// with gradient 0, formed in `Double` without subtracting the weights.
  ///
  /// SGD: −lr·g. Adam: −α(m(g)/(√v(g)/κ + ε) − m(0)/(√v(0)/κ + ε)), α and κ as in `ParameterUpdates.adam`.
  /// - Parameters:
  ///   - parameter: its place in `state`.
  ///   - g: its first scalars are those of `range`.
  ///   - w: the parameter before the step.
  public func gradientPart(
    of parameter: Int, gradient g: Tensor, weight w: Tensor, _ state: OptimizerState, range: Range<Int>,
    into out: inout Tensor
  ) {
    switch self {
    case .sgd(let learningRate, _, _):
      ParameterUpdates.scaled(gradient: g, range: range, by: -Float(learningRate), into: &out)
    case .adam(let learningRate, let beta1, let beta2, let epsilon, let decay):
      let rule = AdamTrial(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, step: state.step + 1)
      let (m, v) = (state.first[parameter], state.second[parameter])
      g.withSpan { g in
        w.withSpan { w in
          m.withSpan { m in
            v.withSpan { v in
              out.withMutableSpan { out in
                for i in range {
                  let decayed = decay * Double(w[i])
                  let gradient = Double(g[i - range.lowerBound]) + decayed
                  let (first, second) = (Double(m[i]), Double(v[i]))
                  out[i] = Float(
                    rule.change(gradient, first, second) - rule.change(decayed, first, second))
                }
              }
            }
          }
        }
      }
    }
  }
}

/// The constants of one step of Adam in `Double`.
private struct AdamTrial {
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  let stepSize: Double
  let rootCorrection: Double

  init(learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, step: Int) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    var (power1, power2) = (1.0, 1.0)
    for _ in 0..<min(step, 100_000) { (power1, power2) = (power1 * beta1, power2 * beta2) }
    stepSize = learningRate / (1 - power1)
    rootCorrection = (1 - power2).squareRoot()
  }

  @inline(__always)
  func change(_ g: Double, _ m: Double, _ v: Double) -> Double {
    let first = beta1 * m + (1 - beta1) * g
    let second = beta2 * v + (1 - beta2) * g * g
    return -stepSize * first / (second.squareRoot() / rootCorrection + epsilon)
  }
}
