import Foundation
import Language
import Session
import Testing

/// `train … log=`
@Suite struct RunLogTests {
  private static let blocks =
    "{ at start { measure srel points=pts }; every 2 steps { measure srel points=pts distance=[kl, l2]; evaluate on=d }"
    + "; at end { evaluate on=pts; measure srel points=pts } }"

  private func events(_ path: String) throws -> [[String: Any]] {
    try text(of: path).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test func everyStepEvaluationAndMeasurementIsALine() throws {
    let path = try temporaryFolder() + "/log.jsonl"
    let conversation = Conversation()
    try conversation.say(
      smallSetup + "r = train net on=d test=pts batch=20 steps=4 log=\"\(path)\" \(Self.blocks)")
    let events = try events(path)
    func steps(_ events: [[String: Any]]) -> [Int] { events.map { $0["step"] as? Int ?? -1 } }
    func of(_ kind: String) -> [[String: Any]] { events.filter { $0["event"] as? String == kind } }
    let keys: Set = ["event", "run", "seed", "step", "epoch", "loss", "accuracy"]
    #expect(steps(of("step")) == [1, 2, 3, 4])
    #expect(of("step").allSatisfy { Set($0.keys) == keys })
    let losses = of("step").compactMap { $0["loss"] as? Double }
    #expect(try losses == numbers("r.history", "loss", conversation))
    #expect(steps(of("evaluation")) == [1, 3, 3, 4])
    let evaluated = of("evaluation").compactMap { $0["loss"] as? Double }
    #expect(try evaluated == numbers("r.evaluations", "loss", conversation))
    // Four averages for each of 1 + 2 + 2 + 1 distances.
    #expect(of("measurement").count == 24)
    let last = try #require(of("measurement").last)
    #expect(last["step"] as? Int == 4 && last["update"] as? String == "sgd" && last["dropped"] as? Int == 0)
    let average = try #require(last["average"] as? String)
    for (kind, name) in [("same", "same"), ("not same", "other")] {
      let found = try #require(last[name] as? Double)
      let shown = try conversation.say("mean(r.srel[step == 4, average == \(average)][\(kind)], value)")
      let mean = try #require(Double(shown))
      #expect(abs(mean - found) < 1e-9)
    }
    let order = steps(events)
    #expect(order == order.sorted())
  }

  private func numbers(_ table: String, _ column: String, _ conversation: Conversation) throws -> [Double] {
    let folder = try temporaryFolder()
    try conversation.say("save \(table) to=\"\(folder)/t.jsonl\"")
    return try events(folder + "/t.jsonl").compactMap { $0[column] as? Double }
  }

  @Test func theFileIsThatOfTheRunHoweverItCameThere() throws {
    let folder = try temporaryFolder()
    let conversation = Conversation()
    let block = "{ every 2 steps { measure srel points=pts } }"
    try conversation.say(
      """
      \(smallSetup)
      r = train net on=d test=pts batch=20 steps=6 log="\(folder)/whole" \(block)
      s = train net on=d test=pts batch=20 steps=3 log="\(folder)/parts" \(block)
      """)
    let whole = try text(of: folder + "/whole").replacing("\"run\":\"r\"", with: "\"run\":\"s\"")
    let half = try text(of: folder + "/parts")
    #expect(whole.hasPrefix(half) && whole.count > half.count)
    // The second part continues the file.
    try conversation.say("step s 3 log=\"\(folder)/parts\" \(block)")
    let both = try text(of: folder + "/parts")
    #expect(both == whole)
  }

  @Test func runsOfARepeatHaveFilesOfTheirOwn() throws {
    let folder = try temporaryFolder()
    let conversation = Conversation()
    func repeated(_ name: String) -> String {
      "rs = repeat seed in [1, 2] { train net on=d batch=20 steps=2 seed=seed log=\"\(folder)/\(name)\" }"
    }
    try conversation.say(smallSetup + repeated("run_{seed}.jsonl"))
    for seed in [1, 2] {
      let runs = try events("\(folder)/run_\(seed).jsonl").map { $0["run"] as? String ?? "" }
      #expect(runs == ["seed=\(seed)", "seed=\(seed)"])
    }
    let shared = conversation.failure(repeated("all.jsonl"))
    #expect(shared.contains("all.jsonl' already holds the log of seed=1, so that of seed=2 cannot go there"))
    #expect(shared.contains("log=\"run_{seed}.jsonl\""))
    #expect(try events("\(folder)/all.jsonl").count == 2)
  }

  @Test func wrongFilesAreToldBeforeAnyStep() throws {
    let folder = try temporaryFolder()
    let conversation = Conversation()
    try conversation.say(smallSetup)
    for (path, reason) in [
      ("\(folder)", "is a folder"), ("", "is a folder"), ("/dev/full/x", "cannot be a folder"),
      ("{sed}", "there is no variable 'sed'"),
    ] {
      let said = conversation.failure("r = train net on=d batch=20 steps=2 log=\"\(path)\"")
      #expect(said.contains(reason), "\(said)")
    }
  }
}
