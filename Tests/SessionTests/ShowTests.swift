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
}
