import Foundation
import Language
import Session
import Testing

@Suite struct SessionLogTests {
  /// Saves the session of a conversation and runs the notebook in a fresh one.
  private func replay(_ conversation: Conversation) throws -> (text: String, replayed: Conversation) {
    let path = try temporaryFolder() + "/first.srel"
    try conversation.say("save session to=\"\(path)\"")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let fresh = Conversation()
    let runner = try NotebookRunner(
      Source(text, name: "first.srel"), name: "first", session: fresh.session, parameters: [])
    #expect(runner.run(in: nil) == nil)
    return (text, fresh)
  }

  @Test func aSavedSessionGivesTheSameValues() throws {
    let conversation = Conversation()
    conversation.session.numbersResults = true
    try conversation.say(
      smallSetup + "seed 5\nrun = train net on=d steps=4 { at end { measure srel points=pts } }")
    try conversation.say("1 + 1\nhelp train\nls\ndef twice(x) { 2 * x }")
    #expect(conversation.exitCode("[1][7]") == 1)
    #expect(conversation.exitCode("nonsense 3") == 2)
    try conversation.say("x = twice(_1) + _\nstep run 3")
    let (text, replayed) = try replay(conversation)
    #expect(text.hasPrefix("use srel 1\n\n# %% session\n"))
    for left in ["help", "ls\n", "[7]", "nonsense", "save"] { #expect(!text.contains(left)) }
    for question in ["x", "run.loss", "run.step", "count(run.srel)", "_1"] {
      #expect(try conversation.say(question) == replayed.say(question))
    }
  }

  @Test(arguments: [false, true])
  func aStoppedTrainingIsSavedAsFarAsItWent(isResumed: Bool) throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    conversation.onProgress = { if $0.step == 6 { conversation.session.interruption.request() } }
    let command = """
      run = train net on=d batch=20 epochs=6 until=(step > 15) {
        at start { evaluate on=d }
        every 2 batches { measure srel points=pts }
        at end { evaluate on=d }
      }
      """
    #expect(conversation.exitCode(command) == 130)
    conversation.session.interruption.clear()
    try conversation.say("before = run.loss")
    if isResumed { try conversation.say("resume") }
    let (text, replayed) = try replay(conversation)
    #expect(text.contains("run = train net on=d batch=20 steps=6 {"))
    #expect(text.contains("step run steps=10 {") == isResumed)
    for question in ["before", "run.loss", "run.step", "show run.srel", "show run.evaluations"] {
      #expect(try conversation.say(question) == replayed.say(question))
    }
  }

  @Test func aParameterIsSavedWithTheValueItHad() throws {
    let conversation = Conversation()
    let source = Source("param n = 3 \"how many\"\nm = n * 2")
    let program = try conversation.session.program(source)
    try conversation.session.setParameters([("n", "5")], for: program)
    try conversation.session.execute(program.statements, of: source)
    let (text, replayed) = try replay(conversation)
    #expect(text.contains("param n = 5 \"how many\""))
    #expect(try replayed.say("m") == "10")
  }
}
