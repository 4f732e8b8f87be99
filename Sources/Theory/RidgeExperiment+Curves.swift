/// What one formula says of a ridge experiment, averaged over its pairs.
public struct RidgeCurves: Sendable {
  public let times: [Double]
  /// The mean of S over the pairs, [start][time].
  public let elasticity: [[Double]]
  /// The loss of the formula, [start][time], averaged over the pairs (each has starts of its own).
  public let loss: [[Double]]
  /// The loss of the derivation, whatever the formula.
  public let trueLoss: [[Double]]
  /// How many pairs the mean has, and how many of their values are not defined, at each time of each start.
  public let pairs: Int
  public let dropped: [[Int]]
}

extension RidgeExperiment {
  /// S and losses along all flows.
  ///
  /// - Throws: `TheoryError`. Cost: T p (pairs · starts) 4 multiply-adds, about half a second for 8001 times, p = 100.
  public func curves(
    times: [Double], as formula: FeatureFormula, pairing: Pairing
  ) throws(TheoryError) -> RidgeCurves {
    let problem = try problem(as: formula)
    let values = try problem.elasticityCurves(times: times, pairs: pairs(pairing), starts: starts)
    var means = [[Double]](
      repeating: [Double](repeating: 0, count: times.count), count: size.starts)
    var dropped = [[Int]](repeating: [Int](repeating: 0, count: times.count), count: size.starts)
    for pair in values {
      for (start, curve) in pair.enumerated() {
        for (place, value) in curve.enumerated() {
          if value.isNaN { dropped[start][place] += 1 } else { means[start][place] += value }
        }
      }
    }
    for start in means.indices {
      for place in times.indices { means[start][place] /= Double(size.pairs - dropped[start][place]) }
    }
    return RidgeCurves(
      times: times, elasticity: means, loss: meanLosses(problem, times, formula),
      trueLoss: meanLosses(problem, times, .corrected), pairs: size.pairs, dropped: dropped)
  }

  /// The loss averaged over the pairs, [start][time]: a quadratic form of W(t), so that mean and variance of the starts
  /// are enough.
  private func meanLosses(
    _ problem: FeatureClassification, _ times: [Double], _ formula: FeatureFormula
  ) -> [[Double]] {
    let factors = times.map { problem.factors(at: $0) }
    let count = Double(starts.count)
    return (0..<size.starts).map { start in
      let rotated = starts.map {
        DoubleMatrix.product($0[start], problem.vectors, transposingSecond: true)
      }
      var mean = DoubleMatrix(rows: 2, columns: size.features)
      var variance = mean
      for i in mean.scalars.indices {
        mean.scalars[i] = rotated.reduce(0) { $0 + $1.scalars[i] } / count
        let center = mean.scalars[i]
        variance.scalars[i] =
          rotated.reduce(0) { $0 + ($1.scalars[i] - center) * ($1.scalars[i] - center) } / count
      }
      return factors.map { factor in
        problem.meanLoss(
          mean: mean, variance: variance, decay: factor.decay, growth: factor.growth, as: formula)
      }
    }
  }
}

extension FeatureClassification {
  /// The mean loss of weights w = decay · s + growth · b whose starts s have this mean and these variances.
  func meanLoss(
    mean: DoubleMatrix, variance: DoubleMatrix, decay: [Double], growth: [Double], as formula: FeatureFormula
  ) -> Double {
    var (mean, variance) = (mean, variance)
    for c in 0..<classCount {
      for j in 0..<featureCount {
        mean[c, j] = decay[j] * mean[c, j] + growth[j] * targets[c, j]
        variance[c, j] *= decay[j] * decay[j]
      }
    }
    return loss(rotated: mean, variance: variance, as: formula)
  }
}
