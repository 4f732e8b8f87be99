/// A long table: one row a fact, columns with a name and a role.
///
/// Keys say what a row is about, replicates which repetition it belongs to, axes where along a curve it stands;
/// values were measured. A plot or a mean may average over replicates, never silently over keys.
public struct Table: Sendable, Equatable {
  public private(set) var columns: [Column]
  public private(set) var rowCount = 0
  /// The columns by which the rows were sorted last, so that a narrow terminal shows them.
  public var sortedBy: [String] = []
  /// What the rows were made from, each entry a text under a name: runs, data sets, commands.
  public var origins: [Origin] = []

  public typealias Origin = [String: String]

  /// An empty table. The names must differ.
  public init(columns: [(String, ColumnRole)] = []) {
    precondition(Set(columns.map(\.0)).count == columns.count, "column names must differ")
    self.columns = columns.map { Column(name: $0.0, role: $0.1) }
  }

  /// A table of ready columns.
  /// - Throws: `duplicateColumn`, or `raggedColumn` if their lengths differ.
  public init(_ columns: [Column]) throws(TableError) {
    self.columns = []
    for column in columns { try add(column) }
  }

  /// Equal columns with equal entries; how the rows came to be, and in their order, does not count.
  public static func == (left: Table, right: Table) -> Bool {
    left.rowCount == right.rowCount && left.columns == right.columns
  }

  public var columnNames: [String] { columns.map(\.name) }

  /// The column of that name; a present name finds a former one, and the other way round
  /// (`Schema.presentName`), where no column has the name itself.
  /// - Throws: `unknownColumn`, with the names that exist.
  public func column(named name: String) throws(TableError) -> Column {
    guard let place = place(ofColumn: name) else { throw .unknownColumn(name, available: columnNames) }
    return columns[place]
  }

  public func hasColumn(named name: String) -> Bool { place(ofColumn: name) != nil }

  private func place(ofColumn name: String) -> Int? {
    columns.firstIndex { $0.name == name }
      ?? columns.firstIndex { Schema.presentName(of: $0.name) == Schema.presentName(of: name) }
  }

  /// The entry of a row in the column of that name.
  public func cell(_ row: Int, _ name: String) throws(TableError) -> Cell { try column(named: name)[row] }

  /// The entries of one row, in the order of the columns.
  public func row(_ index: Int) -> [Cell] { columns.map { $0[index] } }

  /// The numbers of a column, NaN where missing.
  /// - Throws: `unknownColumn`, or `wrongKind` for a column of texts or flags.
  public func numbers(in name: String) throws(TableError) -> [Double] {
    let column = try column(named: name)
    if let kind = column.kind, kind != .number {
      throw .wrongKind(column: name, row: 0, expected: .number, found: kind)
    }
    return column.numbers.map { $0 ?? .nan }
  }

  /// Adds a row: one cell a column, in their order.
  /// - Throws: `raggedRow` or `wrongKind`; the table is then unchanged.
  public mutating func append(_ cells: [Cell]) throws(TableError) {
    guard cells.count == columns.count else {
      throw .raggedRow(row: rowCount, expected: columns.count, found: cells.count)
    }
    for (place, cell) in cells.enumerated() {
      if let kind = columns[place].kind, let found = cell.kind, found != kind {
        throw .wrongKind(column: columns[place].name, row: rowCount, expected: kind, found: found)
      }
    }
    for (place, cell) in cells.enumerated() { try columns[place].append(cell) }
    rowCount += 1
  }

  /// Adds a row by names; columns that are not named get a missing cell.
  /// - Throws: `unknownColumn` or `wrongKind`; the table is then unchanged.
  public mutating func append(_ cells: [String: Cell]) throws(TableError) {
    if let unknown = cells.keys.sorted().first(where: { !hasColumn(named: $0) }) {
      throw .unknownColumn(unknown, available: columnNames)
    }
    try append(columns.map { cells[$0.name] ?? .missing })
  }

  /// Adds a column at the end.
  /// - Throws: `duplicateColumn`, or `raggedColumn` if it has another number of rows.
  public mutating func add(_ column: Column) throws(TableError) {
    if hasColumn(named: column.name) { throw .duplicateColumn(column.name) }
    if !columns.isEmpty && column.count != rowCount {
      throw .raggedColumn(column.name, expected: rowCount, found: column.count)
    }
    columns.append(column)
    rowCount = column.count
  }

  /// The table with one more column in front or at the end that has the same entry in every row.
  /// - Throws: `duplicateColumn`.
  public func adding(
    _ name: String, role: ColumnRole, constant: Cell, first: Bool = true
  ) throws(TableError) -> Table {
    if hasColumn(named: name) { throw .duplicateColumn(name) }
    let cells = [Cell](repeating: constant, count: rowCount)
    var result = self
    result.columns.insert(
      try Column(name: name, role: role, cells: cells), at: first ? 0 : columns.count)
    return result
  }

  /// The table with only the columns named, in that order.
  public func selecting(_ names: [String]) throws(TableError) -> Table {
    var chosen: [Column] = []
    for name in names { chosen.append(try column(named: name)) }
    var result = try Table(chosen)
    result.origins = origins
    return result
  }

  /// Adds what the rows were made from, each thing once.
  public mutating func addOrigins(_ more: [Origin]) { origins = (origins + more).firstOccurrences }

  /// The given rows in the given order; a row may come twice. The indices must exist.
  public func rows(at rows: [Int]) -> Table {
    var result = self
    result.columns = columns.map { $0.rows(at: rows) }
    result.rowCount = rows.count
    return result
  }

  /// The rows for which `isIncluded` holds, given their index.
  public func filtered<Failure: Error>(
    by isIncluded: (Int) throws(Failure) -> Bool
  ) throws(Failure) -> Table {
    var kept: [Int] = []
    for row in 0..<rowCount where try isIncluded(row) { kept.append(row) }
    return rows(at: kept)
  }

  /// The rows with that entry in that column.
  public func filtered(_ name: String, equals cell: Cell) throws(TableError) -> Table {
    let column = try column(named: name)
    return filtered { column[$0] == cell }
  }
}

extension [Table.Origin] {
  /// Each entry once, where it came first.
  public var firstOccurrences: [Table.Origin] {
    var seen: Set<Table.Origin> = []
    return filter { seen.insert($0).inserted }
  }
}
