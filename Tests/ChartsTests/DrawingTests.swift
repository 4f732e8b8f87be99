import Charts
import Foundation
import Tables
import Testing

@Suite struct DrawingTests {
  private func figure(title: String = "") throws -> Figure {
    try Figure(
      plotting: try measured(distances: ["kl", "l2"]), x: "epoch", y: "value", by: ["same"],
      facet: ["distance"],
      title: title)
  }

  @Test func `the same figure gives the same svg, and other ids under another prefix`() throws {
    let one = try figure().svg(idPrefix: "a1")
    #expect(try figure().svg(idPrefix: "a1") == one)
    let two = try figure().svg(idPrefix: "b2")
    let ids = { (text: String) in Set(text.matches(of: /id=["']([^"']+)/).map { String($0.1) }) }
    #expect(!ids(one).isEmpty && ids(one).isDisjoint(with: ids(two)))
    #expect(one.matches(of: /id=["']([^"']+)/).count == ids(one).count)
  }

  @Test func `svg has no background and takes the colour of the page`() throws {
    let svg = try figure().svg(idPrefix: "a")
    #expect(svg.contains("fill=\"currentColor\"") && !svg.contains("color=\"black\""))
    #expect(!svg.contains("1,2,3") && !svg.contains("fill=\"#ffffff\""))
    #expect(!svg.contains("<script") && !svg.contains("gnuplot_plot_1a</title>"))
    #expect(isWellFormed(svg))
  }

  @Test func `text is never a command and never markup`() throws {
    try inFolder { folder in
      let bait =
        "it's `touch \(folder)/a` $(touch \(folder)/b) \"x\" <script>&\n'; system('touch \(folder)/c') #"
      var table = Table(columns: [("name", .key), ("step", .axis), (bait, .value)])
      for step in 0..<3 { try table.append([.text(bait), .number(Double(step)), .number(Double(step))]) }
      let figure = try Figure(
        plotting: table, x: "step", y: bait, by: ["name"], facet: [],
        title: bait + "\\n@{x}^{y}_z rgb(1,2,3) url(#a)")
      let svg = try figure.svg(idPrefix: "x")
      #expect(svg.contains("&lt;script&gt;&amp;") && !svg.contains("<script"))
      #expect(isWellFormed(svg))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      #expect(svg.contains("@{x}^{y}_z"))
      #expect(svg.contains(/<text>[^<]*rgb\(1,2,3\)/) && svg.contains(/<text>[^<]*url\(#a\)/))
    }
  }

  @Test(arguments: [
    ("png", [0x89, 0x50, 0x4E, 0x47]), ("pdf", [0x25, 0x50, 0x44, 0x46]), ("svg", [0x3C, 0x3F]),
  ])
  func `a file is drawn as its ending says with its data beside it`(ending: String, magic: [UInt8]) throws {
    try inFolder { folder in
      let paths = try figure(title: "A title").write(to: "\(folder)/f.\(ending)")
      #expect(paths == ["\(folder)/f.\(ending)", "\(folder)/f.data.csv"])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["f.data.csv", "f.\(ending)"].sorted())
      let bytes = try Data(contentsOf: URL(filePath: paths[0]))
      #expect(Array(bytes.prefix(magic.count)) == magic)
      #expect(try Table(contentsOfCSV: paths[1]).rowCount == figure().data.rowCount)
    }
  }

  @Test func `a table of the same name stands`() throws {
    try inFolder { folder in
      try AtomicFile.write("saved", to: "\(folder)/f.csv")
      try figure().write(to: "\(folder)/f.svg")
      #expect(try String(contentsOfFile: "\(folder)/f.csv", encoding: .utf8) == "saved")
    }
  }

  @Test(arguments: [
    Double.leastNonzeroMagnitude, .leastNormalMagnitude / 4, .leastNormalMagnitude, 1e-300, 1e300,
  ])
  func `any span along x is drawn`(width: Double) throws {
    var table = Table(columns: [("x", .axis), ("value", .value)])
    for (x, value) in [(0.0, 1.0), (width, 2)] { try table.append([.number(x), .number(value)]) }
    for kind in [Figure.Kind.lines, .points] {
      let svg = try Figure(plotting: table, x: "x", y: "value", kind: kind).svg(idPrefix: "a")
      #expect(isWellFormed(svg))
    }
    let upright = try Figure(plotting: table, x: "value", y: "x")
    #expect(isWellFormed(try upright.svg(idPrefix: "a")))
  }

  @Test func `failures leave nothing behind and say what to do`() throws {
    try inFolder { folder in
      let figure = try figure()
      #expect(throws: ChartError.unknownFormat(path: folder + "/f.jpeg")) {
        try figure.write(to: folder + "/f.jpeg")
      }
      #expect(throws: ChartError.unknownFormat(path: folder + "/f")) { try figure.write(to: folder + "/f") }
      #expect(throws: ChartError.gnuplotMissing) {
        try figure.write(to: folder + "/f.png", searching: folder)
      }
      #expect(ChartError.gnuplotMissing.description.contains("gnuplot-nox"))
      #expect(throws: ChartError.file(.missingFolder(folder + "/no/f.svg"))) {
        try figure.write(to: folder + "/no/f.svg")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func `what gnuplot complains of is reported`() throws {
    try inFolder { folder in
      let program = folder + "/gnuplot"
      let say = { (script: String) in
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      }
      try say("echo '\"f.gp\" line 3: all points y value undefined!' >&2; exit 1")
      #expect(throws: ChartError.gnuplotFailed(reason: "all points y value undefined!")) {
        try figure().svg(idPrefix: "a", searching: folder)
      }
      try say("exit 0")
      #expect(throws: ChartError.gnuplotFailed(reason: "it ended with status 0 and said nothing")) {
        try figure().svg(idPrefix: "a", searching: folder)
      }
      try say("kill -9 $$")
      #expect(throws: ChartError.gnuplotFailed(reason: "it was stopped by signal 9")) {
        try figure().svg(idPrefix: "a", searching: folder)
      }
    }
  }

  @Test func `odd but possible figures are drawn`() throws {
    var table = Table(columns: [("step", .axis), ("value", .value), ("low", .value), ("high", .value)])
    try table.append([5, 0, 0, 0])
    for log in [Figure.LogAxes.none, .x] {
      #expect(
        try Figure(plotting: table, x: "step", y: "value", log: log).svg(idPrefix: "a").contains("<path"))
    }
    try table.append([6, 1e300, .number(-1e300), 1e300])
    try table.append([7, 1e-300, .number(-1), 1])
    #expect(try Figure(plotting: table, x: "step", y: "value").svg(idPrefix: "a").contains("<path"))
    let positive = table.rows(at: [2])
    let stacked = try Table.stacked([positive, table.rows(at: [1])])
    #expect(
      try Figure(plotting: stacked, x: "step", y: "value", log: .xy).svg(idPrefix: "a").contains("<path"))
    let robust = try Figure(plotting: table, x: "step", y: "value", leavesOutOutliers: true)
    #expect(try robust.svg(idPrefix: "a").contains("<path"))
  }

  @Test(arguments: Figure.LogAxes.allCases)
  func `a panel without a finite number says so beside the others`(log: Figure.LogAxes) throws {
    var table = Table(columns: [("set", .key), ("x", .axis), ("y", .value)])
    for x in 1...3 {
      try table.append(["known", .number(Double(x)), .number(Double(x))])
      try table.append(["unknown", .number(Double(x)), .number(.nan)])
    }
    let figure = try Figure(plotting: table, x: "x", y: "y", facet: ["set"], log: log)
    #expect(try figure.svg(idPrefix: "a").matches(of: /no finite value</).count == 1)
    #expect(!figure.sketch(TerminalStyle()).isEmpty)
  }

  @Test func `long names are shortened in their middle and long titles broken`() throws {
    let name = String(repeating: "the configuration of an experiment ", count: 6)
    var table = Table(columns: [("name", .key), ("x", .axis), ("y", .value)])
    for end in ["one", "two"] {
      for x in 1...2 { try table.append([.text(name + end), .number(Double(x)), 1]) }
    }
    let title = String(repeating: "word ", count: 40) + "last"
    for (by, facet) in [(["name"], []), ([], ["name"])] {
      let svg = try Figure(plotting: table, x: "x", y: "y", by: by, facet: facet, title: title)
        .svg(idPrefix: "a")
      for end in ["one", "two"] {
        #expect(svg.contains(try Regex("<text>the config[a-z ]+…[a-z ]+experiment \(end)<")))
      }
      #expect(svg.contains(/<text>word [a-z ]*last</))
    }
  }

  @Test func `points of many groups differ in colour or shape`() throws {
    var table = Table(columns: [("group", .key), ("x", .axis), ("y", .value)])
    for group in 0..<30 { try table.append([.text("g\(group)"), 1, .number(Double(group))]) }
    let figure = try Figure(plotting: table, x: "x", y: "y", by: ["group"], kind: .points)
    #expect(Set(figure.legend.map { "\($0.style.color) \($0.style.mark)" }).count == 30)
    let drawn = try figure.svg(idPrefix: "a").matches(of: /#a-gpPt([0-9]+)' transform='translate/).map(\.1)
    #expect(Set(drawn).count == 5)
  }
}
