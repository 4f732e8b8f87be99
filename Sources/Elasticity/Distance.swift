/// How far a prediction moved, D(x), by which S(x → x') = D(x')/D(x) is formed (`elasticity.md` §1).
public enum Distance: String, CaseIterable, Hashable, Sendable {
  /// |Δf| of a scalar output, the signed value kept, or ‖Δf‖₂ (He & Su, arXiv 1910.06943).
  case output
  /// |Δ loss|, the signed value kept.
  case loss
  /// |Δ(z_y − max of the others)|, the signed value kept.
  case margin
  /// ‖Δz‖₂ of the logits.
  case logits
  /// ‖Δp‖₂ of the probabilities.
  case l2
  /// ‖Δp‖₁ of the probabilities.
  case l1
  /// KL(new ‖ old), the paper's stated intent.
  case kl
  /// KL(old ‖ new).
  case klReverse = "kl_reverse"
  /// KL(new ‖ old) + KL(old ‖ new).
  case jeffreys
  /// Jensen–Shannon divergence.
  case js
  /// √KL(new ‖ old), comparable with `l2`.
  case sqrtKL = "sqrt_kl"
  /// |(1/C) Σ p_c (log p_c − q_c)|, 1e-8 added to the (negative) denominator: what the published "KL" figures contain.
  case publishedKL = "published_kl"
  /// ‖Δp'‖₁/C over ‖Δp‖₂/√C + 1e-8: what the published "SuHe" figures contain.
  case publishedL2 = "published_l2"
  /// Mean |Δp| on both sides, 1e-8 added to the denominator.
  case publishedL1 = "published_l1"

  /// Whether the quantity is a formula of the published code, kept as it stands there.
  public var isPublished: Bool {
    switch self {
    case .publishedKL, .publishedL2, .publishedL1: true
    default: false
    }
  }

  /// Whether S(x → x) = 1 by definition, so that its departure from 1 is a check of the arithmetic.
  public var isConsistent: Bool { !isPublished }

  /// Whether adding one number to all outputs leaves the prediction as it is, so that only differences of their changes
  /// count.
  func ignoresShifts(_ change: PredictionChange) -> Bool {
    guard self != .output, self != .logits, case .label = change.target else { return false }
    return true
  }

  /// Whether the quantity is defined for class probabilities only.
  public var needsClasses: Bool { self != .output && self != .loss }

  /// What the published code adds to the denominator. Its "KL" is negative throughout, so that there the same 1e-8 makes
  /// the denominator's magnitude smaller.
  var denominatorOffset: Double {
    switch self {
    case .publishedKL: -1e-8
    case .publishedL2, .publishedL1: 1e-8
    default: 0
    }
  }

  /// D of a probe's change.
  public func probe(_ change: PredictionChange) -> Double { abs(value(change)) }

  /// D of the source's own change, which differs from that of a probe for `published_l2` only.
  public func source(_ change: PredictionChange) -> Double {
    guard self == .publishedL2 else { return probe(change) }
    let squares = change.probabilityChange.reduce(0) { $0 + $1 * $1 }
    return (squares / Double(change.classes)).squareRoot()
  }

  /// D with the direction of the change: negative where the loss or the margin falls.
  public func value(_ change: PredictionChange) -> Double {
    let classes = Double(change.classes)
    switch self {
    case .output where change.classes == 1: return change.delta[0]
    case .output, .logits: return change.delta.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .loss: return change.lossChange
    case .margin: return change.marginChange
    case .l2: return change.probabilityChange.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .l1: return change.probabilityChange.reduce(0) { $0 + abs($1) }
    case .kl: return change.divergence(of: .newFromOld)
    case .klReverse: return change.divergence(of: .oldFromNew)
    case .jeffreys: return change.divergence(of: .newFromOld) + change.divergence(of: .oldFromNew)
    case .js: return change.jensenShannon
    case .sqrtKL: return change.divergence(of: .newFromOld).squareRoot()
    case .publishedKL: return change.publishedScore / classes
    case .publishedL2, .publishedL1: return change.probabilityChange.reduce(0) { $0 + abs($1) } / classes
    }
  }
}
