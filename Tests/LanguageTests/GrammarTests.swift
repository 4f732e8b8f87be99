import Language
import Testing

@Suite struct GrammarTests {
  @Test(arguments: [
    // Arithmetic
    ("1 + 2 * 3", "(+ 1 (* 2 3))"),
    ("-2^2", "(- (^ 2 2))"),
    ("2^-1", "(^ 2 (- 1))"),
    ("2^3^2", "(^ 2 (^ 3 2))"),
    ("-a * b", "(* (- a) b)"),
    ("1..n+1", "(.. 1 (+ n 1))"),
    ("1.5..3", "(.. 1.5 3)"),
    ("1..3", "(.. 1 3)"),
    ("1..n == xs", "(== (.. 1 n) xs)"),
    ("xs != 1..3", "(!= xs (.. 1 3))"),
    ("a - b - c", "(- (- a b) c)"),
    ("7 % 4 / 2", "(/ (% 7 4) 2)"),
    ("not a and b or c", "(or (and (not a) b) c)"),
    ("not a == b", "(not (== a b))"),
    ("a + 1 < b * 2 and c != d", "(and (< (+ a 1) (* b 2)) (!= c d))"),
    ("5min", "5min"),
    ("2GB", "2GB"),
    ("1e-4", "0.0001"),
    // Things
    ("run.srel[distance == kl]", "(at (. run srel) (== distance kl))"),
    ("f(x, by=seed)[0].y", "(. (at (call f x by=seed) 0) y)"),
    ("mean(late[same], value)", "(call mean (at late same) value)"),
    ("late[not same, epoch > (epochs - 1)]", "(at late (not same) (> epoch (group (- epochs 1))))"),
    ("[1, 2,\n 3,]", "[1 2 3]"),
    ("[]", "[]"),
    ("(name=\"SGD\", opt=sgd(lr=0.05))", "(record name=\"SGD\" opt=(call sgd lr=0.05))"),
    ("(a=1,)", "(record a=1)"),
    ("\"a \\\"b\\\" \\n\"", "\"a \"b\" \n\""),
    ("yes", "yes"),
  ])
  func expressionsParseAsMeant(text: String, expected: String) {
    #expect(outline(text) == expected)
  }

  @Test(arguments: [
    ("run = train net on=d", "(= run <train net on=d>)"),
    ("late = run.srel[distance == kl]", "(= late (at (. run srel) (== distance kl)))"),
    ("seed = 3", "(= seed 3)"),
    ("seed 3", "<seed 3>"),
    ("x = seed", "(= x <seed>)"),
    ("train net epochs=n - 1 batch=n/4", "<train net epochs=(- n 1) batch=(/ n 4)>"),
    ("show (-x)", "<show (group (- x))>"),
    ("show -x", "(- show x)"),
    ("show [1, 2] x", "<show [1 2] x>"),
    ("train(net, on=d)", "(call train net on=d)"),
    ("train model(resnet18, norm=none) on=d", "<train (call model resnet18 norm=none) on=d>"),
    ("time step run 10", "<time <step run 10>>"),
    ("x = time train net on=d", "(= x <time <train net on=d>>)"),
    (
      "train net on=d { every n batches { measure srel points=p } }",
      "<train net on=d {(every n batches {<measure srel points=p>})}>"
    ),
    (
      "train net on=d {\n\n  # nothing\n  at start { show 1 } ; at end {show 2}\n}\n",
      "<train net on=d {(at start {<show 1>}); (at end {<show 2>})}>"
    ),
    ("at [0, 10, 100] steps { show 1 }", "(at [0 10 100] steps {<show 1>})"),
    (
      "at log(1, 1e5, per_decade=10) steps { show 1 }",
      "(at (call log 1 100000 per_decade=10) steps {<show 1>})"
    ),
    ("when (loss < 0.1) { show loss }", "(when (< loss 0.1) {<show loss>})"),
    ("when(loss < 0.1) { show loss }", "(when (< loss 0.1) {<show loss>})"),
    (
      "if a > 1 { x = 1 }\nelse if b { x = 2 } else { x = 3 }",
      "(if (> a 1) {(= x 1)} elif b {(= x 2)} else {(= x 3)})"
    ),
    ("if -x > 0 { y = 1 }", "(if (> (- x) 0) {(= y 1)})"),
    ("assert a > b \"words\"", "(assert (> a b) \"words\")"),
    ("assert -x < 0", "(assert (< (- x) 0))"),
    ("def f(a, b=1 + 1) { a * b }", "(def f a b=(+ 1 1) {(* a b)})"),
    ("def f() { 1 }\nf()", "(def f  {1}); (call f)"),
    ("repeat seed in 1..3 { show seed }", "(repeat seed (.. 1 3) {<show seed>})"),
    (
      "runs = repeat seed in seeds on_error=keep { show seed }",
      "(= runs (repeat seed seeds on_error=keep {<show seed>}))"
    ),
    (
      "repeat d in [kl, l2] { measure srel distance=(d) }",
      "(repeat d [kl l2] {<measure srel distance=(group d)>})"
    ),
    ("param seeds = [1, 2, 3]  \"one full run per seed\"", "(param seeds [1 2 3] \"one full run per seed\")"),
    ("param epochs = 7", "(param epochs 7)"),
    ("use srel 1", "(use 1)"),
    ("a = 1; b = 2;; c = 3;", "(= a 1); (= b 2); (= c 3)"),
    ("\n\n# only a comment\n\n", ""),
    ("", ""),
    ("x = 1 + \\\n 2", "(= x (+ 1 2))"),
    ("train net \\\r\n  on=d\r\n", "<train net on=d>"),
    ("f(1,\n  # inside\n  2)", "(call f 1 2)"),
    ("\u{FEFF}x = 1", "(= x 1)"),
    ("plot t x=a log=xy by=[a, b] to=\"fig_{d}.svg\"", "<plot t x=a log=xy by=[a b] to=\"fig_{d}.svg\">"),
    ("train net seed=(init=s, order=1)", "<train net seed=(record init=s order=1)>"),
    ("train net until=(loss < 0.1)", "<train net until=(group (< loss 0.1))>"),
    (
      "measure srel run source=shoes[12] probe=shoes[13..32] self=yes",
      "<measure srel run source=(at shoes 12) probe=(at shoes (.. 13 32)) self=yes>"
    ),
  ])
  func statementsParseAsMeant(text: String, expected: String) {
    #expect(outline(text) == expected)
  }

