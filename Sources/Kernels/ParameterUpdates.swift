import CKernels
import Tensor

/// The gradient of one parameter in parts, one for each batch shard, which are summed in their order.
public struct GradientParts: Sendable {
  private let shards: [[Tensor]]
  private let parameter: Int

  /// The parts for one parameter among those for all.
  public init(of parameter: Int, in shards: [[Tensor]]) {
    (self.parameter, self.shards) = (parameter, shards)
  }

  /// The parts by themselves.
  public init(_ parts: [Tensor]) { self.init(of: 0, in: parts.map { [$0] }) }

  var count: Int { shards.count }
  subscript(part: Int) -> Tensor { shards[part][parameter] }
}

/// Fused passes over parameters: every block is read once and written once.
///
/// The gradient of a parameter is the sum of its parts (one a batch shard) in the order given; outside its live stretches,
/// all of it where none are given, it is 0 and not read. Passes are spread over
/// workers in blocks of fixed size, element by element, so the result does not depend on their number.
public enum ParameterUpdates {
  /// The constants of one SGD step: coupled weight decay λ and momentum μ, as in PyTorch.
  public struct SGD: Sendable {
    public var learningRate: Float
    public var momentum: Float
    public var weightDecay: Float
    /// At the first step the velocity is the gradient itself.
    public var isFirst: Bool

    public init(learningRate: Float, momentum: Float, weightDecay: Float, isFirst: Bool) {
      self.learningRate = learningRate
      self.momentum = momentum
      self.weightDecay = weightDecay
      self.isFirst = isFirst
    }
  }

  /// The constants of one Adam step, coupled weight decay λ, as in PyTorch; `step` counts from 1.
  public struct Adam: Sendable {
    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double
    public var step: Int

    public init(
      learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, step: Int
    ) {
      self.learningRate = learningRate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.step = step
    }
  }

  /// g ← Σ parts + λw; w ← w − lr·g.
  public static func sgd(
    _ w: inout Tensor, gradient parts: GradientParts, live: [Range<Int>]? = nil, _ rule: SGD,
    workers: Workers,
    instructions: Instructions = .best
  ) {
    w.withMutablePointer { base in
      nonisolated(unsafe) let w = base  // blocks are disjoint: no two workers touch one element
      forEachBlock(of: parts, live: live, workers) { offset, count, gradient in
        update_sgd(
          instructions.set, w + offset, gradient, count, rule.learningRate, rule.weightDecay)
      }
    }
  }

  /// g ← Σ parts + λw; b ← μb + g; w ← w − lr·b.
  public static func sgd(
    _ w: inout Tensor, velocity b: inout Tensor, gradient parts: GradientParts, live: [Range<Int>]? = nil,
    _ rule: SGD, workers: Workers, instructions: Instructions = .best
  ) {
    let momentum = rule.isFirst ? 0 : rule.momentum
    w.withMutablePointer { weights in
      b.withMutablePointer { velocities in
        nonisolated(unsafe) let (w, b) = (weights, velocities)  // blocks are disjoint
        forEachBlock(of: parts, live: live, workers) { offset, count, gradient in
          update_momentum(
            instructions.set, w + offset, b + offset, gradient, count, rule.learningRate, rule.weightDecay,
            momentum)
        }
      }
    }
  }

  /// g ← Σ parts + λw; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − lr/(1 − β₁ᵗ) · m/(√v/√(1 − β₂ᵗ) + ε).
  public static func adam(
    _ w: inout Tensor, first m: inout Tensor, second v: inout Tensor, gradient parts: GradientParts,
    live: [Range<Int>]? = nil, _ rule: Adam,
    workers: Workers, instructions: Instructions = .best
  ) {
    let rule = adam_rule(
      step_size: Float(rule.learningRate / (1 - power(rule.beta1, rule.step))),
      root_correction: Float((1 - power(rule.beta2, rule.step)).squareRoot()),
      beta1: Float(rule.beta1), rest1: Float(1 - rule.beta1), beta2: Float(rule.beta2),
      rest2: Float(1 - rule.beta2), epsilon: Float(rule.epsilon), weight_decay: Float(rule.weightDecay))
    w.withMutablePointer { weights in
      m.withMutablePointer { firsts in
        v.withMutablePointer { seconds in
          nonisolated(unsafe) let (w, m, v) = (weights, firsts, seconds)  // blocks are disjoint
          forEachBlock(of: parts, live: live, workers) { offset, count, gradient in
            var rule = rule
            update_adam(instructions.set, w + offset, m + offset, v + offset, gradient, count, &rule)
          }
        }
      }
    }
  }

