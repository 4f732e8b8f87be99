import Language
import Tables

extension Registry {
  /// Statistics of lists and of the columns of tables.
  static let statistics: [FunctionDeclaration] =
    [
      summary(.mean, "the mean"), summary(.median, "the median"),
      summary(.sd, "the standard deviation (n - 1)"), summary(.sem, "the standard error of the mean"),
      summary(.geomean, "the geometric mean of values above 0"), summary(.sum, "the sum"),
      extreme(.min, "the smallest"), extreme(.max, "the largest"),
      FunctionDeclaration(
        name: "quantile", doc: "the value below which a share of the values lies",
        usage: ["quantile(values, share)", "quantile(table, column, share)"],
        example: "quantile([1, 2, 3, 4], 0.9)",
        apply: quantile),
    ] + pairStatistics

  private static func summary(_ kind: Statistic, _ doc: String) -> FunctionDeclaration {
    FunctionDeclaration(
      name: kind.rawValue, doc: doc,
      usage: ["\(kind.rawValue)(values)", "\(kind.rawValue)(table, column, by=columns)"],
      example: "\(kind.rawValue)([1, 2, 4])"
    ) { try statistic(kind, $0) }
  }

  /// `min(a, b, …)` besides what the other statistics take.
  private static func extreme(_ kind: Statistic, _ doc: String) -> FunctionDeclaration {
    FunctionDeclaration(
      name: kind.rawValue, doc: doc,
      usage: [
        "\(kind.rawValue)(values)", "\(kind.rawValue)(a, b, …)",
        "\(kind.rawValue)(table, column, by=columns)",
      ],
      example: "\(kind.rawValue)(3, 1, 2)"
    ) { call in
      guard call.positional.count > 1, call.argument(named: "by") == nil else {
        return try statistic(kind, call)
      }
      let first = try call.value(0)
      if case .table = first { return try statistic(kind, call) }
      let numbers = try call.positional.indices.map { try call.number($0) }
      return .number(kind(numbers) ?? .nan)
    }
  }

  static func statistic(_ kind: Statistic, _ call: FunctionCall) throws -> Value {
    try call.expect(1...2, named: ["by"])
    let value = try call.value(0)
    if case .table(let table) = value { return try statistic(kind, of: table, call) }
    guard call.positional.count == 1, call.argument(named: "by") == nil else { throw call.usageError }
    let numbers = try numbers(value, call)
    guard let result = kind(numbers) else { throw undefined(kind, of: numbers) }
    return .number(result)
  }

  /// Why a statistic has no value.
  private static func undefined(_ kind: Statistic, of numbers: [Double]) -> SessionError {
    let low = numbers.count { $0 <= 0 }
    return kind == .geomean && low > 0
      ? .noGeometricMean(low: low, of: numbers.count) : .emptyStatistic(kind.rawValue)
  }

  private static func numbers(_ value: Value, _ call: FunctionCall) throws -> [Double] {
    guard let items = value.elements else { throw call.wrongKind(value, "a list of numbers or a table", 0) }
    return try items.compactMap { item in
      if case .nothing = item { return nil }
      guard let number = item.number else { throw call.wrongKind(item, "numbers", 0) }
      return number
    }
  }

  private static func statistic(_ kind: Statistic, of whole: Table, _ call: FunctionCall) throws -> Value {
    let table = try call.argument(named: "by").map { try whole.withPair(for: call.words($0)) } ?? whole
    guard call.positional.count == 2, let column = try call.columns(call.positional[1], of: table).first
    else {
      throw call.usageError
    }
    let by = try call.argument(named: "by").map { try call.columns($0, of: table) } ?? []
    if table.rowCount == 0 { throw SessionError.emptyStatistic(call.function.name) }
    let summarised = try table.withoutCoveredKeys(keeping: by).summarised(column, kind, by: by)
    if !by.isEmpty { return .table(summarised).made(from: [.table(whole)]) }
    guard let result = try summarised.cell(0, column).number else {
      throw undefined(kind, of: try table.column(named: column).presentNumbers)
    }
    return .number(result)
  }

  @Sendable private static func quantile(_ call: FunctionCall) throws -> Value {
    try call.expect(2...3)
    let value = try call.value(0)
    let share = try call.number(call.positional.count - 1)
    var values: [Double]
    if case .table(let table) = value {
      guard call.positional.count == 3, let column = try call.columns(call.positional[1], of: table).first
      else {
        throw call.usageError
      }
      let collapsed = try table.withoutCoveredKeys(keeping: []).collapsedKeys(keeping: [])
      if !collapsed.isEmpty { throw TableError.collapsedKeys(collapsed) }
      values = try table.numbers(in: column).filter { !$0.isNaN }
    } else {
      guard call.positional.count == 2 else { throw call.usageError }
      values = try numbers(value, call)
    }
    guard share >= 0, share <= 1 else {
      throw SessionError.wrongKind(
        what: "quantile", expected: "a share from 0 to 1", found: share.resultText, hint: nil)
    }
    guard let result = Statistics.quantile(values, share) else {
      throw SessionError.emptyStatistic("quantile")
    }
    return .number(result)
  }
}

extension Table {
  /// The table with a column `pair` of source and probe class together, where it is asked for and not there.
  fileprivate func withPair(for names: [String]) throws(TableError) -> Table {
    guard names.contains("pair"), !hasColumn(named: "pair"), hasColumn(named: "source_class"),
      hasColumn(named: "probe_class")
    else { return self }
    let (sources, probes) = (try column(named: "source_class"), try column(named: "probe_class"))
    let cells = (0..<rowCount).map { Cell.text("\(sources[$0].description)->\(probes[$0].description)") }
    let kept = columnNames.filter { !["source_class", "probe_class", "same"].contains($0) }
    var result = try selecting(kept)
    try result.add(Column(name: "pair", role: .key, cells: cells))
    return result
  }

  /// The table without the class columns where `same` says enough about them: rows of one kind of pair may be
  /// averaged, same-class and other-class rows never together.
  func withoutCoveredKeys(keeping names: [String]) throws(TableError) -> Table {
    guard hasColumn(named: "same") else { return self }
    let isKept = names.contains("same")
    let isConstant = try levels(of: "same").count <= 1
    guard isKept || isConstant else { return self }
    let covered = ["source_class", "probe_class", "source_id", "probe_id"].filter { !names.contains($0) }
    return try selecting(columnNames.filter { !covered.contains($0) })
  }
}
