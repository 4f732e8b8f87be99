import Session
import Testing

/// Repeats inside repeats: widths times seeds.
@Suite struct NestedRepeatTests {
  private func grid() throws -> Conversation {
    let conversation = Conversation()
    try conversation.say(
      smallSetup + """
        a = repeat w in [5, 50] {
          repeat seed in [1, 2] {
            train model(mlp, widths=[w]) on=d batch=20 steps=2 seed=seed { at end { measure srel points=pts average=mean } }
          }
        }
        """)
    return conversation
  }

  @Test func theyGiveOneSeriesWithAColumnForEachName() throws {
    let conversation = try grid()
    #expect(try conversation.say("count(a)") == "4")
    #expect(try conversation.say("a[0..2].count") == "3")
    #expect(try conversation.say("count(a.srel)") == "36")
    #expect(try conversation.say("count(a.srel[w == 50, seed == 2])") == "9")
    #expect(try conversation.say("count(a[1..3].srel[w == 5])") == "9")
    #expect(try conversation.say("count(a.history)") == "8")
    #expect(try conversation.say("a").hasPrefix("4 runs (w = 5, 50; seed = 1, 2), 1 measurements each"))
    #expect(try conversation.say("show a").contains("w=50 seed=1"))
    #expect(try conversation.say("a[3].name") == "w=50 seed=2")
    #expect(conversation.failure("mean(a.srel[same], value)").contains("w has 2 values"))
  }

  @Test func threeLevelsAndTablesStackToo() throws {
    let conversation = Conversation()
    try conversation.say(
      smallSetup + """
        a = repeat w in [5, 6] { repeat lr in [1e-3, 1e-2] { repeat seed in [1, 2] {
          train model(mlp, widths=[w]) on=d batch=20 steps=1 seed=seed optimizer=sgd(lr=lr)
        } } }
        """)
    #expect(try conversation.say("count(a.history[w == 6, lr == 0.01])") == "2")
    let folder = try temporaryFolder()
    try conversation.say("save a to=\"\(folder)/x\" formats=[safetensors]")
    #expect(exists(folder + "/x_w=6_lr=0.01_seed=2.safetensors"))
    #expect(exists(folder + "/x_w=5_lr=0.001_seed=1.safetensors"))
  }

  @Test func identicalRunsAreFoundAcrossTheOuterName() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    let found = conversation.failure(
      "a = repeat w in [5, 50] { repeat seed in [1, 2] { train net on=d steps=2 seed=seed } }")
    #expect(found.contains("the runs for w = 5 and w = 50 are identical to the bit"))
  }

  @Test func aStopKeepsTheRunsMadeSoFar() throws {
    let conversation = Conversation()
    conversation.onProgress = { progress in
      if progress.run == "w=50 seed=1", progress.step >= 3 { conversation.session.interruption.request() }
    }
    let text = """
      a = repeat w in [5, 50] {
        repeat seed in [1, 2] { train model(mlp, widths=[w]) on=d batch=20 epochs=2 seed=seed }
      }
      """
    #expect(conversation.exitCode(smallSetup + text) == 130)
    conversation.session.interruption.clear()
    #expect(try conversation.say("count(a)") == "3")
  }
}
