import Session
import Testing

@Suite struct UpdateCommandTests {
  private static let setUp =
    smallSetup + "run = train net on=d steps=5 batch=20 optimizer=adam(lr=1e-3, weight_decay=1e-2)\n"

  @Test(arguments: [
    ("measure srel run points=pts update=trainer()", "update trainer(lr=0.001), self left out"),
    ("measure srel run points=pts update=trainer()", "momentum and decay alone move the logits by"),
    ("measure srel run points=pts update=first_order distance=logits", "update first_order, self"),
    (
      "measure srel run points=pts update=sgd(lr=1e-3, only=\"*.bias\")",
      "update sgd(lr=0.001, only=\"*.bias\")"
    ),
  ])
  func everyUpdateIsMeasuredAndNamed(command: String, expected: String) throws {
    let conversation = Conversation()
    try conversation.say(Self.setUp + command)
    #expect(conversation.echoes.contains { $0.contains(expected) }, "\(conversation.echoes)")
  }

  @Test(arguments: [
    ("measure srel run points=pts update=first_order distance=published_kl", "has no limit for small steps"),
    ("measure srel run points=pts update=sgd(lr=1e-3, only=\"fc.*\")", "no weight is called 'fc.*'"),
    ("measure srel run points=pts update=first_order method=subtraction", "no two predictions to subtract"),
    ("train net on=d optimizer=sgd(lr=1e-3, only=\"*\")", "takes no only"),
    ("measure srel run points=pts group=corrupted", "the samples have no attribute 'corrupted'"),
    ("split d fraction=1", "a part lies between 0 and 1"),
    ("corrupt d fraction=2", "a part lies between 0 and 1"),
    ("locality(run.srel)", "locality"),
  ])
  func whatCannotBeMeasuredIsTold(command: String, expected: String) {
    let message = Conversation().failure(Self.setUp + command)
    #expect(message.contains(expected), "\(message)")
  }

  @Test func noisyLabelsAreGroupedApart() throws {
    let text = try shown(
      """
      d = make mixture classes=3 per_class=20 dimensions=4
      parts = split d fraction=0.25 seed=1
      parts.part.count
      noisy = corrupt parts.rest fraction=0.4 seed=2
      noisy.clean.count
      run = train model(mlp, widths=[8]) on=noisy steps=5 batch=20
      t = measure srel run points=noisy[0..19] group=corrupted average=mean
      t.source_class
      l = locality(measure(srel, run, points=noisy[0..19], keep=pairs))
      l.summary
      """)
    #expect(text.hasPrefix("15\n") && text.contains("45"))
    #expect(text.contains("no") && text.contains("lantk") && text.contains("auc"))
  }
}
