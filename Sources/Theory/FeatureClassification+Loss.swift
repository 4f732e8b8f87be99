extension FeatureClassification {
  /// Eq. 8: how far one step at h of class k moves the outputs at h and at h'. With α the penalty of the
  /// step, T = αI + hhᵀ, g = h·h', q = ‖h‖²:
  ///
  ///     D(x')² = Σ_c (g δ_ck − w_c·T h')²,   D(x)² = Σ_c (q δ_ck − (α + q) w_c·h)²
  ///
  /// S does not depend on the step size, since the update is linear in it. As published T = αI + hhᵀ/N, in
  /// the numerator only, so that S(x → x) is not 1 there.
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

  /// The loss of weights given as Vᵀ w_c, or of weights with this mean and these variances, in one of the
  /// formulas.
  ///
  ///     corrected   (1/2N) Σ_i ‖W h_i − e_k(i)‖² + (λ/2K) Σ_c ‖w_c‖²
  ///     published   (1/2N) Σ_i Σ_a [(1 − f_a)² + (K − 1) f_a²] + (λ/2K) Σ_c ‖w_c‖²
  ///
  /// The published code subtracts shapes (K) and (K, 1, 1), so that every output is compared with all entries
  /// of the target, and labels drop out: each output is fitted to 1/K. Sums of squares in the diagonal
  /// coordinates; nothing cancels.
  func loss(rotated mean: DoubleMatrix, variance: DoubleMatrix? = nil, as formula: FeatureFormula) -> Double {
    let fit = formula == .published ? publishedFit : trueFit
    var (errors, norms) = (fit.residual, 0.0)
    for c in 0..<classCount {
      for (j, value) in fit.singularValues.enumerated() {
        let (center, spread) = (mean[c, j], variance?[c, j] ?? 0)
        let gap = value * center - fit.targets[c, j]
        errors += gap * gap + value * value * spread
        norms += center * center + spread
      }
    }
    // Σ_a [(1 − f)² + (K − 1) f²] = K Σ_a (f − 1/K)² + K − 1
    let (k, error) = (Double(classCount), errors / Double(sampleCount))
    return ((formula == .published ? k * error + k - 1 : error) + penalty / k * norms) / 2
  }

  /// The loss of any weights, [K, p]: the true one or the published.
  public func loss(_ weights: DoubleMatrix, as formula: FeatureFormula) -> Double {
    loss(rotated: DoubleMatrix.product(weights, vectors, transposingSecond: true), as: formula)
  }
}

/// The squared error Σ_i ‖W h_i − y_i‖² in the coordinates Vᵀ w_c: Σ_c Σ_j (σ_j (Vᵀ w_c)_j − t_cj)² and what
/// no weights remove.
struct DiagonalFit: Sendable {
  let singularValues: [Double]
  /// t_cj.
  let targets: DoubleMatrix
  let residual: Double

  /// The fit to the indicators of the classes, or of every output to their mean 1/K.
  init(_ squares: DiagonalLeastSquares, toMean: Bool) {
    singularValues = squares.singularValues
    let (fitted, left) = (squares.targets, squares.residuals)
    let classes = fitted.columns
    func side(_ row: [Double], _ c: Int) -> Double {
      toMean ? row.reduce(0, +) / Double(classes) : row[c]
    }
    targets = DoubleMatrix(
      rows: (0..<classes).map { c in (0..<fitted.rows).map { side(fitted.row($0), c) } })
    residual = (0..<left.rows).reduce(0) { sum, i in
      (0..<classes).reduce(sum) { $0 + side(left.row(i), $1) * side(left.row(i), $1) }
    }
  }
}
