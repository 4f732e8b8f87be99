import FoundationEssentials
import Language
import Tables

/// What a run of a notebook made, cell by cell: `outputs.json`.
///
/// It holds no times, no paths of the machine and nothing that depends on threads, so two runs of the same notebook
/// leave the same bytes.
struct OutputsRecord: Codable, Equatable {
  /// How a cell ended.
  enum State: String, Codable {
    case done, failed, skipped
    /// It failed, as `expect=error` says it should.
    case failedAsExpected = "failed as expected"
    case stopped
    case notRun = "not run"
  }

  struct Cell: Codable, Equatable {
    var name: String
    var kind: String
    var state: State?
    /// The options as written.
    var options: [String: String]?
    /// How many hands were raised for each answer to the cell's question, where a class was asked.
    var hands: [String: Int]?
    /// What the cell said, line by line.
    var text: [String]?
    var figures: [Figure]?
    /// Every file that the cell wrote, figures too.
    var files: [File]?
    /// The message of the error that ended the cell, line by line.
    var error: [String]?
    /// The names to which the cell gave values, in the order in which it first did.
    var values: [NamedValue]?
    /// What the cell's outputs depend on, as a digest.
    var key: String?
  }

  struct Figure: Codable, Equatable {
    var file: String
    var caption: String?
  }

  struct File: Codable, Equatable {
    /// Relative to the folder of the run, or absolute.
    var path: String
    var sha256: String
  }

  struct NamedValue: Codable, Equatable {
    var name: String
    /// What it is: `a table`.
    var kind: String
    /// The value, where it can be written in a line.
    var text: String?
    var digest: String
    /// Of a data set: the places of its samples in the file that they come from.
    var indices: String?
  }

  /// A line of where the results come from, as in the report.
  struct Origin: Codable, Equatable {
    var name: String
    var text: String
  }

  var format = Self.format
  var program = Version.program
  var language = Version.language
  /// SHA-256 of the notebook's text.
  var script: String
  /// What `-p` has set.
  var parameters: [String: String]?
  /// The numeric version of the engine, the data with their digests, and what else a reader has to know of them.
  var provenance: [Origin]?
  var cells: [Cell]

  static let format = 1

  /// The JSON text, keys sorted.
  var text: String {
    get throws { try JSONFile.text(self) }
  }

  /// Reads the record in a folder; nil where there is none.
  /// - Throws: `RecordError`, `FileError`.
  static func read(in folder: String) throws -> OutputsRecord? {
    let path = folder + "/" + RunFolder.outputs
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let data = Data(try RegularFile.bytes(of: path, limit: 256 << 20))
    struct Head: Decodable { var format: Int }
    guard let head = try? JSONDecoder().decode(Head.self, from: data) else { throw RecordError.damaged(path) }
    guard head.format == format else { throw RecordError.otherFormat(path, head.format) }
    guard let record = try? JSONDecoder().decode(Self.self, from: data) else {
      throw RecordError.damaged(path)
    }
    return record
  }
}

/// When, where and for how long a notebook ran: `run.json`, the one file in which two runs differ.
struct RunConditions: Codable, Equatable {
  struct Cell: Codable, Equatable {
    var name: String
    var seconds: Double
  }

  var program = Version.program
  /// What was typed, as it can be typed again.
  var command: String
  var directory: String
  var host: String
  var processor: String
  var threads: Int
  var matrixProducts: String
  var begun: String
  /// When the file was last written.
  var written: String
  /// The exit code; missing while the notebook runs, and where it was killed.
  var exit: Int?
  var cells: [Cell]

  init(command: [String], threads: Int) {
    self.command = command.map(Self.quoted).joined(separator: " ")
    directory = FileManager.default.currentDirectoryPath
    let host = FileManager.default.contents(atPath: "/proc/sys/kernel/hostname").map {
      String(decoding: $0, as: UTF8.self)
    }
    self.host = host?.split(separator: "\n").first.map(String.init) ?? ""
    processor = Version.processor
    self.threads = threads
    matrixProducts = Version.matrixProducts
    begun = Self.now
    written = begun
    cells = []
  }

  /// Notes a cell that has ended.
  mutating func note(_ cell: String, since start: ContinuousClock.Instant) {
    let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    cells.append(Cell(name: cell, seconds: milliseconds.rounded() / 1000))
    written = Self.now
  }

  static var now: String { Date.now.formatted(.iso8601) }

  /// A word as a shell takes it.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-_./=,:+@%".utf8.contains(byte)
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}

enum JSONFile {
  /// A value as indented JSON with sorted keys, ending in a line break.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}

/// Why a record cannot be read.
enum RecordError: Error, Equatable, CustomStringConvertible {
  case missing(String)
  case damaged(String)
  case otherFormat(String, Int)

  var description: String {
    switch self {
    case .missing(let folder): "there is no record of a run in '\(folder)'; run the notebook first"
    case .damaged(let path): "'\(path)' is no record of a run; delete it, or run the notebook again"
    case .otherFormat(let path, let format):
      "'\(path)' is a record of format \(format), not \(OutputsRecord.format); run the notebook again"
    }
  }
}
