import Foundation
import Session
import Testing

@Suite struct SaveTests {
  private func trained() throws -> (conversation: Conversation, folder: String) {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    try conversation.say(
      smallSetup + """
        runs = repeat seed in [1, 2] {
          train net on=d batch=20 epochs=1 seed=seed {
            every 2 batches { measure srel points=pts distance=[logits, kl] average=[mean, median] }
          }
        }
        """)
    return (conversation, folder)
  }

  @Test func everyFormatIsWrittenBesideTheOthers() throws {
    let (conversation, folder) = try trained()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try conversation.say(
      "save runs to=\"\(folder)/r/x\" formats=[csv, tensorboard, npz, jsonl, pickle, safetensors]")
    let events = "events.out.tfevents.0.srel-repl"
    for name in [
      "x.csv", "x_history.csv", "x.npz", "x_history.npz", "x.jsonl", "x_history.jsonl", "x.pkl",
      "x_history.pkl",
      "x_provenance.json", "x/seed=1/\(events)", "x/seed=2/\(events)", "x_seed=1.safetensors",
      "x_seed=2.safetensors",
    ] { #expect(exists("\(folder)/r/\(name)"), "\(name)") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/r").count == 12)
  }

  @Test(arguments: ["csv", "jsonl"])
  func savedTablesComeBack(ending: String) throws {
    let (conversation, folder) = try trained()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "\(folder)/t.\(ending)"
    try conversation.say("save runs to=\"\(file)\"\nback = load table \"\(file)\"")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["t.\(ending)"])
    for column in ["value", "step", "same", "source_class"] {
      #expect(try conversation.say("back.\(column) == runs.srel.\(column)") == "yes", "\(column)")
    }
    #expect(
      try conversation.say("count(mean(back[distance == kl, average == mean], value, by=[seed, pair]))")
        == "18")
  }

  @Test func oneFileByItsEnding() throws {
    let (conversation, folder) = try trained()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for ending in ["npz", "pkl", "pickle", "jsonl"] {
      try conversation.say("save runs.history to=\"\(folder)/h.\(ending)\"")
      #expect(exists("\(folder)/h.\(ending)"))
    }
    try conversation.say("save runs[0] to=\"\(folder)/one.tfevents\"")
    #expect(exists("\(folder)/one.tfevents"))
    #expect(
      conversation.failure("save runs to=\"\(folder)/two.tfevents\"").contains(
        "holds one run, not 2: formats=[tensorboard] makes a folder for each"))
    #expect(
      conversation.failure("load table \"\(folder)/h.pkl\"").contains("save it as csv, jsonl or npz")
    )
    #expect(
      conversation.failure("save runs to=\"/dev/full\" formats=[csv, npz]").contains(
        "one table in one format"))
    #expect(conversation.failure("save runs to=\"x\" formats=jsnl").contains("did you mean 'jsonl'?"))
    try conversation.say("save runs.srel to=\"\(folder)/t\" formats=tensorboard")
    #expect(exists("\(folder)/t/seed=2/events.out.tfevents.0.srel-repl"))
  }

  @Test func weightsCarryTheirProvenance() throws {
    let (conversation, folder) = try trained()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try conversation.say("save runs[1] to=\"\(folder)/w.safetensors\"")
    let file = try Data(contentsOf: URL(fileURLWithPath: folder + "/w.safetensors"))
    let text = String(decoding: file, as: UTF8.self)
    for entry in [
      "\"seed\":\"2\"", "\"optimizer\":\"adam(lr=0.001)\"", "\"batch\":\"20\"", "\"step\":\"3\"",
      "\"format\":\"pt\"",
      "\"model\":\"model(mlp, widths=[8])\"", "\"loss_function\":\"cross_entropy\"", "\"data\":\"mixture ",
    ] { #expect(text.contains(entry), "\(entry)") }
  }

  @Test func nightsMerge() throws {
    let (conversation, folder) = try trained()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try conversation.say(
      """
      save runs[0].srel to="\(folder)/a.csv"
      save runs.srel to="\(folder)/b.jsonl"
      a = load table "\(folder)/a.csv"
      b = load table "\(folder)/b.jsonl"
      all = merge a b
      """)
    #expect(try conversation.say("all.value == runs.srel.value") == "yes")
    #expect(conversation.notes.last?.hasSuffix("rows stand in several tables and are taken once") == true)
    try conversation.say("both = merge runs[0] runs[1]")
    #expect(try conversation.say("both.srel.value == runs.srel.value") == "yes")
    #expect(conversation.failure("merge runs runs").contains("comes twice"))
    #expect(conversation.failure("merge runs a").contains("the table of a run is .srel"))
    #expect(conversation.failure("merge").contains("merge needs THING"))
    #expect(conversation.failure("merge runs runs[0]").contains("do not join"))
    try conversation.say("more = repeat seed in [3] { train net on=d batch=20 epochs=1 seed=seed }")
    #expect(try conversation.say("merge(runs, more).count") == "3")
  }
}
