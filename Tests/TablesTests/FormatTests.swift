import Foundation
import Tables
import Testing

/// What a result table can hold: every kind, missing entries, numbers at the edges, texts of all sorts.
func awkwardTable() throws -> Table {
  var table = Table(columns: [
    ("lr", .key), ("run", .replicate), ("seed", .replicate), ("step", .axis), ("distance", .key),
    ("same", .key),
    ("n", .note), ("value", .value), ("high", .value), ("comment", .key),
  ])
  try table.append([
    0.1, "a", 1, 0, "kl", true, 20, .number(0.1 + 0.2), .missing, "µ \"x\"\\\n\t\u{1}",
  ])
  try table.append([
    0.01, "b", 5_000_000_000, 9, "l2", false, .missing, .number(.nan), .number(-.infinity), "🙂, 7",
  ])
  try table.append([0.01, "b", 3, 12, "kl", .missing, 3, .number(-0.0), .number(.infinity), ""])
  return table
}

/// The bytes of the file that a table makes in a format.
func bytes(of table: Table, as format: TableFormat) throws -> [UInt8] {
  let path = NSTemporaryDirectory() + "srel-\(UUID().uuidString).\(format.ending)"
  defer { try? FileManager.default.removeItem(atPath: path) }
  try table.write(as: format, to: path)
  return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

@Suite struct JSONLinesTests {
  @Test func `a table of results comes back as it was, with its roles`() throws {
    let table = try awkwardTable()
    let back = try Table(jsonLines: table.jsonLines)
    #expect(back == table)
    #expect(back.jsonLines == table.jsonLines)
    #expect(try Table(csv: table.csv) == table)
    #expect(try bytes(of: table, as: .jsonl) == Array(table.jsonLines.utf8))
  }

  @Test func `each row is one object with all columns`() throws {
    var table = Table(columns: [("name", .key), ("ok", .key), ("value", .value)])
    try table.append(["a\"b", true, 0.5])
    try table.append([.missing, .missing, .number(.nan)])
    #expect(
      table.jsonLines == """
        {"name":"a\\"b","ok":true,"value":0.5}
        {"name":null,"ok":null,"value":"nan"}

        """)
  }

  @Test func `rows of other programs are read`() throws {
    let text = """
      {"b": 1.5e-3, "a": "x"}\r

      {"a": "\\u00e9\\ud83d\\ude42", "b": NaN , "c": true}
      {}
      {"b": -Infinity}
      """
    let table = try Table(jsonLines: "\u{FEFF}" + text)
    #expect(table.columnNames == ["b", "a", "c"] && table.rowCount == 4)
    #expect(table.columns[0].cells == [0.0015, .number(.nan), .missing, .number(-.infinity)])
    #expect(table.columns[1].cells == ["x", "é🙂", .missing, .missing])
    #expect(table.columns[2].cells == [.missing, true, .missing, .missing])
    #expect(table.columns.map(\.role) == [.value, .key, .key])
  }

  @Test(arguments: [
    ("", TableError.emptyJSON), ("{}\n\n", .emptyJSON),
    (
      "{\"value\":1}\n{\"value\":tru}",
      .malformedJSON(line: 2, reason: "'value' holds tru, which is no value of JSON")
    ),
    (
      "{\"a\":[1]}",
      .malformedJSON(
        line: 1, reason: "'a' holds a list or an object; a table has numbers, strings, true, false and null")
    ),
    (
      "{\"a\":1}\n{\"a\":2,\"b\"",
      .malformedJSON(line: 2, reason: "it is cut short; delete the line, or save the file again")
    ),
    ("{\"a\":1,\"a\":2}", .malformedJSON(line: 1, reason: "it has two members called 'a'")),
    ("{\"a\":1e999}", .malformedJSON(line: 1, reason: "'a' holds 1e999, which is too large")),
    (
      "{\"a\":1} {\"a\":2}",
      .malformedJSON(line: 1, reason: "more follows the closing brace; one object stands in a line")
    ),
    ("[1,2]", .malformedJSON(line: 1, reason: "it does not begin with '{'")),
    ("{\"a\":\"\\ud800x\"}", .malformedJSON(line: 1, reason: "half a surrogate pair")),
    ("{\"a\":1}\n{\"a\":\"x\"}", .unreadableCell(line: 2, column: "a", text: "x", expected: .number)),
    ("{\"step\":true}", .unreadableCell(line: 1, column: "step", text: "yes", expected: .number)),
    ("{\"a\":01}", .malformedJSON(line: 1, reason: "'a' holds 01, which is no value of JSON")),
    ("{\"a\":.5}", .malformedJSON(line: 1, reason: "'a' holds .5, which is no value of JSON")),
  ])
  func `damaged rows are refused with their line`(text: String, error: TableError) {
    #expect(throws: error) { try Table(jsonLines: text) }
  }

  @Test func `text that is not UTF-8 is refused, and so is a format that is only written`() throws {
    let path = NSTemporaryDirectory() + "srel-\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]).write(to: URL(fileURLWithPath: path))
    #expect(throws: TableError.notUTF8(line: 1)) { try Table(contentsOf: path) }
    #expect(throws: TableError.onlyWritten(ending: "npz")) { try Table(contentsOf: "x.npz") }
  }

  /// Every cut of a file is either refused or gives fewer rows; nothing traps.
  @Test func `a file cut anywhere is refused or has fewer rows`() throws {
    let table = try awkwardTable()
    let whole = Array(table.jsonLines.utf8)
    for length in 0..<whole.count - 1 {
      let text = String(decoding: whole[..<length], as: UTF8.self)
      #expect(((try? Table(jsonLines: text))?.rowCount ?? 0) < 3)
    }
  }
}

@Suite struct MergeTests {
  private func night(_ seeds: [Double], value: Double = 0.5) throws -> Table {
    var table = Table(columns: [
      ("run", .replicate), ("seed", .replicate), ("step", .axis), ("value", .value),
    ])
    for seed in seeds {
      for step in 0..<3 { try table.append(["r", .number(seed), .number(Double(step)), .number(value)]) }
    }
    return table
  }

  @Test func `nights stand below one another and equal rows count once`() throws {
    let merged = try Table.merged([night([1, 2]), night([2, 3]), night([4])])
    #expect(merged.rowCount == 12)
    #expect(try merged.levels(of: "seed") == [1, 2, 3, 4])
    #expect(merged.columns.map(\.role) == [.replicate, .replicate, .axis, .value])
  }

  @Test func `a broken night and its repetition join`() throws {
    let broken = try night([1]).rows(at: [0, 1])
    #expect(try Table.merged([broken, night([1])]) == night([1]))
  }

  @Test func `nights that disagree are refused with the row and the column`() throws {
    #expect(throws: TableError.mergeConflict("run=r, seed=2, step=0", column: "value")) {
      try Table.merged([night([1, 2]), night([2], value: 0.6)])
    }
    let doubled = try night([1]).rows(at: [0, 0])
    #expect(throws: TableError.mergeConflict("run=r, seed=1, step=0", column: nil)) {
      try Table.merged([night([1]), doubled])
    }
  }

  @Test func `tables without keys are only put together`() throws {
    let table = try Table(csv: "a,b\n1,2\n")
    #expect(try Table.merged([table, table]).rowCount == 2)
  }
}
