import Kernels
import Language
import Session
import Testing

@Suite struct PlannerTests {
  private func plan(_ text: String, _ settings: [(name: String, text: String)] = []) throws -> [String] {
    let source = Source(text)
    return Planner.plan(try Session { _ in }.program(source), of: source, parameters: settings)
  }

  /// The paper's schedule: 60 batches an epoch, 7 epochs; 49 measurements inside epochs, 47 over the run.
  @Test func stepsAndMeasurementsAreCountedWithoutRunning() throws {
    let text = """
      param epochs = 7
      d = make mixture classes=3 per_class=500 dimensions=2
      net = model linear
      run = train net on=d batch=25 epochs=epochs {
        every 9 batches { measure srel points=d[0..9] }
        every 9 steps { measure srel points=d[0..9]; measure srel points=d[0..9] distance=l2 }
        when (loss < 0.1) { evaluate on=d }
        at [0, 10, 1000] steps { step }
        at end { evaluate on=d }
      }
      step run 10 { every 5 steps { measure srel points=d[0..9] } }
      """
    #expect(
      try plan(text) == [
        """
        line 4  run = train  420 steps (60 batches x 7 epochs)
          every 9 batches 49 measurements, after steps 1, 10, 19, …, 415
          every 9 steps 94 measurements, after steps 1, 10, 19, …, 415
          when (loss < 0.1) at most 1 time
          at [0, 10, 1000] steps 2 times
          at end 1 time
        """,
        """
        line 11  step  10 steps (60 batches x 0.167 epochs)
          every 5 steps 2 measurements, after steps 421, 426
        """,
      ])
    #expect(try plan(text, [("epochs", "1")])[0].hasPrefix("line 4  run = train  60 steps"))
  }

  @Test func passesOfARepeatAreTold() throws {
    let found = try plan(
      """
      d = make mixture classes=2 per_class=10 dimensions=2
      runs = repeat s in 1..2 { train model(linear) on=d batch=10 epochs=s seed=s until=(loss < 1) }
      """)
    #expect(
      found == [
        "line 2  s=1  train  2 steps (2 batches x 1 epoch) at most",
        "line 2  s=2  train  4 steps (2 batches x 2 epochs) at most",
      ])
  }

  @Test(arguments: [
    ("every 9 batches", 10_000_000, "1166667 times"), ("every 1000 steps", 10_000_000, "10000 times"),
    ("every 0.5 epochs", 10_000_001, "333333 times"), ("every 1e-3 epochs", 10_000_000, "10000000 times"),
    ("every 7 steps", 15, "3 times"), ("every 60 batches", 60, "1 time"), ("every 60 batches", 61, "2 times"),
    ("every 9 batches", 64, "8 times"), ("every 1 epochs", 119, "1 time"), ("every 0 steps", 5, "fails: "),
    ("every 9 steps", 0, "0 times"),
  ])
  func blocksOfAnyTrainingAreCounted(schedule: String, steps: Int, found: String) throws {
    let text = """
      d = make mixture classes=3 per_class=500 dimensions=2
      train model(linear) on=d batch=25 steps=\(steps) { \(schedule) { evaluate on=d } }
      """
    #expect(try plan(text)[0].split(separator: "\n")[1].hasPrefix("  \(schedule) \(found)"))
  }

  @Test func aTrainingThatCannotBeginIsTold() throws {
    let found = try plan(
      """
      d = make mixture classes=2 per_class=10 dimensions=2
      train model(linear) on=d
      """)
    #expect(
      found == [
        "line 2  train  fails: a batch of 25 is larger than the data set of 20: use batch=20 or less"
      ])
  }

  @Test func whatDependsOnAResultIsLeftToTheRun() throws {
    let found = try plan(
      """
      d = make mixture classes=2 per_class=10 dimensions=2
      a = train model(linear) on=d batch=10 steps=3
      n = a.step
      b = train model(linear) on=d batch=10 steps=n
      def f(x) { train model(linear) on=d batch=10 steps=x }
      c = f(3)
      """)
    #expect(found.count == 2)
    #expect(found[1] == "line 4  b = train  the number of steps is known only when it runs")
  }

  /// Work is counted, so that at a given rate the words are given too.
  @Test func timeAndMemoryAreForetoldFromCounts() throws {
    let source = Source(
      """
      d = make mixture classes=3 per_class=500 dimensions=6
      net = model mlp widths=[100, 100]
      run = train net on=d batch=25 epochs=7 optimizer=adam(lr=1e-3) {
        every 60 batches { measure srel points=d[0..59] update=[sgd(lr=1e-3), adam_fresh(lr=1e-4)] }
      }
      again = measure srel run source=d[0..9] probe=d[0..59]
      """)
    let found = Planner.plan(
      try Session { _ in }.program(source), of: source, parameters: [],
      rate: MachineRate(operationsPerSecond: 1e9, threads: 2))
    // F = 6·100 + 100·100 + 100·3 = 10 900. Training: 3 · 25 · 420 · F. One measurement: (60 · 64 + 60)F for SGD and
    // twice that for Adam in a small network; seven of them. The last: (10 · 64 + 60)F.
    #expect(
      found == [
        "line 3  run = train  420 steps (60 batches x 7 epochs)  under 1 s at 1 GFLOP/s (3.4e8 multiply-adds), 37 MB\n"
          + "  every 60 batches 7 measurements, after steps 1, 61, 121, …, 361  about 1.8 s at 1 GFLOP/s (8.9e8 multiply-adds), 39 MB",
        "line 6  again = measure  under 1 s at 1 GFLOP/s (7.6e6 multiply-adds), 38 MB",
        "total  about 2.5 s at 1 GFLOP/s (1.2e9 multiply-adds), 39 MB",
      ])
  }

  /// What a script keeps adds up: each run of a series with its moments, a data set once, the run that a step replaces.
  @Test func memoryCountsWhatIsKept() throws {
    let source = Source(
      """
      d = make mixture classes=2 per_class=50000 dimensions=100
      same = d
      runs = repeat s in 1..3 { train model(mlp, widths=[1000, 1000]) on=d batch=50 steps=1 seed=s }
      tables = repeat s in 1..2 { run = train model(mlp, widths=[1000, 1000]) on=d steps=1 seed=s; run.history }
      last = train model(linear) on=d steps=1
      """)
    let found = Planner.plan(
      try Session { _ in }.program(source), of: source, parameters: [],
      rate: MachineRate(operationsPerSecond: 1e9, threads: 2))
    // The program 36 MB, the data 40 MB, a run 12 · 1 104 002 = 13.25 MB, its gradients in two shards 8.83 MB and
    // values and the way back less than 1 MB.
    let megabytes = found.compactMap { $0.wholeMatch(of: /(?s).*?, (\d+) MB.*/).flatMap { Int($0.1) } }
    #expect(megabytes == [99, 113, 126, 139, 139, 116, 139], "\(found)")
  }
}
