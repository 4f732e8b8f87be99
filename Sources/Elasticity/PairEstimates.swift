import Elementary
import Tables

/// Numbers made from the pairs of one measurement, in one or several runs, with their 95 % intervals.
///
/// The interval is for new samples of the same classes, and over several runs for new runs too. It needs no random numbers.
public struct PairEstimates: Sendable {
  /// How several runs are taken together.
  public enum Runs: Hashable, Sendable {
    /// All runs have the same samples, in the same order in each matrix: the spread over samples stays, however many runs.
    case samePoints
    /// Each run has samples of its own: the runs' numbers hold all of the spread.
    case newPoints
  }

  let tables: [PairInfluences]
  let runs: Runs
  /// The mean over runs of the same pairs; the first run where each has its own.
  let pooled: PairInfluences

  /// How many pairs are kept, and how many of them have S = 0: these are in no geometric mean.
  public let pairs: Int
  public let zeros: Int
  /// How many different sources and probes have a kept pair.
  public let sources: Int
  public let probes: Int

  /// - Precondition: at least one matrix.
  public init(_ matrices: [PairMatrix], runs: Runs = .samePoints) {
    tables = matrices.map(PairInfluences.init)
    self.runs = runs
    pooled =
      matrices.count > 1 && runs == .samePoints ? PairInfluences(PairMatrix.mean(matrices)) : tables[0]
    pairs = matrices.reduce(0) { $0 + $1.values.count { !$0.isNaN } }
    zeros = matrices.reduce(0) { $0 + $1.values.count { $0 == 0 } }
    let counts = (runs == .samePoints ? [pooled.matrix] : matrices).map { $0.nodeCounts($0.support()) }
    sources = counts.reduce(0) { $0 + $1.sources }
    probes = counts.reduce(0) { $0 + $1.probes }
  }

  /// The smallest number of samples in a class that has pairs.
  var smallestClass: Int {
    (runs == .samePoints ? [pooled] : tables).flatMap { table in
      (table.design.sourceCounts + table.design.probeCounts).filter { $0 > 0 }
    }.min() ?? 0
  }

  // MARK: - One number over runs

  /// A statistic over runs on its working scale.
  struct Sum {
    var center: Double
    var values: [Double]
    /// Var of the mean over the present samples; nil over runs with samples of their own.
    var nodes: DyadicVariance?
    /// Var of the mean over the present runs; 0 for one.
    var ofRuns: Double

    private var runFreedom: Double { Double(values.count - 1) }

    /// V = V_nodes + V_runs with the degrees of freedom of Satterthwaite (1946).
    var freedom: Double {
      guard let nodes else { return runFreedom }
      guard values.count > 1, ofRuns > 0 else { return nodes.freedom }
      let v = nodes.variance + ofRuns
      return v * v / (nodes.variance * nodes.variance / nodes.freedom + ofRuns * ofRuns / runFreedom)
    }

    /// Half of the interval: t √V, and not shorter than that of the runs alone.
    var half: Double {
      let v = (nodes?.variance ?? 0) + ofRuns
      guard v > 0 else { return 0 }
      return max(StudentT.quantile(0.975, freedom: freedom) * v.squareRoot(), ofRunsAlone)
    }

    /// t √V of the runs' values.
    var ofRunsAlone: Double {
      ofRuns > 0 ? StudentT.quantile(0.975, freedom: runFreedom) * ofRuns.squareRoot() : 0
    }

    /// A half length that holds for the samples, widened by the part of the runs.
    func widened(_ half: Double) -> Double {
      guard ofRuns > 0, let nodes else { return max(half, ofRunsAlone) }
      let t = StudentT.quantile(0.975, freedom: freedom)
      let scaled = half * max(t / StudentT.quantile(0.975, freedom: nodes.freedom), 1)
      return max((scaled * scaled + t * t * ofRuns).squareRoot(), ofRunsAlone)
    }
  }

  /// - Parameters:
  ///   - support: the pairs of a run that have an effect.
  ///   - influences: one a run, nil where it has no such number.
  func sum(_ support: (PairInfluences) -> [Bool], _ influences: [PairInfluence?]) -> Sum? {
    let known = zip(tables, influences).compactMap { table, influence in influence.map { (table, $0) } }
    guard !known.isEmpty else { return nil }
    let values = known.map(\.1.value)
    let isNew = runs == .newPoints && known.count > 1
    // Of runs with samples of their own perhaps one alone has the number, and its samples count.
    let design = runs == .newPoints ? known[0].0.design : pooled.design
    let nodes =
      isNew
      ? nil
      : DyadicVariance(
        Linearization.mean(known.map { Linearization($0.1, $0.0.design, on: support($0.0)) }), design)
    return Sum(
      center: values.reduce(0, +) / Double(values.count), values: values, nodes: nodes,
      ofRuns: values.count > 1 ? variance(values) / Double(values.count) : 0)
  }

