import Foundation
import Session
import TestSupport
import Testing

/// `load table "x.npz"`
@Suite struct SavedTableTests {
  private static let setup =
    smallSetup
    + "r = train net on=d batch=10 steps=4 { every 2 steps { measure srel points=pts distance=[kl, l2] } }\n"

  @Test(arguments: ["r.srel", "r.history"])
  func aTableSavedAsNPZComesBack(table: String) throws {
    let folder = try temporaryFolder()
    let conversation = Conversation()
    try conversation.say(Self.setup + "save \(table) to=\"\(folder)/t\" formats=[npz, csv]")
    let read = try conversation.say(
      "a = load table \"\(folder)/t.npz\"\nb = load table \"\(folder)/t.csv\"\ncount(a)\nshow a rows=200")
    #expect(read.count > 100)
    try conversation.say("save a to=\"\(folder)/again\" formats=[npz, csv]")
    for ending in ["npz", "csv"] {
      let bytes = try ["t", "again"].map {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0).\(ending)"))
      }
      #expect(bytes[0] == bytes[1], "\(ending)")
    }
    // Its columns mean what they meant.
    if table == "r.srel" {
      #expect(
        try conversation.say("mean(a[same, distance == kl, average == median], value)")
          == conversation.say("mean(r.srel[same, distance == kl, average == median], value)"))
    }
  }

  @Test func missingEntriesAndOddTextsComeBack() throws {
    let folder = try temporaryFolder()
    let csv = "name,x,same,note\n\"a,é\",1,yes,\n,nan,,\"\"\n\"7\",,no,😀 b\n"
    try csv.write(toFile: folder + "/t.csv", atomically: true, encoding: .utf8)
    try Conversation().say(
      """
      t = load table "\(folder)/t.csv"
      save t to="\(folder)/t.npz"
      u = load table "\(folder)/t.npz"
      save u to="\(folder)/u.csv"
      """)
    #expect(try text(of: folder + "/u.csv") == csv)
  }

  @Test func whatIsNoTableIsRefused() throws {
    let folder = try temporaryFolder()
    let conversation = Conversation()
    try conversation.say(Self.setup + "save r.history to=\"\(folder)/t.npz\"")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/t.npz"))
    for (name, data) in [
      ("cut.npz", bytes.prefix(300)), ("empty.npz", Data()), ("text.npz", Data("step\n1".utf8)),
    ] {
      try data.write(to: URL(fileURLWithPath: folder + "/" + name))
      #expect(conversation.exitCode("load table \"\(folder)/\(name)\"") == 1, "\(name)")
    }
    #expect(conversation.failure("load table \"\(folder)/none.npz\"").contains("none.npz"))
    for mutated in mutations(of: Array(bytes), count: 200, seed: 1) {
      try Data(mutated).write(to: URL(fileURLWithPath: folder + "/m.npz"))
      _ = conversation.exitCode("load table \"\(folder)/m.npz\"")
    }
  }
}
