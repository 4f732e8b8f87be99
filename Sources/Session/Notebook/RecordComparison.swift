import FoundationEssentials
import Language

/// Something in which two runs of a notebook differ.
public struct RecordDifference: Equatable, Sendable, CustomStringConvertible {
  public var cell: String
  /// What differs: `the value x`, `results/x.csv, row 3, value`.
  public var object: String
  public var recorded: String
  public var found: String

  public var description: String { description(names: ("recorded", "now")) }

  /// Three lines: where, and what the one and the other of two runs have there.
  public func description(names: (String, String)) -> String {
    let width = max(names.0.count, names.1.count) + 2
    func line(_ name: String, _ text: String) -> String {
      "\n  " + name + String(repeating: " ", count: width - name.count) + text
    }
    return "cell '\(cell)', \(object):" + line(names.0, recorded) + line(names.1, found)
  }
}

/// Compares what two runs of a notebook left in their folders.
public struct RecordComparison {
  private let recorded: OutputsRecord
  private let found: OutputsRecord
  private let recordedFolder: String
  private let foundFolder: String
  /// Whether numbers may differ by the `tol=` of their cell.
  private let usesTolerance: Bool

  /// - Parameter usesTolerance: whether numbers may differ by the `tol=` of their cell.
  /// - Throws: `SessionFailure.failed` where there is no record, or one that cannot be read.
  public init(recorded: String, found: String, usesTolerance: Bool) throws(SessionFailure) {
    self.recorded = try Self.record(in: recorded)
    self.found = try Self.record(in: found)
    (recordedFolder, foundFolder) = (recorded, found)
    self.usesTolerance = usesTolerance
  }

  /// The parameters with which the run in a folder was started.
  /// - Throws: as `init`.
  public static func parameters(in folder: String) throws(SessionFailure) -> [(name: String, text: String)] {
    (try record(in: folder).parameters ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whether a run has left a record in a folder.
  public static func hasRecord(in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/" + RunFolder.outputs)
  }

  private static func record(in folder: String) throws(SessionFailure) -> OutputsRecord {
    do {
      guard let record = try OutputsRecord.read(in: folder) else { throw RecordError.missing(folder) }
      return record
    } catch {
      throw .failed(EngineErrors.diagnostic(error, at: nil))
    }
  }

  /// The notebook has another text than when it was recorded.
  public var isOfAnotherText: Bool { recorded.script != found.script }

  /// `8 cells, 5 values, 12 files`
  public var summary: String {
    let counts = [
      ("cell", found.cells.count), ("value", found.cells.reduce(0) { $0 + ($1.values?.count ?? 0) }),
      ("file", found.cells.reduce(0) { $0 + ($1.files?.count ?? 0) }),
    ]
    return counts.map { "\($1)".counting($0) }.joined(separator: ", ")
  }

  /// Everything that differs, in the order of the cells; in a cell first its values, then its files, then its words.
  public var differences: [RecordDifference] {
    var differences: [RecordDifference] = []
    let left = Dictionary(recorded.cells.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for cell in found.cells {
      if let old = left[cell.name] {
        differences += self.differences(old, cell)
      } else {
        differences.append(
          RecordDifference(cell: cell.name, object: "the cell", recorded: "none", found: "there"))
      }
    }
    let names = Set(found.cells.map(\.name))
    for cell in recorded.cells where !names.contains(cell.name) {
      differences.append(
        RecordDifference(cell: cell.name, object: "the cell", recorded: "there", found: "none"))
    }
    return differences
  }

  private func differences(_ old: OutputsRecord.Cell, _ new: OutputsRecord.Cell) -> [RecordDifference] {
    // The notebook at hand says how exact it wants to be.
    let tolerance = usesTolerance ? new.options?["tol"].flatMap(Double.init) ?? 0 : 0
    var found: [(object: String, old: String, new: String)] = []
    let states = (old.state?.rawValue ?? "done", new.state?.rawValue ?? "done")
    if states.0 != states.1 { found.append(("how it ended", states.0, states.1)) }
    found += values(old.values ?? [], new.values ?? [], tolerance)
    found += files(old, new, tolerance)
    found += lines("text", old.text ?? [], new.text ?? [], tolerance)
    found += lines("error", old.error ?? [], new.error ?? [], tolerance)
    return found.map { RecordDifference(cell: new.name, object: $0.object, recorded: $0.old, found: $0.new) }
  }

  private func values(
    _ old: [OutputsRecord.NamedValue], _ new: [OutputsRecord.NamedValue], _ tolerance: Double
  ) -> [(String, String, String)] {
    let left = Dictionary(old.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let right = Set(new.map(\.name))
    var found: [(String, String, String)] = new.compactMap { value in
      guard let before = left[value.name] else { return ("the value \(value.name)", "none", value.shown) }
      if before.digest == value.digest { return nil }
      // Within a tolerance only what is written out can be compared.
      if tolerance > 0, before.kind == value.kind, let one = before.text, let other = value.text,
        NumericText.agree(one, other, tolerance: tolerance)
      {
        return nil
      }
      let areAlike = before.shown == value.shown
      return (
        "the value \(value.name)", before.shown + (areAlike ? ", digest \(before.digest)" : ""),
        value.shown + (areAlike ? ", digest \(value.digest)" : "")
      )
    }
    for value in old where !right.contains(value.name) {
      found.append(("the value \(value.name)", value.shown, "none"))
    }
    return found
  }

  private func lines(_ what: String, _ old: [String], _ new: [String], _ tolerance: Double) -> [(
    String, String, String
  )] {
    for place in 0..<max(old.count, new.count) {
      let (one, other) = (place < old.count ? old[place] : nil, place < new.count ? new[place] : nil)
      if let one, let other, NumericText.agree(one, other, tolerance: tolerance) { continue }
      return [("line \(place + 1) of its \(what)", one ?? "none", other ?? "none")]
    }
    return []
  }

  private func files(_ old: OutputsRecord.Cell, _ new: OutputsRecord.Cell, _ tolerance: Double) -> [(
    String, String, String
  )] {
    let (before, after) = (old.files ?? [], new.files ?? [])
    let left = Dictionary(before.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    let right = Set(after.map(\.path))
    // A picture moves by a point when a number moves by its last digit; the numbers stand in the file beside it.
    let drawings = tolerance > 0 ? Set((new.figures ?? []).map(\.file)) : []
    var found: [(String, String, String)] = []
    for file in after {
      guard let recorded = left[file.path] else {
        found.append((file.path, "none", "sha256 \(file.sha256)"))
        continue
      }
      if drawings.contains(file.path) || tolerance > 0 && file.isDrawing { continue }
      let comparison = FileComparison(
        path: file.path, recorded: recordedFolder, found: foundFolder, tolerance: tolerance)
      if let (place, one, other) = comparison.difference(recorded.sha256, file.sha256) {
        found.append((file.path + place, one, other))
      }
    }
    for file in before where !right.contains(file.path) {
      found.append((file.path, "sha256 \(file.sha256)", "none"))
    }
    return found
  }
}

extension OutputsRecord.NamedValue {
  fileprivate var shown: String { text ?? "\(kind), digest \(digest)" }
}

extension OutputsRecord.File {
  /// A picture, whose numbers are in a table beside it.
  fileprivate var isDrawing: Bool {
    path.hasPrefix("figures/") && [".svg", ".png", ".pdf"].contains { path.hasSuffix($0) }
  }
}
