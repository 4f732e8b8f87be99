import Elementary
import Tables

extension PairEstimates {
  /// How wide an interval would be with other numbers of samples and runs, from the variances that a pilot shows.
  ///
  /// The part of sources and probes falls with the samples of a class, that of single pairs with their square, that of runs
  /// with the runs; degrees of freedom grow with the samples.
  struct Plan {
    let number: Locality
    /// Samples of the smallest class of the pilot, as sources and as probes.
    let sources: Int
    let probes: Int
    /// How many runs the pilot has; with one, nothing is known about other runs.
    let runs: Int
    private let center: Double
    private let ofSamples: Double
    private let ofPairs: Double
    private let freedom: Double
    /// The variance of one run's number over runs.
    private let ofOneRun: Double
    private let isNewPoints: Bool
    /// For means, the variance of ln S with its degrees of freedom: the lognormal part of the interval.
    private let spread: (variance: Double, freedom: Double)?

    init?(_ pilot: PairEstimates, _ number: Locality) {
      guard let sum = pilot.planned(number), let first = pilot.tables.first else { return nil }
      self.number = number
      func least(_ counts: [Int]) -> Int { counts.filter { $0 > 0 }.min() ?? 0 }
      (sources, probes) = (least(first.design.sourceCounts), least(first.design.probeCounts))
      guard min(sources, probes) > 1 else { return nil }
      runs = sum.values.count
      center = sum.center
      ofOneRun = sum.ofRuns * Double(runs)
      isNewPoints = pilot.runs == .newPoints && runs > 1
      // Over runs with samples of their own, each run's samples are a part of the spread of the runs.
      let nodes = sum.nodes ?? pilot.single(number)
      guard let nodes else { return nil }
      (ofSamples, ofPairs, freedom) = (nodes.ofSamples, nodes.ofPairs, nodes.freedom)
      let group: PairMatrix.Group? = number == .same ? .same : number == .other ? .other : nil
      spread = group.flatMap { group in
        LognormalHull.spread(
          pilot.pooled, PairInfluences.both(pilot.pooled.positiveSupport(group), pilot.pooled.design.pairs))
      }
    }

    /// The variance over samples with `factor` times as many of each class.
    private func variance(_ factor: Double) -> Double {
      ofSamples / factor + ofPairs / (factor * factor)
    }

    /// The expected width: high − low, divided by the value for all numbers but lantk and auc.
    func width(factor: Double, runs: Int) -> Double {
      let least = Double(min(sources, probes))
      let nodes = variance(factor)
      let nodeFreedom = freedom * max(least * factor - 1, 1) / (least - 1)
      var (v, degrees, alone) = (nodes, nodeFreedom, 0.0)
      if ofOneRun > 0, runs > 1 {
        let own = isNewPoints ? max(ofOneRun - variance(1), 0) + nodes : ofOneRun
        let part = own / Double(runs)
        alone = StudentT.quantile(0.975, freedom: Double(runs - 1)) * part.squareRoot()
        if isNewPoints { return width(alone, alone) }
        v = nodes + part
        degrees = v * v / (nodes * nodes / nodeFreedom + part * part / Double(runs - 1))
      }
      let half = max(StudentT.quantile(0.975, freedom: degrees) * v.squareRoot(), alone)
      guard let spread else { return width(half, half) }
      let limits = LognormalHull.spread(spread.variance, freedom: spread.freedom * factor)
      func hull(_ part: Double) -> Double { (half * half + part * part).squareRoot() }
      return width(hull(limits.below), hull(limits.above))
    }

    private func width(_ below: Double, _ above: Double) -> Double {
      switch number {
      case .lantk, .auc: 1 / (1 + exp(-center - above)) - 1 / (1 + exp(-center + below))
      default: exp(above) - exp(-below)
      }
    }

