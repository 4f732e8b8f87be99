import Elementary

extension Table {
  /// On which scale two conditions are compared.
  public enum ComparisonScale: String, CaseIterable, Sendable {
    /// The mean difference.
    case plain
    /// The ratio of geometric means, for numbers above 0.
    case log
  }

  /// The differences between the entries of a column, paired by another: each pair of conditions in each group of rows.
  ///
  /// A paired t interval and test of the differences, or of those of logarithms. Over all k comparisons of the table
  /// p is corrected by Holm's method (1979) and each interval covers 1 − .05/k (Bonferroni), so that all hold together in
  /// 95 of 100.
  /// - Parameters:
  ///   - column: the numbers; `between`: the conditions; `paired`: what belongs together (`seed`); `by`: the groups.
  ///   - scale: nil takes logarithms where all numbers are above 0 and no shares (accuracy, auc, lantk).
  /// - Returns: `level` and `against` are the two conditions, `effect` says whether `value` is a ratio level/against or a
  ///   difference level − against, `pairs` how many pairs it is made of.
  /// - Throws: `collapsedKeys`, `severalRows` where a condition has more than one row of a pair, `unknownColumn`,
  ///   `wrongKind`.
  public func pairedDifferences(
    of column: String, between: String, paired: String, by names: [String] = [], scale: ComparisonScale? = nil
  ) throws(TableError) -> Table {
    let fixed = [between, paired] + names
    let collapsed = try collapsedKeys(keeping: fixed)
    if !collapsed.isEmpty { throw .collapsedKeys(collapsed) }
    let values = try numbers(in: column)
    let (conditions, partners) = (try self.column(named: between), try self.column(named: paired))
    var roles: [(String, ColumnRole)] = []
    for name in names { roles.append((name, try self.column(named: name).role)) }
    var result = Table(
      columns: roles + [
        ("between", .key), ("level", .key), ("against", .key), ("effect", .note), ("pairs", .note),
        ("value", .value), ("low", .value), ("high", .value), ("p", .value), ("comparisons", .note),
        ("note", .note),
      ])
    var usesLogarithms = scale == .log
    if scale == nil { usesLogarithms = try isMeasuredInRatios(column, values) }
    if usesLogarithms, values.contains(where: { $0 <= 0 }) { throw .notAboveZero(column) }
    var comparisons: [Comparison] = []
    for group in try grouping(by: names) {
      var samples: [(condition: Cell, values: [Cell: Double])] = []
      for row in group.rows where !values[row].isNaN {
        let place = samples.firstIndex { $0.condition == conditions[row] } ?? samples.count
        if place == samples.count { samples.append((conditions[row], [:])) }
        if samples[place].values[partners[row]] != nil {
          throw .severalRows(of: "\(between)=\(conditions[row]), \(paired)=\(partners[row])")
        }
        samples[place].values[partners[row]] = usesLogarithms ? log(values[row]) : values[row]
      }
      for (place, level) in samples.enumerated() {
        for against in samples.prefix(place) {
          // In the order of the table: sums do not depend on that of a dictionary.
          let shared = partners.levels.filter { level.values[$0] != nil && against.values[$0] != nil }
          comparisons.append(
            Comparison(
              key: group.key, level: level.condition, against: against.condition,
              differences: shared.map { (level.values[$0] ?? 0) - (against.values[$0] ?? 0) },
              alone: max(level.values.count, against.values.count) - shared.count))
        }
      }
    }
    let tested = comparisons.count { $0.p != nil }
    let corrected = Holm.corrected(comparisons.map(\.p))
    for (comparison, p) in zip(comparisons, corrected) {
      let interval = comparison.interval(coverage: 1 - 0.05 / Double(max(tested, 1)))
      let back: (Double) -> Double = { usesLogarithms ? exp($0) : $0 }
      func cell(_ number: Double?) -> Cell { number.map { .number(back($0)) } ?? .missing }
      try result.append(
        comparison.key + [
          .text(between), .text(comparison.level.description), .text(comparison.against.description),
          .text(usesLogarithms ? "ratio" : "difference"), .number(Double(comparison.differences.count)),
          cell(comparison.mean), cell(interval?.low), cell(interval?.high), p.map { .number($0) } ?? .missing,
          .number(Double(tested)), comparison.note(paired).map { .text($0) } ?? .missing,
        ])
    }
    return result
  }

  /// Whether a number is one of those whose ratios mean something: above 0 and no share of a whole.
  private func isMeasuredInRatios(_ column: String, _ values: [Double]) throws(TableError) -> Bool {
    let present = values.filter { !$0.isNaN }
    guard !present.isEmpty, present.allSatisfy({ $0 > 0 }), column != "accuracy" else { return false }
    guard hasColumn(named: "summary") else { return true }
    let shares: [Cell] = [.text("auc"), .text("lantk"), .text("difference")]
    return !(try levels(of: "summary").contains { shares.contains($0) })
  }

  private struct Comparison {
    var key: [Cell]
    var level: Cell
    var against: Cell
    var differences: [Double]
    /// How many entries of the longer condition have no partner.
    var alone: Int

    var mean: Double? { Statistics.mean(differences) }
    private var error: Double? { Statistics.standardError(differences) }
    private var freedom: Double { Double(differences.count - 1) }

    /// Nil for fewer than two pairs and for pairs that all differ alike.
    var p: Double? {
      guard let mean, let error, error > 0 else { return nil }
      return StudentT.twoSided(mean / error, freedom: freedom)
    }

    func interval(coverage: Double) -> (low: Double, high: Double)? {
      guard let mean, let error, error > 0 else { return nil }
      let half = StudentT.quantile((1 + coverage) / 2, freedom: freedom) * error
      return (mean - half, mean + half)
    }

    func note(_ paired: String) -> String? {
      var notes: [String] = []
      if differences.count < 2 { notes.append("no interval: fewer than two pairs") }
      if differences.count > 1, p == nil { notes.append("no interval: all pairs differ alike") }
      if alone > 0 { notes.append("\(alone) of \(paired) without a partner left out") }
      return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }
  }
}
