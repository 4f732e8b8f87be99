/// Optimisers in `Double`, one scalar after the other.
public enum DoubleOptimizers {
  /// b ← μb + g + λw (b = g + λw at step 1); w ← w − lr·b.
  public struct SGD: Sendable {
    public var learningRate: Double
    public var momentum: Double
    public var weightDecay: Double
    public var step = 0
    public var velocity: [[Double]] = []

    public init(learningRate: Double, momentum: Double, weightDecay: Double) {
      self.learningRate = learningRate
      self.momentum = momentum
      self.weightDecay = weightDecay
    }

    public mutating func update(_ weights: inout [[Double]], _ gradients: [[Double]]) {
      step += 1
      if velocity.isEmpty { velocity = weights.map { $0.map { _ in 0 } } }
      for p in weights.indices {
        for i in weights[p].indices {
          let g = gradients[p][i] + weightDecay * weights[p][i]
          velocity[p][i] = step == 1 ? g : momentum * velocity[p][i] + g
          weights[p][i] -= learningRate * velocity[p][i]
        }
      }
    }
  }

  /// Kingma & Ba (2015), algorithm 1, with λw added to the gradient.
  public struct Adam: Sendable {
    public var learningRate: Double
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8
    public var weightDecay: Double
    public var step = 0
    public var first: [[Double]] = []
    public var second: [[Double]] = []

    public init(learningRate: Double, weightDecay: Double) {
      self.learningRate = learningRate
      self.weightDecay = weightDecay
    }

    public mutating func update(_ weights: inout [[Double]], _ gradients: [[Double]]) {
      step += 1
      if first.isEmpty {
        first = weights.map { $0.map { _ in 0 } }
        second = first
      }
      var (power1, power2) = (1.0, 1.0)
      for _ in 0..<step { (power1, power2) = (power1 * beta1, power2 * beta2) }
      for p in weights.indices {
        for i in weights[p].indices {
          let g = gradients[p][i] + weightDecay * weights[p][i]
          first[p][i] = beta1 * first[p][i] + (1 - beta1) * g
          second[p][i] = beta2 * second[p][i] + (1 - beta2) * g * g
          let corrected = (second[p][i] / (1 - power2)).squareRoot()
          weights[p][i] -= learningRate * first[p][i] / (1 - power1) / (corrected + epsilon)
        }
      }
    }
  }
}
