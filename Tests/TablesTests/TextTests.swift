import Tables
import Testing

@Suite struct TextTests {
  @Test func `constant columns are told once and numbers stand to the right`() throws {
    let text = try sample().filtered("distance", equals: "kl").rows(at: [0, 1, 6]).text()
    #expect(
      text == """
        step = 9, distance = kl, n = 20
        seed  update      update_lr  same  value
           1  sgd             0.001  yes     1.5
           1  sgd             0.001  no        1
           2  adam_fresh     0.0001  yes     2.5
        """)
  }

  @Test func `long tables show their first and last rows`() throws {
    var table = Table(columns: [("step", .axis), ("value", .value)])
    for step in 0..<1000 { try table.append([.number(Double(step)), .number(1 / Double(step + 1))]) }
    let lines = table.text(rows: 20, digits: 3).split(separator: "\n")
    #expect(lines.count == 22)
    #expect(lines[15] == "… 980 more rows")
    #expect(lines[1] == "   0        1")
    #expect(lines[21] == " 999    0.001")
  }

  @Test func `columns that do not fit are named`() throws {
    let text = try sample().text(width: 30)
    #expect(text.contains(" more columns: "))
    #expect(text.split(separator: "\n")[1].hasSuffix("value"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 31 })
  }

  @Test func `values and the columns sorted by stay where there is no room for all`() throws {
    var table = Table(columns: [
      ("a_long_key_column", .key), ("another_long_key", .key), ("n", .note), ("value", .value),
      ("low", .value),
    ])
    for row in [0.0, 1, 2] {
      let (first, second) = (Cell.text("x\(Int(row))"), Cell.text("y\(Int(row))"))
      try table.append([first, second, .number(row), .number(3 - row), .number(row + 0.5)])
    }
    #expect(
      table.text(width: 40) == """
        a_long_key_column  n  value  low
        x0                 0      3  0.5
        x1                 1      2  1.5
        x2                 2      1  2.5
        … and 1 more column: another_long_key
        """)
    #expect(table.text(width: 30).hasPrefix("a_long_key_column  value  low\nx0                     3  0.5\n"))
    let sorted = try table.sorted(by: ["n"], descending: true)
    #expect(sorted.text(width: 16).hasPrefix("n  value  low\n2      1  2.5\n"))
    let stated = try Table(
      [Column(name: "loss", role: .value, cells: [.number(1), .number(2), .number(1)])] + table.columns)
    #expect(stated.text(width: 30).hasPrefix("a_long_key_column  value  low\n"))
    #expect(table.text(width: 11).hasPrefix("value  low\n    3  0.5\n"))
    #expect(sorted.text(width: 11).hasPrefix("n  value\n2      1\n"))
    let one = table.rows(at: [0]).text(width: 36)
    #expect(one == "a_long_key_column = x0,\n  another_long_key = y0, n = 0\nvalue  low\n    3  0.5")
  }

  @Test func `empty tables say so`() throws {
    #expect(Table().text() == "no columns")
    #expect(Table(columns: [("a", .key), ("b", .value)]).text() == "no rows; columns: a, b")
    var one = Table(columns: [("a", .key), ("b", .value)])
    try one.append([.missing, "two\nlines"])
    #expect(one.text() == "a  b\n-  two lines")
  }

  @Test func `a description names roles, kinds and ranges`() throws {
    let about = try sample().described()
    #expect(about.row(0) == ["seed", "replicate", "number", 0, 2, 1, 1.5, 2, .missing])
    #expect(about.row(2) == ["update", "key", "text", 0, 2, .missing, .missing, .missing, "sgd adam_fresh"])
  }
}
