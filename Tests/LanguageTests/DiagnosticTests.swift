import Language
import Testing

/// What a text's diagnostics look like in a terminal.
private func rendered(_ text: String, name: String? = nil) -> String {
  let source = Source(text, name: name)
  let parse = Parser.parse(source, verbs: testVerbs)
  return parse.diagnostics.map { DiagnosticText().render($0, in: source) }.joined(separator: "\n")
}

@Suite struct DiagnosticTests {
  @Test(arguments: [
    (
      "shoes = lod fashion_mnist per_class=500",
      """
      error: unknown command 'lod'
        | shoes = lod fashion_mnist per_class=500
        |         ^^^ did you mean 'load'?
      """
    ),
    (
      "x = (1 + 2\ny = 3 +",
      """
      error: '(' is never closed
        | x = (1 + 2
        |     ^
      error: expected a value, found the end
        | y = 3 +
        |        ^
      """
    ),
    (
      "show \"abc",
      """
      error: a string is not closed
        | show "abc
        |      ^^^^ add a " at its end
      """
    ),
    (
      "step run n - 1",
      """
      error: a computed thing after a verb takes parentheses
        | step run n - 1
        |            ^ write it as (…)
      """
    ),
    (
      "train net { every 9 bathes { show 1 } }",
      """
      error: expected batches, steps or epochs, found 'bathes'
        | train net { every 9 bathes { show 1 } }
        |                     ^^^^^^ did you mean 'batches'?
      """
    ),
    (
      "if x = 3 { show x }",
      """
      error: '=' gives a name to a value
        | if x = 3 { show x }
        |      ^ compare with ==
      """
    ),
    (
      "x = a < b < c",
      """
      error: comparisons do not chain
        | x = a < b < c
        |           ^ write a < b and b < c
      """
    ),
    (
      "x = 3 min\ny = 3 mni\nz = 3minn",
      """
      error: unexpected 'min'
        | x = 3 min
        |       ^^^
      error: unexpected 'mni'
        | y = 3 mni
        |       ^^^
      error: unknown unit 'minn'
        | z = 3minn
        |      ^^^^ did you mean 'min'?
      """
    ),
    (
      "x = 'a'",
      """
      error: ''a'' means nothing here
        | x = 'a'
        |     ^^^ strings stand between straight double quotes: "…"
      """
    ),
    (
      "train(net, on=d) { every 2 steps { show 1 } }",
      """
      error: a call takes no block
        | train(net, on=d) { every 2 steps { show 1 } }
        |                  ^ write train … { … } without parentheses
      """
    ),
    (
      "yes = 3",
      """
      error: 'yes' cannot be a name
        | yes = 3
        | ^^^
        The words and, or, not, yes and no have a fixed meaning.
      """
    ),
    (
      "x = 1\nuse srel 1",
      """
      error: 'use' belongs on the first line
        | use srel 1
        | ^^^
        It says which version of the language the file is written in.
      """
    ),
    (
      "repeat s in 1..3\n{ show s }",
      """
      error: the block opens on the line of its command
        | { show s }
        | ^ put { at the end of the line above
      """
    ),
    (
      "train net on=d on=e",
      """
      error: option 'on' is given twice
        | train net on=d on=e
        |                ^^
      """
    ),
    (
      "\tx = ]",
      """
      error: ']' closes nothing
        |   x = ]
        |       ^
      """
    ),
    (
      "\"日本\" = 3",
      """
      error: only a name can be given a value
        | "日本" = 3
        | ^^^^^^
      """
    ),
  ])
  func diagnosticsPointAtTheirCause(text: String, expected: String) {
    #expect(rendered(text) == expected)
  }

  @Test func allErrorsOfAFileAreReportedWithTheirPlaces() {
    let text = """
      x = load fashion_mnist per_class= batch=3
      train net on=d {
        every 9 banches { measure srel }
        at 3 steps { y = * }
      }
      z = [1 2]
      """
    let titles = rendered(text, name: "a.srel").split(separator: "\n").filter { $0.contains("error:") }
    #expect(
      titles == [
        "a.srel:1:24: error: 'per_class=' has no value",
        "a.srel:3:11: error: expected batches, steps or epochs, found 'banches'",
        "a.srel:4:20: error: expected a value, found '*'",
        "a.srel:6:8: error: expected ']', found '2'",
      ])
  }

  @Test func aLongLineIsCutAroundTheRange() {
    let head = String(repeating: "a, ", count: 250_000)
    let text = "f(" + head + "$, " + String(repeating: "b, ", count: 1000) + "b)"
    let lines = rendered(text).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count < 140 })
    #expect(lines[1].contains("$"))
  }

  @Test func deepNestingIsAnErrorNotACrash() {
    for text in [
      String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000),
      String(repeating: "[", count: 10_000), String(repeating: "if x { ", count: 10_000),
      "x = " + String(repeating: "-", count: 100_000) + "1",
      "x = " + String(repeating: "2^", count: 100_000) + "2",
      "x" + String(repeating: "[0", count: 10_000) + String(repeating: "]", count: 10_000),
      String(repeating: "f(", count: 10_000) + String(repeating: ")", count: 10_000),
      String(repeating: "time ", count: 10_000) + "step run",
    ] {
      let parse = Parser.parse(Source(text), verbs: testVerbs)
      #expect(
        parse.diagnostics.contains { $0.title == "nested too deeply" || $0.title.contains("never closed") })
      #expect(parse.diagnostics.count <= 100)
    }
  }

  @Test(arguments: ["1 + ", "x and "])
  func aVeryLongChainOfOperatorsIsAnErrorNotACrash(link: String) {
    let text = "x = " + String(repeating: link, count: 50_000) + "1"
    #expect(
      Parser.parse(Source(text), verbs: testVerbs).diagnostics.map(\.title) == ["the expression is too long"])
    let short = "x = " + String(repeating: link, count: 400) + "1"
    #expect(Parser.parse(Source(short), verbs: testVerbs).diagnostics == [])
  }

  @Test func aHundredThousandStatementsParse() {
    let text = (0..<100_000).map { "x\($0) = \($0) + 1" }.joined(separator: "\n")
    #expect(Parser.parse(Source(text), verbs: testVerbs).program.statements.count == 100_000)
  }

  @Test(arguments: [
    ("per_clas", "per_class"), ("alhpa", "alpha"), ("Classes", "classes"), ("adam_frsh", "adam_fresh"),
    ("opti", "optimizer"), ("zzz", nil), ("x", nil), ("kll", "kl"), ("perclass", "per_class"),
    ("qwertyuiop", nil),
  ])
  func theSpellerGivesOneNameOrNone(word: String, expected: String?) {
    let names = ["per_class", "alpha", "classes", "adam_fresh", "adam", "optimizer", "kl", "l2", "x_axis"]
    #expect(Speller.nearest(to: word, in: names) == expected)
  }

  @Test func theSpellerIsSilentBetweenTwoEquallyNearNames() {
    #expect(Speller.nearest(to: "lx", in: ["l1", "l2"]) == nil)
  }

  @Test func bytesThatAreNotTextAreRefused() {
    #expect(throws: SourceError.notText(name: "f", offset: 2)) {
      try Source(bytes: [97, 98, 0xFF, 99], name: "f")
    }
    #expect(throws: SourceError.notText(name: nil, offset: 1)) { try Source(bytes: [97, 0, 99]) }
  }
}
