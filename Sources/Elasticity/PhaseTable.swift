import Elementary
import Random
import Tables

/// The phases of every curve of a table.
public enum Phases {
  /// One row for each different entry of the columns `by`: the fit of the geometric mean over runs, and over several runs an
  /// interval of the onset by resampling them.
  ///
  /// - Parameters:
  ///   - along: the column of times; nil takes `time`, else `step`.
  ///   - value: the column of S.
  /// - Throws: `TableError` for columns that are not there or keys that would be averaged over.
  public static func table(
    _ table: Table, along: String? = nil, value: String = "value", by names: [String] = [], seed: Seed
  ) throws(TableError) -> Table {
    let axis = along ?? (table.hasColumn(named: "time") ? "time" : "step")
    let collapsed = try table.collapsedKeys(keeping: names + [axis])
    if !collapsed.isEmpty { throw .collapsedKeys(collapsed) }
    _ = try table.numbers(in: axis)
    _ = try table.numbers(in: value)
    let replicates = table.columns.filter { $0.role == .replicate && !names.contains($0.name) }.map(\.name)
    var roles: [(String, ColumnRole)] = []
    for name in names { roles.append((name, try table.column(named: name).role)) }
    var result = Table(
      columns: roles + [
        ("outcome", .note), ("onset", .value), ("low", .value), ("high", .value), ("runs", .note),
        ("runs_settling", .note), ("p", .value), ("moved", .value), ("early_slope", .value),
        ("late_slope", .value), ("level", .value), ("loss", .value), ("n", .note), ("spikes", .note),
        ("first_spike", .value),
      ])
    for group in try table.grouping(by: names) {
      let part = table.rows(at: group.rows)
      let curves = try runs(of: part, replicates, axis, value)
      let draws = RandomStream(seed, .bootstrap, object: "phases")
      let mean = average(curves)
      let fit = PhaseFit(times: mean.map(\.time), values: mean.map(\.value), draws: draws)
      let (low, high) = fit.onset == nil ? (nil, nil) : interval(curves, draws)
      let settling = curves.count { curve in
        let single = PhaseFit(
          times: curve.map(\.time), values: curve.map(\.value), draws: draws, replicates: 199)
        return single.outcome == .settles
      }
      func cell(_ number: Double?) -> Cell { number.map(Cell.number) ?? .missing }
      try result.append(
        group.key + [
          .text(fit.outcome.rawValue), cell(fit.outcome == .settles ? fit.onset : nil),
          cell(fit.outcome == .settles ? low : nil), cell(fit.outcome == .settles ? high : nil),
          .number(Double(curves.count)), .number(Double(settling)), cell(fit.pValue), cell(fit.moved),
          cell(fit.earlySlope), cell(fit.lateSlope), cell(fit.level),
          cell(fit.outcome == .settles ? fit.onset.flatMap { loss(mean, at: $0) } : nil),
          .number(Double(fit.count)), .number(Double(fit.spikes.count)), cell(fit.spikes.first),
        ])
    }
    return result
  }

  private struct Point {
    var time: Double
    var value: Double
    var loss: Double?
  }

  /// The curve of each run; rows of one time (pairs of classes that `by` leaves together) are averaged.
  private static func runs(
    of table: Table, _ replicates: [String], _ axis: String, _ value: String
  ) throws(TableError) -> [[Point]] {
    var curves: [[Point]] = []
    for run in try table.grouping(by: replicates) {
      let rows = table.rows(at: run.rows)
      let (times, values) = (try rows.numbers(in: axis), try rows.numbers(in: value))
      let losses = rows.hasColumn(named: "loss") ? try rows.numbers(in: "loss") : nil
      var points: [Point] = []
      for place in try rows.grouping(by: [axis]) {
        let kept = place.rows.filter { values[$0].isFinite }
        guard let mean = Statistics.mean(kept.map { values[$0] }) else { continue }
        let loss = losses.map { $0[kept[0]] }
        points.append(Point(time: times[place.rows[0]], value: mean, loss: loss))
      }
      curves.append(points.sorted { $0.time < $1.time })
    }
    return curves
  }

  /// The geometric mean over runs at each time that any of them has.
  private static func average(_ curves: [[Point]]) -> [Point] {
    if curves.count == 1 { return curves[0] }
    let all = Dictionary(grouping: curves.joined()) { $0.time }
    return all.keys.sorted().compactMap { time in
      let points = all[time] ?? []
      guard let value = Statistics.geometricMean(points.map(\.value)) else { return nil }
      return Point(time: time, value: value, loss: Statistics.mean(points.compactMap(\.loss)))
    }
  }

  /// The loss at the measurement nearest to a time, in the logarithm.
  private static func loss(_ points: [Point], at time: Double) -> Double? {
    points.filter { $0.time > 0 }.min { abs(log($0.time / time)) < abs(log($1.time / time)) }?.loss
  }

  /// The 95 % interval of the onset over resampled runs.
  private static func interval(_ curves: [[Point]], _ draws: RandomStream) -> (Double?, Double?) {
    guard curves.count > 1 else { return (nil, nil) }
    var onsets: [Double] = []
    for replicate in 0..<100 {
      var generator = draws.generator(UInt64(1_000_000 + replicate))
      let chosen = curves.map { _ in curves[generator.integer(below: curves.count)] }
      let mean = average(chosen)
      let fit = PhaseFit(
        times: mean.map(\.time), values: mean.map(\.value), draws: draws, replicates: 39)
      if let onset = fit.onset { onsets.append(onset) }
    }
    guard onsets.count >= 20 else { return (nil, nil) }
    return (Statistics.quantile(onsets, 0.025), Statistics.quantile(onsets, 0.975))
  }
}
