import Charts
import Foundation
import Tables
import Testing

@Suite struct HistogramTests {
  private func table(_ groups: [String: [Double?]]) throws -> Table {
    var table = Table(columns: [("group", .key), ("value", .value)])
    for (name, values) in groups.sorted(by: { $0.key < $1.key }) {
      for value in values { try table.append([.text(name), value.map { .number($0) } ?? .missing]) }
    }
    return table
  }

  @Test func `every finite number is counted once, at the left end of its interval`() throws {
    let table = try table(["a": [0, 1, 1, 2, 3, nil, .nan, .infinity], "b": [3]])
    let figure = try Figure(histogramOf: table, x: "value", by: ["group"], bins: 3)
    #expect(try figure.data.numbers(in: "count") == [1, 2, 2, 0, 0, 1])
    #expect(try figure.data.numbers(in: "from") == [0, 1, 2, 0, 1, 2])
    #expect(figure.legend.map(\.label) == ["a (n = 5)", "b (n = 1)"])
    #expect(figure.note.contains("left out for having no finite value: 3"))
    #expect(figure.panels[0].series[0].points.map(\.y) == [0, 1, 1, 2, 2, 2, 2, 0])
    let shares = try Figure(histogramOf: table, x: "value", by: ["group"], bins: 3, isShare: true)
    #expect(try shares.data.numbers(in: "height") == [0.2, 0.4, 0.4, 0, 0, 1])
  }

  @Test func `intervals grow by a factor on a logarithmic axis`() throws {
    let figure = try Figure(
      histogramOf: try table(["a": [1, 10, 100, 1000]]), x: "value", by: ["group"], bins: 3, log: .xy)
    let edges = try figure.data.numbers(in: "from") + (try figure.data.numbers(in: "to").suffix(1))
    for (edge, wanted) in zip(edges, [1.0, 10, 100, 1000]) { #expect(abs(edge / wanted - 1) < 1e-12) }
    #expect(figure.data.rowCount == 3)
    let error = #expect(throws: ChartError.self) {
      try Figure(histogramOf: try table(["a": [1, 0]]), x: "value", by: ["group"], log: .x)
    }
    #expect(
      error?.description.hasPrefix("row 1 has value = 0, which a logarithmic x axis cannot show") == true)
  }

  @Test(arguments: [
    [5.0], [5, 5, 5], [1e300, -1e300], [0, .leastNonzeroMagnitude], [1, 1.0000000000000002],
    [-1e-300, 1e-300],
  ])
  func `odd numbers are counted too`(values: [Double]) throws {
    let figure = try Figure(histogramOf: try table(["a": values]), x: "value", by: ["group"])
    #expect(try figure.data.numbers(in: "count").reduce(0, +) == Double(values.count))
    #expect(isWellFormed(try figure.svg(idPrefix: "a")))
    #expect(!figure.sketch(TerminalStyle()).isEmpty)
  }

  @Test func `rows of several settings are not thrown together`() throws {
    let table = try pairs(distances: ["logits", "kl"], steps: [9, 18])
    let distance = #expect(throws: ChartError.self) { try Figure(histogramOf: table, x: "value") }
    #expect(distance?.description == "distance has 2 values: add distance=kl or by=distance")
    let step = #expect(throws: ChartError.self) {
      try Figure(histogramOf: table, x: "value", facet: ["distance"])
    }
    #expect(step?.description == "step has 2 values: add step=18 or by=step")
    let figure = try Figure(histogramOf: table, x: "value", by: ["distance"], facet: ["step"])
    #expect(figure.panels.count == 2 && figure.panels[0].series.count == 2)
    #expect(figure.xLabel == "S(x → x′)" && figure.yLabel == "number of pairs")
  }

  @Test func `what has nothing to count is refused`() throws {
    #expect(throws: ChartError.emptyTable) { try Figure(histogramOf: try table([:]), x: "value") }
    #expect(throws: ChartError.nothingFinite(column: "value")) {
      try Figure(histogramOf: try table(["a": [.nan]]), x: "value")
    }
    #expect(throws: ChartError.notNumeric(column: "group", kind: .text)) {
      try Figure(histogramOf: try table(["a": [1]]), x: "group")
    }
    #expect(throws: ChartError.tooManyBins(1 << 40)) {
      try Figure(histogramOf: try table(["a": [1]]), x: "value", bins: 1 << 40)
    }
    let several = #expect(throws: ChartError.self) {
      try Figure(histogramOf: try table(["a": [1], "group b": [1]]), x: "value")
    }
    #expect(several?.description == "group has 2 values: add group=\"group b\" or by=group")
  }
}

