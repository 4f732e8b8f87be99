import Datasets
import Network
import Tables
import Tensor

/// Compares a file that a recorded run left with the one of the same name of another run.
struct FileComparison {
  /// As the record has it: below the folder of the run, or absolute.
  let path: String
  let recorded: String
  let found: String
  let tolerance: Double

  private static let limit = 1 << 30

  /// The first place at which the files differ, with what stands there; nil where they agree.
  ///
  /// Tables, weights and lines of text are compared number by number, everything else byte by byte.
  /// - Parameters: the digests of both files as they were written.
  func difference(_ old: String, _ new: String) -> (place: String, old: String, new: String)? {
    // Of a file outside of both folders only the later one is left.
    if path.hasPrefix("/") { return old == new ? nil : ("", "sha256 \(old)", "sha256 \(new)") }
    let paths = (recorded + "/" + path, found + "/" + path)
    guard let before = try? RegularFile.bytes(of: paths.0, limit: Self.limit) else {
      return ("", "the file is gone or cannot be read", "sha256 \(new)")
    }
    guard let after = try? RegularFile.bytes(of: paths.1, limit: Self.limit) else {
      return ("", "sha256 \(old)", "the file is gone or cannot be read")
    }
    if before == after { return nil }
    let bytes = ("", "sha256 \(sha256(before))", "sha256 \(sha256(after))")
    switch path.split(separator: ".").last {
    case "csv"?, "npz"?:
      guard let one = try? SavedTable.read(paths.0), let other = try? SavedTable.read(paths.1) else {
        return bytes
      }
      return difference(one, other)
    case "safetensors"?:
      guard let one = try? SafetensorsFile(reading: paths.0),
        let other = try? SafetensorsFile(reading: paths.1)
      else { return bytes }
      return difference(one, other) ?? (tolerance > 0 ? nil : bytes)
    case "jsonl"?, "json"?, "svg"?, "txt"?, "srel"?, "md"?: return difference(before, after)
    default: return bytes
    }
  }

  private func difference(_ one: Table, _ other: Table) -> (String, String, String)? {
    if one.columnNames != other.columnNames {
      return (", columns", one.columnNames.joined(separator: ", "), other.columnNames.joined(separator: ", "))
    }
    for row in 0..<min(one.rowCount, other.rowCount) {
      for (left, right) in zip(one.columns, other.columns) {
        let (old, new) = (left[row], right[row])
        if old == new { continue }
        if let old = old.number, let new = new.number, NumericText.agree(old, new, tolerance: tolerance) {
          continue
        }
        return (", row \(row + 1), \(left.name)", old.shown, new.shown)
      }
    }
    return one.rowCount == other.rowCount ? nil : (", rows", "\(one.rowCount)", "\(other.rowCount)")
  }

  private func difference(_ one: SafetensorsFile, _ other: SafetensorsFile) -> (String, String, String)? {
    let names = (one.tensors.map(\.name), other.tensors.map(\.name))
    if names.0 != names.1 {
      return (", tensors", names.0.joined(separator: ", "), names.1.joined(separator: ", "))
    }
    for (left, right) in zip(one.tensors, other.tensors) {
      let shapes = (left.tensor.shape, right.tensor.shape)
      if shapes.0 != shapes.1 {
        return (", \(left.name)", "shape \(shapes.0.dims)", "shape \(shapes.1.dims)")
      }
      for (place, (old, new)) in zip(left.tensor.scalars, right.tensor.scalars).enumerated()
      where !NumericText.agree(Double(old), Double(new), tolerance: tolerance) {
        return (", \(left.name)[\(place)]", Double(old).shortest, Double(new).shortest)
      }
    }
    return nil
  }

  private func difference(_ one: [UInt8], _ other: [UInt8]) -> (String, String, String)? {
    let lines = (
      one.split(separator: 10, omittingEmptySubsequences: false),
      other.split(separator: 10, omittingEmptySubsequences: false)
    )
    for place in 0..<max(lines.0.count, lines.1.count) {
      func line(_ lines: [ArraySlice<UInt8>]) -> String? {
        place < lines.count ? String(decoding: lines[place], as: UTF8.self) : nil
      }
      let (old, new) = (line(lines.0), line(lines.1))
      if let old, let new, NumericText.agree(old, new, tolerance: tolerance) { continue }
      return (", line \(place + 1)", old?.cut ?? "none", new?.cut ?? "none")
    }
    return nil
  }
}

extension Cell {
  fileprivate var shown: String { self == .missing ? "nothing" : description }
}

extension String {
  /// The beginning of a line that may be long.
  fileprivate var cut: String { count > 200 ? prefix(200) + "…" : self }
}
