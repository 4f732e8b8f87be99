extension Table {
  /// The table as aligned text for a terminal: numbers to the right with `digits` significant digits, texts to
  /// the left, at most `rows` rows (the first and the last, with a line for those between) and `width` letters.
  ///
  /// A column that says the same in all rows is told once above the table, with a single row only where the columns
  /// do not all fit. Of columns that do not fit, values and those sorted by stay the longest and notes go first; the
  /// others are named below the table.
  public func text(rows: Int = 20, digits: Int = 4, width: Int = 100) -> String {
    if columns.isEmpty { return "no columns" }
    if rowCount == 0 { return "no rows; columns: " + columnNames.joined(separator: ", ") }
    let shown = shownRows(limit: max(2, rows))
    let rows = shown.first + shown.last
    let isFolded = rowCount > 1 || Self.width(columns.map { Self.block($0, rows: rows, digits) }) > width
    let constant = columns.filter { column in
      isFolded && column.levels.count == 1 && (rowCount > 1 || column.role != .value)
    }
    let varying = columns.filter { column in !constant.contains { $0.name == column.name } }
    var lines = Self.wrapped(
      constant.filter { $0.kind != nil }.map { "\($0.name) = \(Self.entry($0[0], digits))" }, width: width)
    let blocks = varying.map { column in Self.block(column, rows: rows, digits) }
    let fitting = fitting(varying, blocks, width: width)
    lines += Self.lines(fitting.map { blocks[$0] })
    if !shown.last.isEmpty {
      lines.insert("… \(shown.hidden) more rows", at: lines.count - shown.last.count)
    }
    let hidden = varying.indices.filter { !fitting.contains($0) }.map { varying[$0].name }
    if !hidden.isEmpty {
      lines += Self.wrapped(
        hidden, width: width, head: "… and \(hidden.count) more column\(hidden.count == 1 ? "" : "s"): ")
    }
    return lines.joined(separator: "\n")
  }

  private func shownRows(limit: Int) -> (first: [Int], last: [Int], hidden: Int) {
    if rowCount <= limit { return (Array(0..<rowCount), [], 0) }
    let tail = limit / 3
    return (Array(0..<(limit - tail)), Array((rowCount - tail)..<rowCount), rowCount - limit)
  }

  private static func entry(_ cell: Cell, _ digits: Int) -> String {
    switch cell {
    case .number(let value): value.significant(digits)
    case .missing: "-"
    case .text(let text): text.map { $0.isNewline || $0 == "\t" ? " " : "\($0)" }.joined()
    case .flag: cell.description
    }
  }

  /// The name and the entries of one column, padded to one width.
  private static func block(_ column: Column, rows: [Int], _ digits: Int) -> [String] {
    let entries = [column.name] + rows.map { entry(column[$0], digits) }
    let width = entries.map(\.count).max() ?? 0
    return entries.map { entry in
      let blanks = String(repeating: " ", count: width - entry.count)
      return column.kind == .number ? blanks + entry : entry + blanks
    }
  }

  private static func width(_ blocks: [[String]]) -> Int {
    blocks.reduce(-2) { sum, block in sum + 2 + block[0].count }
  }

  /// The places of the columns that fit, chosen by what they tell.
  private func fitting(_ columns: [Column], _ blocks: [[String]], width: Int) -> [Int] {
    let ranks: [ColumnRole: Int] = [.value: 1, .axis: 2, .key: 3, .replicate: 4, .note: 6]
    let lastKey = columns.lastIndex { $0.role == .key } ?? 0
    let ranked = columns.indices.map { place in
      let column = columns[place]
      // Values before the keys say where the run stood, not what was measured.
      let rank = column.role == .value && place < lastKey ? 5 : ranks[column.role] ?? 6
      return (place: place, rank: sortedBy.contains(column.name) ? 0 : rank)
    }
    var chosen: [Int] = []
    for (place, _) in ranked.sorted(by: { ($0.rank, $0.place) < ($1.rank, $1.place) }) {
      if chosen.isEmpty || Self.width((chosen + [place]).map { blocks[$0] }) <= width { chosen.append(place) }
    }
    return chosen.sorted()
  }

  private static func lines(_ blocks: [[String]]) -> [String] {
    guard let height = blocks.first?.count else { return [] }
    return (0..<height).map { row in
      let line = blocks.map { $0[row] }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The items after one another, separated by commas, in lines of at most `width` letters.
  private static func wrapped(_ items: [String], width: Int, head: String = "") -> [String] {
    var lines: [String] = []
    var line = head
    for (place, item) in items.enumerated() {
      let piece = item + (place + 1 < items.count ? ", " : "")
      if line.count + piece.count > width + 1, line != head, !line.isEmpty {
        lines.append(String(line.dropLast()))
        line = "  "
      }
      line += piece
    }
    if !line.isEmpty && !items.isEmpty { lines.append(line) }
    return lines
  }
}
