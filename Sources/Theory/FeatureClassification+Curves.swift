extension FeatureClassification {
  /// S of one pair from several starts, [start][time], NaN where it is not defined.
  public typealias PairCurves = [[Double]]

  /// S of every pair along the flows of every start, [pair][start][time], for many times at once.
  ///
  /// W(t) h is linear in exp(−θ²tμ) and in (1 − exp(−θ²tμ))/μ, so that two matrix products give the outputs of all
  /// pairs, starts and times: T p (2K) (pairs · starts) multiply-adds, and no weights are formed.
  ///
  /// - Parameters:
  ///   - starts: for each pair its starts, [K, p] each.
  ///   - stepPenalty: α of the step; nil for that of the formula.
  /// - Throws: `TheoryError` for times, samples or starts that do not fit.
  public func elasticityCurves(
    times: [Double], pairs: [(source: LabelledPoint, probe: LabelledPoint)], starts: [[DoubleMatrix]],
    stepPenalty: Double? = nil
  ) throws(TheoryError) -> [PairCurves] {
    try check(times: times)
    for pair in pairs {
      try check("a source", pair.source.x, count: featureCount)
      try check("a probe", pair.probe.x, count: featureCount)
    }
    for start in starts.joined() {
      try check("a start", start.scalars, count: classCount * featureCount)
    }
    let parts = zip(pairs, starts).map { PairFlow($0, starts: $1, of: self) }
    var curves = parts.map { [[Double]](repeating: [], count: $0.free.rows / (2 * classCount)) }
    let block = 1024
    for first in stride(from: 0, to: times.count, by: block) {
      let factors = times[first..<min(first + block, times.count)].map { self.factors(at: $0) }
      let growth = DoubleMatrix(rows: factors.map(\.growth))
      let decay = DoubleMatrix(rows: factors.map(\.decay))
      for (pair, part) in parts.enumerated() {
        let driven = DoubleMatrix.product(growth, part.driven, transposingSecond: true)
        let free = DoubleMatrix.product(decay, part.free, transposingSecond: true)
        for start in curves[pair].indices {
          curves[pair][start] += elasticities(
            pairs[pair], driven: driven, free: free, start: start, alpha: stepPenalty ?? alpha)
        }
      }
    }
    return curves
  }

  /// S at each row of the outputs: Eq. 8 without an array for each value.
  private func elasticities(
    _ pair: (source: LabelledPoint, probe: LabelledPoint), driven: DoubleMatrix, free: DoubleMatrix,
    start: Int, alpha: Double
  ) -> [Double] {
    let overlap = dot(pair.source.x, pair.probe.x)
    let square = dot(pair.source.x, pair.source.x)
    let ownWeight = overlap / (formula == .published ? Double(sampleCount) : 1)
    let first = start * 2 * classCount
    return (0..<driven.rows).map { row in
      var (own, other, scale) = (0.0, 0.0, 0.0)
      for c in 0..<classCount {
        let target = c == pair.source.label ? 1.0 : 0
        let source = free[row, first + c] + driven[row, c]
        let probe = free[row, first + classCount + c] + driven[row, classCount + c]
        let a = square * target - (alpha + square) * source
        let b = overlap * target - alpha * probe - ownWeight * source
        let size = square * target + (alpha + square) * abs(source)
        own += a * a
        other += b * b
        scale += size * size
      }
      return Response(
        source: own.squareRoot(), probe: other.squareRoot(), scale: scale.squareRoot()
      ).value ?? .nan
    }
  }
}

/// The coefficients of one pair's outputs W h and W h' in the eigenvectors: rows are those of the source, then of the probe.
private struct PairFlow {
  /// From the targets, [2K, p].
  let driven: DoubleMatrix
  /// From the starts, [2K · starts, p].
  let free: DoubleMatrix

  init(
    _ pair: (source: LabelledPoint, probe: LabelledPoint), starts: [DoubleMatrix],
    of problem: FeatureClassification
  ) {
    let rotated = DoubleMatrix.product(
      DoubleMatrix(rows: [pair.source.x, pair.probe.x]), problem.vectors, transposingSecond: true)
    driven = DoubleMatrix(rows: PairFlow.products(problem.targets, rotated))
    free = DoubleMatrix(
      rows: starts.flatMap {
        PairFlow.products(
          DoubleMatrix.product($0, problem.vectors, transposingSecond: true), rotated)
      })
  }

  /// Entrywise products of every row of `weights` with both samples: 2K rows, those of the source first.
  private static func products(_ weights: DoubleMatrix, _ samples: DoubleMatrix) -> [[Double]] {
    (0..<2).flatMap { sample in
      (0..<weights.rows).map { c in (0..<weights.columns).map { weights[c, $0] * samples[sample, $0] } }
    }
  }
}
