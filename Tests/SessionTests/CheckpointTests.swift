import Foundation
import Session
import TestSupport
import Testing

/// Weights from files: `weights=`, `rename=`, `strict=` and `load checkpoints`.
@Suite struct CheckpointTests {
  let folder: TemporaryFolder
  let conversation = Conversation()

  /// A training whose weights are saved after 0, 2 and 10 steps.
  init() throws {
    folder = try TemporaryFolder()
    try conversation.say(
      smallSetup + """
        run = train net on=d optimizer=adam(lr=0.01) batch=20 steps=0
        save run to="\(folder.file("run/step_0.safetensors"))"
        step run 2
        save run to="\(folder.file("run/step_2.safetensors"))"
        step run 8
        save run to="\(folder.file("run/step_10.safetensors"))"
        """)
  }

  private func copy(_ names: [(String, String)]) throws {
    try FileManager.default.createDirectory(atPath: folder.file("named"), withIntermediateDirectories: true)
    for (old, new) in names {
      try Self.withoutMetadata(
        folder.file("run/\(old).safetensors"), to: folder.file("named/\(new).safetensors"))
    }
  }

  /// Whether a column of a table holds these numbers and no others.
  private func holds(_ table: String, _ column: String, _ numbers: [Int]) throws -> Bool {
    let counts = try numbers.map { Int(try conversation.say("count(\(table)[\(column) == \($0)])")) ?? 0 }
    return try !counts.contains(0) && counts.reduce(0, +) == Int(conversation.say("count(\(table))"))
  }

  /// The same file as PyTorch writes it: without a word about where it comes from.
  private static func withoutMetadata(_ path: String, to copy: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let start = try #require(header.range(of: "\"__metadata__\":{"))
    let end = try #require(header.range(of: "},", range: start.upperBound..<header.endIndex))
    header.removeSubrange(start.lowerBound..<end.upperBound)
    let count = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    try Data(count + Array(header.utf8) + bytes[(8 + length)...]).write(to: URL(filePath: copy))
  }

