import Elementary
import Kernels
import Random
import Tables

/// The phases of every curve of a table.
public enum Phases {
  /// What the columns of a table mean for phases.
  public struct Columns: Sendable {
    /// The column of times; nil takes `time`, else `step`.
    public var along: String?
    /// The column of S.
    public var value: String
    /// A curve for each entry of these.
    public var by: [String]
    /// The curves have no noise (closed forms): the slopes alone decide.
    public var isExact: Bool

    public init(along: String? = nil, value: String = "value", by: [String] = [], isExact: Bool = false) {
      (self.along, self.value, self.by, self.isExact) = (along, value, by, isExact)
    }
  }

  /// One row for each different entry of the columns `by`: the fit of the geometric mean over runs, and,
  /// where S settles, an interval of the onset over three runs or more, or of a single one.
  ///
  /// - Throws: `TableError` for columns that are not there or keys that would be averaged over.
  ///
  /// Cost: a calibration for each set of times, 999 scans a curve (its runs are fitted too), 199 refits for a
  /// single run's interval; about 10 ms a curve. The same for any number of workers.
  public static func table(
    _ table: Table, _ columns: Columns, seed: Seed, workers: Workers
  ) throws(TableError) -> Table {
    let groups = try groups(table, columns, seed: seed, workers: workers)
    let (settling, intervals) = (
      runsSettling(groups, columns, seed, workers), intervals(groups, seed, workers)
    )
    var result = Table(
      columns: try roles(of: columns.by, table) + [
        ("outcome", .note), ("onset", .value), ("low", .value), ("high", .value), ("runs", .note),
        ("runs_settling", .note), ("p", .value), ("correlation", .value), ("moved", .value),
        ("early_slope", .value), ("late_slope", .value), ("level", .value), ("loss", .value), ("n", .note),
        ("left_out", .note), ("spikes", .note), ("first_spike", .value), ("note", .note),
      ])
    for (place, group) in groups.enumerated() {
      let fit = group.fit
      var remarks = fit.remarks
      if fit.outcome == .settles, intervals[place] == nil {
        remarks.append(group.runs.count == 1 ? .exact : .fewRuns(group.runs.count))
      }
      try result.append(
        group.key + [
          .text(fit.outcome.rawValue), cell(fit.onset), power(intervals[place]?.low),
          power(intervals[place]?.high),
          .number(Double(group.runs.count)), .number(Double(settling[place])), cell(fit.pValue),
          cell(fit.correlation), cell(fit.moved), cell(fit.earlySlope), cell(fit.lateSlope), cell(fit.level),
          cell(fit.onset.flatMap(group.loss)), .number(Double(fit.count)), .number(Double(fit.leftOut)),
          .number(Double(fit.spikes.count)), cell(fit.spikes.first),
          remarks.isEmpty ? .missing : .text(remarks.map(\.description).joined(separator: "; ")),
        ])
    }
    return result
  }

  static func cell(_ number: Double?) -> Cell { number.map(Cell.number) ?? .missing }

  /// 10 to the power of so many decades.
  static func power(_ decades: Double?) -> Cell { cell(decades.map { exp($0 * log(10)) }) }

  static func roles(of names: [String], _ table: Table) throws(TableError) -> [(String, ColumnRole)] {
    var roles: [(String, ColumnRole)] = []
    for name in names { roles.append((name, try table.column(named: name).role)) }
    return roles
  }

  /// The fitted groups of a table.
  ///
  /// - Parameter replicate: a column that tells runs apart besides those that do by their role.
  static func groups(
    _ table: Table, _ columns: Columns, replicate: String? = nil, seed: Seed, workers: Workers
  ) throws(TableError) -> [PhaseGroup] {
    let axis = columns.along ?? (table.hasColumn(named: "time") ? "time" : "step")
    let further = replicate.map { [$0] } ?? []
    let collapsed = try table.collapsedKeys(keeping: columns.by + further + [axis])
    if !collapsed.isEmpty { throw .collapsedKeys(collapsed) }
    _ = try table.numbers(in: axis)
    _ = try table.numbers(in: columns.value)
    let replicates = table.columns.filter { column in
      (column.role == .replicate || column.name == replicate) && !columns.by.contains(column.name)
    }.map(\.name)
    var groups: [PhaseGroup] = []
    for group in try table.grouping(by: columns.by) {
      groups.append(
        try PhaseGroup(table, group, replicates: replicates, axis: axis, value: columns.value))
    }
    for (place, found) in fits(groups.map(\.curve), columns, seed, workers).enumerated() {
      (groups[place].fit, groups[place].calibration) = found
    }
    return groups
  }

  /// Fits curves side by side; those of one set of times share their calibration.
  private static func fits(
    _ curves: [PhaseCurve], _ columns: Columns, _ seed: Seed, _ workers: Workers
  ) -> [(fit: PhaseFit, calibration: NoiseCalibration?)] {
    var places: [[Double]: Int] = [:]
    var times: [[Double]] = []
    for curve in curves where PhaseFit.isLongEnough(curve) && places[curve.x] == nil {
      places[curve.x] = times.count
      times.append(curve.x)
    }
    var calibrations = [NoiseCalibration?](repeating: nil, count: times.count)
    workers.forEach(of: &calibrations) { [times] place, calibration in
      calibration = NoiseCalibration(times[place], seed: seed)
    }
    var fits: [(fit: PhaseFit, calibration: NoiseCalibration?)] = curves.map { curve in
      (PhaseFit(curve, nil), places[curve.x].flatMap { calibrations[$0] })
    }
    workers.forEach(of: &fits) { place, found in
      found.fit = PhaseFit(curves[place], found.calibration, isExact: columns.isExact)
    }
    return fits
  }

  /// How many runs of each group settle by themselves.
  private static func runsSettling(
    _ groups: [PhaseGroup], _ columns: Columns, _ seed: Seed, _ workers: Workers
  ) -> [Int] {
    var (curves, owners) = ([PhaseCurve](), [Int]())
    for (place, group) in groups.enumerated() where group.runs.count > 1 {
      curves += group.runs.map { PhaseCurve([$0]) }
      owners += group.runs.map { _ in place }
    }
    var counts = groups.map { $0.runs.count == 1 && $0.fit.outcome == .settles ? 1 : 0 }
    for (owner, found) in zip(owners, fits(curves, columns, seed, workers))
    where found.fit.outcome == .settles {
      counts[owner] += 1
    }
    return counts
  }

  /// The interval of each group's onset.
  private static func intervals(
    _ groups: [PhaseGroup], _ seed: Seed, _ workers: Workers
  ) -> [OnsetInterval?] {
    var intervals = [OnsetInterval?](repeating: nil, count: groups.count)
    workers.forEach(of: &intervals) { place, interval in
      let group = groups[place]
      guard group.fit.outcome == .settles, let segments = group.calibration?.segments else { return }
      interval =
        group.runs.count == 1
        ? OnsetInterval(ofOneRun: group.curve, group.fit, segments, seed: seed)
        : OnsetInterval(overRunsOf: group.curve, group.fit, segments)
    }
    return intervals
  }
}
