extension Table {
  /// Reads JSON lines: one object a line, whose members are the columns, in the order of their first appearance.
  ///
  /// Members are numbers, strings, true, false or null; a row without a member has a missing entry there. In a column
  /// of numbers the strings "nan", "inf" and "-inf" are numbers, and so are the NaN, Infinity and -Infinity that
  /// Python writes. Roles are found as for CSV. Blank lines are passed over.
  /// - Throws: `TableError` with the line. Costs one pass over the bytes.
  public init(jsonLines text: String) throws(TableError) {
    try self.init(jsonLinesBytes: Array(text.utf8))
  }

  /// Reads a file of JSON lines.
  /// - Throws: `FileError` if the file cannot be read, `TableError` if it does not hold a table.
  public init(contentsOfJSONLines path: String) throws {
    try self.init(jsonLinesBytes: RegularFile.bytes(of: path, limit: 1 << 30))
  }

  private init(jsonLinesBytes bytes: [UInt8]) throws(TableError) {
    var scanner = JSONLinesScanner(bytes)
    var names: [String] = []
    var places: [String: Int] = [:]
    var entries: [[Cell]] = []
    var lines: [Int] = []
    while let members = try scanner.nextObject() {
      for (name, cell) in members {
        if places[name] == nil {
          places[name] = names.count
          names.append(name)
          entries.append([])
        }
        let place = places[name] ?? 0
        guard entries[place].count <= lines.count else {
          throw .malformedJSON(line: scanner.line, reason: "it has two members called '\(name)'")
        }
        let skipped = lines.count - entries[place].count
        entries[place] += [Cell](repeating: .missing, count: skipped) + [cell]
      }
      lines.append(scanner.line)
    }
    guard !names.isEmpty else { throw .emptyJSON }
    var columns: [Column] = []
    for (place, name) in names.enumerated() {
      let missing = [Cell](repeating: .missing, count: lines.count - entries[place].count)
      columns.append(try Self.column(name, entries[place] + missing, lines: lines, among: names))
    }
    try self.init(columns)
  }

  private static func column(
    _ name: String, _ cells: [Cell], lines: [Int], among names: [String]
  ) throws(TableError) -> Column {
    let present = cells.filter { $0 != .missing }
    let areNumbers = !present.isEmpty && present.allSatisfy { $0.asNumber != nil }
    let kind = Schema.kind(of: name) ?? (areNumbers ? .number : present.first?.kind)
    var column = Column(name: name, role: Schema.role(of: name, kind: kind, among: names))
    for (cell, line) in zip(cells, lines) {
      let fitting = kind == .number ? cell.asNumber ?? cell : cell
      if let kind, let found = fitting.kind, found != kind {
        throw .unreadableCell(line: line, column: name, text: cell.description, expected: kind)
      }
      try column.append(fitting)
    }
    return column
  }
}

extension Cell {
  /// The entry of a column of numbers; nil for what cannot stand in one.
  fileprivate var asNumber: Cell? {
    switch self {
    case .number: self
    case .text("nan"): .number(.nan)
    case .text("inf"): .number(.infinity)
    case .text("-inf"): .number(-.infinity)
    default: nil
    }
  }
}
