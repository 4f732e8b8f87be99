import Foundation
import ProgramSupport
import TestSupport
import Testing

/// How much memory notebooks take.
@Suite struct MemoryTests {
  /// Eight runs of 4 million weights, 16 MB each; in a step, the gradients of four shards take 64 MB more.
  @Test func runsThatAreKeptTakeTheirWeightsOnlyAsForetold() throws {
    let script = try Script(
      """
      # %% all
      d = make mixture classes=2 per_class=64 dimensions=10
      runs = repeat s in 1..8 {
        train model(mlp, widths=[2000, 2000]) on=d batch=64 steps=1 optimizer=sgd(lr=0.01) seed=s
      }
      """, name: "n.srel")
    let process = try BatchProcess([Program.path, script.path])
    let found = Double(try process.peakMemory())
    let outcome = try process.outcome()
    #expect(outcome.code == 0, "\(outcome.errors)")
    let plan = try Program.run([script.path, "--check"]).output
    let foretold = try #require(plan.matches(of: /, (\d+) MB/).last.flatMap { Double($0.1) }) * 1e6
    // The system's heap adds what lies unused between its blocks.
    #expect((0.5...1.2).contains(foretold / found), "foretold \(foretold), found \(found)")
  }

  /// Twelve sets of 48 MB, of which each takes the name of the one before.
  @Test func aDataSetWithoutANameIsLetGo() throws {
    let cells = (1...12).map {
      "# %% c\($0)\nd = make mixture classes=2 per_class=20000 dimensions=300 seed=\($0)\n"
    }
    let script = try Script(cells.joined(), name: "n.srel")
    let process = try BatchProcess([Program.path, script.path])
    let peak = try process.peakMemory()
    let outcome = try process.outcome()
    #expect(outcome.code == 0 && peak > 96_000_000 && peak < 400_000_000, "\(peak) bytes, \(outcome)")
  }
}
