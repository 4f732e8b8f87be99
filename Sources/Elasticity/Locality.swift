import Random
import Tables

/// How local the steps of a measurement are, in single numbers made from its pairs of samples (`elasticity.md` §5).
public enum Locality: String, CaseIterable, Hashable, Sendable {
  /// Mean S over pairs of one class.
  case same
  /// Mean S over pairs of two classes.
  case other
  /// same − other.
  case difference
  /// same / other.
  case ratio
  /// same / (same + other): ½ without locality (Chen, He & Su, arXiv 2010.11775).
  case lantk
  /// Geometric mean of S over pairs of one class.
  case geomeanSame = "geomean_same"
  /// Geometric mean of S over pairs of two classes.
  case geomeanOther = "geomean_other"
  /// geomean_same / geomean_other.
  case geomeanRatio = "geomean_ratio"
  /// The probability that S ranks a probe of the source's class before one of another, ties counted half; the mean over
  /// sources, since each has a denominator of its own.
  case auc

  /// One row for each measurement and number, from a table of pairs (`measure … keep=pairs`).
  ///
  /// `p` is that of permuted labels for `auc` and `geomean_ratio`. `p_labels` is that of the means (`difference`, `ratio`,
  /// `lantk`): it says that labels matter for S, which they also do where classes differ as sources or as probes without
  /// any locality.
  /// - Parameter isPooled: whether the runs of a measurement are taken together: the mean over runs, with an interval for
  ///   new samples and new runs.
  /// - Throws: `TableError` for a table that has no pairs in it.
  public static func summaries(of pairs: Table, isPooled: Bool = false) throws(TableError) -> Table {
    let structure = try PairTable(pairs, isPooled: isPooled)
    let columns = Table.Schema.estimate.filter { $0.0 != "note" }
    var table = Table(
      columns: structure.keys + structure.runsColumn + [("summary", .key)] + columns
        + [("p", .value), ("p_labels", .value), ("note", .note)])
    for (key, runs) in try structure.measurements() {
      let found = structure.matrices(of: runs)
      let estimates = PairEstimates(found.matrices, runs: found.runs)
      let stream = RandomStream(runs.first?.seed ?? Seed(0), .permutation, object: "locality")
      let p = PermutationTest.pValues(found.matrices, runs: found.runs, stream: stream)
      let total = runs.reduce(0) { $0 + $1.rows.count }
      for summary in allCases {
        let note = summary.hasP ? p.tooFew.map { "no p: only \($0) different labelings" } : nil
        let cells = estimates.cells(
          estimates.locality(summary), dropped: total - estimates.pairs, note: note)
        let ps = [
          summary == .auc ? p.auc : summary == .geomeanRatio ? p.geomeans : nil,
          summary.isOfMeans ? p.means : nil,
        ].map { $0.map(Cell.number) ?? .missing }
        try table.append(
          key + structure.runsCell(runs.count) + [.text(summary.rawValue)] + cells.dropLast() + ps
            + cells.suffix(1))
      }
    }
    return table
  }

  /// Whether the number compares the mean S of same-class pairs with that of the others.
  private var isOfMeans: Bool { [.difference, .ratio, .lantk].contains(self) }
  private var hasP: Bool { isOfMeans || self == .auc || self == .geomeanRatio }
}
