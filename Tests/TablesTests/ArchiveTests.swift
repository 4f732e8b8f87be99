import Foundation
import Tables
import Testing

@Suite struct NPZTests {
  @Test func `every column is an array of its own`() throws {
    let table = try awkwardTable()
    let arrays = try readNPZ(bytes(of: table, as: .npz))
    #expect(
      arrays.map(\.name) == [
        "lr", "run", "seed", "step", "distance", "same", "missing.same", "n", "missing.n", "value", "high",
        "missing.high", "comment",
      ])
    let byName = Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0) })
    #expect(byName["seed"]?.type == "<i8")
    #expect(byName["seed"]?.words(of: 8) == [1, 5_000_000_000, 3])
    #expect(byName["value"]?.type == "<f8")
    let values = try #require(byName["value"]).words(of: 8).map(Double.init(bitPattern:))
    #expect(values[0] == 0.1 + 0.2 && values[1].isNaN && values[2].sign == .minus)
    #expect(byName["n"]?.type == "<f8")
    #expect(byName["missing.n"]?.elements == [0, 1, 0] && byName["missing.n"]?.type == "|b1")
    #expect(byName["same"]?.elements == [1, 0, 0] && byName["missing.same"]?.elements == [0, 0, 1])
    #expect(byName["comment"]?.type == "<U9")
    let letters = try #require(byName["comment"]).words(of: 4).compactMap { Unicode.Scalar(UInt32($0)) }
    #expect(String(String.UnicodeScalarView(letters[9..<13])) == "🙂, 7")
    #expect(letters[13...].allSatisfy { $0.value == 0 })
  }

  @Test func `a table without rows or without entries is written too`() throws {
    let empty = Table(columns: [("step", .axis), ("update", .key)])
    #expect(try readNPZ(bytes(of: empty, as: .npz)).map(\.elements) == [[], []])
    let missing = try Table([Column(name: "x", role: .value, cells: [.missing])])
    let arrays = try readNPZ(bytes(of: missing, as: .npz))
    #expect(arrays.map(\.name) == ["x", "missing.x"] && arrays[0].type == "<f8")
  }

  @Test(arguments: TableFormat.allCases)
  func `the same table gives the same bytes`(format: TableFormat) throws {
    #expect(try bytes(of: awkwardTable(), as: format) == bytes(of: awkwardTable(), as: format))
  }

  @Test(arguments: TableFormat.allCases)
  func `a full disk is told`(format: TableFormat) throws {
    let table = try awkwardTable()
    #expect(throws: FileError.diskFull("/dev/full")) { try table.write(as: format, to: "/dev/full") }
  }
}

@Suite struct PickleTests {
  @Test func `a pickle is a dictionary of plain lists`() throws {
    let table = try awkwardTable()
    let columns = try readPickle(bytes(of: table, as: .pickle))
    #expect(columns.map(\.name) == table.columnNames)
    for (column, expected) in zip(columns, table.columns) {
      #expect(column.cells == expected.cells, "\(column.name)")
    }
    #expect(columns.first { $0.name == "seed" }?.hasIntegers == true)
    #expect(columns.first { $0.name == "value" }?.hasIntegers == false)
  }

  @Test func `many rows are written in pieces`() throws {
    var table = Table(columns: [("step", .axis), ("value", .value)])
    for step in 0..<20_000 { try table.append([.number(Double(step)), .number(Double(step) / 3)]) }
    let columns = try readPickle(bytes(of: table, as: .pickle))
    #expect(columns.map(\.cells) == table.columns.map(\.cells))
  }
}

@Suite struct TensorBoardTests {
  private func points() throws -> [TensorBoard.Point] {
    var table = Table(columns: [
      ("step", .axis), ("loss", .value), ("distance", .key), ("source_class", .key), ("probe_class", .key),
      ("same", .key), ("value", .value), ("low", .value),
    ])
    try table.append([300, 1, "kl", "a", "b", false, 0.25, .missing])
    try table.append([2, 1, "kl", "a", "a", true, 0.5, 0.1])
    try table.append([2, 1, "l2", "a", "b", false, .number(.nan), 7])
    return try table.curves(named: "srel")
  }

  @Test func `keys make the tag and only values are curves`() throws {
    #expect(
      try points().map(\.tag) == [
        "srel/value/distance=kl/pair=a->b", "srel/value/distance=kl/pair=a->a",
        "srel/low/distance=kl/pair=a->a",
        "srel/value/distance=l2/pair=a->b", "srel/low/distance=l2/pair=a->b",
      ])
    let history = try Table(csv: "step,loss,accuracy\n1,0.5,0.25\n")
    #expect(try history.curves(named: "history").map(\.tag) == ["history/loss", "history/accuracy"])
  }

  @Test func `records carry their length and both checks, steps ascend`() throws {
    let path = NSTemporaryDirectory() + "srel-\(UUID().uuidString).tfevents"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try TensorBoard.write(points(), to: path)
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let events = try readEvents(file)
    #expect(events.map(\.step) == [0, 2, 300])
    #expect(events.allSatisfy { $0.time == 0 })
    #expect(events[0].version == "brain.Event:2" && events[0].values.isEmpty)
    #expect(events[1].values.map(\.0) == (try points()[1...].map(\.tag)))
    #expect(events[1].values[0].1 == 0.5 && events[1].values[2].1.isNaN)
    #expect(events[2].values.map(\.1) == [0.25])
    try TensorBoard.write(points(), to: path)
    #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == file)
  }

  @Test func `a table without whole steps is refused`() throws {
    #expect(throws: TableError.noWholeSteps(row: nil)) { try Table(csv: "a\n1\n").curves(named: "") }
    #expect(throws: TableError.noWholeSteps(row: 1)) {
      try Table(csv: "step,v\n1,1\n1.5,1\n").curves(named: "")
    }
  }
}
