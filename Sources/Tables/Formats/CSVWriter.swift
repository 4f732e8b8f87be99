extension Table {
  /// The table as CSV (RFC 4180, but lines end in a line feed): one line of names, one line a row.
  ///
  /// Numbers in the shortest form that reads back the same, flags as yes / no, missing as an empty cell. A text
  /// that could be taken for one of these stands in quotation marks. The same table gives the same bytes.
  public var csv: String {
    var text = ""
    appendLines { text += $0 }
    return text
  }

  /// Writes the table as CSV to a file, which appears complete or not at all.
  public func writeCSV(to path: String) throws(FileError) {
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      try file.append(headerLine)
      for row in 0..<rowCount { try file.append(line(row)) }
    }
  }

  private func appendLines(_ append: (String) -> Void) {
    append(headerLine)
    for row in 0..<rowCount { append(line(row)) }
  }

  private var headerLine: String {
    columns.map { CSVText.cell($0.name, isName: true) }.joined(separator: ",") + "\n"
  }

  private func line(_ row: Int) -> String {
    var line = ""
    for (place, column) in columns.enumerated() {
      if place > 0 { line += "," }
      switch column[row] {
      case .text(let text): line += CSVText.cell(text)
      case let cell: line += cell.description
      }
    }
    return line + "\n"
  }
}

/// The rules of CSV that writer and reader share.
enum CSVText {
  static func cell(_ text: String, isName: Bool = false) -> String {
    let mustQuote =
      text.utf8.contains { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }
      || text.isEmpty || text.first == " " || text.last == " "
      || (!isName && (number(text) != nil || flag(text) != nil))
    if !mustQuote { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// A decimal number, `nan`, `inf` or `-inf`; nothing else (no hexadecimal, no thousands separators).
  static func number(_ text: String) -> Double? {
    switch text {
    case "nan", "NaN", "NAN": return .nan
    case "inf", "Inf", "+inf": return .infinity
    case "-inf", "-Inf": return -.infinity
    default:
      let allowed = text.utf8.allSatisfy {
        (48...57).contains($0) || $0 == 43 || $0 == 45 || $0 == 46 || $0 == 69 || $0 == 101
      }
      return allowed ? Double(text) : nil
    }
  }

  static func flag(_ text: String) -> Bool? {
    switch text {
    case "yes": true
    case "no": false
    default: nil
    }
  }
}
