import Session
import Testing

@Suite struct TrainingCommandTests {
  /// 60 samples, batches of 20: three batches an epoch.
  private func counted(_ block: String, length: String = "epochs=4") throws -> String {
    try shown(smallSetup + "run = train net on=d batch=20 \(length) { \(block) }")
  }

  @Test(arguments: [
    ("every 2 batches { step }", "1\n3\n4\n6\n7\n9\n10\n12"), ("every 2 steps { step }", "1\n3\n5\n7\n9\n11"),
    ("every 1 epochs { step }", "3\n6\n9\n12"), ("every 0.5 epochs { step }", "2\n3\n5\n6\n8\n9\n11\n12"),
    ("at start { step }\nat end { epoch }", "0\n4"), ("at [0, 2, 5, 99] steps { step }", "0\n2\n5"),
    ("at 2 epochs { step }", "6"), ("at log(1, 12, per_decade=3) steps { step }", "1\n2\n3\n6\n12"),
    ("when (step > 4) { step }", "5"), ("n = 3\n", "error"), ("every 7 batches { step }", "1\n4\n7\n10"),
  ])
  func blocksRunWhenTheySay(block: String, expected: String) throws {
    if expected == "error" {
      #expect(throws: (any Error).self) { try counted(block) }
    } else {
      #expect(try counted(block) == expected)
    }
  }

  /// 420 steps of 60 batches: the paper's 49 measurements inside epochs, 47 over the run.
  @Test(arguments: [("every 9 batches", 49), ("every 9 steps", 47)])
  func nineBatchesAreCountedInsideEachEpoch(schedule: String, count: Int) throws {
    let text = """
      d = make mixture classes=3 per_class=20 dimensions=2
      n = 0
      run = train model(linear) on=d batch=1 epochs=7 { \(schedule) { n = n + 1 } }
      n
      """
    #expect(try shown(text) == "\(count)")
  }

  @Test func theRunHasItsNameInItsBlock() throws {
    #expect(try shown(smallSetup + "run = train net on=d steps=3 { at end { run.step + step } }") == "6")
  }

  @Test(arguments: [
    ("def f(loss) { loss * 2 }", "f(100)", "200"), ("def f(step, run) { step + run }", "f(1, 2)", "3"),
    ("def f() { epoch * 2 }", "f()", "2"), ("loss = 7", "loss < 7", "yes"), ("x = 7", "x = step; x", "3"),
    ("x = 1", "loss = 40; x = loss + step; x", "43"),
    ("x = 1", "repeat loss in [8, 9] { x = x + loss }; x", "18"),
  ])
  func theNamesOfATrainingAreThoseOfItsBlock(before: String, block: String, expected: String) throws {
    let conversation = Conversation()
    try conversation.say(smallSetup + before)
    let end = "at end { \(block) }"
    #expect(try conversation.say("run = train net on=d steps=3 { \(end) }") == expected)
    #expect(try conversation.say("run.step") == "3")
  }

  @Test func anAssignmentInABlockLeavesAnOuterNameOfTheTrainingAlone() throws {
    let text = "loss = 7\nrun = train net on=d steps=3 { at end { loss = 40 } }\nloss"
    #expect(try shown(smallSetup + text) == "7")
  }

  @Test func measurementsJoinTheTableOfTheRun() throws {
    let conversation = Conversation()
    try conversation.say(
      smallSetup + """
        run = train net on=d batch=20 epochs=2 {
          every 2 batches { measure srel points=pts distance=[logits, kl] update=[sgd(lr=1e-3), adam_fresh(lr=1e-4)] }
          at end { evaluate on=d }
        }
        """)
    #expect(conversation.results == [])
    // 4 moments x 2 updates x 2 distances x 9 pairs x 4 averages
    #expect(try conversation.say("count(run.srel)") == "576")
    #expect(try conversation.say("sort(run.srel, step).step[0]") == "1")
    #expect(try conversation.say("count(run.evaluations)") == "1")
    #expect(try conversation.say("count(run.history)") == "6")
    try conversation.say("measure srel run points=pts average=median control=bias_only distance=logits")
    #expect(conversation.results.last?.contains("value = 1") == true)
  }

