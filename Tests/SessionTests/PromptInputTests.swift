import Language
import Session
import Testing

@Suite struct PromptInputTests {
  @Test(arguments: [
    ("tra net on=d", "train net on=d"), ("r = tra net on=d", "r = train net on=d"),
    ("mea srel run", "measure srel run"), ("x = 1; sh x", "x = 1; show x"),
    ("repeat s in 1..2 { ste run }", "repeat s in 1..2 { step run }"), ("  res\nhel", "  resume\nhelp"),
  ])
  func unambiguousPrefixesOfVerbsStandForThem(typed: String, expected: String) {
    // `res` is resume or reset: ambiguous.
    let whole = typed.contains("res\n") ? "  res\nhelp" : expected
    #expect(PromptInput(typed, variables: []) == .program(whole, isExpanded: true))
  }

  @Test func exitIsTakenForQuit() {
    #expect(PromptInput(" exit ", variables: []) == .program("quit", isExpanded: true))
    #expect(PromptInput("exit", variables: ["exit"]) == .program("exit", isExpanded: false))
    #expect(PromptInput("exit = 3", variables: []) == .program("exit = 3", isExpanded: false))
  }

  @Test(arguments: [
    "s x", "q", "sho = 3", "sho + 1", "sho(1)", "sho.x", "sho[1]", "show x", "su", "re x",
    "# tra x",
    "x = \"tra x\"", "tra = 2; tra", "mean [1, 2]",
  ])
  func everythingElseStaysAsItIs(typed: String) {
    #expect(PromptInput(typed, variables: []) == .program(typed, isExpanded: false))
  }

  @Test func variablesAreNotVerbsCutShort() {
    #expect(PromptInput("tra", variables: ["tra"]) == .program("tra", isExpanded: false))
  }

  @Test(arguments: [
    ("?", PromptInput.program("help ", isExpanded: false)),
    ("?train", .program("help train", isExpanded: false)),
    (" ? train ", .program("help train", isExpanded: false)),
    ("??\"learning rate\"", .search("\"learning rate\"")),
    ("?? batch", .search("batch")), ("!ls -l", .shell("ls -l")), ("!", .shell("")),
  ])
  func questionsAndShellCommands(typed: String, expected: PromptInput) {
    #expect(PromptInput(typed, variables: []) == expected)
  }

  @Test(arguments: [
    ("train net on=d ?", "train", "train net on=d "), ("r = tra net on=d?", "train", "r = tra net on=d"),
    ("train net on=d optimizer=adam(lr=1, ?", "adam", "train net on=d optimizer=adam(lr=1, "),
    ("x = mean(?", "mean", "x = mean("), ("measure srel run??", "measure", "measure srel run"),
    ("repeat s in 1..2 {\n  step run ?", "step", "repeat s in 1..2 {\n  step run "),
    ("trian net ?", "trian", "trian net "),
  ])
  func aQuestionMarkAtTheEndAsksAboutWhatIsTyped(typed: String, about: String, input: String) {
    #expect(PromptInput(typed, variables: ["net", "d"]) == .question(about: about, input: input))
  }

  @Test(arguments: ["show \"why?\"", "# why?", "save run to=\"a?"])
  func aQuestionMarkInWordsAsksNothing(typed: String) {
    #expect(PromptInput(typed, variables: []) == .program(typed, isExpanded: false))
  }

  @Test func searchFindsTheNamesWhoseHelpSpeaksOfAText() {
    let found = Help.search("\"weight decayed\"") + Help.search("WEIGHT_DECAY")
    #expect(found.contains("nothing in the help speaks of 'weight decayed'"))
    #expect(found.contains("sgd\n") && found.contains("adam\n") && !found.contains("measure"))
    #expect(Help.search("median").contains("median(values)"))
  }

  @Test func resultsHaveNumbersAtThePromptOnly() throws {
    let conversation = Conversation()
    #expect(conversation.failure("1 + 1\n_1").contains("there is no variable '_1'"))
    conversation.session.numbersResults = true
    try conversation.say("1 + 1\n\"two\"\n[3]")
    #expect(try conversation.say("_1 + _1") == "4")
    #expect(try conversation.say("_2") == "two")
    #expect(try conversation.say("_") == "two")
    #expect(try conversation.say("ls") == "no names yet")
  }
}