@Suite struct MatrixTests {
  @Test func `sources go down, probes across, both in the order of their classes`() throws {
    let matrix = try #require(try Figure(matrixOf: try pairs()).panels[0].matrix)
    #expect(matrix.classes.map(\.name) == ["sandal", "ankle boot"])
    #expect(matrix.classes.map(\.sources) == [3, 3] && matrix.classes.map(\.probes) == [3, 3])
    let order = [0, 2, 4, 1, 3, 5]
    for (row, source) in order.enumerated() {
      for (column, probe) in order.enumerated() {
        let found = matrix.values[row][column]
        #expect(source == probe ? found.isNaN : found == 0.1 * Double(source) + Double(probe))
      }
    }
  }

  @Test(arguments: [(1, 1), (1, 5), (5, 1), (2, 2)])
  func `a single source or probe is drawn too`(sources: Int, probes: Int) throws {
    let all = try pairs()
    let (source, probe) = (try all.numbers(in: "source_id"), try all.numbers(in: "probe_id"))
    let table = all.filtered { source[$0] < Double(sources) && probe[$0] >= Double(6 - probes) }
    let figure = try Figure(matrixOf: table)
    #expect(figure.panels[0].matrix?.values.count == sources)
    #expect(figure.panels[0].matrix?.values[0].count == probes)
    let svg = try figure.svg(idPrefix: "a")
    #expect(svg.contains("<image "))
    // Only the names of the axis and of the scale are turned: a class without probes needs no room below.
    #expect(svg.matches(of: /rotate\(-90/).count == 2)
  }

  @Test func `runs are averaged, settings and times are not`() throws {
    let figure = try Figure(matrixOf: try pairs(seeds: 3))
    #expect(figure.panels[0].matrix?.values[0][1] == 3)
    #expect(figure.note == "distance logits; update sgd(lr=0.001); grey: no value; mean of 3 runs")
    let table = try pairs(distances: ["logits", "kl"], steps: [9, 18])
    let two = #expect(throws: ChartError.self) { try Figure(matrixOf: table) }
    #expect(two?.description == "distance has 2 values: add distance=kl or facet=distance")
    #expect(try Figure(matrixOf: table, facet: ["distance", "step"]).panels.count == 4)
  }

  @Test func `colours begin at 0 unless there are numbers on both sides of it`() throws {
    func range(_ value: @escaping (Int, Int) -> Double) throws -> ClosedRange<Double>? {
      try Figure(matrixOf: try pairs(value: value)).panels[0].matrix?.range
    }
    #expect(try range { Double($0 + $1) } == 0...9)
    #expect(try range { Double($0 - 2 * $1) } == -10...10)
    #expect(try range { _, _ in 0 } == 0...1)
  }

  @Test func `outliers can be left out of the colours and are counted`() throws {
    let table = try pairs { source, probe in source == 0 && probe == 1 ? 1e6 : Double(source + probe) }
    #expect(try Figure(matrixOf: table).panels[0].matrix?.range == 0...1e6)
    let robust = try Figure(matrixOf: table, leavesOutOutliers: true)
    #expect(robust.panels[0].matrix?.range == 0...9 && robust.note.contains("outside the colours: 1"))
  }

  @Test func `what is no table of pairs is refused`() throws {
    let error = #expect(throws: ChartError.noPairs(missing: "source_id")) {
      try Figure(matrixOf: try measured())
    }
    #expect(error?.description.contains("measure srel … keep=pairs") == true)
    #expect(throws: ChartError.emptyTable) { try Figure(matrixOf: Table(columns: [])) }
    #expect(throws: ChartError.nothingFinite(column: "value")) {
      try Figure(matrixOf: try pairs { _, _ in nil })
    }
    #expect(throws: ChartError.notNumeric(column: "distance", kind: .text)) {
      try Figure(matrixOf: try pairs(), value: "distance")
    }
  }
}

