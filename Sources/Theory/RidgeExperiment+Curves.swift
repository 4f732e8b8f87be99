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

  /// The loss averaged over the pairs, [start][time]: a quadratic form of W(t), so that the first two moments of the starts
  /// are enough.
  private func meanLosses(
    _ problem: FeatureClassification, _ times: [Double], _ formula: FeatureFormula
  ) -> [[Double]] {
    let factors = times.map { problem.factors(at: $0) }
    return (0..<size.starts).map { start in
      let rotated = starts.map {
        DoubleMatrix.product($0[start], problem.eigen.vectors, transposingSecond: true)
      }
      var (first, second) = (
        DoubleMatrix(rows: 2, columns: size.features), DoubleMatrix(rows: 2, columns: size.features)
      )
      for weights in rotated {
        for i in weights.scalars.indices {
          first.scalars[i] += weights.scalars[i] / Double(rotated.count)
          second.scalars[i] += weights.scalars[i] * weights.scalars[i] / Double(rotated.count)
        }
      }
      return factors.map { factor in
        problem.meanLoss(
          first: first, second: second, decay: factor.decay, growth: factor.growth, as: formula)
      }
    }
  }
}

extension FeatureClassification {
  /// The mean loss of weights w = decay · s + growth · b whose starts s have these moments.
  func meanLoss(
    first: DoubleMatrix, second: DoubleMatrix, decay: [Double], growth: [Double], as formula: FeatureFormula
  ) -> Double {
    var mean = first
    var square = second
    for c in 0..<classCount {
      for j in 0..<featureCount {
        let driven = growth[j] * targets[c, j]
        mean[c, j] = decay[j] * first[c, j] + driven
        square[c, j] =
          decay[j] * decay[j] * second[c, j] + 2 * decay[j] * driven * first[c, j] + driven * driven
      }
    }
    return formula == .published
      ? publishedLoss(mean: mean, square: square) : trueLoss(mean: mean, square: square)
  }
}
