extension Table {
  /// What TensorBoard draws of one run: a curve over `step` for every column of values and every combination of keys.
  ///
  /// A tag is `NAME/COLUMN/KEY=ENTRY/…`; classes stand in it as `pair=source->probe`. Of the product's own tables of S
  /// only the values belong to the keys (`value`, `low`, `high`, …); loss and accuracy stand in the history.
  /// - Throws: `noWholeSteps` without a column `step` of whole numbers from 0.
  public func curves(named name: String) throws(TableError) -> [TensorBoard.Point] {
    guard hasColumn(named: "step") else { throw .noWholeSteps(row: nil) }
    let steps = try column(named: "step")
    let keys = columns.filter { $0.role == .key && $0.name != "same" }
    let isOfS = hasColumn(named: "value")
    let values = columns.filter { column in
      column.role == .value && column.kind == .number
        && !(isOfS && ["loss", "accuracy"].contains(column.name))
    }
    var points: [TensorBoard.Point] = []
    for row in 0..<rowCount {
      guard let number = steps[row].number, let step = Int64(exactly: number), step >= 0 else {
        throw .noWholeSteps(row: row)
      }
      let ending = Self.tagEnding(keys, row)
      for column in values {
        guard let value = column[row].number else { continue }
        let tag = ([name, column.name].filter { !$0.isEmpty } + ending).joined(separator: "/")
        points.append(TensorBoard.Point(step: step, tag: tag, value: value))
      }
    }
    return points
  }

  private static func tagEnding(_ keys: [Column], _ row: Int) -> [String] {
    keys.compactMap { column in
      let entry = column[row].description
      switch column.name {
      case "source_class":
        return keys.first { $0.name == "probe_class" }.map { "pair=\(entry)->\($0[row].description)" }
          ?? "source_class=\(entry)"
      case "probe_class" where keys.contains { $0.name == "source_class" }: return nil
      default: return "\(column.name)=\(entry)"
      }
    }
  }
}

/// Event files of TensorBoard: records of TensorFlow that hold protocol buffers.
public enum TensorBoard {
  /// One value of a curve.
  public struct Point: Equatable, Sendable {
    public let step: Int64
    public let tag: String
    public let value: Double
  }

  /// The name that such a file has in the folder of its run; TensorBoard knows it by `tfevents`.
  public static let fileName = "events.out.tfevents.0.srel-repl"

  /// Writes the points as an event file, which appears complete or not at all: one event a step, steps ascending,
  /// values as float32. The time of all events is 0, so that the same points give the same bytes.
  public static func write(_ points: [Point], to path: String) throws(FileError) {
    let places = points.indices.sorted { (points[$0].step, $0) < (points[$1].step, $1) }
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      var version = event(step: 0)
      version.append(field: 3, bytes: Array("brain.Event:2".utf8))
      try file.append(record(version))
      var rest = places[...]
      while let first = rest.first {
        let step = points[first].step
        var summary: [UInt8] = []
        for place in rest.prefix(while: { points[$0].step == step }) {
          var value: [UInt8] = []
          value.append(field: 1, bytes: Array(points[place].tag.utf8))
          value.append(field: 2, fixed: Float(points[place].value).bitPattern)
          summary.append(field: 1, bytes: value)
        }
        rest = rest.drop { points[$0].step == step }
        var event = event(step: step)
        event.append(field: 5, bytes: summary)
        try file.append(record(event))
      }
    }
  }

  /// The beginning of an `Event` (tensorflow/core/util/event.proto): its time and its step.
  private static func event(step: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(field: 1, fixed: Double(0).bitPattern)
    bytes.append(field: 2, varint: UInt64(bitPattern: step))
    return bytes
  }

  /// Length, its check, the bytes, their check (tensorflow/core/lib/io/record_writer.h).
  private static func record(_ payload: [UInt8]) -> [UInt8] {
    var record: [UInt8] = []
    record.append(littleEndian: UInt64(payload.count))
    record.append(littleEndian: maskedCheck(record))
    record += payload
    record.append(littleEndian: maskedCheck(payload))
    return record
  }

  /// The check turned by 15 bits with a constant added, so that it can stand in what is checked in turn.
  private static func maskedCheck(_ bytes: [UInt8]) -> UInt32 {
    let check = CRC32.castagnoli.checksum(of: bytes)
    return (check >> 15 | check << 17) &+ 0xA282_EAD8
  }
}

/// Fields of protocol buffers (protobuf.dev, "Encoding").
extension [UInt8] {
  fileprivate mutating func append(varint number: UInt64) {
    var rest = number
    while rest > 0x7F {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  fileprivate mutating func append(field: UInt64, varint number: UInt64) {
    append(varint: field << 3)
    append(varint: number)
  }

  fileprivate mutating func append(field: UInt64, fixed number: UInt64) {
    append(varint: field << 3 | 1)
    append(littleEndian: number)
  }

  fileprivate mutating func append(field: UInt64, fixed number: UInt32) {
    append(varint: field << 3 | 5)
    append(littleEndian: number)
  }

  fileprivate mutating func append(field: UInt64, bytes: [UInt8]) {
    append(varint: field << 3 | 2)
    append(varint: UInt64(bytes.count))
    self += bytes
  }
}
