import Foundation
import Network

/// One sample's prediction before an update and its change by it, in `Double` and free of cancellation.
///
/// Everything follows from the old outputs z and their *change* Δ, never from the difference of two predictions: at
/// |Δ| = 1e-7 the naive Σ q log(q/p) returns a negative number (background: elasticity-maths §6.5).
public struct PredictionChange: Sendable {
  /// What the sample should be predicted as.
  public enum Target: Sendable {
    case label(Int)
    case values(OutputRow)
  }

  /// Old outputs.
  public let z: OutputRow
  /// New − old outputs.
  public let delta: OutputRow
  public let target: Target
  /// Whether Δ is a derivative: then every quantity is its leading term, linear or quadratic in Δ, whatever the size of Δ.
  public let isFirstOrder: Bool
  /// Kept for classifications; a regression has no use for probabilities.
  private let kept: Probabilities?

  public init(z: [Double], delta: [Double], target: Target, isFirstOrder: Bool = false) {
    self.init(z: OutputRow(z), delta: OutputRow(delta), target: target, isFirstOrder: isFirstOrder)
  }

  public init(z: OutputRow, delta: OutputRow, target: Target, isFirstOrder: Bool = false) {
    self.z = z
    self.delta = delta
    self.target = target
    self.isFirstOrder = isFirstOrder
    if case .label = target {
      kept = Probabilities(z, delta, isFirstOrder: isFirstOrder)
    } else {
      kept = nil
    }
  }

  /// The prediction as class probabilities.
  private struct Probabilities: Sendable {
    let old: [Double]
    /// log p, finite where p itself is too small for a `Double`.
    let logOld: [Double]
    let logRatio: [Double]
    let change: [Double]

    init(_ z: OutputRow, _ delta: OutputRow, isFirstOrder: Bool) {
      old = Softmax.probabilities(Array(z))
      let top = z.max() ?? 0
      let logTotal = log(z.reduce(0) { $0 + exp($1 - top) })
      logOld = z.map { $0 - top - logTotal }
      if isFirstOrder {
        logRatio = PredictionChange.firstOrderLogRatio(logOld, delta)
        change = zip(old, logRatio).map { $0 * $1 }
        return
      }
      logRatio = PredictionChange.logRatio(logOld, delta)
      // p e^δ as one power: p may underflow where e^δ overflows.
      change = zip(logOld, logRatio).map { $1 < 1 ? exp($0) * expm1($1) : exp($0 + $1) - exp($0) }
    }
  }

  private var probabilities: Probabilities {
    kept ?? Probabilities(z, delta, isFirstOrder: isFirstOrder)
  }

  /// Old probabilities p.
  public var old: [Double] { probabilities.old }
  /// log q − log p of each class.
  public var logRatio: [Double] { probabilities.logRatio }
  /// q − p.
  public var probabilityChange: [Double] { probabilities.change }
  private var logOld: [Double] { probabilities.logOld }

  public var classes: Int { z.count }

  /// log q_c − log p_c = Δ_c − ln Σ_b p_b e^{Δ_b}.
  ///
  /// Changes are taken relative to that of the likeliest class k, so that the sum leaves p_k out: with p_k = 1 − 1e-9 the
  /// plain form would lose nine digits.
  private static func logRatio(_ logP: [Double], _ delta: OutputRow) -> [Double] {
    guard let k = logP.indices.max(by: { logP[$0] < logP[$1] }) else { return [] }
    let relative = delta.map { $0 - delta[k] }
    let logSum: Double
    if (relative.max() ?? 0) > 30 {
      // Large changes would overflow e^Δ; then the shifted log-sum-exp is accurate enough.
      let powers = zip(logP, relative).map(+)
      let top = powers.max() ?? 0
      logSum = top + log(powers.reduce(0) { $0 + exp($1 - top) })
    } else {
      logSum = log1p(logP.indices.reduce(0) { $1 == k ? $0 : $0 + exp(logP[$1]) * expm1(relative[$1]) })
    }
    return relative.map { $0 - logSum }
  }

