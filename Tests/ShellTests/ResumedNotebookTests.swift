import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Notebooks that are killed or stopped and go on, to the same bytes as without the break.
@Suite struct ResumedNotebookTests {
  private static let night = """
    use srel 1

    # %% data
    d = make mixture classes=3 per_class=40 dimensions=6
    t = make mixture classes=3 per_class=20 dimensions=6 split=test
    pts = pick d per_class=6
    seen = 0
    short = train model(linear) on=d steps=1 batch=20 { at end { measure srel points=pts } }
    rows = short.srel
    d

    # %% train
    def weighted(x, by=1000) { x + by }
    runs = repeat seed in [1, 2, 3] {
      train model(mlp, widths=[32, 32]) on=d test=t epochs=EPOCHS batch=20 seed=seed checkpoint=30ms {
        at start { measure srel points=pts }
        every 2 batches { measure srel points=pts update=[sgd(lr=1e-3), adam_fresh(lr=1e-4)]; seen = seen + 1 }
        when (loss < 0.6) { seen = weighted(seen); show loss }
        at 1 epochs { save rows to="block_{step}.csv" }
        every 7 steps { save rows to="block.csv"; rows = evaluate on=d }
        at end { evaluate on=d; show accuracy }
      }
    }
    seen
    one = runs[0]
    step one 40 checkpoint=30ms { every 5 steps { measure srel points=pts } }

    # %% figure
    plot runs.srel x=step by=same average=median update=sgd to="s.svg"
    show one.history rows=8

    # %% results
    save runs to="runs" formats=[csv, safetensors]
    """

