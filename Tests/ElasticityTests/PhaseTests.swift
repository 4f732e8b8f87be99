import Elasticity
import Foundation
import Kernels
import Random
import Tables
import Testing

@Suite struct PhaseTests {
  private static let seed = Seed(1)

  private static func times(_ count: Int, _ first: Double = 0.01, _ last: Double = 1e4) -> [Double] {
    (0..<count).map { first * pow(last / first, Double($0) / Double(count - 1)) }
  }

  /// A curve that rises from `from` to `to` in log t around `middle` and then stays.
  private static func settling(_ t: Double, from: Double, to: Double, middle: Double) -> Double {
    exp(log(from) + (log(to) - log(from)) / (1 + pow(middle / t, 2)))
  }

  @Test func pureNoiseHasNoOnset() {
    for deviation in [0.1, 0.3, 1.0] {
      var found = 0
      for trial in 0..<100 {
        let noise = RandomStream(Seed(UInt64(trial)), .data, object: "noise \(deviation)").normals(0..<30)
        let fit = PhaseFit(
          times: Self.times(30, 1), values: noise.map { exp(deviation * $0) }, seed: Self.seed)
        if fit.outcome == .settles { found += 1 }
      }
      #expect(found <= 5, "\(found) false onsets with noise \(deviation)")
    }
  }

  @Test func aCurveThatSettlesHasAnOnsetWhateverTheSpacing() throws {
    for (from, to) in [(0.1, 0.5), (0.9, 0.2)] {
      var onsets: [Double] = []
      for count in [20, 30, 60] {
        let times = Self.times(count)
        let fit = PhaseFit(
          times: times, values: times.map { Self.settling($0, from: from, to: to, middle: 1) },
          seed: Self.seed)
        #expect(fit.outcome == .settles, "\(count) measurements")
        onsets.append(try #require(fit.onset))
        #expect(abs(fit.level - to) < 0.05)
        #expect(fit.moved ?? 0 > 3)
      }
      #expect((onsets.max() ?? 0) / (onsets.min() ?? 1) < 2)
      #expect(onsets[0] > 0.5 && onsets[0] < 20)
    }
  }

  @Test func noiseOnACurveThatSettlesMovesTheOnsetLittle() throws {
    for trial in 0..<20 {
      let noise = RandomStream(Seed(UInt64(trial)), .data, object: "noisy curve").normals(0..<40)
      let times = Self.times(40)
      let values = times.indices.map { i in
        Self.settling(times[i], from: 0.1, to: 0.5, middle: 1) * exp(0.05 * noise[i])
      }
      let fit = PhaseFit(times: times, values: values, seed: Self.seed)
      #expect(fit.outcome == .settles)
      #expect((fit.onset ?? 0) > 0.4 && (fit.onset ?? 0) < 20)
    }
  }

  @Test func constantAndLinearAndShortCurvesHaveNone() {
    let times = Self.times(40)
    func outcome(_ value: (Double) -> Double) -> PhaseOutcome {
      PhaseFit(times: times, values: times.map(value), seed: Self.seed).outcome
    }
    #expect(outcome { _ in 0.115 } == .none)
    #expect(outcome { _ in 0.115 * (1 + 1e-13 * Double.random(in: 0...1)) } == .none)
    #expect(outcome { 0.1 * pow($0, 0.1) } == .none)
    // Slow first, fast at the end.
    #expect(outcome { 0.1 * (1 + $0 / 10) } == .changing)
    let few = PhaseFit(times: [1, 10, 100], values: [1, 2, 3], seed: Self.seed)
    #expect(few.outcome == .tooShort)
    let none = PhaseFit(times: [], values: [], seed: Self.seed)
    #expect(none.outcome == .tooShort && none.level.isNaN)
    let short = PhaseFit(
      times: (0..<20).map { 1 + Double($0) / 10 }, values: (0..<20).map { 1 + Double($0) }, seed: Self.seed)
    #expect(short.outcome == .tooShort)
  }

  @Test func aDenominatorThatCrossesZeroIsASpikeNoPhase() {
    let times = Self.times(40)
    var values = times.map { _ in 0.3 }
    values[20] = 50
    let fit = PhaseFit(times: times, values: values, seed: Self.seed)
    #expect(fit.outcome == .none)
    #expect(fit.spikes == [times[20]])
    var settling = times.map { Self.settling($0, from: 0.1, to: 0.5, middle: 1) }
    let before = PhaseFit(times: times, values: settling, seed: Self.seed)
    settling[30] = 40
    let after = PhaseFit(times: times, values: settling, seed: Self.seed)
    #expect(after.spikes == [times[30]] && before.spikes == [])
    #expect(abs((after.onset ?? 0) / (before.onset ?? 1) - 1) < 0.3)
  }

  @Test func timesAtZeroAndValuesWithoutLogarithmAreLeftOut() {
    let times = [0] + Self.times(30) + [.nan, 1e5]
    let values = [0.1] + Self.times(30).map { Self.settling($0, from: 0.1, to: 0.5, middle: 1) } + [0.5, -1]
    let fit = PhaseFit(times: times, values: values, seed: Self.seed)
    #expect(fit.count == 30 && fit.outcome == .settles)
  }

  @Test func aTableOfSeveralRunsGivesAnInterval() throws {
    var table = Table(columns: [
      ("degree", .key), ("seed", .replicate), ("time", .axis), ("loss", .value), ("value", .value),
    ])
    for seed in 0..<5 {
      for degree in [1.0, 2] {
        let noise = RandomStream(Seed(UInt64(seed)), .data, object: "\(degree)").normals(0..<40)
        for (i, t) in Self.times(40).enumerated() {
          let clean = degree == 1 ? 0.2 : Self.settling(t, from: 0.1, to: 0.5, middle: 1 + 0.2 * Double(seed))
          try table.append([
            .number(degree), .number(Double(seed)), .number(t), .number(1 / t),
            .number(clean * exp(0.03 * noise[i])),
          ])
        }
      }
    }
    #expect(throws: TableError.self) {
      try Phases.table(table, Phases.Columns(), seed: Seed(1), workers: .all)
    }
    let phases = try Phases.table(table, Phases.Columns(by: ["degree"]), seed: Seed(1), workers: .all)
    #expect(phases.rowCount == 2)
    #expect(try phases.cell(0, "outcome") == .text("no phase change"))
    #expect(try phases.cell(0, "onset") == .missing)
    #expect(try phases.cell(1, "outcome") == .text("settles"))
    let onset = try #require(try phases.cell(1, "onset").number)
    let low = try #require(try phases.cell(1, "low").number)
    let high = try #require(try phases.cell(1, "high").number)
    #expect(low <= onset && onset <= high && high / low < 4)
    #expect(try phases.cell(1, "runs_settling") == .number(5))
    let loss = try #require(try phases.cell(1, "loss").number)
    #expect(abs(log(loss * onset)) < 0.5)
    #expect(try Phases.table(table, Phases.Columns(by: ["degree"]), seed: Seed(1), workers: .all) == phases)
  }
}