  /// Δ_c − Σ_b p_b Δ_b, relative to the likeliest class as above.
  private static func firstOrderLogRatio(_ logP: [Double], _ delta: OutputRow) -> [Double] {
    guard let k = logP.indices.max(by: { logP[$0] < logP[$1] }) else { return [] }
    let relative = delta.map { $0 - delta[k] }
    let mean = logP.indices.reduce(0) { $1 == k ? $0 : $0 + exp(logP[$1]) * relative[$1] }
    return relative.map { $0 - mean }
  }

  /// Σ p δ²: twice the leading term of either divergence, ½ Δᵀ(diag p − ppᵀ)Δ.
  private var variance: Double { zip(old, logRatio).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } }

  enum Direction { case newFromOld, oldFromNew }

  /// KL(q ‖ p) or KL(p ‖ q), each term ≥ 0.
  func divergence(of direction: Direction) -> Double {
    if isFirstOrder { return variance / 2 }
    switch direction {
    // With δ = log q − log p, KL(p ‖ q) = Σ p (e^δ − 1 − δ).
    case .oldFromNew: return zip(logOld, logRatio).reduce(0) { $0 + excess(logP: $1.0, $1.1) }
    // Roles swapped: δ → −δ, log p → log q = log p + δ.
    case .newFromOld: return zip(logOld, logRatio).reduce(0) { $0 + excess(logP: $1.0 + $1.1, -$1.1) }
    }
  }

  /// ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q)/2.
  var jensenShannon: Double {
    if isFirstOrder { return variance / 8 }
    return zip(logOld, logRatio).reduce(0) { sum, entry in
      let (logP, delta) = entry
      // log m − log p = log((1 + e^δ)/2)
      let middle = delta < 1 ? log1p(expm1(delta) / 2) : delta + log1p(exp(-delta)) - log(2)
      return sum + 0.5 * excess(logP: logP, middle) + 0.5 * excess(logP: logP + delta, middle - delta)
    }
  }

  /// Change of the sample's loss: of −log p_y, or of the mean of (f − y)².
  var lossChange: Double {
    switch target {
    case .label(let y): return -logRatio[y]
    case .values(let y):
      let sum = z.indices.reduce(0) {
        $0 + delta[$1] * (2 * (z[$1] - y[$1]) + (isFirstOrder ? 0 : delta[$1]))
      }
      return sum / Double(z.count)
    }
  }

  /// Change of z_y − max over the other classes.
  var marginChange: Double {
    guard case .label(let y) = target, classes > 1 else { return 0 }
    let others = z.indices.filter { $0 != y }
    let top = others.map { z[$0] }.max() ?? 0
    if isFirstOrder { return delta[y] - (others.first { z[$0] == top }.map { delta[$0] } ?? 0) }
    // max(z + Δ) − max z as max(Δ − (max z − z)): no difference of nearly equal numbers.
    return delta[y] - (others.map { delta[$0] - (top - z[$0]) }.max() ?? 0)
  }

  /// Σ p_c (log p_c − q_c), as the published code computes it.
  var publishedScore: Double {
    zip(old, probabilityChange).reduce(0) { sum, entry in
      let (p, change) = entry
      return p == 0 ? sum : sum + p * (log(p) - (p + change))
    }
  }
}

/// p (e^x − 1 − x) ≥ 0 from log p: by its series where the difference cancels, as one power where e^x would overflow.
private func excess(logP: Double, _ x: Double) -> Double {
  let p = exp(logP)
  if abs(x) < 1e-2 {
    // x²/2 + x³/6 + … to the eighth power: below rounding for |x| < 0.01.
    return p * x * x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7 * (1 + x / 8))))))
  }
  return x < 1 ? p * (expm1(x) - x) : exp(logP + x) - p - p * x
}