  @Test func aMeasurementLeavesTheRunUntouchedToTheBit() throws {
    let text =
      smallSetup + """
        def weights(block) { block }
        a = train net on=d steps=9 seed=4
        b = train net on=d steps=9 seed=4 { every 2 steps { measure srel points=pts } }
        a == b
        """
    #expect(try shown(text) == "yes")
  }

  @Test func stepTakesARunToTheSameBitsAsOneTraining() throws {
    let text =
      smallSetup + """
        a = train net on=d steps=9 seed=4
        b = train net on=d steps=0 seed=4
        step b 4
        step b 5
        a == b
        """
    #expect(try shown(text).hasSuffix("yes"))
  }

  @Test func weightsGoOutAndComeBack() throws {
    let path = try temporaryFolder() + "/w.safetensors"
    let conversation = Conversation()
    try conversation.say(smallSetup + "a = train net on=d steps=5\nsave a to=\"\(path)\"")
    try conversation.say("b = train net on=d steps=0 seed=9 weights=\"\(path)\"")
    #expect(
      try conversation.say("evaluate a on=d").split(separator: "\n").last?.split(separator: " ").suffix(2)
        == conversation.say("evaluate b on=d").split(separator: "\n").last?.split(separator: " ").suffix(2))
    #expect(conversation.failure("c = train model(linear) on=d weights=\"\(path)\"").contains("weights"))
    #expect(conversation.failure("c = train net on=d weights=\"/nowhere\"").contains("/nowhere"))
  }

  @Test func untilStopsAtTheFirstStepForWhichItHolds() throws {
    #expect(try shown(smallSetup + "run = train net on=d epochs=4 until=(step >= 5)\nrun.step") == "5")
  }

  @Test func seedsGiveDifferentRunsAndIdenticalOnesAreAnError() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    try conversation.say(
      "runs = repeat seed in [1, 2, 3] { train net on=d steps=2 seed=seed { at end { measure srel points=pts } } }"
    )
    #expect(try conversation.say("count(runs)") == "3")
    #expect(try conversation.say("count(runs.srel)") == "108")
    #expect(try conversation.say("runs[1].seed") == "2")
    #expect(
      conversation.failure("runs = repeat seed in [1, 2] { train net on=d steps=2 }") == """
        error: the runs for seed = 1 and seed = 2 are identical to the bit
          | runs = repeat seed in [1, 2] { train net on=d steps=2 }
          |               ^^^^ did you mean seed=seed?
          Nothing in them depends on seed.
        """)
  }

  @Test func aRepeatStacksItsTablesWithItsName() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup + "run = train net on=d steps=2")
    try conversation.say("t = repeat d in [kl, l2] { measure srel run points=pts distance=(d) average=mean }")
    #expect(try conversation.say("count(t)") == "18")
    try conversation.say(
      "u = repeat lr in [1e-3, 1e-2] { measure srel run points=pts update=sgd(lr=lr) average=mean }")
    #expect(try conversation.say("count(u[lr == 0.01])") == "9")
    #expect(conversation.failure("mean(u[same], value)").contains("lr has 2 values: add lr=0.001 or by=lr"))
  }

  @Test func divergingTrainingNamesTheStepAndKeepsTheRun() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    let found = conversation.failure("run = train net on=d epochs=40 optimizer=sgd(lr=1e30)")
    #expect(found.contains("the loss at step 3 is") || found.contains("the loss at step 2 is"))
    #expect(found.contains("try a smaller lr"))
    let steps = try #require(Int(try conversation.say("run.step")))
    #expect(steps >= 1)
  }

  @Test func theFirstRequestToStopKeepsTheRunAndEndsTheScript() throws {
    let conversation = Conversation()
    conversation.onProgress = { progress in
      if progress.step == 6 { conversation.session.interruption.request() }
    }
    #expect(conversation.exitCode(smallSetup + "run = train net on=d batch=20 epochs=9\nshow 1") == 130)
    #expect(conversation.results == [])
    conversation.onProgress = { _ in }
    conversation.session.interruption.clear()
    #expect(try conversation.say("run.step") == "6")
    try conversation.say("step run 21")
    try conversation.say("whole = train net on=d batch=20 epochs=9")
    #expect(try conversation.say("whole == run") == "yes")
  }

  @Test func aSecondRequestAbandonsTheCommand() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup + "run = train net on=d batch=20 steps=1")
    conversation.onProgress = { _ in
      conversation.session.interruption.request()
      conversation.session.interruption.request()
    }
    #expect(conversation.exitCode("step run epochs=9") == 130)
    conversation.session.interruption.clear()
    #expect(try conversation.say("run.step") == "1")
  }

  @Test func anErrorInABlockKeepsTheRun() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    #expect(
      conversation.failure("run = train net on=d batch=20 epochs=2 { at 4 steps { [1][step] } }").contains(
        "element 4"))
    #expect(try conversation.say("run.step") == "4")
  }

  /// The line of the error, then the step at which its block was run.
  @Test(arguments: [
    ("[0, 1, 2, 3][step]", "error: there is no element 4"),
    ("assert step < 4", "error: assertion failed: step < 4"),
  ])
  func anErrorInABlockNamesTheStep(block: String, error: String) {
    let found = failure(
      smallSetup + "run = train net on=d batch=20 epochs=2 { at [2, 4] steps { \(block) } }")
    #expect(found.hasPrefix(error))
    #expect(found.hasSuffix("  note: training stopped after step 4; everything so far is kept"))
  }

  @Test func aMeasurementOfADivergedNetworkNamesTheStepAndKeepsTheRun() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    let found = conversation.failure(
      "run = train net on=d epochs=40 optimizer=sgd(lr=1e30) { every 1 batches { measure srel points=pts } }")
    #expect(found.contains("its weights have diverged"))
    let step = try conversation.say("run.step")
    #expect(found.contains("note: training stopped after step \(step); everything so far is kept"))
    let measured = try #require(Int(try conversation.say("count(run.srel)")))
    #expect(measured == (try #require(Int(step)) - 1) * 36)
  }

  /// One line for each update and control, with the largest self-check of all measurements.
  @Test func theSelfChecksOfATrainingAreToldAtItsEnd() throws {
    let conversation = Conversation()
    try conversation.say(
      smallSetup + """
        run = train net on=d batch=20 epochs=2 {
          every 2 batches { measure srel points=pts update=[sgd(lr=1e-3), adam_fresh(lr=1e-4)] control=[none, bias_only] }
        }
        """)
    let lines = conversation.echoes.filter { $0.hasPrefix("4 measurements: ") }
    #expect(lines.count == 4)
    let start =
      "4 measurements: sgd(lr=0.001), self left out, 6 x 6 pairs, dropped 0, computed again within "
    let first = try #require(lines.first)
    #expect(first.hasPrefix(start))
    let check = try #require(Double(first.dropFirst(start.count).prefix { $0 != "," }))
    #expect(first.hasSuffix(", no interval for 144 averages (2 samples a class, 5 needed)"))
    #expect((0..<1e-3).contains(check))
    #expect(
      lines[1].hasPrefix(
        "4 measurements: bias_only(lr=0.001), control bias_only of sgd(lr=0.001), self left out"))
  }

  /// A NaN in the middle of the night costs one value, not those after it.
  @Test func aRepeatThatKeepsGoingOutlivesADivergedTraining() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup)
    let found = conversation.failure(
      "runs = repeat lr in [1e-2, 1e30, 1e-3] on_error=keep { train net on=d epochs=2 optimizer=sgd(lr=lr) }")
    #expect(found.hasPrefix("error: lr = 1e+30: the loss at step "))
    #expect(conversation.warnings.count == 1 && conversation.warnings[0].hasPrefix("error: lr = 1e+30: "))
    #expect(try conversation.say("count(runs)") == "3")
    #expect(try conversation.say("runs[2].step") == "6")
    #expect(conversation.exitCode("repeat lr in [1e30, 1e-3] { train net on=d optimizer=sgd(lr=lr) }") == 1)
  }

  @Test func testDataThatStandsInTheTrainingDataIsTold() throws {
    let conversation = Conversation()
    try conversation.say(smallSetup + "run = train net on=d test=d[0..4] batch=20 epochs=2")
    #expect(conversation.warnings == ["warning: 5 of the 5 test samples also stand in the training data"])
    #expect(try conversation.say("count(run.evaluations)") == "2")
  }
}
