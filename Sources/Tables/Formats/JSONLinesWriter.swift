extension Table {
  /// The table as JSON lines: one object a row, with all columns in their order.
  ///
  /// Flags are true and false, missing entries null; NaN and the infinities, which JSON lacks, are the strings "nan",
  /// "inf" and "-inf". The same table gives the same bytes.
  public var jsonLines: String {
    let names = quotedNames
    return (0..<rowCount).map { jsonLine($0, names) }.joined()
  }

  /// Writes the table as JSON lines to a file, which appears complete or not at all; a pipe or a device gets one
  /// whole row after the other.
  public func writeJSONLines(to path: String) throws(FileError) {
    let names = quotedNames
    let isDevice = AtomicFile.isDevice(path)
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      for row in 0..<rowCount {
        try file.append(jsonLine(row, names))
        if isDevice { try file.flush() }
      }
    }
  }

  private var quotedNames: [String] { columns.map { JSONScalar.quoted($0.name) } }

  private func jsonLine(_ row: Int, _ names: [String]) -> String {
    let members = columns.indices.map { names[$0] + ":" + columns[$0][row].json }
    return "{" + members.joined(separator: ",") + "}\n"
  }
}

extension Cell {
  /// The entry as JSON.
  fileprivate var json: String {
    switch self {
    case .number(let value): JSONScalar.text(value)
    case .text(let text): JSONScalar.quoted(text)
    case .flag(let flag): flag ? "true" : "false"
    case .missing: "null"
    }
  }
}
