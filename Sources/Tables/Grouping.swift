/// A key with several values that a plot or a mean would have averaged over.
public struct CollapsedKey: Equatable, Sendable {
  public let name: String
  public let levels: [Cell]
  /// Each level goes with a seed of its own: the repeat over seeds has another name.
  public let followsSeed: Bool

  public init(name: String, levels: [Cell], followsSeed: Bool = false) {
    self.name = name
    self.levels = levels
    self.followsSeed = followsSeed
  }
}

/// The rows that share the entries `key` in the columns grouped by.
public struct RowGroup: Equatable, Sendable {
  public let key: [Cell]
  public let rows: [Int]
}

extension Table {
  /// The different entries of a column in the order of their first appearance.
  public func levels(of name: String) throws(TableError) -> [Cell] { try column(named: name).levels }

  /// The rows put together by equal entries in the named columns, groups in the order of their first row.
  /// No names: one group of all rows. Missing is an entry like others. Costs O(rows × names).
  public func grouping(by names: [String]) throws(TableError) -> [RowGroup] {
    guard rowCount > 0 else { return [] }
    let groups = try groupNumbers(by: names)
    var rows = [[Int]](repeating: [], count: groups.count)
    for (row, group) in groups.ofRow.enumerated() { rows[Int(group)].append(row) }
    var keys: [Column] = []
    for name in names { keys.append(try column(named: name)) }
    return rows.map { rows in RowGroup(key: keys.map { $0[rows[0]] }, rows: rows) }
  }

  /// For each row the number of its group, numbered by first appearance.
  func groupNumbers(by names: [String]) throws(TableError) -> (ofRow: [Int32], count: Int) {
    var numbers = [Int32](repeating: 0, count: rowCount)
    var count = min(rowCount, 1)
    for name in names {
      let codes = try column(named: name).denseCodes().codes
      var seen: [UInt64: Int32] = [:]
      for row in 0..<rowCount {
        let pair = UInt64(UInt32(numbers[row])) << 32 | UInt64(UInt32(codes[row]))
        if let number = seen[pair] {
          numbers[row] = number
        } else {
          numbers[row] = Int32(seen.count)
          seen[pair] = numbers[row]
        }
      }
      count = seen.count
    }
    return (numbers, count)
  }

  /// The keys that would be averaged over if only the named columns are kept apart.
  ///
  /// A key is collapsed if it has more than one value among rows that agree in all kept columns: keeping `update`
  /// apart keeps `update_lr` apart too when each update has one step size. Levels are those of the whole table.
  public func collapsedKeys(keeping names: [String]) throws(TableError) -> [CollapsedKey] {
    let groups = try groupNumbers(by: names)
    let seeds = hasColumn(named: "seed") ? try groupNumbers(by: ["seed"]).count : 0
    var collapsed: [CollapsedKey] = []
    for column in columns where column.role == .key && !names.contains(column.name) {
      let (codes, levels) = column.denseCodes()
      guard levels.count > 1 else { continue }
      var first = [Int32](repeating: -1, count: groups.count)
      let isCollapsed = (0..<rowCount).contains { row in
        let group = Int(groups.ofRow[row])
        if first[group] < 0 { first[group] = codes[row] }
        return first[group] != codes[row]
      }
      guard isCollapsed else { continue }
      let isOfSeeds = levels.count == seeds
      let followsSeed = try isOfSeeds ? groupNumbers(by: [column.name, "seed"]).count == seeds : false
      collapsed.append(CollapsedKey(name: column.name, levels: levels, followsSeed: followsSeed))
    }
    return collapsed
  }

  /// The rows in ascending order of the named columns, the first name deciding first; rows that agree keep their
  /// order. Numbers ascend with NaN after them, no before yes, missing last in either direction.
  public func sorted(by names: [String], descending: Bool = false) throws(TableError) -> Table {
    var keys: [[Int32]] = []
    for name in names {
      let (codes, levels) = try column(named: name).denseCodes()
      let order = levels.indices.sorted { Self.precedes(levels[$0], levels[$1], descending: descending) }
      var rank = [Int32](repeating: 0, count: levels.count)
      for (place, level) in order.enumerated() { rank[level] = Int32(place) }
      keys.append(codes.map { rank[Int($0)] })
    }
    let order = (0..<rowCount).sorted { left, right in
      for key in keys where key[left] != key[right] { return key[left] < key[right] }
      return left < right
    }
    var result = rows(at: order)
    result.sortedBy = names
    return result
  }

  private static func precedes(_ left: Cell, _ right: Cell, descending: Bool) -> Bool {
    switch (left, right) {
    case (.missing, _): return false
    case (_, .missing): return true
    case (.number(let a), .number(let b)):
      if a.isNaN || b.isNaN { return !a.isNaN }
      return descending ? a > b : a < b
    case (.text(let a), .text(let b)): return descending ? a > b : a < b
    case (.flag(let a), .flag(let b)): return descending ? a && !b : b && !a
    default: return false
    }
  }

  /// All rows of the tables, one table under the other; columns are those of all tables in the order of their
  /// first appearance, missing where a table has none of that name.
  /// - Throws: `roleConflict` or `wrongKind` if one name means two things.
  public static func stacked(_ tables: [Table]) throws(TableError) -> Table {
    var names: [(String, ColumnRole)] = []
    for column in tables.flatMap(\.columns) {
      if let known = names.first(where: { $0.0 == column.name }) {
        if known.1 != column.role { throw .roleConflict(column.name, known.1, column.role) }
      } else {
        names.append((column.name, column.role))
      }
    }
    var result: [Column] = []
    for (name, role) in names {
      var stacked = Column(name: name, role: role)
      for table in tables {
        let column = table.columns.first { $0.name == name }
        for row in 0..<table.rowCount { try stacked.append(column?[row] ?? .missing) }
      }
      result.append(stacked)
    }
    var table = try Table(result)
    table.addOrigins(tables.flatMap(\.origins))
    return table
  }
}
