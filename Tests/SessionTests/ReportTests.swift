import Session
import Testing

@Suite struct ReportTests {
  private let svg = """
    <?xml version="1.0"?>
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 1 1">
    <circle id='a'/><use xlink:href='#a'/><rect fill="url(#b)" id="b"/></svg>
    """

  private func page(_ cells: [CellOutput]) -> String {
    Report.html(cells: cells, title: "A <title>", provenance: [("version", "1"), ("file", "a & b")])
  }

  @Test func `a page holds prose, code, output, figures and provenance in order`() throws {
    let html = page([
      CellOutput(name: "question", kind: .prose, source: "# Does it move?\n\nWe ask for $S$."),
      CellOutput(
        name: "train", kind: .code, source: "run = train net on=d # go", text: "step 1  loss 0.9\n",
        figures: [.init(svg: svg, fileName: "srel.svg", caption: "curves")]),
    ])
    let order = [
      "<title>A &lt;title&gt;", "<h1>Does it move?</h1>", "<math>", "class=\"verb\">train", "loss 0.9",
      "Figure 1. curves · srel.svg", "Provenance", "<dd>a &amp; b</dd>",
    ]
    var rest = html[...]
    for piece in order {
      let found = try #require(rest.firstRange(of: piece), "\(piece)")
      rest = rest[found.upperBound...]
    }
    #expect(!html.contains("<h1>A"))
    #expect(page([]).contains("<h1>A &lt;title&gt;</h1>"))
  }

  /// Nothing keeps a figure wider than the page, and whoever touches it sees its own size.
  @Test func `figures fit a phone and open at a touch`() throws {
    let html = page([
      CellOutput(
        name: "a", kind: .code, source: "x", figures: [.init(svg: svg, fileName: "a.svg")])
    ])
    #expect(html.contains("<div class=\"plot\" tabindex=\"0\">"))
    let rules = html.matches(of: /\.plot(?<state>[^ ]*) svg \{[^}]*max-width: (?<width>[^;}]*);/)
    #expect(rules.map { "\($0.state) \($0.width)" } == [" 100%", ":focus none"])
    let phone = try #require(html.firstRange(of: "@media (max-width: 36rem)"))
    #expect(html[phone.upperBound...].contains(".plot:focus svg"), "on a desk a click changes nothing")
  }

  @Test func `nothing is loaded and nothing is run`() {
    let bait = "<script>x</script><img src=https://e.org/x onerror=y> \u{1B}[31mred\u{1B}[0m \"'&"
    let html = page([
      CellOutput(name: bait, kind: .prose, source: bait + "\n\n" + "[a](javascript:x)"),
      CellOutput(
        name: bait, kind: .code, source: bait, text: bait,
        figures: [
          .init(svg: "<svg><script>x</script></svg>", fileName: bait), .init(svg: svg, fileName: "b"),
        ],
        error: bait),
    ])
    #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("\u{1B}"))
    #expect(!html.contains("src=\"http") && !html.contains("href=\"http") && !html.contains("w3.org"))
    #expect(html.contains("Content-Security-Policy"))
    #expect(html.contains("This figure cannot stand in the page"))
    #expect(html.contains(" red \"".replacing("\"", with: "&quot;")))
  }

  @Test func `ids are unique over cells and figures of one name`() {
    let figure = CellOutput.Figure(svg: svg, fileName: "x.svg")
    let cells = (0..<3).map { _ in
      CellOutput(name: "a b", kind: .code, source: "plot t", figures: [figure, figure])
    }
    let html = page(cells + [CellOutput(name: "a-b", kind: .code, source: "")])
    let ids = html.matches(of: /id=["']([^"']+)["']/).map { String($0.1) }
    #expect(ids.count == 4 + 6 * 2)
    #expect(Set(ids).count == ids.count)
    for reference in html.matches(of: /(?:href='|url\()#([^')]+)/).map({ String($0.1) }) {
      #expect(ids.contains(reference))
    }
  }

  @Test func `errors stand in their place and long outputs are cut`() {
    let html = page([
      CellOutput(name: "a", kind: .code, source: "x", error: "error: no <such> thing\n  | x\n  | ^"),
      CellOutput(
        name: "b", kind: .code, source: "y", text: String(repeating: "line & line\n", count: 100_000)),
    ])
    #expect(
      html.contains("<pre class=\"error\" role=\"alert\">error: no &lt;such&gt; thing\n  | x\n  | ^</pre>"))
    #expect(html.contains("characters are left out here"))
    #expect(html.utf8.count < 60_000)
    let many = (0..<200).map {
      CellOutput(name: "c\($0)", kind: .code, source: "z", text: String(repeating: "a", count: 50_000))
    }
    #expect(page(many).utf8.count < 300_000)
  }

  @Test func `an unknown formula is shown as typed and marked`() {
    let html = page([CellOutput(name: "p", kind: .prose, source: "So $\\foo$ and $x$.")])
    #expect(html.contains("<code class=\"wrong\" title=\"line 1, column 5: formulas do not know"))
    #expect(html.contains(">$\\foo$</code> and <math>"))
  }

  @Test(arguments: [
    ("run = train net", "run = <span class=\"verb\">train</span> net"),
    ("train = 3", "train = <span class=\"number\">3</span>"),
    (
      "plot run.srel x=step", "<span class=\"verb\">plot</span> run.srel <span class=\"option\">x</span>=step"
    ),
    ("t[a == b]", "t[a == b]"),
    (
      "every 9 batches { measure srel }",
      "<span class=\"keyword\">every</span> <span class=\"number\">9</span> batches { <span class=\"verb\">measure</span> srel }"
    ),
    (
      "a \"x # y\" # z",
      "a <span class=\"string\">&quot;x # y&quot;</span> <span class=\"comment\"># z</span>"
    ),
    (
      "train model(cnn) \\\n  lr=1e-4 seed=2",
      "<span class=\"verb\">train</span> <span class=\"verb\">model</span>(cnn) \\\n"
        + "  <span class=\"option\">lr</span>=<span class=\"number\">1e-4</span> "
        + "<span class=\"option\">seed</span>=<span class=\"number\">2</span>"
    ),
    (
      "shoes[13..32] \"open",
      "shoes[<span class=\"number\">13</span>..<span class=\"number\">32</span>] "
        + "<span class=\"string\">&quot;open</span>"
    ),
    ("", ""), ("\"\\", "<span class=\"string\">&quot;\\</span>"),
  ])
  func `scripts are coloured`(source: String, html: String) {
    #expect(Highlighter.html(source) == html)
  }
}
