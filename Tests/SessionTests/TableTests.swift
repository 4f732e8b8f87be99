import Session
import Testing

@Suite struct TableFilterTests {
  private func measured() throws -> Conversation {
    let conversation = Conversation()
    try conversation.say(
      smallSetup + """
        epochs = 2
        runs = repeat seed in [1, 2] {
          train net on=d batch=20 epochs=epochs seed=seed {
            every 2 batches { measure srel points=pts distance=[logits, kl] average=[mean, median] }
          }
        }
        t = runs.srel
        """)
    return conversation
  }

  @Test func filtersTakeColumnsWordsAndVariables() throws {
    let conversation = try measured()
    // 2 seeds x 4 moments x 2 distances x 2 averages x 9 pairs
    #expect(try conversation.say("count(t)") == "288")
    #expect(try conversation.say("count(t[distance == kl])") == "144")
    #expect(try conversation.say("count(t[distance == kl, average == median, same])") == "24")
    #expect(try conversation.say("count(t[not same and seed == 2])") == "96")
    #expect(try conversation.say("count(t[epoch > (epochs - 1)])") == "144")
    #expect(try conversation.say("which = kl2name\n", fallback: "x") == "x")
    #expect(try conversation.say("d2 = \"kl\"\ncount(t[distance == (d2)])") == "144")
    #expect(try conversation.say("count(t[distance == [kl, logits]])") == "288")
    #expect(try conversation.say("count(t[(distance == kl or average == mean) and same])") == "72")
    #expect(try conversation.say("count(t[0..9])") == "10")
    #expect(try conversation.say("count(t[abs(value) >= 0])") == "288")
  }

  @Test func pairsOfClassesAreToldApart() throws {
    let conversation = try measured()
    let text = try conversation.say(
      "m = mean(t[average == mean, distance == kl], value, by=pair)\nm.count\nm.pair[0..1]")
    #expect(text == "9\n[\"0->0\", \"0->1\"]")
    #expect(
      conversation.failure("mean(t, value, by=[average, distence])").contains(
        "| mean(t, value, by=[average, distence])\n  |                             ^^^^^^^^ did you mean 'distance'?"
      ))
    #expect(conversation.failure("sort(t, valu)").contains("|         ^^^^ did you mean 'value'?"))
  }

  @Test func slipsInFiltersAreFound() throws {
    let conversation = try measured()
    #expect(
      conversation.failure("t[distence == kl]") == """
        error: the table has no column 'distence'
          | t[distence == kl]
          |   ^^^^^^^^ did you mean 'distance'?
        """)
    #expect(
      conversation.failure("t[distance == logit]") == """
        error: distance has no value 'logit'
          | t[distance == logit]
          |               ^^^^^ did you mean 'logits'?
        """)
    try conversation.say("which = \"kl\"")
    #expect(conversation.failure("t[distance == which]").contains("write (which) to use the variable"))
    #expect(conversation.failure("t[distance = kl]").contains("compare with distance == …"))
    #expect(conversation.failure("t[value]").contains("a filter takes a condition, not a number"))
    #expect(conversation.failure("t[1000]").contains("there is no element 1000"))
  }

  @Test func statisticsNeverCollapseAKey() throws {
    let conversation = try measured()
    #expect(conversation.failure("mean(t[same], value)").contains("distance has 2 values"))
    #expect(
      conversation.failure("mean(t[distance == kl, average == mean], value)").contains("same has 2 values"))
    let value = try conversation.say("mean(t[distance == kl, average == mean, same], value)")
    #expect(Double(value).map { $0 > 0 } == true)
    let table = try conversation.say("mean(t[distance == kl, average == mean], value, by=[seed, same])")
    #expect(table.split(separator: "\n").count == 5)
    #expect(
      try conversation.say("count(mean(t[distance == kl, average == mean, same], value, by=source_class))")
        == "3")
    #expect(conversation.failure("mean(t[distance == kl], valeu)").contains("valeu"))
  }
}

extension Conversation {
  /// What a text shows, or a fallback where it fails.
  fileprivate func say(_ text: String, fallback: String) throws -> String {
    (try? say(text)) ?? fallback
  }
}