@Suite struct LocalityFigureTests {
  @Test func `a function is drawn along x with its change as a band`() throws {
    let figure = try Figure(functionOf: try prediction())
    let series = figure.panels[0].series
    #expect(series.map(\.label) == ["target", "before the step", "after the step", "at the source x"])
    #expect(series[1].points.map(\.x) == [0, 0.25, 0.5, 0.75, 1])
    #expect(series[2].points[4] == Figure.Point(x: 1, y: 1.5, low: 1, high: 1.5))
    #expect(series[3].points == [Figure.Point(x: 0.75, y: 1.25)])
    #expect(figure.panels[0].marks.map(\.x) == [0.75])
  }

  @Test func `a table that is no step at one sample is refused`() throws {
    let error = #expect(throws: ChartError.self) {
      try Figure(functionOf: try prediction(states: ["before"]))
    }
    #expect(error?.description.contains("predict RUN on=… source=…") == true)
    #expect(throws: ChartError.severalInputs("x1")) { try Figure(functionOf: try prediction(inputs: 2)) }
    #expect(throws: ChartError.emptyTable) { try Figure(functionOf: try prediction(states: [])) }
    #expect(throws: ChartError.self) { try Figure(functionOf: try measured()) }
  }

  @Test func `a plane has one scale for both axes and says w, x and the hyperplane`() throws {
    let figure = try Figure(planeOf: try plane())
    #expect(
      figure.legend.map(\.label) == [
        "probes x′ that a step at x moves (n = 2)", "probes x′ that it leaves (S = 0) (n = 1)",
        "hyperplane w·x = 0", "weights w", "source x",
      ])
    #expect(figure.panels[0].series[3].points == [Figure.Point(x: 0, y: 0), Figure.Point(x: 0.8, y: 0)])
    let two = #expect(throws: ChartError.self) { try Figure(planeOf: try plane(times: [0, 5])) }
    #expect(two?.description == "time has 2 values: add time=5 or facet=time")
    #expect(throws: ChartError.self) { try Figure(planeOf: try measured()) }
  }

  /// Dots of two kinds look alike without colours: they are letters, and the source is over all.
  @Test func `a sketched plane without colours tells its probes apart`() throws {
    var table = try plane()
    try table.append(["gate", "moves", .number(0), .number(1), .number(0.5), .missing])
    for unicode in [true, false] {
      let style = TerminalStyle(columns: 60, rows: 20, unicode: unicode, colors: .none)
      let lines = try Figure(planeOf: table).sketch(style).split(separator: "\n").map(String.init)
      let drawing = lines.filter { $0.contains(unicode ? "│" : "|") || $0.contains(unicode ? "┤" : "+") }
        .joined()
      #expect(drawing.count { $0 == "a" } == 2 && drawing.count { $0 == "b" } == 1, "\(drawing)")
      #expect(drawing.count { $0 == "e" } == 1)
      #expect(lines.contains { $0.contains(unicode ? "hyperplane w·x = 0" : "hyperplane w*x = 0") })
    }
  }

  @Test func `the largest and the smallest S are shown with their classes`() throws {
    let figure = try Figure(imagesOf: try pairs(), count: 2) { (id, _) throws(ChartError) in try image(id) }
    #expect(figure.panels.map(\.title) == ["largest S", "smallest S"])
    #expect(figure.panels[0].imagePairs.map(\.value) == [5.4, 5.3])
    #expect(figure.panels[1].imagePairs.map(\.value) == [0.1, 0.2])
    #expect(figure.panels[0].imagePairs[0].names == (source: "sandal", probe: "ankle boot"))
    #expect(figure.panels[0].imagePairs[0].source == (try image(4)))
    #expect(figure.data.rowCount == 4)
    #expect(throws: ChartError.tooManyPairs(101)) {
      try Figure(imagesOf: try pairs(), count: 101) { (id, _) throws(ChartError) in try image(id) }
    }
    #expect(throws: ChartError.noImage(4)) {
      try Figure(imagesOf: try pairs()) { (id, _) throws(ChartError) in throw .noImage(id) }
    }
  }
}

