import Tables
import Testing

/// A small table of averages: two seeds, two updates with one step size each, two distances.
func sample() throws -> Table {
  var table = Table(columns: [
    ("seed", .replicate), ("step", .axis), ("update", .key), ("update_lr", .key), ("distance", .key),
    ("same", .key), ("value", .value), ("n", .note),
  ])
  for seed in 1...2 {
    for (update, rate) in [("sgd", 1e-3), ("adam_fresh", 1e-4)] {
      for distance in ["kl", "l2"] {
        for same in [true, false] {
          let value = Double(seed) + (same ? 0.5 : 0)
          try table.append([
            .number(Double(seed)), 9, .text(update), .number(rate), .text(distance), .flag(same),
            .number(value),
            20,
          ])
        }
      }
    }
  }
  return table
}

@Suite struct TableTests {
  @Test func `rows keep their cells and columns their kinds`() throws {
    let table = try sample()
    #expect(table.rowCount == 16)
    #expect(table.row(1) == [1, 9, "sgd", .number(1e-3), "kl", false, 1, 20])
    #expect(try table.column(named: "update").kind == .text)
    #expect(try table.column(named: "same").kind == .flag)
    #expect(try table.levels(of: "update") == ["sgd", "adam_fresh"])
  }

  @Test func `an unknown column is named with its nearest neighbour`() throws {
    let table = try sample()
    let error = #expect(throws: TableError.self) { try table.column(named: "updte") }
    #expect(error == .unknownColumn("updte", available: table.columnNames))
    #expect(error?.description == "the table has no column 'updte': did you mean 'update'?")
    let far = #expect(throws: TableError.self) { try table.column(named: "weather") }
    #expect(far?.description.contains("it has seed, step, update") == true)
  }

  @Test func `a row of the wrong length or kind is refused and changes nothing`() throws {
    var table = try sample()
    let before = table
    #expect(throws: TableError.raggedRow(row: 16, expected: 8, found: 1)) { try table.append([1]) }
    #expect(throws: TableError.wrongKind(column: "distance", row: 16, expected: .text, found: .number)) {
      try table.append([1, 9, "sgd", 0.001, 3, true, 1, 20])
    }
    #expect(throws: TableError.unknownColumn("sede", available: table.columnNames)) {
      try table.append(["sede": 1])
    }
    #expect(table == before)
  }

  @Test func `missing cells come before the kind is known and after`() throws {
    for cells: [Cell] in [[.missing, 2, .missing], [.missing, "a", .missing], [.missing, true, .missing]] {
      let column = try Column(name: "c", role: .value, cells: cells)
      #expect(column.cells == cells)
      #expect(column.missingCount == 2)
    }
    let blank = try Column(name: "c", role: .value, cells: [.missing, .missing])
    #expect(blank.kind == nil && blank.missingCount == 2 && blank.levels == [.missing])
  }

  @Test func `rows are chosen, repeated and filtered`() throws {
    let table = try sample()
    #expect(table.rows(at: [3, 3, 0]).row(1) == table.row(3))
    let kl = try table.filtered("distance", equals: "kl")
    #expect(kl.rowCount == 8)
    #expect(try kl.levels(of: "distance") == ["kl"])
    #expect(table.filtered { _ in false }.rowCount == 0)
  }

  @Test func `a constant column is added once`() throws {
    let table = try sample().adding("width", role: .key, constant: 64)
    #expect(table.columnNames.first == "width")
    #expect(try table.levels(of: "width") == [64])
    #expect(throws: TableError.duplicateColumn("width")) {
      try table.adding("width", role: .key, constant: 1)
    }
  }

  @Test func `stacking takes the union of the columns`() throws {
    var short = Table(columns: [("seed", .replicate), ("time", .axis)])
    try short.append([3, 0.5])
    let all = try Table.stacked([try sample(), short])
    #expect(all.rowCount == 17)
    #expect(all.columnNames.last == "time")
    #expect(try all.cell(0, "time") == .missing)
    #expect(try all.cell(16, "update") == .missing)
    #expect(try Table.stacked([]).rowCount == 0)
    #expect(throws: TableError.roleConflict("seed", .replicate, .key)) {
      try Table.stacked([short, Table(columns: [("seed", .key)])])
    }
    var text = Table(columns: [("time", .axis)])
    try text.append(["late"])
    #expect(throws: TableError.wrongKind(column: "time", row: 1, expected: .number, found: .text)) {
      try Table.stacked([short, text])
    }
  }

  @Test func `equal tables are equal however they were made`() throws {
    let table = try sample()
    let turned = table.rows(at: Array((0..<16).reversed())).rows(at: Array((0..<16).reversed()))
    #expect(turned == table)
    #expect(table.rows(at: [0, 1]) != table.rows(at: [1, 0]))
  }
}

