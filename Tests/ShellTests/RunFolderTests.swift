import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What a run of a notebook leaves in its folder.
@Suite struct RunFolderTests {
  private static let notebook = """
    use srel 1

    # %% [markdown] intro
    # # A mixture

    # %% params
    param size = 20   "samples of each class"

    # %% train tol=1e-6
    d = make mixture classes=3 per_class=size dimensions=4
    runs = repeat seed in [1, 2] {
      train model(mlp, widths=[8]) on=d batch=20 steps=6 seed=seed {
        every 2 steps { measure srel points=d[0..5] }
      }
    }
    show runs.srel rows=3

    # %% figure hide=code
    plot runs.srel x=step by=same average=median to=["s.svg", "s.png", "s.pdf"]

    # %% save
    save runs to="results/x" formats=[csv, jsonl, npz, pickle, tensorboard, safetensors]
    """

  /// Every file below a folder with its bytes.
  private func tree(_ folder: String, without left: Set<String> = []) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
      // What saves time is not meant to be shared.
      guard !left.contains(name), !name.hasPrefix("cache/"),
        let data = FileManager.default.contents(atPath: folder + "/" + name)
      else {
        continue
      }
      files[name] = data
    }
    return files
  }

  @Test func twoRunsDifferInTheConditionsOnly() throws {
    let one = try Script(Self.notebook, name: "n.srel")
    let other = try Script(Self.notebook, name: "n.srel")
    let first = try Program.run([one.path, "--threads", "1"])
    #expect(first.code == 0, "\(first.errors)")
    let out = other.folder.file("deep/elsewhere")
    let second = try Program.run([other.path, "--out", out, "--threads", "2", "-q", "--json"])
    #expect(second.code == 0, "\(second.errors)")
    let folder = one.folder.file("n.out")
    let left = try tree(folder, without: ["run.json"])
    #expect(try left == tree(out, without: ["run.json"]))
    #expect(
      Set(left.keys).isSuperset(of: [
        ".gitignore", "outputs.json", "report.html", "figures/s.svg", "figures/s.png", "figures/s.data.csv",
        "results/x.csv", "results/x_seed=1.safetensors",
      ]), "\(left.keys)")
    #expect(left["lock"] == nil, "the lock goes with the run")
    #expect(try one.folder.text("n.srel") == Self.notebook)
    let report = try one.folder.text("n.out/report.html")
    #expect(report.utf8.count < 300_000 && !report.contains("=\"http") && !report.contains("url(http"))
    // Again over what is there.
    #expect(try Program.run([one.path]).code == 0)
    #expect(try tree(folder, without: ["run.json"]) == left)
  }

  @Test func theRecordNamesWhatEachCellMade() throws {
    let script = try Script(Self.notebook, name: "n.srel")
    #expect(try Program.run([script.path, "-p", "size=10"]).code == 0)
    let record = try object(script.folder.text("n.out/outputs.json"))
    let cells = try #require(record["cells"] as? [[String: Any]])
    #expect(cells.map { $0["name"] as? String } == ["cell 1", "intro", "params", "train", "figure", "save"])
    #expect(cells.map { $0["state"] as? String } == .init(repeating: "done", count: 6))
    #expect(record["parameters"] as? [String: String] == ["size": "10"])
    let values = try #require(cells[3]["values"] as? [[String: String]])
    #expect(values.map { $0["name"] } == ["d", "runs"])
    #expect(Set(values.map { $0["digest"] ?? "" }).count == 2)
    #expect(cells[3]["options"] as? [String: String] == ["tol": "1e-6"])
    let files = try #require(cells[4]["files"] as? [[String: String]])
    #expect(
      files.map { $0["path"] } == ["figures/s.svg", "figures/s.data.csv", "figures/s.png", "figures/s.pdf"])
    #expect((cells[4]["figures"] as? [[String: String]])?.first?["file"] == "figures/s.svg")
    let conditions = try object(script.folder.text("n.out/run.json"))
    #expect(conditions["exit"] as? Int == 0)
    #expect((conditions["command"] as? String)?.hasSuffix("n.srel -p size=10") == true)
    #expect((conditions["cells"] as? [Any])?.count == 6)
    #expect(try script.folder.text("n.out/.gitignore") == "cache/\ncheckpoints/\nrun.json\nlock\n")
  }

  private func object(_ json: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  private static let long = """
    # %% first
    show 1
    # %% second
    d = make mixture classes=2 per_class=50 dimensions=2
    run = train model(linear) on=d batch=1 steps=1000000000
    # %% third
    show 3
    """

  @Test func aSecondRunIsRefusedAndAKilledOneIsNoObstacle() throws {
    let script = try Script(Self.long, name: "n.srel")
    let process = try BatchProcess([Program.path, script.path])
    try process.waitForErrors(containing: "\n")
    let refused = try Program.run([script.path])
    #expect(refused.code == 1)
    #expect(refused.errors.contains("another run is writing to '\(script.folder.file("n.out"))' (process "))
    #expect(refused.errors.contains("--out"))
    let third = try Program.run([script.path])
    #expect(third.code == 1 && third.errors == refused.errors, "who is refused leaves the lock as it was")
    #expect(try Program.run([script.path, "-n"]).code == 0, "looking is allowed")
    process.signal(SIGKILL)
    _ = try process.outcome()
    // What was made before stands, and the rest is told to be missing.
    let record = try object(script.folder.text("n.out/outputs.json"))
    let cells = try #require(record["cells"] as? [[String: Any]])
    #expect(cells.map { $0["state"] as? String } == ["done", "not run", "not run"])
    #expect(cells[0]["text"] as? [String] == ["1"])
    #expect(try script.folder.text("n.out/report.html").contains("id=\"cell-first\""))
    #expect(try object(script.folder.text("n.out/run.json"))["exit"] == nil)
    #expect(try script.folder.names.contains("n.out"))
    _ = try script.folder.write(Self.long.replacing("1000000000", with: "10"), as: "n.srel")
    #expect(try Program.run([script.path]).code == 0, "the lock of the dead is no obstacle")
    #expect(!FileManager.default.fileExists(atPath: script.folder.file("n.out/lock")))
  }

  @Test func aFailingCellStandsInItsPlace() throws {
    let script = try Script(
      "# %% a\nshow 1\n# %% b\nx = 2\nassert x > 3 \"large\"\n# %% c\nshow 4\n", name: "n.srel")
    let found = try Program.run([script.path])
    #expect(found.code == 3)
    #expect(found.errors.contains("x is 2"))
    let record = try object(script.folder.text("n.out/outputs.json"))
    let cells = try #require(record["cells"] as? [[String: Any]])
    #expect(cells.map { $0["state"] as? String } == ["done", "failed", "not run"])
    let error = try #require(cells[1]["error"] as? [String])
    #expect(error.first == "n.srel:5:1: error: assertion failed: large")
    #expect(error.contains("  note: x is 2"))
    let report = try script.folder.text("n.out/report.html")
    let place = try #require(report.firstRange(of: "assertion failed: large"))
    #expect(report[..<place.lowerBound].contains("id=\"cell-b\"") && report.contains("not run: c"))
    #expect(try object(script.folder.text("n.out/run.json"))["exit"] as? Int == 3)
  }
}