@Suite struct KindDrawingTests {
  @Test func `every kind is drawn in every format, well formed and with ids of its own`() throws {
    try inFolder { folder in
      for (number, figure) in try figuresOfEachKind().enumerated() {
        let svg = try figure.svg(idPrefix: "f\(number)")
        #expect(try figure.svg(idPrefix: "f\(number)") == svg)
        #expect(isWellFormed(svg) && svg.contains("currentColor"), "\(figure.kind)")
        let ids = svg.matches(of: /id=["']([^"']+)/).map { String($0.1) }
        #expect(Set(ids).count == ids.count && ids.allSatisfy { $0.hasPrefix("f\(number)-") })
        for (ending, magic) in [("png", "\u{89}PNG"), ("pdf", "%PDF")] {
          let path = "\(folder)/\(number).\(ending)"
          #expect(try figure.write(to: path) == [path, "\(folder)/\(number).data.csv"])
          let bytes = try Data(contentsOf: URL(filePath: path)).prefix(4)
          #expect(bytes.elementsEqual(magic.unicodeScalars.map { UInt8($0.value) }))
          #expect(try Table(contentsOfCSV: "\(folder)/\(number).data.csv").rowCount == figure.data.rowCount)
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 15)
    }
  }

  @Test(arguments: [
    TerminalStyle(), TerminalStyle(columns: 50, rows: 20, unicode: false), TerminalStyle(colors: .ansi256),
  ])
  func `every kind is sketched within the terminal`(style: TerminalStyle) throws {
    for figure in try figuresOfEachKind() {
      let text = figure.sketch(style).replacing(/\u{1B}\[[0-9;]*m/, with: "")
      #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= style.columns }, "\(figure.kind)")
      #expect(style.unicode || text.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
      #expect(text.contains(figure.title))
    }
  }

  @Test func `names of classes that are longer than their blocks are turned`() throws {
    let turns = { (names: [String]) throws -> Int in
      let table = try pairs(distances: ["logits", "l2", "kl"], names: names)
      return try Figure(matrixOf: table, facet: ["distance"]).svg(idPrefix: "a").matches(of: /rotate\(-90/)
        .count
    }
    let long = "a class whose name is longer than a third of the map"
    #expect(try turns([long, "boot"]) == turns(["a", "b"]) + 6)
  }

  @Test func `only whole numbers are marked where whole numbers are counted`() throws {
    var table = Table(columns: [("step", .axis), ("value", .value)])
    for step in 13...15 { try table.append([.number(Double(step)), .number(Double(step) / 7)]) }
    let figure = try Figure(plotting: table, x: "step", y: "value")
    let sketch = figure.sketch(TerminalStyle())
    #expect(
      sketch.contains("13") && sketch.contains("15") && !sketch.contains("13.") && !sketch.contains("14."))
    #expect(!(try figure.svg(idPrefix: "a").contains(/<text>\s*1[345]\.[0-9]/)))
    try table.append([15.5, 1])
    #expect(try Figure(plotting: table, x: "step", y: "value").sketch(TerminalStyle()).contains("13.5"))
  }

  @Test func `the words of phases stand over the panel and beside each other`() throws {
    var table = Table(columns: [("time", .axis), ("value", .value)])
    for place in 0...40 { try table.append([.number(Double(place)), .number(place < 20 ? 0.1 : 0.9)]) }
    var figure = try Figure(plotting: table, x: "time", y: "value")
    var phases = Table(columns: [("onset", .value), ("first_spike", .value)])
    try phases.append([1, .number(.nan)])
    try figure.mark(phases: phases, facet: [], by: [])
    let lines = figure.sketch(TerminalStyle()).split(separator: "\n")
    let canvas = try #require(lines.firstIndex { $0.contains("┤") || $0.contains("│") })
    let above = lines[..<canvas].joined(separator: "\n")
    let below = lines[canvas...].joined(separator: "\n")
    for word in ["elastic", "inelastic", "t* = 1"] { #expect(above.contains(word) && !below.contains(word)) }
    #expect(below.contains("┊"))
    #expect(isWellFormed(try figure.svg(idPrefix: "a")))
  }

  @Test func `nothing is shaded inside the interval of an onset`() throws {
    var table = Table(columns: [("time", .axis), ("value", .value)])
    for place in 1...40 { try table.append([.number(Double(place)), .number(place < 20 ? 0.1 : 0.9)]) }
    var figure = try Figure(plotting: table, x: "time", y: "value")
    var phases = Table(columns: [
      ("onset", .value), ("low", .value), ("high", .value), ("first_spike", .value),
    ])
    try phases.append([20, 15, 27, .missing])
    try figure.mark(phases: phases, facet: [], by: [])
    #expect(figure.panels[0].shades.map(\.to) == [15, .infinity])
    #expect(figure.panels[0].shades.map(\.from) == [-.infinity, 27])
    #expect(figure.panels[0].marks.map(\.label) == ["t* = 20 (15 to 27)"])
    #expect(figure.note.contains("95 % interval"))
  }
}
