import Session
import Testing

@Suite struct ExpressionTests {
  @Test(arguments: [
    ("1 + 1", "2"), ("0.1 + 0.2", "0.3"), ("-2^2", "-4"), ("7 % 4", "3"), ("-1 % 4", "3"), ("2^10", "1024"),
    ("1/4", "0.25"), ("1e-4", "0.0001"), ("1 < 2 and not 2 < 1", "yes"), ("1 == 1.0", "yes"),
    ("5min > 200s", "yes"),
    ("\"a\" + \"b\"", "ab"), ("\"n = \" + 3", "n = 3"), ("[1, 2] + [3]", "[1, 2, 3]"), ("1..3", "1..3"),
    ("(1..3)[2]", "3"), ("[4, 5, 6][1]", "5"), ("[4, 5, 6, 7][1..2]", "[5, 6]"),
    ("[4, 5, 6][[2, 0]]", "[6, 4]"),
    ("[kl, l2]", "[kl, l2]"), ("(name=\"SGD\", lr=0.1).lr", "0.1"),
    ("(name=\"SGD\", lr=0.1)", "(name=\"SGD\", lr=0.1)"),
    ("exp(0)", "1"), ("log(1)", "0"), ("sqrt([4, 9])", "[2, 3]"), ("abs(-3)", "3"),
    ("round(3.14159, 2)", "3.14"),
    ("round(1234, -2)", "1200"), ("floor(2.7) + ceil(2.1)", "5"), ("min(3, 1, 2)", "1"),
    ("max([3, 1, 2])", "3"),
    ("sum(1..100)", "5050"), ("mean([1, 2, 4])", "2.33333333333"), ("sd([1, 2, 3])", "1"),
    ("median([3, 1, 2])", "2"),
    ("quantile([1, 2, 3, 4], 0.5)", "2.5"), ("count([4, 5])", "2"), ("sort([3, 1, 2])", "[1, 2, 3]"),
    ("sort([b, a])", "[a, b]"), ("log(1, 1000, per_decade=1)", "[1, 10, 100, 1000]"),
    ("count(log(1, 1e5))", "51"),
    ("[1, 2].count", "2"), ("sgd(lr=1e-3).lr", "0.001"), ("sgd(lr=1e-3)", "sgd(lr=0.001)"),
    ("adam(lr=1e-4, weight_decay=1e-4)", "adam(lr=0.0001, weight_decay=0.0001)"),
    ("model(resnet18, norm=none)", "model(resnet18, norm=none)"),
    ("model(mlp, widths=[3])", "model(mlp, widths=[3])"),
    ("x = 3; x * 2", "6"), ("def f(a, b=2) { a * b }; f(3) + f(3, b=1)", "9"),
    ("def fact(n) { if n < 2 { 1 } else { n * fact(n - 1) } }; fact(5)", "120"),
    ("s = 0; repeat i in 1..4 { s = s + i }; s", "10"), ("repeat i in [] { i }", ""),
    ("repeat i in 1..2 { i * 3 }", "3\n6"), ("x = repeat i in 1..2 { i * 3 }; x", "[3, 6]"),
    ("if 1 > 2 { 1 } else if 2 > 1 { 2 } else { 3 }", "2"), ("x = 1; if x == 1 { y = 5 }; y", "5"),
    ("d = kl2; 1", "error"), ("yes", "yes"), ("5min", "5min"), ("3 * 2; _ + 1", "6\n7"),
    ("repeat d in [kl, l2] { if d == kl { show 1 } else { show 2 } }", "1\n2"),
  ])
  func expressionsHaveTheirValues(text: String, expected: String) throws {
    if expected == "error" {
      #expect(failure(text).contains("there is no variable 'kl2'"))
    } else {
      #expect(try shown(text) == expected)
    }
  }

  @Test(arguments: [
    ("x + 1", "there is no variable 'x'"), ("[1, 2][2]", "there is no element 2"), ("[1][0.5]", "no index"),
    ("1 + [2]", "'+' does not work with a number and a list"), ("\"a\" < 1", "'<' does not work"),
    ("1.5..3", "a range runs between whole numbers"), ("0..1e12", "the range is too long"),
    ("1..1e300", "a range runs between whole numbers"), ("-\"a\"", "'-' takes a number"),
    ("if 1 { 2 }", "a condition takes yes or no"), ("mean([])", "mean of no values"),
    ("sd([1])", "sd of no values"), ("geomean([0, 2, 4])", "1 of 3 is 0 or below"),
    ("geomean([-1, 0])", "2 of 2 are 0 or below"),
    ("mean(3)", "mean takes a list of numbers or a table"), ("exp()", "exp does not take these values"),
    ("exp(1, base=2)", "exp has no option 'base'"), ("log(0, 10)", "two numbers above 0"),
    ("log(1, 10, per_decade=1e9)", "a number from 1 to 1000"),
    ("log(1e-300, 1e300, per_decade=1)[0] + x", "'x'"),
    ("def f(n) { f(n + 1) }; f(1)", "call each other too deeply"), ("def f(a) { a }; f()", "write f(a)"),
    ("def f(a) { a }; f(1, 2)", "write f(a)"), ("x = 3; x(1)", "'x' is a number and cannot be called"),
    ("repeat i in 3 { i }", "repeat goes over a list or a range, not over a number"),
    ("show -3", "after it a computed or negative thing takes parentheses"), ("true", "write yes"),
    ("mena([1])", "did you mean 'mean'?"), ("(a=1, b=2).c", "it has .a .b"), ("use srel 2", "version 1"),
    ("quantile([1], 2)", "a share from 0 to 1"), ("x = 3; [x, y]", "there is no variable 'y'"),
    ("every 3 steps { show 1 }", "'every' stands only inside the block of train or step"),
    ("1e308 * 10 .. 3", "a range runs"), ("round(1, 1e10)", "round does not take these values"),
  ])
  func wrongExpressionsAreExplained(text: String, part: String) {
    #expect(failure(text).contains(part), "\(failure(text))")
  }

  @Test func namesOfARepeatEndWithIt() {
    #expect(failure("repeat i in 1..2 { y = i }\ny").contains("there is no variable 'y'"))
  }

  @Test func definitionsReadButDoNotChangeOuterNames() throws {
    #expect(try shown("x = 1\ndef f() { x = x + 1\nx }\nf() * 10 + x") == "21")
  }

  @Test func aFailingAssertionShowsBothSides() {
    #expect(
      failure("a = 1\nassert a + 1 > 3 \"a is large\"") == """
        error: assertion failed: a is large
          | assert a + 1 > 3 "a is large"
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          note: a + 1 is 2
        """)
    #expect(failure("assert 1 < 2 and 2 == 3").hasSuffix("note: 2 == 3 is no"))
    #expect(Conversation().exitCode("assert no") == 3)
    #expect(Conversation().exitCode("assert yes") == 0)
  }

  @Test func aHundredThousandStatementsRun() throws {
    let text = "x = 0\n" + String(repeating: "x = x + 1\n", count: 100_000) + "x"
    #expect(try shown(text) == "100000")
  }
}
