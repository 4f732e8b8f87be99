import Tables

extension PairEstimates {
  /// An average over all pairs, with its 95 % interval.
  public func average(_ average: Average) -> Estimate { self.average(average, .all) }

  /// The cells of the columns `Table.Schema.estimate`.
  public func cells(_ estimate: Estimate, dropped: Int, note: String? = nil) -> [Cell] {
    let counts = [pairs, sources, probes, zeros, dropped].map { Cell.number(Double($0)) }
    let numbers = [estimate.value, estimate.low, estimate.high].map { $0.map(Cell.number) ?? .missing }
    let notes = [estimate.reason.map { "no interval: \($0.text)" }, note].compactMap(\.self)
    return counts + numbers + [notes.isEmpty ? .missing : .text(notes.joined(separator: "; "))]
  }
}

extension Average {
  /// The averages of each pair of classes, from a table of pairs (`measure … keep=pairs`), as a measurement forms them.
  ///
  /// - Parameter isPooled: whether the runs of a measurement are taken together: the mean over runs, with a 95 % interval
  ///   for new samples and new runs.
  /// - Throws: `TableError` for a table that has no pairs in it.
  public static func all(_ averages: [Average], of pairs: Table, isPooled: Bool) throws(TableError) -> Table {
    let structure = try PairTable(
      pairs, isPooled: isPooled, further: ["source_class", "probe_class", "same"])
    var table = Table(
      columns: structure.keys + structure.runsColumn + [("average", .key)] + Table.Schema.estimate)
    for (key, runs) in try structure.measurements() {
      let found = structure.matrices(of: runs)
      let estimates = PairEstimates(found.matrices, runs: found.runs)
      let total = runs.reduce(0) { $0 + $1.rows.count }
      for average in averages {
        try table.append(
          key + structure.runsCell(runs.count) + [.text(average.rawValue)]
            + estimates.cells(estimates.average(average), dropped: total - estimates.pairs))
      }
    }
    return table
  }
}
