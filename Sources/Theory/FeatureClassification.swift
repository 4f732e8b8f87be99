import Elementary

/// Which formula of the classification by features is meant.
public enum FeatureFormula: String, CaseIterable, Hashable, Sendable {
  /// The derivation from the penalised loss.
  case corrected
  /// What the published notebooks contain: the penalty is N times that of the loss, 1/N stands in T but not
  /// in the denominator, and the loss compares every class with all entries of a target.
  case published
}

/// Classification by fixed features, Theorem 3.2: penalised linear regression to one-hot targets by gradient
/// flow.
///
///     L(W) = (1/2N) Σ_i ‖W h_i − e_k(i)‖² + (λ/2K) Σ_c ‖w_c‖²
///     M = (λ/K) I + (1/N) Σ h hᵀ,   b_c = (1/N) Σ_{i of class c} h_i
///     w_c(t) = M⁻¹ b_c + exp(−θ² t M) (w_c(0) − M⁻¹ b_c)
///
/// One singular value decomposition of the features, M = V diag(μ) Vᵀ with μ = σ²/N + λ/K, serves every time
/// and every start. Weights in the null space of the features feel the penalty alone; without one they stay
/// where they began. `published` has Nλ/K in M.
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
  /// Rows are the eigenvectors: Vᵀ.
  let vectors: DoubleMatrix
  /// Both losses in the coordinates Vᵀ w, in which M is diagonal.
  let trueFit: DiagonalFit
  let publishedFit: DiagonalFit
  /// The eigenvalues μ_j of M.
  let moments: [Double]
  /// Vᵀ b_c, row c.
  let targets: DoubleMatrix

  /// - Parameters:
  ///   - features: h_i in row i, [N, p].
  ///   - labels: the class of each, below `classes`.
  ///   - penalty: λ, not negative.
  ///   - timeScale: θ.
  /// - Throws: `TheoryError` for sizes that do not agree and numbers that are not finite.
  ///
  /// Cost: 2 N p² + 25 p³ multiply-adds.
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
    try checkPositive("the square of the time scale", timeScale * timeScale)
    (sampleCount, classCount, featureCount) = (count, classes, features.columns)
    (self.penalty, rate, self.formula) = (penalty, timeScale * timeScale, formula)
    guard features.scalars.allSatisfy(\.isFinite) else { throw .notFinite("the matrix of second moments") }
    var indicators = DoubleMatrix(rows: count, columns: classes)
    for (i, label) in labels.enumerated() { indicators[i, label] = 1 }
    let squares = try DiagonalLeastSquares(features, rightSides: indicators)
    let n = Double(count)
    let alpha = FeatureClassification.alpha(penalty, classes: classes, samples: count, formula)
    moments = squares.singularValues.map { $0 * $0 / n + alpha }
    guard moments.allSatisfy(\.isFinite) else { throw .notFinite("the matrix of second moments") }
    vectors = squares.vectors
    trueFit = DiagonalFit(squares, toMean: false)
    publishedFit = DiagonalFit(squares, toMean: true)
    var targets = trueFit.targets
    for c in 0..<classes {
      for (j, value) in squares.singularValues.enumerated() { targets[c, j] *= value / n }
    }
    self.targets = targets
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

  /// exp(−θ²tμ_j), and what a source term b has become: (1 − exp(−θ²tμ_j))/μ_j. Where μ_j is 0 nothing moves.
  func factors(at time: Double) -> (decay: [Double], growth: [Double]) {
    let exponents = moments.map { $0 == 0 ? 0 : -rate * time * $0 }
    return (
      exponents.map { exp($0) },
      zip(exponents, moments).map { exponent, moment in
        moment == 0 ? 0 : exponent < -1e-300 ? -expm1(exponent) / moment : rate * time
      }
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
    self.start = DoubleMatrix.product(start, problem.vectors, transposingSecond: true)
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
    return try representable(
      times.map { time in
        let rotated = rotated(at: time)
        return FlowState(
          time: time, weights: DoubleMatrix.product(rotated, problem.vectors).scalars,
          loss: problem.loss(rotated: rotated, as: problem.formula))
      })
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
