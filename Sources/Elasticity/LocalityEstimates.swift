import Elementary
import Tables

extension PairEstimates {
  /// A number of locality; the pairs are those of all classes.
  public func locality(_ locality: Locality) -> Estimate {
    switch locality {
    case .same: average(.mean, .same)
    case .other: average(.mean, .other)
    case .geomeanSame: average(.geomean, .same)
    case .geomeanOther: average(.geomean, .other)
    case .ratio: quotient(.mean) { $0 }
    case .geomeanRatio: quotient(.geomean) { $0 }
    // same/(same + other) = 1/(1 + 1/ratio): the interval of the ratio, carried over.
    case .lantk: quotient(.mean) { $0.isInfinite ? 1 : $0 / (1 + $0) }
    case .auc: auc()
    case .difference: difference()
    }
  }

  /// A function that grows with the average over same-class pairs over that of the others.
  private func quotient(_ average: Average, _ function: (Double) -> Double) -> Estimate {
    let values = tables.compactMap { table in
      table.plain(average, .same).flatMap { same in table.plain(average, .other).map { same / $0 } }
    }.filter { !$0.isNaN }
    guard !values.isEmpty else { return Estimate(nil, without: .noPairs) }
    guard let sum = ratio(average), values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      return Estimate(function(values.reduce(0, +) / Double(values.count)), without: .zero)
    }
    let value = function(values.count == 1 ? values[0] : exp(sum.center))
    guard smallestClass >= NoInterval.fewestSamples else {
      return Estimate(value, without: .fewSamples(smallestClass))
    }
    return Estimate(
      value, low: function(exp(sum.center - sum.half)), high: function(exp(sum.center + sum.half)))
  }

  func ratio(_ average: Average) -> Sum? {
    average == .mean
      ? sum(
        { $0.matrix.support() }, tables.map { PairInfluences.quotient($0.mean(.same), $0.mean(.other)) })
      : sum(
        { $0.positiveSupport(.all) },
        tables.map { PairInfluences.quotient($0.geomean(.same), $0.geomean(.other)) })
  }

  private func auc() -> Estimate {
    let known = tables.map { $0.auc() }
    let values = known.compactMap { $0?.area }
    guard !values.isEmpty else { return Estimate(nil, without: .noPairs) }
    func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    guard let sum = sum({ $0.aucSupport }, known.map { $0?.influence }) else {
      return Estimate(nil, without: .noPairs)
    }
    let value = values.count == 1 ? values[0] : logistic(sum.center)
    guard smallestClass >= NoInterval.fewestSamples else {
      return Estimate(value, without: .fewSamples(smallestClass))
    }
    let undecided = known.compactMap { $0?.undecided }.reduce(0, +) / Double(values.count)
    guard undecided >= 0.5 else { return Estimate(value, without: .decided) }
    return Estimate(value, low: logistic(sum.center - sum.half), high: logistic(sum.center + sum.half))
  }

  /// same − other = other (ratio − 1): the half lengths of other and of ratio with the correlation of the two, so that the
  /// interval leaves 0 out where that of the ratio leaves out 1.
  private func difference() -> Estimate {
    let values = tables.compactMap { table in
      table.plain(.mean, .same).flatMap { same in table.plain(.mean, .other).map { (same, $0) } }
    }
    guard !values.isEmpty else { return Estimate(nil, without: .noPairs) }
    let count = Double(values.count)
    let (same, other) = (
      values.reduce(0) { $0 + $1.0 } / count, values.reduce(0) { $0 + $1.1 } / count
    )
    let value = same - other
    guard smallestClass >= NoInterval.fewestSamples else {
      return Estimate(value, without: .fewSamples(smallestClass))
    }
    let others = mean(.mean, .other, other)
    guard same > 0, let ratios = ratio(.mean), let limits = others.limits, let sum = others.sum else {
      return Estimate(value, without: .zero)
    }
    if let reason = others.estimate.reason { return Estimate(value, without: reason) }
    let r = same / other
    let (a, b) = (abs(r - 1), other)
    let (below, above) = (other - limits.low, limits.high - other)
    let (down, up) = ((r > 1 ? below : above) * a, (r > 1 ? above : below) * a)
    let (low, high) = (b * r * (1 - exp(-ratios.half)), b * r * (exp(ratios.half) - 1))
    let c = (r > 1 ? 1 : -1) * PairEstimates.correlation(ratios, sum)
    func root(_ x: Double, _ y: Double) -> Double { max(x * x + y * y + 2 * c * x * y, 0).squareRoot() }
    return Estimate(value, low: value - root(down, low), high: value + root(up, high))
  }

  /// The correlation of two numbers over samples and runs.
  private static func correlation(_ x: Sum, _ y: Sum) -> Double {
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    if let a = x.nodes, let b = y.nodes {
      for (a, b) in zip(a.samples, b.samples) {
        xy += a * b
        xx += a * a
        yy += b * b
      }
    }
    let runs = Double(x.values.count)
    if runs > 1, y.values.count == x.values.count {
      let (means, n) = ((x: x.center, y: y.values.reduce(0, +) / runs), runs * (runs - 1))
      for (a, b) in zip(x.values, y.values) {
        xy += (a - means.x) * (b - means.y) / n
        xx += (a - means.x) * (a - means.x) / n
        yy += (b - means.y) * (b - means.y) / n
      }
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
  }
}
