extension FeatureClassification {
  /// Eq. 8: how far one step at h of class k moves the outputs at h and at h'. With α the penalty of the step,
  /// T = αI + hhᵀ, g = h·h', q = ‖h‖²:
  ///
  ///     D(x')² = Σ_c (g δ_ck − w_c·T h')²,   D(x)² = Σ_c (q δ_ck − (α + q) w_c·h)²
  ///
  /// S does not depend on the step size, since the update is linear in it. As published T = αI + hhᵀ/N, in the
  /// numerator only, so that S(x → x) is not 1 there.
  ///
  /// - Parameters: W h and W h', g, q, k and α.
  func response(
    sourceOutputs: [Double], probeOutputs: [Double], overlap: Double, square: Double, label: Int,
    stepPenalty alpha: Double
  ) -> Response {
    let divisor = formula == .published ? Double(sampleCount) : 1
    var (source, probe, scale) = (0.0, 0.0, 0.0)
    for c in 0..<classCount {
      let target = c == label ? 1.0 : 0
      let own = square * target - (alpha + square) * sourceOutputs[c]
      let other = overlap * target - alpha * probeOutputs[c] - overlap / divisor * sourceOutputs[c]
      source += own * own
      probe += other * other
      let size = square * target + (alpha + square) * abs(sourceOutputs[c])
      scale += size * size
    }
    return Response(source: source.squareRoot(), probe: probe.squareRoot(), scale: scale.squareRoot())
  }

  /// The loss of weights given as Vᵀ w_c, in which the second moments are diagonal; the published one if that is the
  /// formula.
  func loss(rotated weights: DoubleMatrix) -> Double {
    formula == .published ? publishedLoss(rotated: weights) : trueLoss(rotated: weights)
  }

  /// L(W) of the penalised loss: ½ Σ_c [w_c·(H/N) w_c − 2 w_c·b_c + n_c/N] + (λ/2K) Σ_c ‖w_c‖².
  func trueLoss(rotated weights: DoubleMatrix) -> Double {
    trueLoss(mean: weights, square: weights.squared)
  }

  /// The same where w and w² are means over several weights.
  func trueLoss(mean: DoubleMatrix, square: DoubleMatrix) -> Double {
    let share = penalty / Double(classCount)
    var sum = 0.0
    for c in 0..<classCount {
      sum += classShares[c]
      for j in 0..<featureCount {
        sum += square[c, j] * (moment(j) + share) - 2 * mean[c, j] * targets[c, j]
      }
    }
    return sum / 2
  }

  /// (1/2N) Σ_i Σ_a [(1 − f_a)² + (K − 1) f_a²] + (λ/2K) Σ_c ‖w_c‖²: the published code subtracts shapes (K) and (K, 1, 1),
  /// so that every output is compared with all entries of the target, and labels drop out.
  func publishedLoss(rotated weights: DoubleMatrix) -> Double {
    publishedLoss(mean: weights, square: weights.squared)
  }

  /// The same where w and w² are means over several weights.
  func publishedLoss(mean: DoubleMatrix, square: DoubleMatrix) -> Double {
    let share = penalty / Double(classCount)
    let n = Double(sampleCount)
    var sum = 0.0
    for c in 0..<classCount {
      sum += 1
      for j in 0..<featureCount {
        sum += square[c, j] * (Double(classCount) * moment(j) + share) - 2 * mean[c, j] * rotatedSum[j] / n
      }
    }
    return sum / 2
  }

  /// The j-th eigenvalue of H/N.
  private func moment(_ j: Int) -> Double { max(eigen.values[j] - alpha, 0) }

  /// The loss of any weights, [K, p]: the true one or the published.
  public func loss(_ weights: DoubleMatrix, as formula: FeatureFormula) -> Double {
    let rotated = DoubleMatrix.product(weights, eigen.vectors, transposingSecond: true)
    return formula == .published ? publishedLoss(rotated: rotated) : trueLoss(rotated: rotated)
  }
}

extension DoubleMatrix {
  fileprivate var squared: DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, scalars: scalars.map { $0 * $0 })
  }
}
