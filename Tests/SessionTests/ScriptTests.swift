import Foundation
import Language
import Session
import Testing

/// `do` and `check`.
@Suite struct ScriptTests {
  private func script(_ text: String, name: String = "s.srel") throws -> String {
    let path = try temporaryFolder() + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func aScriptRunsAsIfAloneAndItsNamesStay() throws {
    let path = try script(
      "param n = 3\nkinds = [kl, l2]\nd = make mixture per_class=n dimensions=2\nx = n + 1\nshow x kinds\n")
    let alone = try shown("show 1\ndo \"\(path)\"\nd.digest")
    // Neither names nor the seed of the session are in its way.
    let conversation = Conversation()
    #expect(
      try conversation.say("kl = 5\nl2 = 6\nx = 1\nseed 9\nshow 1\ndo \"\(path)\"\nd.digest") == alone)
    #expect(try conversation.say("x; kl; count(d)") == "4\n5\n9")
    #expect(try conversation.say("do \"\(path)\" n=1 + 1; x").hasPrefix("3\n[kl, l2]"))
    // The seed of the session is as before.
    #expect(
      try conversation.say("make(mixture, per_class=3, dimensions=2).digest")
        == shown("seed 9\nmake(mixture, per_class=3, dimensions=2).digest"))
  }

  @Test func shippedScriptsAreFoundByTheirName() throws {
    let conversation = Conversation()
    try conversation.say("do first_steps epochs=1")
    #expect(try conversation.say("run.epoch; count(pts)") == "1\n18")
    #expect(
      try conversation.say("check first_steps epochs=2").contains(
        "notebooks/first_steps.srel: 10 cells, 14 statements, no errors\nline 18  run = train  24 steps (12 batches x 2 epochs)"
      ))
  }

  @Test(arguments: [
    ("do \"PATH\" m=1", "PATH has no option 'm'", 2 as Int32),
    ("do \"PATH\" n=\"x\"", "n takes a number, not a word", 1),
    ("do \"PATH\" n=7", "PATH:2:8: error: there is no element 7\n  | [1, 2][n]\n  |        ^", 1),
    ("do \"PATH\" n=0", "PATH:3:1: error: assertion failed: no\n", 3),
    ("do nowhere", "there is no script 'nowhere' here or among those that ship", 2),
    ("do first_step", "did you mean 'first_steps'?", 2),
    ("do \"/nowhere/x.srel\"", "there is no script '/nowhere/x.srel'", 2),
    ("check \"PATH\" m=1", "PATH has no option 'm'", 2),
  ])
  func errorsHaveTheirPlaceInTheScript(command: String, message: String, code: Int32) throws {
    let path = try script("param n = 1\n[1, 2][n]\nassert no \"no\"\n")
    let text = command.replacing("PATH", with: path)
    #expect(
      Conversation().failure(text).contains(message.replacing("PATH", with: path)),
      "\(Conversation().failure(text))")
    #expect(Conversation().exitCode(text) == code)
  }

  @Test func allErrorsOfAScriptAreToldAndNothingIsRun() throws {
    let path = try script("show 1\nlod x\ny = 2 +\nshow z\n")
    let conversation = Conversation()
    for verb in ["do", "check"] {
      let found = conversation.failure("\(verb) \"\(path)\"")
      for place in ["\(path):2:1: error: unknown command 'lod'", ":3:8: error:", ":4:6: error:"] {
        #expect(found.contains(place), "\(found)")
      }
      #expect(conversation.exitCode("\(verb) \"\(path)\"") == 2)
    }
    #expect(conversation.results.isEmpty)
  }

  @Test func scriptsMayRunScriptsButNotForEver() throws {
    let inner = try script("param k = 1\ninner = k * 10\nquit\nshow 99\n")
    let outer = try script("do \"\(inner)\" k=2\nouter = inner + 1\n")
    #expect(try shown("do \"\(outer)\"\ninner + outer") == "41")
    let endless = try script("", name: "loop.srel")
    try "do \"\(endless)\"\n".write(toFile: endless, atomically: true, encoding: .utf8)
    #expect(failure("do \"\(endless)\"").contains("the scripts run each other too deeply"))
  }

  @Test func whatAScriptDidBeforeItFailedIsInTheSavedSession() throws {
    let path = try script("param n = 4\na = n\n[1][a]\n")
    let conversation = Conversation()
    #expect(conversation.exitCode("do \"\(path)\" n=5") == 1)
    let file = try temporaryFolder() + "/x.srel"
    try conversation.say("b = a\nsave session to=\"\(file)\"")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.hasSuffix("param n = 5\na = n\nb = a\n"))
    #expect(Conversation().exitCode(text) == 0)
  }

  @Test func filesOfAScriptGoBelowAFolderOfItsOwn() throws {
    let folder = try temporaryFolder()
    let path = try script("t = describe [1]\nsave t to=\"t.csv\"\n")
    let conversation = Conversation()
    conversation.session.folders = OutputFolders(root: folder)
    try conversation.say("do \"\(path)\"")
    #expect(FileManager.default.fileExists(atPath: folder + "/results/t.csv"))
    conversation.session.folders = OutputFolders(root: nil, isConfined: true)
    #expect(conversation.failure("do \"\(path)\"").contains("--safe refuses to write 't.csv'"))
  }
}
