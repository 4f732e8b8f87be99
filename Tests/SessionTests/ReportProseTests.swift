import Session
import Testing

@Suite struct ReportProseTests {
  @Test(arguments: [
    (
      "# One `S_rel`\n\nA *new* **bold _x_** word, S_rel and a_b_c.",
      [
        "<h1>One <code>S_rel</code></h1>",
        "A <em>new</em> <strong>bold <em>x</em></strong> word, S_rel and a_b_c.",
      ]
    ),
    (
      "- one\n- two\n  goes on\n\n1. first\n2. second",
      [
        "<ul>\n<li>one</li>\n<li>two\ngoes on</li>\n</ul>", "<ol>\n<li>first</li>\n<li>second</li>\n</ol>",
      ]
    ),
    (
      "| a | b |\n|---|--:|\n| `x|y` | 2 |",
      [
        "<tr><th>a</th><th class=\"right\">b</th></tr>",
        "<td><code>x|y</code></td><td class=\"right\">2</td>",
      ]
    ),
    (
      "```\nif x < 1 { *no* }\n```\n> said\n> so\n\n---",
      [
        "<pre class=\"plain\">if x &lt; 1 { *no* }</pre>", "<blockquote><p>said\nso</p></blockquote>", "<hr>",
      ]
    ),
    (
      "See [the paper](https://example.org/a?b=1&c=2).",
      [
        "See the paper <span class=\"address\">(https://example.org/a?b=1&amp;c=2)</span>."
      ]
    ),
    (
      "<script>alert('x')</script> \\*not\\* \\$5 [x] 2 * 3 * 4",
      [
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; *not* $5 [x] 2 * 3 * 4"
      ]
    ),
  ])
  func `prose becomes HTML`(source: String, pieces: [String]) throws {
    let html = try Prose.html(source)
    for piece in pieces { #expect(html.contains(piece), "\(html)") }
  }

  @Test(arguments: [
    (
      "S(x \\to x')",
      "<mi>S</mi><mo stretchy=\"false\">(</mo><mi>x</mi><mo>→</mo><msup><mi>x</mi><mo>′</mo></msup>"
    ),
    ("\\frac{D(x')}{D(x)}", "<mfrac><mrow><mi>D</mi>"),
    ("\\lVert \\Delta p \\rVert_2", "<msub><mo stretchy=\"false\">‖</mo><mn>2</mn></msub>"),
    (
      "\\sum_c p_c^2",
      "<munder><mo>∑</mo><mi>c</mi></munder><msubsup><mi>p</mi><mi>c</mi><mn>2</mn></msubsup>"
    ),
    ("\\text{KL}(q \\mid p) \\cdot \\log 10.5", "<mtext>KL</mtext>"),
    (
      "x^{23}y^23",
      "<msup><mi>x</mi><mrow><mn>23</mn></mrow></msup><msup><mi>y</mi><mn>2</mn></msup><mn>3</mn>"
    ),
    ("x'^2 < 1", "<msup><mi>x</mi><mrow><mo>′</mo><mn>2</mn></mrow></msup><mo>&lt;</mo><mn>1</mn>"),
    ("\\left( \\frac12 \\right)", "<mo>(</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mo>)</mo>"),
    ("\\hat{w}_{t+1}", "<msub><mover accent=\"true\">"),
  ])
  func `formulas become MathML`(formula: String, piece: String) throws {
    let html = try Prose.html("$\(formula)$")
    #expect(html.contains(piece), "\(html)")
    #expect(try Prose.html("$$\(formula)$$").contains("<math display=\"block\">"))
  }

  @Test(arguments: [
    ("a $\\unknown{x}$", ProseError.unknownCommand("\\unknown", line: 1, column: 4)),
    ("one\ntwo $x^$", .missingArgument(of: "^", line: 2, column: 7)),
    ("# $\\frac{a}$", .missingArgument(of: "\\frac", line: 1, column: 4)),
    ("- $x_{a$", .unbalancedBrace(line: 1, column: 6)),
    ("- $x}$", .unbalancedBrace(line: 1, column: 5)),
    ("a\n\n  b $x € y$", .unexpectedSymbol("€", line: 3, column: 8)),
    ("costs $5", .unclosedFormula(line: 1, column: 7)),
    ("$ $", .emptyFormula(line: 1, column: 2)),
    ("$x^1^2$", .unexpectedSymbol("^", line: 1, column: 5)),
    ("$\\begin{matrix}$", .unknownCommand("\\begin", line: 1, column: 2)),
    ("| a |\n|---|\n| $\\zz$ |", .unknownCommand("\\zz", line: 3, column: 4)),
    ("$x\\", .unclosedFormula(line: 1, column: 1)),
  ])
  func `formulas that are not known are refused with their place`(source: String, error: ProseError) {
    #expect(throws: error) { try Prose.check(source) }
    #expect(error.description.hasPrefix("line "))
  }

  @Test func `deep nesting is refused, not crashed on`() {
    for piece in ["{", "\\frac{", "\\sqrt{", "x^{", "\\hat\\hat"] {
      let source = String(repeating: piece, count: 100_000)
      #expect(throws: ProseError.self) { try Prose.check("$\(source)$") }
    }
    #expect(throws: Never.self) { try Prose.check(String(repeating: "*a _b ", count: 300)) }
  }
}
