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
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        == ["t.\(ending)", "t.\(ending)_provenance.json"])
    for column in ["value", "step", "same", "source_class"] {
      #expect(try conversation.say("back.\(column) == runs.srel.\(column)") == "yes", "\(column)")
    }
    #expect(
      try conversation.say("count(mean(back[distance == kl, average == mean], value, by=[seed, pair]))")
        == "18")
  }

  private func origins(_ path: String) throws -> [[String: String]] {
    try JSONDecoder().decode([[String: String]].self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// Version, seeds, data with indices and options after defaults stand beside every table, whatever was done to it.
  @Test(arguments: [
    "runs.srel", "runs.srel[distance == kl, average == mean]",
    "mean(runs.srel, value, by=[distance, average, same])",
    "sort(runs.srel[average == mean], value)[0..3]",
  ])
  func aTableSaysWhereItComesFrom(table: String) throws {
    let (conversation, folder) = try trained()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try conversation.say("t = \(table)\nsave t to=\"\(folder)/t.npz\"")
    let entries = try origins(folder + "/t.npz_provenance.json")
    #expect(entries.allSatisfy { $0["program"]?.hasPrefix("srel-repl ") ?? false && $0["engine"] != nil })
    let digest = try conversation.say("d.digest")
    let runs = entries.filter { $0["run"] != nil }
    #expect(runs.map { $0["seed"] } == ["1", "2"])
    #expect(runs.allSatisfy { $0["data"]?.hasSuffix(" " + digest) ?? false && $0["indices"] == "0..59" })
    #expect(runs.allSatisfy { $0["optimizer"] == "adam(lr=0.001)" && $0["step"] == nil })
    // The points of the measurements, and the measurements themselves, are said once for both runs.
    #expect(entries.count { $0["samples"] == "6" } == 1)
    let commands = entries.compactMap { $0["command"] }
    #expect(commands.count == 1)
    #expect(
      commands[0].hasPrefix("measure srel points=pts update=sgd(lr=0.001) distance=[logits, kl] "),
      "\(commands)")
    #expect(commands[0].contains(" method=auto"), "\(commands)")
  }

  @Test func everyWayToATableIsToldWithItsValues() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try conversation.say(
      """
      seed 7
      top = 3
      c = repeat g in 2..top { solve homogeneous degree=g optimum=[2, 1] dimensions=5 times=log(0.01, 10) }
      p = phases c by=g
      both = merge p p
      save both to="\(folder)/p" formats=[csv, jsonl]
      back = load table "\(folder)/p.csv"
      save back to="\(folder)/back.pkl"
      """)
    let commands = try origins(folder + "/p_provenance.json").map { $0["command"] ?? "" }
    #expect(commands[0].contains("solve homogeneous") && commands[0].contains(" degree=2 "), "\(commands)")
    #expect(commands[1].contains(" degree=3 ") && commands[2].hasPrefix("phases c"), "\(commands)")
    #expect(commands.count == 4 && commands[3] == "merge p p", "\(commands)")
    #expect(try origins(folder + "/p_provenance.json").allSatisfy { $0["seed"] == "7" })
    #expect(try origins(folder + "/back.pkl_provenance.json").count == 1)
  }

  @Test func aTableOfABlockKnowsTheRunThatIsNotNamed() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try conversation.say(
      smallSetup + """
        run = train net on=d batch=20 drop_last=yes epochs=1 seed=4 {
          at end { t = measure srel points=pts; save t to="\(folder)/t.csv" }
        }
        """)
    let entries = try origins(folder + "/t.csv_provenance.json")
    #expect(entries.compactMap { $0["run"] } == ["run"], "\(entries)")
    #expect(entries.compactMap { $0["drop_last"] } == ["yes"])
    #expect(entries.contains { $0["command"]?.hasPrefix("measure srel points=pts") ?? false })
  }

  /// What a cell that was not run again has given still knows where it comes from.
  @Test func keptCellsGiveTheSameProvenance() throws {
    let notebook = try KeptNotebook(
      """
      # %% train
      \(smallSetup)
      run = train net on=d batch=20 epochs=1 { at end { measure srel points=pts; evaluate on=pts } }
      t = run.srel[average == median]
      # %% save
      save t to="t.csv"
      save run to="r"
      """)
    try notebook.run()
    let name = "results/t.csv_provenance.json"
    let before = try #require(try notebook.files()[name])
    #expect(String(decoding: before, as: UTF8.self).contains("evaluate on=pts"))
    notebook.replace("to=\"t.csv\"", "to=\"t.csv\" formats=[csv]")
    #expect(try notebook.run().kept == ["train"])
    let kept = try notebook.files()
    #expect(kept[name] == before)
    try notebook.run(kept: .ignored)
    #expect(try notebook.files()["results/r_provenance.json"] == kept["results/r_provenance.json"])
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
