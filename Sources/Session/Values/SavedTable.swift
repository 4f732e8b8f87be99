import Datasets
import Tables

/// Reads tables back from the files that `save` writes.
enum SavedTable {
  /// The table in a file; the ending of the name says how it is written.
  /// - Throws: the errors of reading a file and of what is no table.
  static func read(_ path: String) throws -> Table {
    guard path.lowercased().hasSuffix(".npz") else { return try Table(contentsOf: path) }
    let columns = try NPZColumns(reading: path).columns
    let names = columns.map(\.name).filter { !$0.hasPrefix(missingPrefix) }
    let arrays = Dictionary(uniqueKeysWithValues: columns.map { ($0.name, $0.entries) })
    return try Table(
      try names.map { name in
        // Each of the names is one of an array.
        let cells = arrays[name].map(cells) ?? []
        var missing: [Bool] = []
        if case .flags(let marks)? = arrays[missingPrefix + name] { missing = marks }
        guard missing.isEmpty || missing.count == cells.count else {
          throw DatasetError.wrongDimensions(
            path: "\(path): \(missingPrefix)\(name)", found: [missing.count], expected: "[\(cells.count)]")
        }
        let kind = Table.Schema.kind(of: name) ?? cells.first?.kind
        return try Column(
          name: name, role: Table.Schema.role(of: name, kind: kind, among: names),
          cells: missing.isEmpty ? cells : zip(cells, missing).map { $1 ? .missing : $0 })
      })
  }

  private static let missingPrefix = "missing."

  private static func cells(_ entries: NPZColumns.Entries) -> [Cell] {
    switch entries {
    case .numbers(let numbers): numbers.map { .number($0) }
    case .flags(let flags): flags.map { .flag($0) }
    case .texts(let texts): texts.map { .text($0) }
    }
  }
}
