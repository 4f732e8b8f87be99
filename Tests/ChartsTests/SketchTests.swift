import Charts
import Foundation
import Tables
import Testing

/// A table of x and y, with a curve for each name.
private func curves(_ x: [Double], _ curves: [(name: String, y: [Double])]) throws -> Table {
  var table = Table(columns: [("kind", .key), ("step", .axis), ("loss", .value)])
  for (name, y) in curves {
    for (x, y) in zip(x, y) { try table.append([.text(name), .number(x), .number(y)]) }
  }
  return table
}

private func figure(
  _ x: [Double], _ y: [(name: String, y: [Double])], kind: Figure.Kind = .lines, log: Figure.LogAxes = .none,
  title: String = ""
) throws -> Figure {
  try Figure(
    plotting: try curves(x, y), x: "step", y: "loss", by: y.count > 1 ? ["kind"] : [], kind: kind, log: log,
    title: title)
}

private func lines(_ text: String) -> [Substring] {
  text.split(separator: "\n", omittingEmptySubsequences: false)
}

@Suite struct SketchTests {
  static let small = TerminalStyle(columns: 40, rows: 14)
  static let smallASCII = TerminalStyle(columns: 40, rows: 14, unicode: false)
  static let steps = (0...20).map(Double.init)

  @Test func `two curves in braille`() throws {
    let falling = Self.steps.map { exp(-$0 / 6) }
    let figure = try figure(
      Self.steps, [("same", falling), ("other", Self.steps.map { 1 - $0 / 60 })], title: "Loss")
    #expect(
      figure.sketch(Self.small) == """
                          Loss
        loss
        1.0┤⠢⡠⠄⠠⠄⣀⢀⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠘⢄⠀⠀⠀⠀⠀⠈⠁⠉⠈⠂⠐⠂⠒⠀⠄⠠⠄⣀⠀⡀⢀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠀⠀⠑⢆⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠁b⠀⠁⠐⠂⠒⠀⠄⠠ b
        0.5┤⠀⠀⠀⠀⠀⠉⠲⢄a⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠀⠀⠀⠀⠀⠀⠀⠈⠓⠤⢄⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠈⠉⠒⠢⠤⢄⣀⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
        0.0┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠉⠉⠉⠑⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤ a
           └┬───────┬────────┬───────┬───────┬
            0       5       10      15      20
                           step
        a ⠒⠒⠒⠒ same    b ⠒⠀⠒⠀ other
        """)
  }

  @Test func `two curves in ASCII`() throws {
    let falling = Self.steps.map { exp(-$0 / 6) }
    let figure = try figure(
      Self.steps, [("same", falling), ("other", Self.steps.map { 1 - $0 / 60 })], title: "Loss")
    #expect(
      figure.sketch(Self.smallASCII) == """
                          Loss
        loss
        1.0+abb
           | aabbbbbbbbbbbbbbbbbb
           |  aaa                bbbbbbbbbbbbb b
        0.5+     aaa
           |        aaaaa
           |             aaaaaaaaaaaa
        0.0+                         aaaaaaaaa a
           ++-------+--------+-------+-------+
            0       5       10      15      20
                           step
        a same    b other
        """)
  }

  @Test func `a power law is straight on logarithmic axes`() throws {
    let x = (0...10).map { pow(10, Double($0) / 2) }
    let figure = try figure(x, [("law", x.map { 1 / $0 })], log: .xy)
    #expect(
      figure.sketch(Self.small) == """
        loss
             1┤⡦⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
              │⠀⠀⠉⠺⠦⣀⢀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
              │⠀⠀⠀⠀⠀⠀⠙⠓⠢⢄⣄⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
          0.01┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠉⠒⠢⣦⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
              │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠈⠑⢶⢄⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
              │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠈⠻⠢⠤⣀⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀
        0.0001┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠈⠛⠢⢤⣄⠀⠀⠀⠀⠀⠀
              │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠁⠉⠒⢴⣄⠀⠀
              │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠉⠺
              └┬────────────┬────────────┬──────
               1           100         10000
                             step
        """)
  }

  @Test func `what is not finite leaves a gap and a point between gaps a mark`() throws {
    var y = Self.steps.map { $0 }
    for place in [5, 12, 14] { y[place] = place == 12 ? .infinity : .nan }
    let figure = try figure(Self.steps, [("a", y)])
    #expect(
      figure.sketch(Self.small) == """
         left out for having no finite value: 3
        loss
        20┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⡠⠤
          │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⣀⠤⠒⠊⠁⠀⠀
          │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⠀⠀⠀⠐⠊⠁⠀⠀⠀⠀⠀⠀⠀
          │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⡀⠀⠀⠙⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
        10┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⣀⠤⠒⠊⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
          │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠤⠒⠋⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
          │⠀⠀⠀⠀⢀⣀⠤⠔⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
         0┤⣀⠤⠔⠉⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
          └┬────────┬────────┬────────┬────────┬
           0        5       10       15       20
                           step
        """)
  }

  @Test func `one point and a constant have axes around them`() throws {
    #expect(
      try figure([3], [("a", [0.25])]).sketch(Self.smallASCII) == """
        loss
            |
        0.26+
            |
            |
        0.25+                 *
            |
            |
        0.24+
            |
            ++----------------+----------------+
            2.5              3.0             3.5
                            step
        """)
    #expect(
      try figure([0, 1, 2, 3], [("a", [7, 7, 7, 7])]).sketch(Self.small) == """
        loss
           │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
        7.2┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
        7.0┤⡦⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⡦⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⢴⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⢴
           │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
        6.8┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀
           └┬───────────┬──────────┬───────────┬
            0           1          2           3
                            step
        """)
  }

  @Test func `colours differ by curve and are always closed`() throws {
    let figure = try figure(Self.steps, [("up", Self.steps), ("down", Self.steps.map { -$0 })])
    for (colors, code) in [
      (TerminalStyle.Colors.ansi16, "34"), (.ansi256, "38;5;25"), (.trueColor, "38;2;0;114;178"),
    ] {
      let text = figure.sketch(TerminalStyle(columns: 60, rows: 20, colors: colors))
      #expect(text.contains("\u{1B}[\(code)ma\u{1B}[0m"))
      for line in lines(text) {
        let codes = line.matches(of: /\u{1B}\[([0-9;]+)m/).map(\.1)
        #expect(codes.count % 2 == 0)
        #expect(codes.enumerated().allSatisfy { ($0 % 2 == 1) == ($1 == "0") })
      }
      let plain = text.replacing(/\u{1B}\[[0-9;]+m/, with: "")
      #expect(!plain.contains("\u{1B}") && plain.contains("a ") && plain.contains("b "))
    }
  }

  @Test func `each of nine pairs has a letter where it ends and in the legend`() throws {
    let figure = try Figure(
      plotting: try measured(distances: ["kl"]), x: "epoch", y: "value", by: ["pair"])
    let text = figure.sketch(TerminalStyle(columns: 100, rows: 40))
    let ends = lines(text).filter { $0.contains("│") || $0.contains("┤") }.compactMap {
      $0.split(separator: " ").last
    }
    #expect(ends.joined().filter { "abcdefghi".contains($0) }.count >= 9)
    for (letter, entry) in zip("abcdefghi", figure.legend) {
      #expect(lines(text).contains { $0.contains("\(letter) ") && $0.contains(entry.label) })
    }
  }

  @Test func `bands are dotted lightly and lines blot them out`() throws {
    let table = try measured(distances: ["kl"])
    let by = try Figure(plotting: table, x: "epoch", y: "value", by: ["same"])
    let plain = try Figure(plotting: table, x: "epoch", y: "value", by: ["same"], band: Figure.Band.none)
    let style = TerminalStyle(columns: 80, rows: 30)
    func dots(_ figure: Figure) -> Int {
      figure.sketch(style).unicodeScalars.filter { (0x2801...0x28FF).contains($0.value) }
        .reduce(0) { $0 + Int($1.value - 0x2800).nonzeroBitCount }
    }
    let area = 70 * 4 * 2 * 18
    #expect(dots(by) > dots(plain) && dots(by) - dots(plain) < area / 8)
  }

  @Test func `panels stand beside each other where there is room`() throws {
    let figure = try Figure(
      plotting: try measured(), x: "epoch", y: "value", by: ["same"], facet: ["distance"])
    let wide = lines(figure.sketch(TerminalStyle(columns: 100, rows: 50)))
    let narrow = lines(figure.sketch(TerminalStyle(columns: 60, rows: 50)))
    #expect(wide.contains { $0.contains("logits") && $0.contains("l2") })
    #expect(wide.contains { $0.contains("kl") && $0.contains("published_kl") })
    #expect(narrow.count { $0.contains("└") } == 4)
    for name in ["logits", "l2", "kl", "published_kl"] {
      #expect(narrow.contains { $0.split(separator: " ") == [Substring(name)] })
    }
  }

  @Test func `wide characters and control characters in names keep the lines whole`() throws {
    let figure = try figure(
      Self.steps,
      [
        ("日本語のクラス", Self.steps), ("👟 shoes", Self.steps), ("a\u{1B}[31mred\u{07}\nname\u{202E}", Self.steps),
        (String(repeating: "long ", count: 40), Self.steps),
      ], title: "図 \u{1B}]0;title\u{07}")
    for columns in [40, 60, 100] {
      let text = figure.sketch(TerminalStyle(columns: columns, rows: 24))
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
      #expect(!text.contains("\u{202E}") && text.contains("日本語のクラス") && text.contains("…"))
      #expect(lines(text).allSatisfy { $0.displayWidth <= columns })
    }
    let plain = figure.sketch(TerminalStyle(columns: 60, rows: 24, unicode: false))
    #expect(plain.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) } && plain.contains("a ???????"))
  }

  @Test(arguments: [1, 2, 7, 12, 20, 40, 41, 79, 80, 120, 300], [true, false])
  func `no line is wider than the terminal, whatever is drawn`(columns: Int, unicode: Bool) throws {
    let (nothing, tiny) = (Double.nan, Double.leastNonzeroMagnitude)
    let odd: [[Double]] = [
      [1], [1, 1, 1], [1, nothing, 3], [1e300, -1e300, 0], [tiny, 2 * tiny, 0], [1e-9, 1, 1e9],
      [-1e15, -1e15 + 1],
      [.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [.infinity, 2, -.infinity],
    ]
    var figures: [Figure] = []
    for y in odd {
      figures.append(try figure(y.indices.map(Double.init), [("a", y), ("b", y.reversed())]))
      if y.allSatisfy(\.isFinite) { figures.append(try figure(y, [("a", y)])) }
      if y.allSatisfy({ $0 > 0 }) { figures.append(try figure(y, [("a", y)], log: .xy)) }
      figures.append(try figure(y, [("a", y), ("b", y)], kind: .points))
    }
    for by in [["same"], ["pair"]] {
      figures.append(
        try Figure(
          plotting: try measured(), x: "epoch", y: "value", by: by, facet: ["distance"],
          title: "Shoes, four distances"
        ))
    }
    for figure in figures {
      for rows in [1, 10, 40] {
        let style = TerminalStyle(columns: columns, rows: rows, unicode: unicode)
        let text = figure.sketch(style)
        #expect(lines(text).allSatisfy { $0.displayWidth <= columns })
        #expect(text == figure.sketch(style))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 && $0.value != 127 })
        if !unicode { #expect(text.utf8.allSatisfy { $0 < 127 }) }
      }
    }
  }

  @Test func `a sketch fits the rows of the terminal if that is possible`() throws {
    let figure = try Figure(plotting: try measured(distances: ["kl"]), x: "epoch", y: "value", by: ["same"])
    for rows in [16, 20, 24] {
      #expect(lines(figure.sketch(TerminalStyle(columns: 80, rows: rows))).count < rows)
    }
    #expect(lines(figure.sketch(TerminalStyle(columns: 80, rows: 1000))).count < 30)
  }
}
