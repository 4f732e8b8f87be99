import Foundation
import Language
import Session
import Testing

@Suite struct CompletionTests {
  /// A session with one value of each kind.
  private static func conversation() throws -> Conversation {
    let conversation = Conversation()
    try conversation.say(
      """
      shoes = make mixture classes=3 per_class=10 dimensions=4
      net = model mlp widths=[8]
      run = train net on=shoes steps=2 batch=10 {
        at end { measure srel points=shoes[0..5] distance=[kl, logits] average=[mean, median] }
      }
      n = 7
      rate = sgd(lr=0.1)
      table = run.srel
      """)
    return conversation
  }

  private func texts(_ input: String, in conversation: Conversation? = nil) throws -> [String] {
    let session = try (conversation ?? Self.conversation()).session
    return session.completions(in: input, at: input.utf8.count).candidates.map(\.text)
  }

  @Test(arguments: [
    (
      "load ",
      [
        "fashion_mnist", "fashion_mnist_subset", "mnist", "cifar10", "cifar100", "svhn", "npz", "npy",
        "csv", "images", "table", "assets", "checkpoints",
      ]
    ),
    ("x = load mni", ["mnist"]),
    ("model resnet18 norm=", ["none", "batch", "group"]),
    ("train net on=", ["shoes"]), ("train ne", ["net"]), ("step ", ["run"]),
    ("measure srel run distance=k", ["kl", "kl_reverse"]), ("measure srel run distance=[kl, log", ["logits"]),
    ("measure srel run self=", ["yes", "no"]),
    ("run.srel[distance == ", ["kl", "logits"]), ("run.srel[average != m", ["mean", "median"]),
    ("run.srel[distance == [kl, ", ["logits"]), ("table[step == 2, dist", ["distance"]),
    ("run.sr", ["srel"]), ("run.hi", ["history"]), ("show run.srel.val", ["value"]),
    ("plot run.srel x=st", ["step"]), ("plot run.srel x=step by=pa", ["pair"]),
    ("plot run.srel x=step average=", ["mean", "median"]),
    ("train net on=shoes optimizer=", ["sgd(", "adam(", "rate"]),
    ("train net on=shoes optimizer=adam(lr=1e-3, bet", ["beta1=", "beta2="]),
    ("train(net, on=sh", ["shoes"]), ("mean(table, valu", ["value"]),
    ("time step ru", ["run"]), ("repeat s in 1..3 { step ru", ["run"]),
    ("load fashion_mnist classes=[sandal, snea", ["sneaker"]),
    ("load fashion_mnist classes=[\"ankle", ["ankle boot"]), ("load fashion_mnist classes=[ank", []),
    ("run.srel[source_class == \"", ["0"]), ("run.srel[distance == [\"kl\", \"", ["logits"]),
    ("do first_s", ["first_steps"]), ("check first_steps ep", ["epochs="]),
    ("do first_steps epochs=2 noi", ["noise="]), ("help rep", ["repeat"]),
    ("help resu", ["resume"]), ("save ses", ["session"]), ("save table to=\"x\" for", ["formats="]),
    ("x = 1 # lo", []), ("s = \"nowhere/", []), ("", []),
  ])
  func whatTheKeyOffers(input: String, expected: [String]) throws {
    let found = try texts(input)
    if input.isEmpty {
      #expect(
        found.starts(with: ["load", "make", "pick"]) && found.contains("shoes") && found.contains("repeat"))
    } else if input.contains("distance=k") {
      #expect(found.contains("kl") && found.allSatisfy { $0.hasPrefix("k") })
    } else {
      #expect(found == expected, "\(input)")
    }
  }

  @Test func onlyOptionsNotYetGivenAreOfferedWithTypeAndDefault() throws {
    let session = try Self.conversation().session
    let input = "run2 = train net on=shoes epochs=3 "
    let found = session.completions(in: input, at: input.utf8.count)
    #expect(found.range == input.utf8.count..<input.utf8.count)
    #expect(!found.candidates.contains { ["on=", "epochs="].contains($0.text) })
    #expect(found.candidates.first { $0.text == "batch=" }?.description == "a whole number, 1 or more (25)")
    #expect(found.candidates.contains { $0.text == "optimizer=" })
    #expect(try texts("train net ").contains("on="))
    #expect(try !texts("train ").contains("on="))
    #expect(try texts("plot run.srel ").contains("average"))
  }

  @Test func blocksOfATrainingBeginWithTheirTimes() throws {
    let found = try texts("train net on=shoes {\n  ")
    #expect(found.contains("every") && found.contains("at"))
    #expect(try !texts("").contains("every"))
  }

  @Test func theTextAfterTheCursorIsLeftAlone() throws {
    let session = try Self.conversation().session
    let found = session.completions(in: "é = show sh rows=3", at: 12)
    #expect(found.candidates.map(\.text).contains("shoes"))
    #expect(found.range == 10..<12)
  }

  @Test func stringsHoldFileNames() throws {
    let folder = try temporaryFolder()
    try FileManager.default.createDirectory(atPath: folder + "/figures", withIntermediateDirectories: true)
    try "x".write(toFile: folder + "/first file.csv", atomically: true, encoding: .utf8)
    try "x".write(toFile: folder + "/.hidden", atomically: true, encoding: .utf8)
    #expect(
      try texts("load table \"\(folder)/fi") == [folder + "/figures/", folder + "/first file.csv"])
    #expect(try texts("save run to=\"\(folder)/").count == 2)
  }

  /// Anywhere in any text: an answer whose range lies before the cursor.
  @Test func everyPlaceOfEveryTextHasAnAnswer() throws {
    let session = try Self.conversation().session
    let samples =
      Registry.verbs.map(\.example) + [
        "x = run.srel[distance == kl, step > 1].value", ")]}", "a = (((", "\"unfinished \\", "é ü [ö =",
        "repeat s in [1, 2] { train net on=shoes { every 9 batches { measure srel points=",
      ]
    for sample in samples {
      let bytes = Array(sample.utf8)
      for cursor in 0...bytes.count {
        let found = session.completions(in: sample, at: cursor)
        #expect(found.range.upperBound <= bytes.count && found.range.lowerBound >= 0)
      }
    }
  }
}
