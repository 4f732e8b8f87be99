import Glibc
import Tables
import Testing

@Suite struct CSVTests {
  @Test func `a table of results comes back as it was`() throws {
    var table = Table(columns: Table.Schema.averages)
    try table.append([
      "a", 1, 0.62, 37, 0.412, .number(.nan), "sgd", 0.001, "none", .missing, "kl", "median", "7",
      "ankle boot", false, 400, 20, 20, 3, 0,
      .number(0.1 + 0.2), .missing, .number(.infinity), .missing,
    ])
    try table.append([
      "b", 2, 0.62, 37, .number(Double.leastNonzeroMagnitude * 2024), 0.5, "bias_only", 0.001, "bias_only",
      "sgd on \"*\"", "kl", "median", "a,\"b\"\nc", "", true,
      400, 20, 20, 0, 0,
      .number(-0.0), 1, 2, "no interval: 3",
    ])
    let back = try Table(csv: table.csv)
    #expect(back == table)
    #expect(back.csv == table.csv)
    #expect(table.csv.contains("0.30000000000000004,,inf,\n"))
    #expect(table.csv.contains("\"a,\"\"b\"\"\nc\",\"\",yes"))
  }

  @Test func `texts that look like numbers stay texts in columns of the user`() throws {
    var table = Table(columns: [("digit", .key), ("answer", .key), ("width", .value)])
    try table.append(["7", "yes", 100])
    try table.append(["1e3", "no", .missing])
    #expect(table.csv == "digit,answer,width\n\"7\",\"yes\",100\n\"1e3\",\"no\",\n")
    #expect(try Table(csv: table.csv) == table)
  }

  @Test func `roles of unknown columns are guessed or given`() throws {
    let text = "width,name,ok\r\n64,wide,yes\r\n128,,no\r\n"
    let table = try Table(csv: text, roles: ["width": .key])
    #expect(table.columns.map(\.role) == [.key, .key, .key])
    #expect(table.columns.map(\.kind) == [.number, .text, .flag])
    #expect(try table.cell(1, "name") == .missing)
    #expect(try Table(csv: text).columns[0].role == .value)
  }

  @Test func `a last line without an end, blank lines and a byte order mark are read`() throws {
    let table = try Table(csv: "\u{FEFF}a,b\n1,2\n\n3,4")
    #expect(table.rowCount == 2 && table.columnNames == ["a", "b"])
    #expect(try Table(csv: "a,b\n").rowCount == 0)
  }

  @Test(arguments: [
    ("", TableError.emptyCSV),
    ("\n\n", .emptyCSV),
    ("a,,c\n1,2,3\n", .blankColumnName(column: 1)),
    ("a,a\n1,2\n", .duplicateColumn("a")),
    ("a,b\n1,2\n1,2,3\n", .raggedLine(line: 3, expected: 2, found: 3)),
    ("a,b\n1\n", .raggedLine(line: 2, expected: 2, found: 1)),
    ("a,b\n\"1\n2\",3\n4,\"5\n", .unclosedQuote(line: 4)),
    ("a,b\n1,x\"y\n", .strayQuote(line: 2)),
    ("a,b\n1,\"x\"y\n", .strayQuote(line: 2)),
    ("step,value\n1,0.5\n2,0,5\n", .raggedLine(line: 3, expected: 2, found: 3)),
    (
      "step,value\n1,0.5\n2,high\n",
      .unreadableCell(line: 3, column: "value", text: "high", expected: .number)
    ),
    ("same\nyes\nmaybe\n", .unreadableCell(line: 3, column: "same", text: "maybe", expected: .flag)),
    ("step\n0x10\n", .unreadableCell(line: 2, column: "step", text: "0x10", expected: .number)),
  ])
  func `a broken file is refused with its line`(text: String, error: TableError) {
    #expect(throws: error) { try Table(csv: text) }
    #expect(!error.description.isEmpty)
  }

  @Test func `bytes that are not UTF-8 are refused with their line`() throws {
    try inFolder { folder in
      try AtomicFile.write(Array("a\nb\n".utf8) + [0xFF, 0xFE, 10], to: folder + "/x.csv")
      #expect(throws: TableError.notUTF8(line: 3)) { try Table(contentsOfCSV: folder + "/x.csv") }
      #expect(throws: FileError.missing(folder + "/y.csv")) { try Table(contentsOfCSV: folder + "/y.csv") }
      #expect(throws: FileError.isFolder(folder)) { try Table(contentsOfCSV: folder) }
      #expect(throws: FileError.notRegularFile("/dev/zero")) { try Table(contentsOfCSV: "/dev/zero") }
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      #expect(throws: FileError.notRegularFile(folder + "/pipe")) {
        try Table(contentsOfCSV: folder + "/pipe")
      }
    }
  }

  @Test func `a file beyond the limit is refused before it is read`() throws {
    try inFolder { folder in
      let path = folder + "/x"
      try AtomicFile.write("12345", to: path)
      #expect(try RegularFile.bytes(of: path, limit: 5).count == 5)
      #expect(throws: FileError.tooLarge(path, limit: 4)) { try RegularFile.bytes(of: path, limit: 4) }
      #expect(truncate(path, 1 << 33) == 0)
      #expect(throws: FileError.tooLarge(path, limit: 1 << 30)) { try Table(contentsOfCSV: path) }
      #expect(FileError.tooLarge(path, limit: 1 << 30).description.contains("1024 MiB"))
    }
  }

  @Test func `a written file reads back`() throws {
    try inFolder { folder in
      let table = try sample()
      try table.writeCSV(to: folder + "/t.csv")
      #expect(try Table(contentsOfCSV: folder + "/t.csv") == table)
    }
  }
}

@Suite struct NumberTests {
  @Test(arguments: [
    (5.0, "5"), (-0.0, "-0.0"), (0.1, "0.1"), (1e-7, "1e-07"), (1e22, "1e+22"),
    (9_007_199_254_740_992, "9007199254740992.0"),
    (Double.nan, "nan"), (-Double.infinity, "-inf"), (Double.leastNonzeroMagnitude, "5e-324"),
  ])
  func `the shortest form reads back the same`(value: Double, text: String) {
    #expect(value.shortest == text)
    if !value.isNaN { #expect(Double(text) == value) }
  }

  @Test(arguments: [
    (0.04123456, 3, "0.0412"), (123456.789, 4, "123500"), (0.99996, 4, "1"), (9.9996, 4, "10"),
    (1.5, 4, "1.5"),
    (3.25e-7, 2, "3.3e-07"), (-1234.5, 6, "-1234.5"), (1e12, 3, "1e+12"), (1.26e10, 2, "1.3e+10"),
    (0, 3, "0"),
    (1500, 2, "1500"), (0.0001, 3, "0.0001"), (.infinity, 3, "inf"), (0.12345678, 4, "0.1235"),
  ])
  func `significant digits are rounded for people`(value: Double, digits: Int, text: String) {
    #expect(value.significant(digits) == text)
  }
}
