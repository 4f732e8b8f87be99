import Foundation
import Language
import Session
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    ("1 + 1", "2"), ("0.1 + 0.2", "0.30000000000000004"), ("\"a\\\"b\\n\"", #""a\"b\n""#), ("1 < 2", "true"),
    ("[1, [kl, 2.5]]", #"[1,["kl",2.5]]"#), ("(a=1, b=\"x\")", #"{"a":1,"b":"x"}"#),
    ("0/0", #""nan""#), ("-1/0", #""-inf""#), ("2..4", "[2,3,4]"), ("5min", #"{"value":5,"unit":"min"}"#),
    ("show 3 yes", "3\ntrue"), ("sgd(lr=0.1)", #"{"kind":"recipe","text":"sgd(lr=0.1)"}"#),
  ])
  func valuesAreJSON(text: String, expected: String) throws {
    let conversation = Conversation()
    conversation.session.resultFormat = .json
    #expect(try conversation.say(text) == expected)
  }

  @Test func everyResultIsOneLineThatAParserReads() throws {
    let conversation = Conversation()
    conversation.session.resultFormat = .json
    try conversation.say(smallSetup + "run = train net on=d steps=2 { at end { measure srel points=pts } }")
    try conversation.say(
      "d\nnet\nrun\nrun.srel\nshow run.history\nhelp train\nls\ntime step run 1\nrepeat s in 1..2 { train net on=d steps=1 seed=s }"
    )
    for line in conversation.results {
      #expect(!line.contains("\n"))
      _ = try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed)
    }
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(conversation.results[3].utf8)) as? [[String: Any]])
    #expect(rows.count == 36)
    #expect(rows[0]["distance"] as? String == "kl")
  }

  @Test func errorsHaveTheirPlaceAndHint() throws {
    let source = Source("1\nload fashion_mnist per_clas=3")
    do {
      try Session { _ in }.run(source)
      Issue.record("no error")
    } catch {
      let text = JSONText.text(try #require(error.diagnostics.first), in: source, exitCode: error.exitCode)
      #expect(
        text == #"{"error":{"title":"load has no option 'per_clas'","line":2,"column":20,"#
          + #""text":"per_clas","hint":"did you mean 'per_class'?","exit_code":2}}"#)
    }
  }
}
