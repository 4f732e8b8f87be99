import Language
import Session
import Testing

@Suite struct RegistryTests {
  @Test(arguments: Registry.verbs.map(\.name))
  func everyVerbHasAnExampleThatRuns(name: String) throws {
    let verb = try #require(Registry.verbs.first { $0.name == name })
    let conversation = Conversation()
    conversation.session.folders = OutputFolders(root: try temporaryFolder())
    try conversation.say(Registry.exampleSetup)
    if name == "resume" {
      conversation.onProgress = { _ in conversation.session.interruption.request() }
      #expect(conversation.exitCode("slow = train net on=shoes steps=9") == 130)
      conversation.onProgress = { _ in }
      conversation.session.interruption.clear()
    }
    if name == "quit" {
      #expect(conversation.exitCode(verb.example) == 0)
    } else {
      try conversation.say(verb.example)
    }
  }

  @Test(arguments: Registry.functions.map(\.example) + Registry.recipes.map(\.example))
  func everyFunctionAndRecipeHasAnExampleThatRuns(example: String) throws {
    #expect(try !shown(example).isEmpty)
  }

  @Test(arguments: Registry.statements.map(\.name))
  func everyStatementHasAnExampleThatRuns(name: String) throws {
    let statement = try #require(Registry.statements.first { $0.name == name })
    #expect(statement.usage.hasPrefix(name) && statement.example.contains(name + " "))
    let conversation = Conversation()
    try conversation.say(Registry.exampleSetup)
    try conversation.say(statement.example)
  }

  /// A word of the grammar with a declaration, and no declaration without one.
  @Test func statementsAreThoseOfTheGrammar() {
    let words = Set(Registry.statements.map(\.name))
    #expect(words == ["use", "param", "repeat", "every", "at", "when", "if", "assert", "def"])
    for word in words { #expect(failure(word) != "no error") }
  }

  @Test(
    arguments: Registry.verbs.map(\.name) + Registry.statements.map(\.name) + Registry.functions.map(\.name)
      + Registry.recipes.map(\.name))
  func everyNameHasHelpWithItsExample(name: String) throws {
    let text = try shown("help \(name)")
    #expect(text.contains("example: "))
    #expect(try shown("help").contains(name))
  }

  @Test func defaultsAreOfTheKindOfTheirOption() throws {
    for verb in Registry.verbs {
      for option in verb.options where option.defaultText != nil {
        #expect(!option.isRequired, "\(verb.name) \(option.name)")
        let parse = Parser.parse(Source("x = \(option.defaultText ?? "")"), verbs: [])
        #expect(parse.diagnostics == [])
      }
      #expect(Set(verb.options.map(\.name)).count == verb.options.count)
      #expect(!verb.doc.isEmpty && !verb.doc.hasSuffix("."))
    }
  }

  @Test func echoesCanBePastedBack() throws {
    let conversation = Conversation()
    conversation.session.echoesDefaults = true
    try conversation.say(smallSetup + "run = train net on=d steps=2\nmeasure srel run points=pts")
    let commands = conversation.echoes.filter { $0.hasPrefix("# ") }.map { String($0.dropFirst(2)) }
    #expect(
      commands.contains {
        $0.hasPrefix("run = train net on=d optimizer=adam(lr=0.001) batch=25 steps=2 loss=cross_entropy")
      })
    #expect(conversation.echoes.filter { $0.hasPrefix("# run") }.count == 1)
    let again = Conversation()
    try again.say(smallSetup + "run = train net on=d steps=1")
    for command in commands { try again.say(command) }
    #expect(try again.say("run.loss") == conversation.say("run.loss"))
  }
}