  /// A verb or keyword with the name of a variable in scope is that variable.
  @Test(arguments: [
    ("seed = 3\nseed", "(= seed 3); seed"),
    ("step = 1\nstep + 1", "(= step 1); (+ step 1)"),
    ("at = 3\nat", "(= at 3); at"),
    ("at.x", "(. at x)"),
    ("repeat seed in [1] { seed }", "(repeat seed [1] {seed})"),
    ("repeat seed in [1] { y = seed }\nseed 3", "(repeat seed [1] {(= y seed)}); <seed 3>"),
    ("train net { every 2 steps { step } }", "<train net {(every 2 steps {step})}>"),
    (
      "train net { every 2 steps { loss } }\nstep run 2", "<train net {(every 2 steps {loss})}>; <step run 2>"
    ),
    ("def f(load) { load }", "(def f load {load})"),
    ("model = model mlp\nmodel", "(= model <model mlp>); model"),
    ("if a { seed = 1 }\nseed", "(if a {(= seed 1)}); seed"),
  ])
  func verbsAreSoft(text: String, expected: String) {
    #expect(outline(text) == expected)
  }

  @Test func variablesOfThePromptHideVerbs() {
    #expect(outline("seed", variables: ["seed"]) == "seed")
    #expect(outline("seed", variables: []) == "<seed>")
  }

  @Test func everyNodeLiesInItsSource() throws {
    let text = "run = train model(mlp, widths=[3]) on=d epochs=n - 1 { every 9 batches { measure srel } }"
    let parse = Parser.parse(Source(text), verbs: testVerbs)
    let statement = try #require(parse.program.statements.first)
    #expect(statement.range == 0..<text.utf8.count)
    guard case .assignment(let name, let value) = statement.kind, case .command(let command) = value.kind
    else {
      Issue.record("no command")
      return
    }
    let source = Source(text)
    #expect(source[name.range] == "run")
    #expect(source[command.items[0].range] == "model(mlp, widths=[3])")
    #expect(command.options.map { source[$0.range] } == ["on=d", "epochs=n - 1"])
    #expect(source[try #require(command.block).range] == "{ every 9 batches { measure srel } }")
  }

  @Test(arguments: [
    ("x = 1", Completeness.complete), ("repeat s in [1] {", .incomplete), ("x = (1 +", .incomplete),
    ("x = [1,\n2", .incomplete), ("show x \\", .incomplete),
    ("train net on=d {\n every 2 steps { show 1 }", .incomplete),
    ("x = (1 + ))", .wrong), ("x = \"abc", .wrong), ("if x", .wrong), ("lod x\nif y {", .wrong),
    ("", .complete),
    ("f(1\n\n", .incomplete), ("repeat s in [1] { show s }", .complete), ("x = )", .wrong),
  ])
  func inputIsCompleteIncompleteOrWrong(text: String, expected: Completeness) {
    #expect(Parser.completeness(of: text, verbs: testVerbs) == expected)
  }
}
