import Charts
import Tables
import Testing

@Suite struct FigureTests {
  @Test func `one curve a pair and one panel a distance`() throws {
    let figure = try Figure(
      plotting: try measured(updates: [("sgd", 1e-3), ("adam_fresh", 1e-4)]), x: "epoch", y: "value",
      by: ["pair"],
      facet: ["distance", "update"])
    #expect(
      figure.panels.map(\.title).prefix(3) == [
        "logits · sgd(lr=0.001)", "logits · adam_fresh(lr=0.0001)", "l2 · sgd(lr=0.001)",
      ])
    #expect(figure.panels.count == 8 && figure.panelsPerRow == 2)
    #expect(figure.panels[0].series.count == 9)
    #expect(figure.panels[0].series[0].label == "sandal → sandal (n = 380)")
    #expect(figure.panels[0].series[3].label == "sandal → sneaker (n = 400)")
    #expect(figure.panels[0].series[0].points.count == 20)
    #expect(figure.yLabel == "S(x → x′) (median)" && figure.xLabel == "epoch")
    #expect(figure.note == "band: 95 % interval of one run, for other samples")
  }

  @Test func `same and other class average their pairs and look different`() throws {
    let table = try measured(distances: ["kl"])
    let figure = try Figure(plotting: table, x: "step", y: "value", by: ["same"])
    let labels = figure.legend.map(\.label)
    #expect(
      labels == [
        "same class (3 pairs of classes, n = 380 each)", "other class (6 pairs of classes, n = 400 each)",
      ])
    #expect(figure.legend[0].style.dashes.isEmpty && !figure.legend[1].style.dashes.isEmpty)
    let first = table.filtered { table.row($0)[3] == 9 && table.row($0)[14] == true }
    let values = try first.numbers(in: "value")
    let point = figure.panels[0].series[0].points[0]
    #expect(abs(point.y - values.reduce(0, +) / 3) < 1e-15)
    #expect(point.low == values.min() && point.high == values.max())
    #expect(figure.note.contains("line and band: mean and range of the pairs of classes"))
    #expect(figure.note.contains("high S for the other class = little locality"))
  }

  @Test func `runs are averaged and the band is their standard deviation`() throws {
    var table = Table(columns: [("seed", .replicate), ("step", .axis), ("value", .value)])
    for (seed, step, value) in [(1, 0, 1), (2, 0, 3), (1, 10, 5)] as [(Cell, Cell, Cell)] {
      try table.append([seed, step, value])
    }
    let points = { (band: Figure.Band?) in
      try Figure(plotting: table, x: "step", y: "value", band: band).panels[0].series[0].points
    }
    #expect(
      try points(nil)[0] == Figure.Point(x: 0, y: 2, low: 2 - 2.0.squareRoot(), high: 2 + 2.0.squareRoot()))
    #expect(try points(nil)[1] == Figure.Point(x: 10, y: 5))
    #expect(try points(.sem)[0] == Figure.Point(x: 0, y: 2, low: 1, high: 3))
    #expect(try points(.minmax)[0] == Figure.Point(x: 0, y: 2, low: 1, high: 3))
    #expect(try points(Figure.Band.none)[0] == Figure.Point(x: 0, y: 2))
    let each = try Figure(plotting: table, x: "step", y: "value", by: ["seed"])
    #expect(each.legend.map(\.label) == ["seed = 1", "seed = 2"])
  }

  @Test func `a key that would be averaged over is refused as the design says`() throws {
    let averages = ["mean", "ratio_of_means", "median", "geomean"]
    let table = try measured(distances: ["kl"], averages: averages)
    let error = #expect(throws: ChartError.self) {
      try Figure(plotting: table, x: "step", y: "value", by: ["pair"])
    }
    #expect(error?.description == "average has 4 values: add average=median or by=average")
    let two = #expect(throws: ChartError.self) {
      try Figure(
        plotting: try measured(distances: ["kl", "l2"]), x: "step", y: "value", by: ["source_class"])
    }
    #expect(two?.description.contains("distance has 2 values: add distance=kl or by=distance") == true)
    #expect(two?.description.contains("probe_class has 3 values") == true)
  }

  @Test func `a logarithmic axis names the row that it cannot show`() throws {
    var table = Table(columns: [("step", .axis), ("value", .value)])
    for (step, value) in [(1, 2), (10, 0), (100, 1)] as [(Cell, Cell)] { try table.append([step, value]) }
    let error = #expect(throws: ChartError.notPositive(axis: "y", column: "value", row: 1, value: 0)) {
      try Figure(plotting: table, x: "step", y: "value", log: .xy)
    }
    #expect(
      error?.description.hasPrefix("row 1 has value = 0, which a logarithmic y axis cannot show") == true)
    #expect(try Figure(plotting: table, x: "step", y: "value", log: .x).log == .x)
  }

  @Test func `along the loss the runs are matched by step`() throws {
    var table = Table(columns: [("run", .replicate), ("step", .axis), ("loss", .value), ("value", .value)])
    for row: [Cell] in [["a", 0, 2, 1], ["b", 0, 4, 3], ["a", 1, 1, 2], ["b", 1, 2, 4]] {
      try table.append(row)
    }
    let points = try Figure(plotting: table, x: "loss", y: "value", band: Figure.Band.none).panels[0].series[
      0
    ].points
    #expect(points == [Figure.Point(x: 3, y: 2), Figure.Point(x: 1.5, y: 3)])
    // A band along a curve that turns back is drawn only if asked for.
    #expect(try Figure(plotting: table, x: "loss", y: "value").panels[0].series[0].points == points)
    let asked = try Figure(plotting: table, x: "loss", y: "value", band: .sd).panels[0].series[0].points
    #expect(asked.allSatisfy { $0.low != nil })
  }

  @Test func `what is not a number is left out and told`() throws {
    var table = Table(columns: [("step", .axis), ("value", .value)])
    for (step, value) in [(0, 1), (1, .number(.nan)), (2, 3), (3, .missing), (4, .number(.infinity))]
      as [(Cell, Cell)]
    {
      try table.append([step, value])
    }
    let figure = try Figure(plotting: table, x: "step", y: "value")
    #expect(figure.note == "left out for having no finite value: 3")
    #expect(figure.data.rowCount == 4)
    #expect(try figure.svg(idPrefix: "f").contains("</svg>"))
  }

  @Test func `runs that end early are told`() throws {
    var table = Table(columns: [("run", .replicate), ("step", .axis), ("value", .value)])
    for (run, step, value) in [("a", 1, 1), ("b", 1, 2), ("c", 1, 3), ("a", 2, 1), ("b", 2, .missing)]
      as [(Cell, Cell, Cell)]
    {
      try table.append([run, step, value])
    }
    let lines = try Figure(plotting: table, x: "step", y: "value")
    #expect(
      lines.note
        == "line and band: mean ± standard deviation of 1 to 3 runs; left out for having no finite value: 1")
    let points = try Figure(plotting: table, x: "step", y: "value", kind: .points)
    #expect(points.note == "left out for having no finite value: 1")
    let whole = try Figure(plotting: table.rows(at: [0, 1, 2]), x: "step", y: "value")
    #expect(whole.note == "line and band: mean ± standard deviation of 3 runs")
  }

  @Test func `points are the rows themselves`() throws {
    let table = try measured(distances: ["kl"])
    let figure = try Figure(plotting: table, x: "accuracy", y: "value", by: ["same"], kind: .points)
    #expect(figure.panels[0].series.map(\.points.count) == [60, 120])
    #expect(figure.legend.map(\.label) == ["same class", "other class"])
  }

  @Test func `impossible requests are refused with their reason`() throws {
    let table = try measured(distances: ["kl"])
    let cases: [(x: String, y: String, by: [String], facet: [String], band: Figure.Band?, ChartError)] = [
      ("step", "value", ["pair"], ["pair"], nil, .repeatedName("pair")),
      ("step", "distance", ["pair"], [], nil, .notNumeric(column: "distance", kind: .text)),
      ("step", "value", ["same"], [], .interval, .intervalOfSeveral(count: 6)),
      ("setp", "value", [], [], nil, .table(.unknownColumn("setp", available: table.columnNames))),
    ]
    for (x, y, by, facet, band, error) in cases {
      #expect(throws: error) { try Figure(plotting: table, x: x, y: y, by: by, facet: facet, band: band) }
      #expect(!error.description.isEmpty)
    }
    #expect(throws: ChartError.emptyTable) {
      try Figure(plotting: table.rows(at: []), x: "step", y: "value")
    }
    #expect(throws: ChartError.nothingFinite(column: "low")) {
      try Figure(plotting: try measured(intervals: false), x: "step", y: "low", by: ["pair", "distance"])
    }
    var many = Table(columns: [("k", .key), ("step", .axis), ("value", .value)])
    for k in 0..<200 { try many.append([.number(Double(k)), 0, 1]) }
    #expect(throws: ChartError.tooManySeries(200)) {
      try Figure(plotting: many, x: "step", y: "value", by: ["k"])
    }
    #expect(throws: ChartError.tooManyPanels(200)) {
      try Figure(plotting: many, x: "step", y: "value", facet: ["k"])
    }
  }

  @Test func `outliers are left out only if asked and then counted`() throws {
    var table = Table(columns: [("step", .axis), ("value", .value)])
    for step in 0..<50 {
      try table.append([.number(Double(step)), .number(step == 7 ? 1e6 : Double(step % 5))])
    }
    let plain = try Figure(plotting: table, x: "step", y: "value")
    let robust = try Figure(plotting: table, x: "step", y: "value", leavesOutOutliers: true)
    #expect(plain.note == "" && robust.note == "outside the axes: 1")
    #expect(robust.panels == plain.panels)
    #expect(try plain.svg(idPrefix: "a") != robust.svg(idPrefix: "a"))
    #expect(plain.legend.map(\.label) == [""])
  }

  @Test func `the data of the figure are a table`() throws {
    let figure = try Figure(
      plotting: try measured(distances: ["kl", "l2"]), x: "epoch", y: "value", by: ["pair"],
      facet: ["distance"])
    #expect(figure.data.columnNames == ["distance", "pair", "epoch", "value", "low", "high"])
    #expect(figure.data.rowCount == 2 * 9 * 20)
    #expect(try figure.data.cell(0, "pair") == "sandal->sandal")
  }
}