  @Test func aModelBeginsWithTheWeightsOfAFile() throws {
    let path = folder.file("run/step_10.safetensors")
    let text = try conversation.say(
      """
      by_model = train model(mlp, widths=[8], weights="\(path)") on=d steps=0
      by_train = train net on=d weights="\(path)" steps=0
      evaluate(by_model, on=d).loss[0] == evaluate(run, on=d).loss[0]
      evaluate(by_train, on=d).loss[0] == evaluate(run, on=d).loss[0]
      """)
    #expect(text.hasSuffix("yes\nyes"), "\(text)")
    #expect(
      try conversation.say("model(mlp, widths=[8], weights=\"\(path)\")").contains("weights=\"\(path)\""))
    // reset goes back to them.
    #expect(
      try conversation.say(
        "step by_model 3\nreset by_model\nevaluate(by_model, on=d).loss[0] == evaluate(run, on=d).loss[0]"
      ).hasSuffix("yes"))
  }

  @Test func strangersAreListedAndRenamed() throws {
    let wide = folder.file("wide.safetensors")
    try conversation.say("w = train model(mlp, widths=[9]) on=d steps=0\nsave w to=\"\(wide)\"")
    let message = conversation.failure("train net on=d weights=\"\(wide)\" steps=0")
    #expect(message.contains("3 of another shape: 0.weight is [9, 4], the network's is [8, 4]"), "\(message)")
    let path = folder.file("run/step_10.safetensors")
    let renamed = conversation.failure("train net on=d weights=\"\(path)\" rename=\"* -> net.*\" steps=0")
    #expect(renamed.contains("4 missing: 0.weight [8, 4] (it has net.0.weight)"), "\(renamed)")
    #expect(renamed.contains("rename=\"net.* -> *\" would fit"), "\(renamed)")
    // A rule there and one back.
    #expect(
      conversation.failure(
        "train net on=d weights=\"\(path)\" rename=[\"0.* -> 0.*\", \"* -> *\"] steps=0") == "no error")
    #expect(conversation.failure("train net on=d weights=\"\(path)\" rename=\"0\"").contains("does not say"))
    #expect(conversation.failure("train net on=d rename=\"a -> b\"").contains("needs weights="))
    #expect(conversation.failure("model mlp weights=\"none.safetensors\"").contains("none.safetensors"))
  }

  @Test func withoutStrictnessTheRestIsDrawnAndTold() throws {
    let wide = folder.file("wide.safetensors")
    try conversation.say("w = train model(mlp, widths=[9]) on=d steps=0\nsave w to=\"\(wide)\"")
    try conversation.say("r = train net on=d weights=\"\(wide)\" strict=no steps=0")
    #expect(conversation.warnings.contains { $0.contains("does not fit: 3 of another shape") })
    #expect(
      conversation.failure("train net on=d weights=\"\(wide)\" rename=\"* -> x.*\" strict=no")
        .contains("another network"))
  }

  /// Measured along the files as along the training itself.
  @Test func checkpointsAreMeasuredLikeTheTraining() throws {
    try conversation.say(
      """
      again = train net on=d optimizer=adam(lr=0.01) batch=20 steps=10 {
        at [0, 2, 10] steps { measure srel points=pts distance=[logits, kl] drift=yes alignment=yes }
      }
      cks = load checkpoints "\(folder.file("run"))" model=net on=d
      t = measure srel cks points=pts distance=[logits, kl] drift=yes alignment=yes
      """)
    #expect(try conversation.say("cks.count") == "3")
    #expect(try holds("t", "step", [0, 2, 10]))
    #expect(try conversation.say("t.count == again.srel.count") == "yes")
    for column in ["value", "note", "epoch", "kernel_drift", "kernel_alignment", "n"] {
      #expect(try conversation.say("t.\(column) == again.srel.\(column)") == "yes", "\(column)")
    }
    #expect(conversation.failure("measure srel cks points=pts update=trainer()").contains("measure a run"))
    #expect(try conversation.say("evaluate(cks[2], on=d).loss[0] == evaluate(run, on=d).loss[0]") == "yes")
  }

  @Test func namesSayStepAndEpoch() throws {
    try copy([("step_0", "epoch_2-step_9"), ("step_2", "epoch_10-step_45"), ("step_10", "epoch_1-step_4")])
    let pattern = folder.file("named/*.safetensors")
    try conversation.say("c = load checkpoints \"\(pattern)\" model=net on=d\nt = measure srel c points=pts")
    #expect(try holds("t", "step", [4, 9, 45]) && holds("t", "epoch", [1, 2, 10]))
  }

  @Test func epochsFollowFromTheBatch() throws {
    try copy([("step_0", "ckpt-0"), ("step_2", "ckpt-6")])
    let load = "load checkpoints \"\(folder.file("named"))\" model=net on=d"
    #expect(conversation.failure(load).contains("says its step only: batch="))
    try conversation.say("c = \(load) batch=20\nt = measure srel c points=pts")
    #expect(try holds("t", "step", [0, 6]) && holds("t", "epoch", [0, 2]))
  }

  @Test(arguments: [
    ("load checkpoints", "load checkpoints needs FILE"),
    ("load checkpoints \"F/run\"", "needs model="), ("load checkpoints \"F/run\" model=net", "needs on="),
    ("load checkpoints \"F/none_*.safetensors\" model=net on=d", "no file fits"),
    ("load checkpoints \"F/run\" model=net on=d per_class=3", "has no option 'per_class'"),
    ("load checkpoints \"F/run\" model=(model(linear)) on=d", "another network"),
    ("load npz \"x.npz\" model=net", "has no option 'model'"),
  ])
  func slipsAreExplained(command: String, part: String) {
    let message = conversation.failure(command.replacing("F/", with: folder.path + "/"))
    #expect(message.contains(part), "\(message)")
  }

  @Test func filesWithoutAStepAreNamed() throws {
    try copy([("step_0", "final")])
    let message = conversation.failure("load checkpoints \"\(folder.file("named"))\" model=net on=d batch=20")
    #expect(message.contains("final.safetensors: neither its name nor the file itself says"), "\(message)")
  }
}
