import Session
import Testing

@Suite struct ShowTests {
  @Test func aRunIsShownLayerByLayer() throws {
    let conversation = Conversation()
    try conversation.say(
      smallSetup + "run = train net on=d steps=2 batch=20 optimizer=sgd(lr=0.1, momentum=0.9)")
    let text = try conversation.say("show run")
    #expect(text.contains("optimizer sgd(lr=0.1, momentum=0.9), batch 20, 3 batches an epoch"))
    // 4 x 8 weights and 8 biases, 8 x 3 and 3; one multiply-add for each weight of a linear layer.
    #expect(text.contains("0      linear   8        32 + 8  32 + 8             32"))
    #expect(text.contains("all                          67      67             56"))
  }

  @Test func aRecipeIsLaidOutForData() throws {
    let text = try shown(smallSetup + "show model(linear) on=d")
    #expect(text.contains("model(linear) on input 4"))
    #expect(text.contains("12 + 3"))
    #expect(failure(smallSetup + "show model(resnet18) on=d").contains("resnet18"))
  }

  @Test func theDigestOfDataStandsOnALineOfItsOwn() throws {
    let lines = try shown("d = make mixture classes=2 per_class=5 dimensions=3\nd").split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasSuffix("split=train, mean \(lines[0].split(separator: " ").last ?? "")"))
    #expect(lines[1].hasPrefix("           ") && lines[1].contains("sha256 "))
  }

  @Test func imagesAreShownAsSmallPictures() throws {
    let conversation = Conversation()
    try conversation.say("shoes = load fashion_mnist_subset classes=[sandal, sneaker] per_class=20")
    // One of each class, side by side, with class and index below; a single one is drawn larger.
    let pair = try conversation.say("show shoes").split(separator: "\n")
    func drawn(_ lines: [Substring]) -> Int { lines.count { $0.contains { "░▒▓█".contains($0) } } }
    #expect(drawn(pair) > 4)
    #expect(pair.contains { $0.contains("sandal") && $0.contains("sneaker") })
    #expect(pair.contains { $0.contains("[0]") && $0.contains("[20]") })
    let one = try conversation.say("show shoes[7]").split(separator: "\n")
    #expect(drawn(one) > drawn(pair))
    #expect(try !conversation.say("d = make mixture per_class=2\nshow d").contains("[0]"))
  }

  @Test func valuesAreDescribedByATable() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup + "run = train net on=d steps=2 { at end { measure srel points=pts } }")
    #expect(
      try conversation.say("t = describe [1, 2, 3, 6]; t.mean; t.sd; t.n") == "[3]\n[2.16024689947]\n[4]")
    #expect(try conversation.say("describe(d).class") == "[\"0\", \"1\", \"2\"]")
    #expect(try conversation.say("sum(describe(run).weights) == run.weights") == "yes")
    #expect(try conversation.say("describe(run.srel)[column == average].different") == "[4]")
    #expect(conversation.failure("describe net").contains("describe takes a table, a data set, a run"))
    #expect(conversation.failure("describe []").contains("describe takes"))
  }

  @Test func tablesTakeTheWidthThatIsSet() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup + "run = train net on=d steps=2 { at end { measure srel points=pts } }")
    func widest(_ command: String) throws -> Int {
      try conversation.say(command).split(separator: "\n").map(\.count).max() ?? 0
    }
    let usual = try widest("run.srel")
    try conversation.say("set width=50")
    #expect(try widest("run.srel") <= 50 && usual > 50)
    #expect(try widest("show run.srel") <= 50)
    try conversation.say("set width=auto")
    #expect(try widest("run.srel") == usual)
    #expect(conversation.failure("set width=3").contains("width takes a whole number, 20 or more"))
    #expect(conversation.failure("set colour=never color=auto").contains("cannot both be given"))
  }
}