@Suite struct SpanTests {
  @Test func `a curve of S that hardly moves is drawn as one`() throws {
    let table = try measured(distances: ["published_kl"], intervals: false)
    let figure = try Figure(plotting: table, x: "epoch", y: "value", by: ["same"])
    #expect(figure.leastSpan == 0.2)
    let labels = try figure.svg(idPrefix: "a").matches(of: /<text>([0-9.]+)<\/text>/).compactMap {
      Double($0.1)
    }
    #expect(labels.contains(0.95) && labels.contains(1.05))
    #expect(try Figure(plotting: table, x: "epoch", y: "loss", by: ["same"]).leastSpan == 0)
  }

  private func labels(_ points: [(Double, Double)], log: Figure.LogAxes = .none) throws -> [Double] {
    var table = Table(columns: [("x", .axis), ("y", .value)])
    for (x, y) in points { try table.append([.number(x), .number(y)]) }
    return try Figure(plotting: table, x: "x", y: "y", log: log).svg(idPrefix: "a")
      .matches(of: /<text>([0-9.]+)<\/text>/).compactMap { Double($0.1) }
  }

  @Test func `an axis ends at a round number near its last point`() throws {
    let near = try labels([(0.0167, 10), (1, 11), (2.917, 12)])
    #expect(near.contains(0) && near.contains(3) && near.contains(2.5))
    let far = try labels([(0.3, 10), (1, 11), (2.75, 12)])
    #expect(!far.contains(0) && !far.contains(3) && far.contains(2.6))
  }

