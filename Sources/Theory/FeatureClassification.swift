import Elementary

/// Which formula of the classification by features is meant.
public enum FeatureFormula: String, CaseIterable, Hashable, Sendable {
  /// The derivation from the penalised loss.
  case corrected
  /// What the published notebooks contain: the penalty is N times that of the loss, 1/N stands in T but not in the
  /// denominator, and the loss compares every class with all entries of a target.
  case published
}

/// Classification by fixed features, Theorem 3.2: penalised linear regression to one-hot targets by gradient flow.
///
///     L(W) = (1/2N) Σ_i ‖W h_i − e_k(i)‖² + (λ/2K) Σ_c ‖w_c‖²
///     M = (λ/K) I + (1/N) Σ h hᵀ,   b_c = (1/N) Σ_{i of class c} h_i
///     w_c(t) = M⁻¹ b_c + exp(−θ² t M) (w_c(0) − M⁻¹ b_c)
///
/// One eigendecomposition of M, [p, p], serves every time and every start. `published` has Nλ/K in M.
public struct FeatureClassification: Sendable {
  /// N, K and p.
  public let sampleCount: Int
  public let classCount: Int
  public let featureCount: Int
  /// λ.
  public let penalty: Double
  /// θ².
  public let rate: Double
  public let formula: FeatureFormula
  /// The eigenvalues μ_j of M and its eigenvectors.
  public let eigen: SymmetricEigen
  /// Vᵀ b_c, row c.
  let targets: DoubleMatrix
  /// Vᵀ Σ_i h_i, which the published loss needs.
  let rotatedSum: [Double]
  /// The share of each class in N.
  let classShares: [Double]

  /// - Parameters:
  ///   - features: h_i in row i, [N, p].
  ///   - labels: the class of each, below `classes`.
  ///   - penalty: λ, not negative.
  ///   - timeScale: θ.
  /// - Throws: `TheoryError` for sizes that do not agree and numbers that are not finite.
  ///
  /// Cost: N p² + 9 p³ operations.
  public init(
    features: DoubleMatrix, labels: [Int], classes: Int, penalty: Double, timeScale: Double = 1,
    as formula: FeatureFormula = .corrected
  ) throws(TheoryError) {
    let count = features.rows
    guard count > 0, features.columns > 0 else { throw .tooFew(what: "samples", least: 1, found: 0) }
    guard labels.count == count else {
      throw .otherSize(what: "labels", expected: count, found: labels.count)
    }
    guard classes > 0 else { throw .tooFew(what: "classes", least: 1, found: classes) }
    if let label = labels.first(where: { $0 < 0 || $0 >= classes }) {
      throw .invalid(what: "a label", value: Double(label), reason: "classes are 0 to \(classes - 1)")
    }
    guard penalty >= 0, penalty.isFinite else {
      throw .invalid(what: "the penalty", value: penalty, reason: "a finite number, 0 or more, is needed")
    }
    try checkPositive("the time scale", timeScale)
    (sampleCount, classCount, featureCount) = (count, classes, features.columns)
    (self.penalty, rate, self.formula) = (penalty, timeScale * timeScale, formula)
    let n = Double(count)
    var moments = DoubleMatrix.product(features, features, transposingFirst: true)
    let alpha = FeatureClassification.alpha(penalty, classes: classes, samples: count, formula)
    for i in moments.scalars.indices { moments.scalars[i] /= n }
    for j in 0..<featureCount { moments[j, j] += alpha }
    eigen = try SymmetricEigen(moments)
    var sums = DoubleMatrix(rows: classes, columns: featureCount)
    for (i, label) in labels.enumerated() {
      for j in 0..<featureCount { sums[label, j] += features[i, j] / n }
    }
    targets = DoubleMatrix.product(sums, eigen.vectors, transposingSecond: true)
    rotatedSum = eigen.vectors.times(
      (0..<featureCount).map { j in (0..<classes).reduce(0) { $0 + sums[$1, j] } * n })
    classShares = (0..<classes).map { label in Double(labels.count { $0 == label }) / n }
  }

  private static func alpha(_ penalty: Double, classes: Int, samples: Int, _ formula: FeatureFormula)
    -> Double
  {
    (formula == .published ? Double(samples) : 1) * penalty / Double(classes)
  }

  /// The penalty that a step at one sample has by default: λ/K, and Nλ/K as published.
  public var alpha: Double {
    FeatureClassification.alpha(penalty, classes: classCount, samples: sampleCount, formula)
  }

  /// exp(−θ²tμ_j), and what a source term b has become: (1 − exp(−θ²tμ_j))/μ_j, θ²t where μ_j is 0.
  func factors(at time: Double) -> (decay: [Double], growth: [Double]) {
    let scaled = rate * time
    // Rounding makes zero eigenvalues slightly negative, which would grow.
    let values = eigen.values.map { max($0, 0) }
    return (
      values.map { exp(-scaled * $0) },
      values.map { $0 * scaled > 1e-300 ? -expm1(-scaled * $0) / $0 : scaled }
    )
  }
}

/// The flow of one start W(0), [K, p].
public struct FeatureFlow: GradientFlow {
  public let problem: FeatureClassification
  /// Vᵀ w_c(0), row c.
  let start: DoubleMatrix
  /// α of the step at one sample; 0 for a step without penalty.
  public var stepPenalty: Double

  /// - Parameter start: w_c(0) in row c.
  /// - Throws: `otherSize` or `notFinite`.
  public init(
    _ problem: FeatureClassification, start: DoubleMatrix, stepPenalty: Double? = nil
  ) throws(TheoryError) {
    try check("the start", start.scalars, count: problem.classCount * problem.featureCount)
    guard start.rows == problem.classCount else {
      throw .otherSize(what: "the start", expected: problem.classCount, found: start.rows)
    }
    self.problem = problem
    self.start = DoubleMatrix.product(start, problem.eigen.vectors, transposingSecond: true)
    self.stepPenalty = stepPenalty ?? problem.alpha
  }

  public var inputCount: Int { problem.featureCount }

  public var weightNames: [String] {
    (0..<problem.classCount).flatMap { c in (0..<problem.featureCount).map { "w\(c)_\($0)" } }
  }

  /// Vᵀ w_c(t), row c.
  func rotated(at time: Double) -> DoubleMatrix {
    let (decay, growth) = problem.factors(at: time)
    var result = start
    for c in 0..<problem.classCount {
      for j in 0..<problem.featureCount {
        result[c, j] = decay[j] * start[c, j] + growth[j] * problem.targets[c, j]
      }
    }
    return result
  }

  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    return times.map { time in
      let rotated = rotated(at: time)
      return FlowState(
        time: time, weights: DoubleMatrix.product(rotated, problem.eigen.vectors).scalars,
        loss: problem.loss(rotated: rotated))
    }
  }

  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    let p = problem.featureCount
    let rows = (0..<problem.classCount).map { Array(weights[$0 * p..<($0 + 1) * p]) }
    return problem.response(
      sourceOutputs: rows.map { dot($0, source.x) }, probeOutputs: rows.map { dot($0, probe.x) },
      overlap: dot(source.x, probe.x), square: dot(source.x, source.x), label: source.label,
      stepPenalty: stepPenalty)
  }
}
