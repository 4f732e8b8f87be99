import Language
import Session
import Testing

@Suite struct ResumeTests {
  /// A conversation whose training is stopped at a step, and goes on afterwards.
  private func stopped(_ command: String, at steps: Set<Int>) throws -> Conversation {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    conversation.onProgress = { progress in
      if steps.contains(progress.step) { conversation.session.interruption.request() }
    }
    #expect(conversation.exitCode(command) == 130)
    conversation.session.interruption.clear()
    return conversation
  }

  private static let block = """
    {
      at start { evaluate on=d }
      every 2 batches { measure srel points=pts average=mean }
      when (step > 1) { evaluate on=d }
      at end { evaluate on=d }
    }
    """

  @Test func aStoppedTrainingGoesOnToTheSameBitsAndTables() throws {
    let command = "run = train net on=d batch=20 epochs=6 \(Self.block)"
    let conversation = try stopped(command, at: [6])
    #expect(
      conversation.warnings == [
        "stopped at step 6; 4 measurements kept.  'resume' continues, 'reset run' starts over"
      ])
    #expect(try conversation.say("run.step") == "6")
    try conversation.say("resume")
    let whole = Conversation()
    try whole.say(smallSetup + command)
    for question in ["run.step", "run.loss", "show run.srel", "show run.evaluations", "show run.history"] {
      #expect(try conversation.say(question) == whole.say(question))
    }
    #expect(conversation.failure("resume").contains("there is no stopped training to resume"))
  }

  @Test func anAbandonedResumeCanBeResumed() throws {
    let command = "run = train net on=d batch=20 epochs=6"
    let conversation = try stopped(command, at: [6])
    conversation.onProgress = { progress in
      guard progress.step == 9 else { return }
      conversation.session.interruption.request()
      conversation.session.interruption.request()
    }
    #expect(conversation.exitCode("resume") == 130)
    #expect(conversation.warnings.last == "abandoned at step 9; everything is as before the command")
    conversation.session.interruption.clear()
    conversation.onProgress = { _ in }
    #expect(try conversation.say("run.step") == "6")
    try conversation.say("resume\nwhole = train net on=d batch=20 epochs=6")
    #expect(try conversation.say("run == whole") == "yes")
  }

  @Test func aTrainingCanBeStoppedTwice() throws {
    let conversation = try stopped("run = train net on=d batch=20 epochs=6", at: [3])
    conversation.onProgress = { if $0.step == 9 { conversation.session.interruption.request() } }
    #expect(conversation.exitCode("resume") == 130)
    conversation.session.interruption.clear()
    conversation.onProgress = { _ in }
    #expect(try conversation.say("run.step") == "9")
    try conversation.say("resume\nwhole = train net on=d batch=20 epochs=6")
    #expect(try conversation.say("run == whole") == "yes")
  }

  @Test func aStoppedRepeatGoesThroughTheRestOfItsPasses() throws {
    let command = """
      runs = repeat seed in 1..3 {
        train net on=d batch=20 epochs=3 seed=seed { at end { measure srel points=pts average=mean } }
      }
      """
    let conversation = Conversation()
    try conversation.say(smallSetup)
    var isFirst = true
    conversation.onProgress = { progress in
      if progress.run == "seed=2", progress.step == 3, isFirst {
        isFirst = false
        conversation.session.interruption.request()
      }
    }
    #expect(conversation.exitCode(command) == 130)
    conversation.session.interruption.clear()
    #expect(try conversation.say("count(runs)") == "2")
    try conversation.say("resume")
    let whole = Conversation()
    try whole.say(smallSetup + command)
    for question in ["count(runs)", "show runs.srel", "runs.loss"] {
      #expect(try conversation.say(question) == whole.say(question))
    }
  }

  @Test func aRunThatWasTakenFurtherIsNotResumed() throws {
    let conversation = try stopped("run = train net on=d batch=20 epochs=6", at: [3])
    try conversation.say("step run 2")
    let found = conversation.failure("resume")
    #expect(found.contains("'run' no longer stands at step 3"))
    #expect(found.contains("step run epochs=1"))
  }

  @Test func resetPutsARunBackToItsFirstWeights() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup + "run = train net on=d steps=7 seed=3 \(Self.block)")
    let loss = try conversation.say("run.loss")
    try conversation.say("fresh = train net on=d steps=0 seed=3\nreset run")
    #expect(try conversation.say("run == fresh") == "yes")
    #expect(try conversation.say("count(run.srel) + count(run.evaluations) + run.step") == "0")
    try conversation.say("step run 7")
    #expect(try conversation.say("run.loss") == loss)
    try conversation.say("runs = repeat s in 1..2 { train net on=d steps=2 seed=s }\nreset runs")
    #expect(try conversation.say("runs[1].step") == "0")
    #expect(conversation.failure("reset runs[0]").contains("the name of a run"))
  }

  @Test func resetGoesBackToWeightsThatCameFromAFile() throws {
    let path = try temporaryFolder() + "/w.safetensors"
    let conversation = Conversation()
    try conversation.say(smallSetup + "a = train net on=d steps=5 seed=8\nsave a to=\"\(path)\"")
    try conversation.say(
      "b = train net on=d steps=0 weights=\"\(path)\"\nc = train net on=d steps=3 weights=\"\(path)\"")
    try conversation.say("reset c")
    #expect(try conversation.say("b == c") == "yes")
  }
}
