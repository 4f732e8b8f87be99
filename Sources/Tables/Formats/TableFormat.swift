/// A file format that holds one whole table.
public enum TableFormat: String, CaseIterable, Sendable {
  case csv, jsonl, npz, pickle

  /// What stands after the last dot of a file's name.
  public var ending: String { self == .pickle ? "pkl" : rawValue }
}

extension Table {
  /// Writes the table to a file, which appears complete or not at all. The same table gives the same bytes.
  ///
  /// - Throws: `FileError`, also for a table that the format cannot hold.
  public func write(as format: TableFormat, to path: String) throws(FileError) {
    switch format {
    case .csv: try writeCSV(to: path)
    case .jsonl: try writeJSONLines(to: path)
    case .npz: try writeNPZ(to: path)
    case .pickle: try writePickle(to: path)
    }
  }

  /// Reads a table from a file of CSV, or of JSON lines where its name ends in `.jsonl`.
  ///
  /// - Throws: `FileError` if the file cannot be read, `TableError` if it does not hold a table or if its name ends as
  ///   that of a format that is only written.
  public init(contentsOf path: String) throws {
    let name = path.lowercased()
    if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
      try self.init(contentsOfJSONLines: path)
      return
    }
    for ending in ["npz", "npy", "pkl", "pickle", "tfevents", "safetensors", "json"]
    where name.hasSuffix("." + ending) {
      throw TableError.onlyWritten(ending: ending)
    }
    try self.init(contentsOfCSV: path)
  }
}

extension Column {
  /// Whether the entries are whole numbers in every format: decided by the column's name, so that the type of a
  /// column of results never hangs on the numbers in it.
  var isOfWholeNumbers: Bool {
    ["seed", "step", "n", "dropped", "source_id", "probe_id"].contains(name) && kind == .number
      && (0..<count).allSatisfy { row in
        guard let number = self[row].number else { return true }
        return number == number.rounded() && number.magnitude < 9_007_199_254_740_992
          && !(number == 0 && number.sign == .minus)
      }
  }
}