  /// Every file of a run with its bytes, but those of times.
  private func tree(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
      guard name != "run.json", let data = FileManager.default.contents(atPath: folder + "/" + name) else {
        continue
      }
      files[name] = data
    }
    return files
  }

  /// The results of a run, wherever the script stands.
  private func said(_ outcome: Outcome, by script: Script) -> String {
    outcome.output.replacingOccurrences(of: script.folder.path, with: "FOLDER")
  }

  private func night(epochs: Int) -> String {
    Self.night.replacingOccurrences(of: "EPOCHS", with: "\(epochs)")
  }

  /// Killed at twenty moments, and resumed each time.
  @Test func twentyKillsLeaveNoTrace() throws {
    let text = night(epochs: 40)
    let whole = try Script(text, name: "n.srel")
    let unbroken = try Program.run([whole.path, "--threads", "1"])
    #expect(unbroken.code == 0, "\(unbroken.errors)")

    let script = try Script(text, name: "n.srel")
    var random = SystemMoments(seed: 20)
    var kills = 0
    var resumed = 0
    while kills < 20 {
      let process = try BatchProcess([Program.path, script.path, "--resume", "--threads", "\(1 + kills % 2)"])
      usleep(random.next(from: 20_000, to: 160_000))
      process.signal(SIGKILL)
      let outcome = try process.outcome()
      kills += 1
      if outcome.errors.contains("goes on from step") { resumed += 1 }
      if outcome.code == 0 { break }
      #expect(outcome.code == 128 + SIGKILL, "\(outcome.errors)")
    }
    let last = try Program.run([script.path, "--resume"])
    #expect(last.code == 0, "\(last.errors)")
    #expect(said(last, by: script) == said(unbroken, by: whole))
    #expect(kills == 20 && resumed >= 3, "\(kills) kills, \(resumed) of them after a training went on")
    let (left, right) = (try tree(script.folder.file("n.out")), try tree(whole.folder.file("n.out")))
    #expect(left.keys.sorted() == right.keys.sorted())
    for (name, data) in right { #expect(left[name] == data, "\(name)") }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aStoppedRunGoesOn(signal: Int32) throws {
    let text = night(epochs: 60)
    let whole = try Script(text, name: "n.srel")
    let unbroken = try Program.run([whole.path])
    #expect(unbroken.code == 0, "\(unbroken.errors)")

    let script = try Script(text, name: "n.srel")
    let process = try BatchProcess([Program.path, script.path])
    try process.waitForErrors(containing: "seed=1  epoch 60.00")
    process.signal(signal)
    let stopped = try process.outcome()
    #expect(stopped.code == 128 + signal, "\(stopped.errors)")
    // The second training may not have begun yet.
    let isBetween = !stopped.errors.contains("stopped: seed=2 at step ")
    let place = isBetween ? "seed=1 was done" : "seed=2 at step "
    #expect(stopped.errors.contains("n.out/checkpoints/train-"))
    #expect(stopped.errors.contains("--resume goes on with it, --fresh begins anew"))
    #expect(stopped.errors.matches(of: /checkpoints\/train-/).count == 1, "the path is said once")

    // Over it nothing begins by itself.
    let record = try script.folder.text("n.out/outputs.json")
    let plain = try Program.run([script.path])
    #expect(plain.code == 1 && plain.output == "")
    #expect(plain.errors.contains("an earlier run was stopped in cell 'train': " + place))
    #expect(plain.errors.contains("--resume goes on from there, --fresh begins anew"))
    #expect(try script.folder.text("n.out/outputs.json") == record)

    // Another cell than the one that was stopped cannot go on.
    _ = try script.folder.write(
      text.replacingOccurrences(of: "widths=[32, 32]", with: "widths=[33]"), as: "n.srel")
    let changed = try Program.run([script.path, "--resume"])
    #expect(changed.code == 1)
    #expect(changed.errors.contains("cell 'train' cannot go on from where it was stopped (" + place))
    #expect(changed.errors.contains("its text has changed"))
    _ = try script.folder.write(
      text.replacingOccurrences(of: "per_class=40", with: "per_class=50"), as: "n.srel")
    let other = try Program.run([script.path, "--resume"])
    #expect(other.code == 1 && other.errors.contains("d has another value"), "\(other.errors)")

    _ = try script.folder.write(text, as: "n.srel")
    let resumed = try Program.run([script.path, "--resume"])
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(said(resumed, by: script) == said(unbroken, by: whole))
    #expect(
      resumed.errors.contains("seed=1: taken as it was")
        && (isBetween || resumed.errors.contains("seed=2: goes on from step")))
    let (left, right) = (try tree(script.folder.file("n.out")), try tree(whole.folder.file("n.out")))
    for (name, data) in right { #expect(left[name] == data, "\(name)") }
    #expect(left.count == right.count)
    // There is nothing left to go on with.
    let again = try Program.run([script.path, "--resume"])
    #expect(again.code == 0 && said(again, by: script) == said(unbroken, by: whole))
    #expect(again.errors.contains("train: unchanged, kept"))
  }

  /// A seed that failed before the stop fails again, and the others end as without it.
  @Test func aStoppedRunWithAFailedPassGoesOn() throws {
    let text = """
      # %% train
      d = make mixture classes=2 per_class=40 dimensions=4
      pts = pick d per_class=8
      runs = repeat lr in [0.01, 1e30, 0.02] on_error=keep {
        train model(mlp, widths=[32, 32]) on=d loss=mse optimizer=sgd(lr=lr) batch=10 epochs=60 checkpoint=20ms {
          every 2 batches { measure srel points=pts update=sgd(lr=1e-3) distance=output }
        }
      }
      # %% later
      show (runs.history) rows=20
      save runs to="runs" formats=[csv, safetensors]
      """
    let whole = try Script(text, name: "n.srel")
    let unbroken = try Program.run([whole.path])
    #expect(unbroken.code == 1 && unbroken.errors.contains("its weights have diverged"), "\(unbroken.errors)")

    let script = try Script(text, name: "n.srel")
    let process = try BatchProcess([Program.path, script.path])
    try process.waitForErrors(containing: "its weights have diverged")
    process.signal(SIGINT)
    let stopped = try process.outcome()
    #expect(stopped.code == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("--resume goes on with it"), "\(stopped.errors)")
    let plain = try Program.run([script.path])
    #expect(plain.code == 1 && plain.errors.contains("an earlier run was stopped in cell 'train'"))
    let resumed = try Program.run([script.path, "--resume"])
    #expect(resumed.code == 1 && resumed.errors.contains("lr=0.01: taken as it was"), "\(resumed.errors)")
    #expect(said(resumed, by: script) == said(unbroken, by: whole))
    // The trainings of a cell with a failed pass are kept for the next run, as far as the last checkpoint went.
    func made(_ folder: String) throws -> [String: Data] {
      try tree(folder).filter { !$0.key.hasPrefix("cache/") && !$0.key.hasPrefix("checkpoints/") }
    }
    #expect(try made(script.folder.file("n.out")) == made(whole.folder.file("n.out")))
  }

  @Test func freshBeginsAnewOverACheckpoint() throws {
    let script = try Script(night(epochs: 30), name: "n.srel")
    let process = try BatchProcess([Program.path, script.path])
    try process.waitForErrors(containing: "seed=1  epoch 30.00")
    process.signal(SIGTERM)
    #expect(try process.outcome().code == 143)
    let fresh = try Program.run([script.path, "--fresh"])
    #expect(fresh.code == 0 && !fresh.errors.contains("goes on"), "\(fresh.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: script.folder.file("n.out/checkpoints")).isEmpty)
  }

  @Test func aDamagedCheckpointIsAnError() throws {
    let script = try Script(night(epochs: 30), name: "n.srel")
    let process = try BatchProcess([Program.path, script.path])
    try process.waitForErrors(containing: "seed=1  epoch 30.00")
    process.signal(SIGTERM)
    #expect(try process.outcome().code == 143)
    let folder = script.folder.file("n.out/checkpoints")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    for damage in 0..<3 {
      var bytes = whole
      if damage == 0 { bytes[bytes.count / 2] ^= 1 }
      if damage == 1 { bytes = bytes.prefix(100) }
      if damage == 2 { bytes = Data() }
      try bytes.write(to: URL(fileURLWithPath: folder + "/" + name))
      for flags in [[], ["--resume"]] {
        let outcome = try Program.run([script.path] + flags)
        #expect(outcome.code == 1 && outcome.errors.contains("cannot be read"), "\(outcome.errors)")
        #expect(outcome.errors.contains("--fresh begins anew without it"))
      }
    }
    // A state that is gone is trained anew, and the bytes are those of always.
    try whole.write(to: URL(fileURLWithPath: folder + "/" + name))
    let objects = script.folder.file("n.out/cache/objects")
    for object in try FileManager.default.contentsOfDirectory(atPath: objects) {
      try Data("x".utf8).write(to: URL(fileURLWithPath: objects + "/" + object))
    }
    let outcome = try Program.run([script.path, "--resume"])
    #expect(outcome.code == 0 && outcome.errors.contains("trained anew"), "\(outcome.errors)")
    let plain = try Script(night(epochs: 30), name: "n.srel")
    #expect(try said(Program.run([plain.path]), by: plain) == said(outcome, by: script))
  }

  @Test func outsideOfANotebookCheckpointsAreRefusedInWords() throws {
    let data = "d = make mixture classes=2 per_class=5 dimensions=2"
    let outcome = try Program.run(["-e", data, "-e", "train model(linear) on=d batch=5 checkpoint=1min"])
    #expect(
      outcome.code == 0 && outcome.errors.contains("checkpoint= keeps nothing here"), "\(outcome.errors)")
    let wrong = try Program.run(["-e", data, "-e", "train model(linear) on=d checkpoint=5MB"])
    #expect(wrong.code == 2 && wrong.errors.contains("a time such as 5min"), "\(wrong.errors)")
  }

  @Test func theCommandLineIsChecked() throws {
    for arguments in [
      ["--resume"], ["--fresh", "-"], ["x.srel", "--resume", "--fresh"], ["x.srel", "--why", "a", "--fresh"],
    ] {
      #expect(try Program.run(arguments).code == 2)
    }
    let script = try Script("# %% a\nx = 1\n", name: "n.srel")
    #expect(try Program.run([script.path]).code == 0)
    let answer = try Program.run([script.path, "--why", "a"])
    #expect(answer.code == 0 && answer.output == "a would not run: nothing has changed\n")
    let unknown = try Program.run([script.path, "--why", "b"])
    #expect(unknown.code == 2 && unknown.errors.contains("there is no cell 'b'"))
  }

  /// Where tmpfs can be mounted, a full disk leaves the checkpoint before it and the training goes on.
  @Test func aFullDiskLeavesTheLastCheckpoint() throws {
    let folder = try TemporaryFolder()
    let mounted = try ChildProcess(["/bin/mount", "-t", "tmpfs", "-o", "size=900k", "none", folder.path])
      .ending()
    guard mounted == .exit(0) else {
      print("a file system cannot be mounted here: the full disk is not tested")
      return
    }
    defer { _ = try? ChildProcess(["/bin/umount", "-l", folder.path]).ending() }
    let script = try folder.write(
      """
      # %% train
      d = make mixture classes=2 per_class=10 dimensions=4
      run = train model(mlp, widths=[60, 60]) on=d batch=5 steps=60000 seed=1 checkpoint=1ms
      """, as: "n.srel")
    let process = try BatchProcess([Program.path, script])
    try process.waitForErrors(containing: "run  epoch ")
    let checkpoints = folder.file("n.out/checkpoints")
    for _ in 0..<5000
    where (try? FileManager.default.contentsOfDirectory(atPath: checkpoints))?.isEmpty ?? true {
      usleep(1000)
    }
    // What is left of the disk goes to another file.
    var room = [UInt8](repeating: 1, count: 4096)
    let filler = open(folder.file("filler"), O_WRONLY | O_CREAT, 0o600)
    while write(filler, &room, room.count) > 0 {}
    try process.waitForErrors(containing: "could not be kept")
    process.signal(SIGKILL)
    let outcome = try process.outcome()
    #expect(outcome.errors.contains("the disk is full"), "\(outcome.errors)")
    close(filler)
    unlink(folder.file("filler"))
    let resumed = try Program.run([script, "--resume"])
    #expect(resumed.code == 0 && resumed.errors.contains("run: goes on from step"), "\(resumed.errors)")
  }

  /// Where tmpfs can be mounted, checkpoints on a file system that becomes read-only stay as they were.
  @Test func aReadOnlyDiskLeavesTheLastCheckpoint() throws {
    let script = try Script(
      """
      # %% train
      d = make mixture classes=2 per_class=10 dimensions=4
      run = train model(mlp, widths=[60, 60]) on=d batch=5 steps=60000 seed=1 checkpoint=1ms
      """, name: "n.srel")
    let place = script.folder.file("n.out/checkpoints")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    func mount(_ arguments: String...) throws -> Bool {
      try ChildProcess(["/bin/mount"] + arguments).ending() == .exit(0)
    }
    guard try mount("-t", "tmpfs", "-o", "size=1m", "none", place) else {
      print("a file system cannot be mounted here: the read-only disk is not tested")
      return
    }
    defer { _ = try? ChildProcess(["/bin/umount", "-l", place]).ending() }
    let process = try BatchProcess([Program.path, script.path])
    // While a checkpoint is being written, the system refuses.
    var isReadOnly = false
    for _ in 0..<5000 where !isReadOnly {
      usleep(1000)
      let names = try FileManager.default.contentsOfDirectory(atPath: place)
      if names.contains(where: { $0.hasSuffix(".checkpoint") }) {
        isReadOnly = try mount("-o", "remount,ro", place)
      }
    }
    #expect(isReadOnly)
    try process.waitForErrors(containing: "could not be kept")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: place).first)
    let before = try Data(contentsOf: URL(fileURLWithPath: place + "/" + name))
    process.signal(SIGTERM)
    let stopped = try process.outcome()
    #expect(stopped.code == 143 && stopped.errors.contains("the file system is read-only"))
    #expect(stopped.errors.contains("kept in '\(place)/\(name)': --resume"), "\(stopped.errors)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: place + "/" + name)) == before)
    #expect(try mount("-o", "remount,rw", place))
    let resumed = try Program.run([script.path, "--resume"])
    #expect(resumed.code == 0 && resumed.errors.contains("run: goes on from step"), "\(resumed.errors)")
  }
}

/// Moments in microseconds, the same in every run of the tests.
private struct SystemMoments {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(from low: UInt32, to high: UInt32) -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return low + UInt32((state >> 33) % UInt64(high - low))
  }
}
