/// What can be wrong with a table or a file that should hold one. Rows count from 0, lines of files from 1.
public enum TableError: Error, Equatable, Sendable {
  case unknownColumn(String, available: [String])
  case duplicateColumn(String)
  case raggedRow(row: Int, expected: Int, found: Int)
  case raggedColumn(String, expected: Int, found: Int)
  case wrongKind(column: String, row: Int, expected: CellKind, found: CellKind)
  case roleConflict(String, ColumnRole, ColumnRole)
  case collapsedKeys([CollapsedKey])
  case mergeConflict(String, column: String?)
  case severalRows(of: String)
  case notAboveZero(String)
  case noWholeSteps(row: Int?)
  case onlyWritten(ending: String)
  case emptyJSON
  case malformedJSON(line: Int, reason: String)
  case emptyCSV
  case blankColumnName(column: Int)
  case notUTF8(line: Int)
  case unclosedQuote(line: Int)
  case strayQuote(line: Int)
  case raggedLine(line: Int, expected: Int, found: Int)
  case unreadableCell(line: Int, column: String, text: String, expected: CellKind)
}

extension TableError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownColumn(let name, let available):
      "the table has no column '\(name)'" + Self.hint(for: name, among: available)
    case .duplicateColumn(let name):
      "the table already has a column '\(name)': choose another name"
    case .raggedRow(let row, let expected, let found):
      "row \(row) has \(found) cells where the table has \(expected) columns"
    case .raggedColumn(let name, let expected, let found):
      "column '\(name)' has \(found) rows where the table has \(expected)"
    case .wrongKind(let column, let row, let expected, let found):
      "column '\(column)' holds \(expected.plural), but row \(row) has a \(found.rawValue)"
    case .roleConflict(let name, let one, let other):
      "column '\(name)' is a \(one.rawValue) in one table and a \(other.rawValue) in another: rename one of them"
    case .collapsedKeys(let keys):
      keys.map(Self.sentence(for:)).joined(separator: "; ")
    case .mergeConflict(let place, let column):
      "the tables disagree on the rows of \(place)" + (column.map { " in column '\($0)'" } ?? "")
        + ": leave those rows out of one of them"
    case .severalRows(let place):
      "\(place) has several rows: compare one row of each, such as one step, or keep them apart with by="
    case .notAboveZero(let column):
      "column '\(column)' has numbers that are not above 0, which have no ratio: scale=plain compares differences"
    case .noWholeSteps(let row):
      "TensorBoard draws over steps: the table needs a column 'step' of whole numbers, 0 or more"
        + (row.map { " (row \($0) has none)" } ?? "")
    case .onlyWritten(let ending):
      "a table is not read from .\(ending): save it as csv, jsonl or npz and load that"
    case .emptyJSON:
      "the file holds no rows: JSON lines have one object in each line"
    case .malformedJSON(let line, let reason):
      "line \(line) is no row of a table: \(reason)"
    case .emptyCSV:
      "the file is empty: a table begins with one line of column names"
    case .blankColumnName(let column):
      "column \(column + 1) has no name in the first line of the file"
    case .notUTF8(let line):
      "line \(line) is not UTF-8 text: save the file as UTF-8"
    case .unclosedQuote(let line):
      "the quotation mark opened in line \(line) is never closed"
    case .strayQuote(let line):
      "line \(line) has a quotation mark inside a cell: put the cell in quotation marks and double it"
    case .raggedLine(let line, let expected, let found):
      "line \(line) has \(found) cells where the first line names \(expected) columns"
    case .unreadableCell(let line, let column, let text, let expected):
      "line \(line), column '\(column)': '\(text)' is not \(expected.article)"
    }
  }

  private static func sentence(for key: CollapsedKey) -> String {
    let example = key.levels.contains("median") ? "median" : key.levels.first?.optionText ?? ""
    let rename = key.followsSeed ? "; name the repeat seed to average over it" : ""
    return "\(key.name) has \(key.levels.count) values: add \(key.name)=\(example) or by=\(key.name)\(rename)"
  }

  private static func hint(for name: String, among available: [String]) -> String {
    if available.isEmpty { return ": it has no columns at all" }
    if let near = nearest(to: name, among: available) { return ": did you mean '\(near)'?" }
    return ": it has \(available.joined(separator: ", "))"
  }

  /// The name that differs least from `name`, if at most a third of its letters differ.
  static func nearest(to name: String, among names: [String]) -> String? {
    let ranked = names.map { (name: $0, distance: editDistance(name, $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, name.count / 3) ? best.name : nil
  }

  /// The least number of letters inserted, deleted or changed that turns one word into the other.
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right.lowercased())
    var row = Array(0...right.count)
    for (i, letter) in left.lowercased().enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in right.indices {
        let change = diagonal + (letter == right[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}

extension CellKind {
  var plural: String {
    switch self {
    case .number: "numbers"
    case .text: "texts"
    case .flag: "flags (yes or no)"
    }
  }

  var article: String {
    switch self {
    case .number: "a number"
    case .text: "a text"
    case .flag: "yes or no"
    }
  }
}

extension Cell {
  /// The cell as the value of an option: a word where it is one, else in quotation marks.
  public var optionText: String {
    guard case .text(let text) = self else { return self == .missing ? "\"\"" : description }
    let isWord =
      text.first.map { $0.isLetter || $0 == "_" } ?? false
      && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    if isWord { return text }
    let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
    return "\"\(escaped)\""
  }
}