  /// out = w − lr · g / (|g| + ε) on `range`: the weights after the first step of a new Adam, or without w that step
  /// alone.
  ///
  /// - Parameter g: its first scalars are those of `range`.
  /// - Returns: how many scalars of g for `range` lie in 0 < |g| < bound, and how many are not 0.
  public static func freshAdam(
    gradient g: Tensor, range: Range<Int>, from w: Tensor?, learningRate: Float, epsilon: Float, bound: Float,
    into out: inout Tensor, instructions: Instructions = .best
  ) -> (small: Int, live: Int) {
    check(g, range.count)
    check(out, range)
    if let w { check(w, range) }
    let first = range.lowerBound
    let counts = g.withPointer { g in
      out.withMutablePointer { out in
        guard let w else {
          return update_fresh_adam(
            instructions.set, out + first, nil, g, range.count, learningRate, epsilon, bound)
        }
        return w.withPointer { w in
          update_fresh_adam(
            instructions.set, out + first, w + first, g, range.count, learningRate, epsilon, bound)
        }
      }
    }
    return (Int(counts.small), Int(counts.live))
  }

  /// out = scale · g on `range`, of which the first scalars of g are.
  public static func scaled(gradient g: Tensor, range: Range<Int>, by scale: Float, into out: inout Tensor) {
    check(g, range.count)
    check(out, range)
    g.withPointer { g in
      out.withMutablePointer {
        pass_scale(Instructions.best.set, $0 + range.lowerBound, g, scale, range.count)
      }
    }
  }

  /// out += w on `range`.
  public static func add(_ w: Tensor, range: Range<Int>, into out: inout Tensor) {
    check(w, range)
    check(out, range)
    let first = range.lowerBound
    w.withPointer { w in
      out.withMutablePointer { pass_accumulate(Instructions.best.set, $0 + first, w + first, range.count) }
    }
  }

  /// How many of the first scalars of g lie in 0 < |g| < bound, and how many are not 0.
  public static func count(of g: Tensor, first count: Int, below bound: Float) -> (small: Int, live: Int) {
    check(g, count)
    return g.withPointer { g in
      // Narrow counters without overflow checks, so that the loop becomes SIMD code; a stretch has far fewer than 2³¹
      // scalars.
      var (small, zero): (Int32, Int32) = (0, 0)
      for i in 0..<count {
        small &+= abs(g[i]) < bound ? 1 : 0
        zero &+= g[i] == 0 ? 1 : 0
      }
      return (Int(small - zero), count - Int(zero))
    }
  }

  private static let block = 1 << 12

  /// Sums the parts block by block into scratch that stays in cache and hands it on; outside `live` nothing is read and
  /// the sum is 0.
  private static func forEachBlock(
    of parts: GradientParts, live: [Range<Int>]?, _ workers: Workers,
    _ body: @Sendable (_ offset: Int, _ count: Int, _ gradient: UnsafePointer<Float>) -> Void
  ) {
    let total = parts[0].count
    precondition(
      (1..<parts.count).allSatisfy { parts[$0].count == total }, "parts of one gradient differ in size")
    let live = live ?? [0..<total]
    precondition(live.allSatisfy { $0.upperBound <= total }, "live stretches beyond \(total) scalars")
    // A dispatch costs more than a small parameter; sixteen blocks share one.
    let stretch = block * 16
    if parts.count == 1, total <= stretch, live == [0..<total] {
      parts[0].withPointer { body(0, total, $0) }
      return
    }
    workers.forEach((total + stretch - 1) / stretch) { piece, _ in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: block) { scratch in
        guard let sum = scratch.baseAddress else { return }
        for offset in stride(from: piece * stretch, to: min(total, (piece + 1) * stretch), by: block) {
          let place = offset..<min(total, offset + block)
          let alive = live.lazy.map { $0.clamped(to: place) }.filter { !$0.isEmpty }
          if alive.first != place { sum.update(repeating: 0, count: place.count) }
          for range in alive { add(parts, range, into: sum + (range.lowerBound - offset)) }
          body(offset, place.count, UnsafePointer(sum))
        }
      }
    }
  }

  /// sum = Σ parts on `range`, in the order of the parts.
  private static func add(_ parts: GradientParts, _ range: Range<Int>, into sum: UnsafeMutablePointer<Float>)
  {
    let (first, count) = (range.lowerBound, range.count)
    parts[0].withPointer { a in
      guard parts.count > 1 else { return sum.update(from: a + first, count: count) }
      parts[1].withPointer { pass_sum(Instructions.best.set, sum, a + first, $0 + first, count) }
    }
    for part in 2..<max(2, parts.count) {
      parts[part].withPointer { pass_accumulate(Instructions.best.set, sum, $0 + first, count) }
    }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    if exponent == 0 { return 1 }
    let half = power(base * base, exponent / 2)
    return exponent % 2 == 0 ? half : base * half
  }

  private static func check(_ x: Tensor, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= x.count, "\(range) in \(x.count) scalars")
  }

  private static func check(_ g: Tensor, _ count: Int) { check(g, 0..<count) }
}
