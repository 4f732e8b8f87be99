/// One number that stands for several.
public enum Statistic: String, Sendable, CaseIterable {
  case mean, median, sd, sem, min, max, sum, geomean, count

  /// The statistic of the numbers, nil where it is not defined for so few (or, for geomean, for a negative one).
  public func callAsFunction(_ values: [Double]) -> Double? {
    switch self {
    case .mean: Statistics.mean(values)
    case .median: Statistics.median(values)
    case .sd: Statistics.standardDeviation(values)
    case .sem: Statistics.standardError(values)
    case .min: Statistics.minimum(values)
    case .max: Statistics.maximum(values)
    case .sum: Statistics.sum(values)
    case .geomean: Statistics.geometricMean(values)
    case .count: Double(values.count)
    }
  }
}

extension Table {
  /// One row for each different entry of the columns `by`, with the statistic of `column` over its rows and their
  /// number in `n`. Missing entries are left out; NaN makes the result NaN; an undefined statistic is missing.
  /// - Throws: `collapsedKeys` if a key with several values is not among `by`; `unknownColumn`; `wrongKind`.
  public func summarised(
    _ column: String, _ statistic: Statistic, by names: [String] = []
  ) throws(TableError) -> Table {
    let collapsed = try collapsedKeys(keeping: names)
    if !collapsed.isEmpty { throw .collapsedKeys(collapsed) }
    _ = try numbers(in: column)
    let values = try self.column(named: column)
    var roles: [(String, ColumnRole)] = []
    for name in names { roles.append((name, try self.column(named: name).role)) }
    if names.contains(column) || names.contains("n") { throw .duplicateColumn(column) }
    var result = Table(columns: roles + [(column, .value), ("n", .note)])
    for group in try grouping(by: names) {
      let numbers = group.rows.compactMap { values[$0].number }
      let outcome = statistic(numbers).map(Cell.number) ?? .missing
      try result.append(group.key + [outcome, .number(Double(numbers.count))])
    }
    return result
  }

  /// A table about this table: for each column its role, kind, number of missing and of different entries, and
  /// for numbers the smallest, median and largest that is not NaN.
  public func described() -> Table {
    var rows = Table(columns: [
      ("column", .key), ("role", .note), ("kind", .note), ("missing", .value), ("different", .value),
      ("min", .value), ("median", .value), ("max", .value), ("values", .note),
    ])
    for column in columns {
      let numbers = column.presentNumbers.filter { !$0.isNaN }
      let levels = column.levels
      let listed = levels.prefix(6).map(\.description).joined(separator: " ")
      let few = column.kind != .number && !levels.isEmpty
      let kind = column.kind.map { Cell.text($0.rawValue) } ?? .missing
      let cells: [Cell] = [
        .text(column.name), .text(column.role.rawValue), kind, .number(Double(column.missingCount)),
        .number(Double(levels.count)), Statistics.minimum(numbers).map(Cell.number) ?? .missing,
        Statistics.median(numbers).map(Cell.number) ?? .missing,
        Statistics.maximum(numbers).map(Cell.number) ?? .missing,
        few ? .text(listed + (levels.count > 6 ? " …" : "")) : .missing,
      ]
      // Every cell above has the kind of its column, so the row is always accepted.
      try? rows.append(cells)
    }
    return rows
  }
}
