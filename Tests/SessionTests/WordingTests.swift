import Session
import Testing

/// What new users stumbled over: values, hints and traces in words.
@Suite struct WordingTests {
  private static let measured =
    smallSetup + "run = train net on=d steps=3 { at end { measure srel points=pts } }\n"

  @Test(arguments: [
    ("make mixture classes=1", "classes takes a whole number, 2 or more, not 1"),
    ("make mixture classes=-1", "2 or more, not -1"), ("make mixture classes=2.5", "2 or more, not 2.5"),
    ("make mixture classes=1e30", "2 or more, not 1e+30"),
    ("x = 0\nmake mixture classes=(x)", "2 or more, not 0"),
    ("model mlp widths=[10, 0]", "each 1 or more, not one with 0"),
    ("model mlp widths=[10, 2.5]", "each 1 or more, not one with 2.5"),
    ("d = make mixture\ntrain model(mlp) on=d optimizer=adam(lr=0)", "lr takes a number above 0, not 0"),
    ("d = make mixture\npick d", "pick needs per_class= or count="),
    (
      "x = train model(mlp) on=d epochs=1 { at end { 1 } at [0, 3] steps { 2 } }",
      "a new line or ; stands before at"
    ),
  ])
  func errorsNameWhatWasGiven(text: String, part: String) {
    #expect(failure(text).contains(part), "\(failure(text))")
  }

  @Test(arguments: [
    ("measure srel run points=pts distance=[kl, l2, kl]", "distance has kl twice"),
    ("measure srel run points=pts average=[mean, mean]", "average has mean twice"),
    ("measure srel run points=pts update=[sgd(lr=1e-3), sgd(lr=0.001)]", "update has sgd(lr=0.001) twice"),
    ("measure run points=pts", "write measure srel run"),
    ("run.srel[source_class == 0]", "its entries are texts: write \"0\""),
    ("run.srel[source_class == 7]", "it has \"0\", \"1\", \"2\""),
    ("run.srel[distance == \"kll\"]", "did you mean 'kl'?"),
    ("run.srel[source_class == [\"0\", \"9\"]]", "source_class has no value '9'"),
    ("save run to=\"\"", "to= is empty"), ("save run to=\"x.txt\"", "unknown ending '.txt'"),
    ("save run to=\"/dev/full\"", "cannot write '/dev/full': the disk is full"),
    ("save run.srel to=\"/proc/e.csv\"", "cannot use '/proc/e.csv': its folder takes no new files"),
  ])
  func slipsAfterAMeasurementAreFound(text: String, part: String) throws {
    let conversation = Conversation()
    try conversation.say(Self.measured)
    let found = conversation.failure(text)
    #expect(found.contains(part), "\(found)")
  }

  @Test func namesThatLeaveTheFolderOfANotebookAreRefused() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    try conversation.say(Self.measured)
    conversation.session.folders = OutputFolders(root: folder + "/n.out")
    for name in ["../esc.csv", "a/../../esc.csv"] {
      #expect(conversation.failure("save run.srel to=\"\(name)\"").contains("leads out of the folder"))
    }
    #expect(!exists(folder + "/esc.csv"))
    try conversation.say("save run.srel to=\"a/../b.csv\"\nsave run.srel to=\"\(folder)/full.csv\"")
    #expect(exists(folder + "/full.csv"))
    try conversation.say("save run.srel to=\"lr_0.001\"")
    let place = "saved \(folder)/n.out/results/lr_0.001"
    #expect(conversation.notes.last == "\(place).csv\n\(place)_provenance.json")
  }

  @Test func anAssertionThatHoldsLeavesItsSides() throws {
    let conversation = Conversation()
    try conversation.say("x = 2\nassert x * 2 > 3 \"it grows\"\nassert (x == 2)\nassert x > 1 and not no")
    #expect(
      conversation.echoes.suffix(3) == ["holds: 4 > 3  it grows", "holds: 2 == 2", "holds: x > 1 and not no"])
    let before = conversation.echoes.count
    try conversation.say(smallSetup + "run = train net on=d steps=3 { every 1 steps { assert step > 0 } }")
    #expect(!conversation.echoes[before...].contains { $0.hasPrefix("holds") })
  }

  @Test func aRepeatOverSeedsUnderAnotherNameIsFound() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    for (name, isTold) in [("s", true), ("lr", false)] {
      let option = isTold ? "seed=s" : "optimizer=sgd(lr=lr)"
      try conversation.say(
        "r = repeat \(name) in [1, 2, 3] { train net on=d steps=2 \(option) { at end { measure srel points=pts average=mean } } }"
      )
      let found = conversation.failure("mean(r.srel[same], value)")
      #expect(found.contains("\(name) has 3 values"))
      #expect(found.contains("name the repeat seed to average over it") == isTold, "\(found)")
    }
  }

  @Test func aRunWithoutMeasurementsSaysSo() throws {
    #expect(try shown(smallSetup + "run = train net on=d steps=1\nrun.srel") == "no measurements yet")
    #expect(try shown(smallSetup + "run = train net on=d steps=1\nshow run.srel") == "no measurements yet")
  }
}