@Suite struct GroupingTests {
  @Test func `groups come in the order of their first row`() throws {
    let groups = try sample().grouping(by: ["update", "same"])
    #expect(
      groups.map(\.key) == [["sgd", true], ["sgd", false], ["adam_fresh", true], ["adam_fresh", false]])
    #expect(groups[0].rows == [0, 2, 8, 10])
    #expect(try sample().grouping(by: []).map(\.rows.count) == [16])
    #expect(try Table(columns: [("a", .key)]).grouping(by: ["a"]).isEmpty)
  }

  @Test func `nan and missing are groups of their own`() throws {
    let cells: [Cell] = [.number(.nan), .missing, .number(.nan), .missing, 0, .number(-0.0)]
    let table = try Table([try Column(name: "x", role: .key, cells: cells)])
    #expect(try table.grouping(by: ["x"]).map(\.rows) == [[0, 2], [1, 3], [4, 5]])
  }

  @Test func `keys that would be averaged over are found`() throws {
    let table = try sample()
    let names = { (kept: [String]) in try table.collapsedKeys(keeping: kept).map(\.name) }
    #expect(try names([]) == ["update", "update_lr", "distance", "same"])
    // Each update has one step size, so keeping the update keeps the step size.
    #expect(try names(["update", "distance"]) == ["same"])
    #expect(try names(["update", "distance", "same"]) == [])
    let collapsed = try table.collapsedKeys(keeping: ["update", "same"])
    #expect(collapsed == [CollapsedKey(name: "distance", levels: ["kl", "l2"])])
    #expect(
      TableError.collapsedKeys(collapsed).description
        == "distance has 2 values: add distance=kl or by=distance")
  }

  @Test func `the message for averages proposes the median`() {
    let key = CollapsedKey(name: "average", levels: ["mean", "ratio_of_means", "median", "geomean"])
    #expect(
      TableError.collapsedKeys([key]).description == "average has 4 values: add average=median or by=average")
    let boot = CollapsedKey(name: "class", levels: ["ankle boot", "sandal"])
    #expect(TableError.collapsedKeys([boot]).description.contains("add class=\"ankle boot\" or by=class"))
  }

  @Test func `sorting is stable and puts nan and missing last`() throws {
    var table = Table(columns: [("x", .axis), ("id", .key)])
    for (x, id) in [(3, "a"), (.missing, "b"), (1, "c"), (.number(.nan), "d"), (1, "e")] as [(Cell, Cell)] {
      try table.append([x, id])
    }
    #expect(try table.sorted(by: ["x"]).column(named: "id").cells == ["c", "e", "a", "d", "b"])
    #expect(
      try table.sorted(by: ["x"], descending: true).column(named: "id").cells == ["a", "c", "e", "d", "b"])
    #expect(try sample().sorted(by: ["same", "value"]).cell(0, "same") == false)
  }

  @Test func `a summary averages replicates and refuses keys`() throws {
    let table = try sample()
    let mean = try table.summarised("value", .mean, by: ["update", "distance", "same"])
    #expect(mean.rowCount == 8)
    #expect(mean.row(0) == ["sgd", "kl", true, 2, 2])
    let sd = try table.summarised("value", .sd, by: ["update", "distance", "same"])
    #expect(sd.row(0)[3] == .number(0.5.squareRoot()))
    let error = #expect(throws: TableError.self) {
      try table.summarised("value", .mean, by: ["update", "same"])
    }
    #expect(error == .collapsedKeys([CollapsedKey(name: "distance", levels: ["kl", "l2"])]))
    #expect(throws: TableError.wrongKind(column: "update", row: 0, expected: .number, found: .text)) {
      try table.summarised("update", .mean, by: ["distance", "same", "update_lr"])
    }
  }

  @Test func `a million rows are grouped and stacked`() throws {
    var column = Column(name: "k", role: .key)
    var values = Column(name: "v", role: .value)
    for row in 0..<1_000_000 {
      try column.append(.text(row % 3 == 0 ? "a" : "b"))
      try values.append(.number(Double(row)))
    }
    let table = try Table([column, values])
    let sums = try table.summarised("v", .sum, by: ["k"])
    #expect(sums.row(0) == ["a", 166_666_833_333, 333_334])
    #expect(try Table.stacked([table, table]).rowCount == 2_000_000)
  }
}

@Suite struct StatisticsTests {
  @Test func `summaries have their textbook values`() {
    let values = [2.0, 4, 4, 4, 5, 5, 7, 9]
    #expect(Statistics.mean(values) == 5)
    #expect(abs((Statistics.standardDeviation(values) ?? 0) - 2.138089935299395) < 1e-15)
    #expect(Statistics.median(values) == 4.5)
    #expect(Statistics.quantile([1, 2, 3, 4], 0.25) == 1.75)
    #expect(Statistics.quantile([1, 2, 3, 4], 1) == 4)
    #expect(abs((Statistics.geometricMean([1, 10, 100]) ?? 0) - 10) < 1e-12)
    #expect(Statistics.sum([1e16, 1, -1e16]) == 1)
  }

  @Test func `too few numbers give none, nan gives nan`() {
    for statistic in Statistic.allCases where statistic != .sum && statistic != .count {
      #expect(statistic([]) == nil, "\(statistic)")
      #expect(statistic([1, .nan])?.isNaN == true, "\(statistic)")
    }
    #expect(Statistics.standardDeviation([3]) == nil)
    #expect(Statistics.geometricMean([1, -1]) == nil)
    #expect(Statistics.geometricMean([1, 0]) == nil)
    #expect(Statistics.quantile([1], 1.5) == nil)
    #expect(Statistics.median([.infinity, .infinity]) == .infinity)
  }
}