    /// The smallest number of samples of a class (the smaller of sources and probes) with intervals of a width, up to a
    /// million; nil if none has.
    func samples(width wanted: Double, runs: Int) -> Int? {
      let least = min(sources, probes)
      let isEnough = { (n: Int) in width(factor: Double(n) / Double(least), runs: runs) <= wanted }
      var high = NoInterval.fewestSamples
      while !isEnough(high) {
        high *= 2
        if high > 1_000_000 { return nil }
      }
      var low = max(high / 2, NoInterval.fewestSamples - 1)
      while high - low > 1 {
        let middle = (low + high) / 2
        if isEnough(middle) { high = middle } else { low = middle }
      }
      return high
    }
  }

  /// The samples of each class (the smaller of sources and probes) that intervals of a width need, judged from this pilot;
  /// nil where no number is enough.
  public func plannedSamples(_ number: Locality, width: Double, runs: Int) -> Int? {
    Plan(self, number)?.samples(width: width, runs: runs)
  }

  /// The working scale of a number that can be planned.
  fileprivate func planned(_ number: Locality) -> Sum? {
    switch number {
    case .same: sum({ $0.matrix.support(.same) }, tables.map { $0.mean(.same) })
    case .other: sum({ $0.matrix.support(.other) }, tables.map { $0.mean(.other) })
    case .geomeanSame: sum({ $0.positiveSupport(.same) }, tables.map { $0.geomean(.same) })
    case .geomeanOther: sum({ $0.positiveSupport(.other) }, tables.map { $0.geomean(.other) })
    case .ratio, .lantk: ratio(.mean)
    case .geomeanRatio: ratio(.geomean)
    case .auc: sum({ $0.aucSupport }, tables.map { $0.auc()?.influence })
    case .difference: nil
    }
  }

  /// The variance over samples of the first run.
  fileprivate func single(_ number: Locality) -> DyadicVariance? {
    PairEstimates([tables[0].matrix]).planned(number)?.nodes
  }
}

/// How many samples and runs an interval of a wanted width needs.
public enum IntervalPlan {
  /// The numbers of locality that can be planned.
  public static let numbers = Locality.allCases.filter { $0 != .difference }

  /// One row for each measurement of a pilot and number of runs: sources and probes of each class, and the width that is
  /// expected with them. The runs of the pilot are taken together; a pilot of one run says nothing about others.
  ///
  /// - Parameters:
  ///   - pairs: a table of pairs (`measure … keep=pairs`).
  ///   - width: high − low, divided by the value for all numbers but lantk and auc.
  /// - Throws: `TableError` for a table that has no pairs in it.
  public static func table(
    of pairs: Table, number: Locality, width: Double, runs: [Int]
  ) throws(TableError) -> Table {
    let structure = try PairTable(pairs, isPooled: true)
    var table = Table(
      columns: structure.keys + [
        ("summary", .key), ("runs", .key), ("pilot_runs", .note), ("pilot_width", .value),
        ("sources", .value),
        ("probes", .value), ("width", .value), ("note", .note),
      ])
    for (key, rows) in try structure.measurements() {
      let found = structure.matrices(of: rows)
      let plan = PairEstimates.Plan(PairEstimates(found.matrices, runs: found.runs), number)
      for count in rows.count == 1 ? [1] : runs {
        var cells: [Cell] = [.text(number.rawValue), .number(Double(count)), .number(Double(rows.count))]
        guard let plan else {
          try table.append(key + cells + [.missing, .missing, .missing, .missing, .text("no such pairs")])
          continue
        }
        cells.append(.number(plan.width(factor: 1, runs: rows.count)))
        if let samples = plan.samples(width: width, runs: count) {
          let factor = Double(samples) / Double(min(plan.sources, plan.probes))
          let note = rows.count == 1 ? "these weights only: a pilot of several seeds plans for others" : nil
          cells += [
            .number((factor * Double(plan.sources)).rounded(.up)),
            .number((factor * Double(plan.probes)).rounded(.up)),
            .number(plan.width(factor: factor, runs: count)), note.map { .text($0) } ?? .missing,
          ]
        } else {
          cells += [.missing, .missing, .missing, .text("the runs alone spread more: take more of them")]
        }
        try table.append(key + cells)
      }
    }
    return table
  }
}
