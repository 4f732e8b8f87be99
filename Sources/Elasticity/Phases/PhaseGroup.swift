import Tables

/// The curves of the rows of a table that belong together, run by run.
struct PhaseGroup: Sendable {
  let key: [Cell]
  private(set) var runs: [RunCurve] = []
  /// The columns that tell runs apart, and their entries for each run.
  private let replicates: [String]
  private var runKeys: [[Cell]] = []
  /// The mean loss at each time, where the table has one.
  private let losses: [(time: Double, loss: Double)]
  let curve: PhaseCurve
  var fit: PhaseFit
  var calibration: NoiseCalibration?

  /// The groups of `names`, each with its runs.
  ///
  /// - Parameter replicates: the columns that tell runs apart.
  init(
    _ table: Table, _ group: RowGroup, replicates: [String], axis: String, value: String
  ) throws(TableError) {
    (key, self.replicates) = (group.key, replicates)
    let part = table.rows(at: group.rows)
    for run in try part.grouping(by: replicates) {
      let rows = part.rows(at: run.rows)
      let (times, values) = (try rows.numbers(in: axis), try rows.numbers(in: value))
      // Rows of one time (pairs of classes that `by` leaves together) are one measurement: their mean.
      var (moments, means) = ([Double](), [Double]())
      for place in try rows.grouping(by: [axis]) {
        let kept = place.rows.map { values[$0] }.filter { $0.isFinite && $0 >= 0 }
        moments.append(times[place.rows[0]])
        means.append(Statistics.mean(kept) ?? .nan)
      }
      runs.append(RunCurve(times: moments, values: means))
      runKeys.append(run.key)
    }
    losses = try Self.losses(part, axis)
    curve = PhaseCurve(runs)
    fit = PhaseFit(curve, nil)
  }

  /// The entries of a column that tells runs apart, one a run.
  /// - Throws: `unknownColumn`.
  func entries(of column: String) throws(TableError) -> [Cell] {
    guard let place = replicates.firstIndex(of: column) else {
      throw .unknownColumn(column, available: replicates)
    }
    return runKeys.map { $0[place] }
  }

  private static func losses(_ table: Table, _ axis: String) throws(TableError) -> [(Double, Double)] {
    guard table.hasColumn(named: "loss") else { return [] }
    let (times, losses) = (try table.numbers(in: axis), try table.numbers(in: "loss"))
    var means: [(Double, Double)] = []
    for place in try table.grouping(by: [axis]) {
      let kept = place.rows.map { losses[$0] }.filter(\.isFinite)
      if let mean = Statistics.mean(kept) { means.append((times[place.rows[0]], mean)) }
    }
    return means
  }

  /// The loss at the measurement nearest to a time, in the logarithm.
  func loss(at time: Double) -> Double? {
    func distance(_ other: Double) -> Double { other > time ? other / time : time / other }
    return losses.filter { $0.time > 0 }.min { distance($0.time) < distance($1.time) }?.loss
  }
}