  // MARK: - Averages

  /// An average of the pairs of a group.
  public func average(_ average: Average, _ group: PairMatrix.Group) -> Estimate {
    let values = tables.map { $0.plain(average, group) }
    let known = values.compactMap(\.self)
    guard !known.isEmpty else {
      let hasPairs = tables.contains { $0.matrix.support(group).contains(true) }
      return Estimate(nil, without: hasPairs ? .zero : .noPairs)
    }
    let mean = known.reduce(0, +) / Double(known.count)
    guard smallestClass >= NoInterval.fewestSamples else {
      return Estimate(overRuns(average, known, mean), without: .fewSamples(smallestClass))
    }
    switch average {
    case .geomean:
      guard let sum = sum({ $0.positiveSupport(group) }, tables.map { $0.geomean(group) }) else {
        return Estimate(mean, without: .zero)
      }
      return PairEstimates.logarithmic(overRuns(average, known, mean), sum.center, sum.half)
    case .median: return median(group, known)
    case .mean, .ratioOfMeans: return self.mean(average, group, mean).estimate
    }
  }

  /// The mean over runs: of logarithms for what is averaged in logarithms, else of the numbers.
  private func overRuns(_ average: Average, _ known: [Double], _ mean: Double) -> Double {
    guard known.count > 1, average == .geomean || average == .median, known.allSatisfy({ $0 > 0 }) else {
      return mean
    }
    return exp(known.reduce(0) { $0 + log($1) } / Double(known.count))
  }

  static func logarithmic(_ value: Double?, _ center: Double, _ half: Double) -> Estimate {
    Estimate(value, low: exp(center - half), high: exp(center + half))
  }

  /// An arithmetic mean with the parts that a difference of two needs.
  struct Mean {
    var estimate: Estimate
    /// The same before an interval is withheld because it is too wide.
    var limits: (low: Double, high: Double)?
    var sum: Sum?
  }

  /// The hull of the dyadic interval and the lognormal one, on a logarithmic scale.
  func mean(_ average: Average, _ group: PairMatrix.Group, _ value: Double) -> Mean {
    let influence: (PairInfluences) -> PairInfluence? = {
      average == .mean ? $0.mean(group) : $0.ratioOfMeans(group)
    }
    let support: (PairInfluences) -> [Bool] = { $0.matrix.support(group) }
    guard value > 0, var sum = sum(support, tables.map(influence)) else {
      return Mean(estimate: Estimate(value, without: .zero))
    }
    // The mean over runs is one of numbers, not of logarithms.
    let numbers = sum.values.map { exp($0) }
    if numbers.count > 1, sum.nodes != nil {
      sum.ofRuns = variance(numbers) / Double(numbers.count) / (value * value)
    }
    let (below, above) = hull(average, group)
    let limits = (value * exp(-sum.widened(below)), value * exp(sum.widened(above)))
    let spread = LognormalHull.components(
      pooled.logarithms, pooled.design,
      PairInfluences.both(pooled.positiveSupport(group), pooled.design.pairs))
    return Mean(
      estimate: PairEstimates.withheld(value, limits, spread.total.squareRoot()), limits: limits, sum: sum)
  }

  private static func withheld(_ value: Double, _ limits: (Double, Double), _ sd: Double) -> Estimate {
    limits.1 / limits.0 <= NoInterval.largestFactor
      ? Estimate(value, low: limits.0, high: limits.1) : Estimate(value, without: .spread(sd: sd))
  }

  /// How far below and above the mean the hull of the run-averaged table reaches, in logarithms; of runs with samples of
  /// their own the mean over √R, since tails that most runs do not show are in none of their numbers.
  private func hull(_ average: Average, _ group: PairMatrix.Group) -> (below: Double, above: Double) {
    // Where the classes of one sample differ between runs (control=shuffle), no table stands for all of them.
    let hasOneTable =
      runs == .samePoints
      && tables.allSatisfy {
        $0.matrix.sourceClasses == pooled.matrix.sourceClasses
          && $0.matrix.probeClasses == pooled.matrix.probeClasses
      }
    let each = (hasOneTable ? [pooled] : tables).compactMap { PairEstimates.hull($0, average, group) }
    var count = Double(max(each.count, 1))
    if runs == .newPoints { count *= count.squareRoot() }
    return (each.reduce(0) { $0 + $1.below } / count, each.reduce(0) { $0 + $1.above } / count)
  }

