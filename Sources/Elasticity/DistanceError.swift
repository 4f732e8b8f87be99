/// What rounding leaves of a distance: the standard deviation of D from that of the changes it is formed of.
///
/// To first order σ‖∂D/∂Δ‖; where D has an extremum at Δ = 0, as norms and divergences do, also what noise adds to it on
/// average, ½σ² tr ∂²D/∂Δ², so that a change that is nothing but noise has an error as large as itself.
extension Distance {
  /// - Returns: the error of D in the units of D; 0 for formulas of the published code, which are kept as they are.
  /// - Complexity: C operations for C outputs.
  public func error(of change: PredictionChange, _ noise: RoundingNoise) -> Double {
    if isPublished { return 0 }
    let sigma = ignoresShifts(change) ? noise.contrast : noise.change
    let square = sigma * sigma
    let outputs = Double(change.classes)
    let d = probe(change)
    switch self {
    case .output where change.classes == 1: return sigma
    case .output, .logits: return Distance.ofNorm(d, along: square, trace: outputs * square)
    case .loss, .margin: return error(ofScalar: change, sigma, old: noise.old)
    default: return hypotenuse(error(ofProbabilities: change, d, sigma), noise.old * d)
    }
  }

  /// The error of a D of probabilities; old ones carry the rounding of the old outputs besides, a relative error of about
  /// as much.
  private func error(ofProbabilities change: PredictionChange, _ d: Double, _ sigma: Double) -> Double {
    let square = sigma * sigma
    let sum = ProbabilityNoise(change)
    switch self {
    case .l2:
      return Distance.ofNorm(
        d, along: square * sum.gradient { d > 0 ? change.probabilityChange[$0] / d : 0 },
        trace: square * sum.variance)
    case .l1:
      return hypotenuse(
        sigma * sum.gradient { change.probabilityChange[$0] < 0 ? -1 : 1 }.squareRoot(),
        sum.folded(change.probabilityChange, sigma))
    case .kl: return divergence(sigma, sum.gradient { change.logRatio[$0] }, sum.spread)
    case .klReverse: return divergence(sigma, sum.difference, sum.spread)
    case .jeffreys:
      return divergence(sigma, sum.gradient { change.logRatio[$0] }, sum.spread)
        + divergence(sigma, sum.difference, sum.spread)
    case .js: return divergence(sigma, sum.gradient { change.middleRatio($0) / 2 }, sum.spread / 4)
    case .sqrtKL:
      // √K: the error of K over 2√K, and at K ≈ 0 its root.
      let error = divergence(sigma, sum.gradient { change.logRatio[$0] }, sum.spread)
      return d > 0 ? min(error / (2 * d), error.squareRoot()) : error.squareRoot()
    case .output, .loss, .margin, .logits, .publishedKL, .publishedL2, .publishedL1: return 0
    }
  }

  /// σ‖∂‖ and ½σ² Σ q(1 − q), the average of a divergence of noise.
  private func divergence(_ sigma: Double, _ gradient: Double, _ spread: Double) -> Double {
    hypotenuse(sigma * gradient.squareRoot(), sigma * sigma * spread / 2)
  }

  /// The error of a norm: along the vector, and of its square what noise in all directions adds.
  private static func ofNorm(_ d: Double, along: Double, trace: Double) -> Double {
    let across = max(trace - along, 0)
    let square = max(d * d, trace)
    return (along + (square > 0 ? across * across / (4 * square) : 0)).squareRoot()
  }

  /// The error of a change that has a sign: of the loss or the margin.
  private func error(ofScalar change: PredictionChange, _ sigma: Double, old: Double) -> Double {
    guard case .label(let label) = change.target else {
      // Mean over outputs of 2δ(z − y) + δ².
      let y = change.targetValues
      var (slope, moved) = (0.0, 0.0)
      for c in 0..<change.classes {
        let delta = change.delta[c]
        let g = 2 * (change.z[c] + (change.isFirstOrder ? 0 : delta) - y[c])
        slope += g * g
        moved += delta * delta
      }
      return hypotenuse(sigma * slope.squareRoot(), 2 * old * moved.squareRoot()) / Double(change.classes)
    }
    // Margin: ∂/∂Δ has a 1 and a −1.
    if self == .margin { return 2.0.squareRoot() * sigma }
    var (slope, moved) = (0.0, 0.0)
    for c in 0..<change.classes {
      let shift = change.probabilityChange[c]
      let g = change.old[c] + (change.isFirstOrder ? 0 : shift) - (c == label ? 1 : 0)
      slope += g * g
      moved += shift * shift
    }
    return hypotenuse(sigma * slope.squareRoot(), old * moved.squareRoot())
  }
}

/// Sums over the classes of one prediction, q the new probabilities (the old ones for a derivative): with
/// ∂q_b/∂Δ_c = q_b(δ_bc − q_c) the gradient of a D of q is q_c (v_c − Σ q v), v = ∂D/∂q.
private struct ProbabilityNoise {
  let change: PredictionChange

  init(_ change: PredictionChange) { self.change = change }

  private func q(_ c: Int) -> Double {
    change.isFirstOrder ? change.old[c] : change.old[c] + change.probabilityChange[c]
  }

  /// ‖∂D/∂Δ‖² of a D whose derivative by q is `v`.
  func gradient(_ v: (Int) -> Double) -> Double {
    var mean = 0.0
    for c in 0..<change.classes { mean += q(c) * v(c) }
    var sum = 0.0
    for c in 0..<change.classes {
      let g = q(c) * (v(c) - mean)
      sum += g * g
    }
    return sum
  }

  /// ‖q − p‖²: of KL(p ‖ q) the gradient is q − p.
  var difference: Double {
    var sum = 0.0
    for c in 0..<change.classes { sum += change.probabilityChange[c] * change.probabilityChange[c] }
    return sum
  }

  /// Σ q(1 − q), the trace of diag q − qqᵀ.
  var spread: Double {
    var sum = 0.0
    for c in 0..<change.classes { sum += q(c) * max(1 - q(c), 0) }
    return sum
  }

  /// Σ_b q_b² ‖e_b − q‖²: the variance of all q for a unit one of Δ.
  var variance: Double {
    let squares = squareSum
    var sum = 0.0
    for c in 0..<change.classes { sum += q(c) * q(c) * max(1 - 2 * q(c) + squares, 0) }
    return sum
  }

  /// What |Δp| has too much on average, about s²/(|Δp| + s) for an error s.
  func folded(_ moved: OutputRow, _ sigma: Double) -> Double {
    let squares = squareSum
    var sum = 0.0
    for c in 0..<change.classes {
      let s = sigma * q(c) * max(1 - 2 * q(c) + squares, 0).squareRoot()
      if s > 0 { sum += s * s / (abs(moved[c]) + s) }
    }
    return sum
  }

  private var squareSum: Double {
    var sum = 0.0
    for c in 0..<change.classes { sum += q(c) * q(c) }
    return sum
  }
}

func hypotenuse(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