  @Test(arguments: [
    (0.6931471, 1e-7, ["0.6931472", "0.6931474"]), (1e7, 1, ["10000002", "10000004"]),
    (2e9, 1, ["2.000000002e+09"]), (0, 0.5e-6, ["0", "2e-06"]),
    (0, 0, ["0.4", "-0.4"]),
  ])
  func `marks close to each other have different numbers`(start: Double, step: Double, marks: [String]) throws
  {
    var table = Table(columns: [("x", .axis), ("y", .value)])
    for place in 0..<10 {
      try table.append([.number(Double(place) + 0.5), .number(start + step * Double(place))])
    }
    let svg = try Figure(plotting: table, x: "x", y: "y").svg(idPrefix: "a")
    for mark in marks { #expect(svg.contains("<text>\(mark)</text>"), "\(mark)") }
    let found = svg.matches(of: /<text>([-+0-9.e]+)<\/text>/).map { String($0.1) }
    #expect(Set(found).count >= found.count - 1, "\(found)")
  }

  @Test(arguments: [(0.65, 1.05, [0.7, 0.8, 0.9]), (0.15, 33, [0.2, 1, 10]), (0.08, 55, [0.1, 1, 10])])
  func `a logarithmic axis has at least three marks`(low: Double, high: Double, marks: [Double]) throws {
    let found = try labels([(100, low), (101, high)], log: .y)
    for mark in marks { #expect(found.contains(mark), "\(mark) among \(found)") }
  }
}
