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
    var curves: [PairCurves] = []
    let block = 1024
    for (pair, starts) in zip(pairs, starts) {
      for start in starts { try check("a start", start.scalars, count: classCount * featureCount) }
      let probes = DoubleMatrix(rows: [pair.source.x, pair.probe.x])
      let rotated = DoubleMatrix.product(probes, eigen.vectors, transposingSecond: true)
      let driven = products(targets, rotated)
      let free = starts.map {
        products(DoubleMatrix.product($0, eigen.vectors, transposingSecond: true), rotated)
      }
      let columns = 2 * classCount
      let coefficients = DoubleMatrix(rows: free.flatMap { $0 })
      curves.append([[Double]](repeating: [], count: starts.count))
      for first in stride(from: 0, to: times.count, by: block) {
        let factors = times[first..<min(first + block, times.count)].map { self.factors(at: $0) }
        let source = DoubleMatrix.product(
          DoubleMatrix(rows: factors.map(\.growth)), DoubleMatrix(rows: driven), transposingSecond: true)
        let start = DoubleMatrix.product(
          DoubleMatrix(rows: factors.map(\.decay)), coefficients, transposingSecond: true)
        for place in starts.indices {
          let values = factors.indices.map { time -> Double in
            var outputs = [Double](repeating: 0, count: columns)
            for k in 0..<columns { outputs[k] = start[time, place * columns + k] + source[time, k] }
            return self.response(outputs, pair, stepPenalty ?? alpha).value ?? .nan
          }
          curves[curves.count - 1][place] += values
        }
      }
    }
    return curves
  }

  /// Entrywise products of every row of `weights` with both samples: 2K rows, those of the source first.
  private func products(_ weights: DoubleMatrix, _ samples: DoubleMatrix) -> [[Double]] {
    (0..<2).flatMap { sample in
      (0..<classCount).map { c in (0..<featureCount).map { weights[c, $0] * samples[sample, $0] } }
    }
  }

  private func response(
    _ outputs: [Double], _ pair: (source: LabelledPoint, probe: LabelledPoint), _ alpha: Double
  ) -> Response {
    response(
      sourceOutputs: Array(outputs[..<classCount]), probeOutputs: Array(outputs[classCount...]),
      overlap: dot(pair.source.x, pair.probe.x), square: dot(pair.source.x, pair.source.x),
      label: pair.source.label, stepPenalty: alpha)
  }
}