  private static func hull(
    _ table: PairInfluences, _ average: Average, _ group: PairMatrix.Group
  ) -> (below: Double, above: Double)? {
    let support = table.matrix.support(group)
    let influence = average == .mean ? table.mean(group) : table.ratioOfMeans(group)
    guard let influence else { return nil }
    let dyadic = half(influence, table.design, support)
    var (below, above) = (dyadic, dyadic)
    // The pairs of a sample with itself and those with S = 0 are no lognormal numbers.
    let positive = PairInfluences.both(table.positiveSupport(group), table.design.pairs)
    guard let geomean = table.geomean(on: positive) else { return (below, above) }
    let center = half(geomean, table.design, positive)
    let lognormal =
      average == .mean
      ? LognormalHull.mean(table, positive, center: geomean.value, half: center)
      : LognormalHull.ratioOfMeans(table, positive, center: geomean.value, half: center)
    guard let lognormal else { return (below, above) }
    let whole = { table.whole(average, support, lognormalPart: positive, $0) }
    below = max(below, influence.value - whole(lognormal.low))
    above = max(above, whole(lognormal.high) - influence.value)
    return (below, above)
  }

  private static func half(_ influence: PairInfluence, _ design: DyadicDesign, _ support: [Bool]) -> Double {
    let v = DyadicVariance(Linearization(influence, design, on: support), design)
    return v.variance > 0 ? StudentT.quantile(0.975, freedom: v.freedom) * v.variance.squareRoot() : 0
  }

  // MARK: - The median

  /// The interval of the median by order statistics (Woodruff 1952): ⌊(½ − h)N⌋-th to ⌈(½ + h)N⌉ + 1-th, h = t √V of the
  /// share of pairs at or below the median.
  private func median(_ group: PairMatrix.Group, _ medians: [Double]) -> Estimate {
    let sorted = tables.map { table in
      zip(table.matrix.values, table.matrix.support(group)).compactMap { $1 ? $0 : nil }.sorted()
    }
    let isPositive = sorted.allSatisfy { ($0.first ?? 1) > 0 }
    let scale: (Double) -> Double = { isPositive ? log($0) : $0 }
    let center = medians.reduce(0) { $0 + scale($1) } / Double(medians.count)
    let back: (Double) -> Double = { isPositive ? exp($0) : $0 }
    var whole = Sum(
      center: center, values: medians.map(scale), nodes: nil,
      ofRuns: medians.count > 1 ? variance(medians.map(scale)) / Double(medians.count) : 0)
    if runs == .newPoints, medians.count > 1 {
      return Estimate(back(center), low: back(center - whole.half), high: back(center + whole.half))
    }
    let shares = sum(
      { $0.matrix.support(group) },
      tables.map { table in table.plain(.median, group).flatMap { table.share(atMost: $0, group) } })
    guard let nodes = shares?.nodes else { return Estimate(back(center), without: .noPairs) }
    let half =
      nodes.variance > 0
      ? min(StudentT.quantile(0.975, freedom: nodes.freedom) * nodes.variance.squareRoot(), 1) : 0
    let limits = sorted.filter { !$0.isEmpty }.map { PairEstimates.orderStatistics($0, half) }
    if medians.count == 1 { return Estimate(medians[0], low: limits[0].low, high: limits[0].high) }
    whole.nodes = nodes
    // How far the limits of a run lie from its median, on average; V of the samples is that of a share, so the part of
    // the runs is weighed against these lengths.
    let count = Double(limits.count)
    let below = zip(limits, medians).reduce(0) { $0 + scale($1.1) - scale($1.0.low) } / count
    let above = zip(limits, medians).reduce(0) { $0 + scale($1.0.high) - scale($1.1) } / count
    let t = StudentT.quantile(0.975, freedom: nodes.freedom)
    func widened(_ length: Double) -> Double {
      var part = whole
      part.nodes?.variance = (length / t) * (length / t)
      return part.widened(length)
    }
    return Estimate(
      back(center), low: back(center - widened(below)), high: back(center + widened(above)))
  }

  private static func orderStatistics(_ sorted: [Double], _ half: Double) -> (low: Double, high: Double) {
    let n = Double(sorted.count)
    func place(_ k: Double) -> Int { Int(min(max(k, 1), n)) - 1 }
    return (
      sorted[place(((0.5 - half) * n).rounded(.down))], sorted[place(((0.5 + half) * n).rounded(.up) + 1)]
    )
  }
}
