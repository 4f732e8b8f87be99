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
          seed: Self.seed, isExact: true)
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
      PhaseFit(times: times, values: times.map(value), seed: Self.seed, isExact: true).outcome
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

  /// A fall after the last joint alone is a change, which has not settled.
  @Test func aLateFallIsStillGoingOn() {
    let noise = RandomStream(Seed(5), .data, object: "late").normals(0..<41)
    let times = Self.times(41, 1)
    let values = times.indices.map { exp(-1.2 * max(log10(times[$0]) - 3, 0) + 0.03 * noise[$0]) }
    let fit = PhaseFit(times: times, values: values, seed: Self.seed)
    #expect(fit.outcome == .changing && fit.onset == nil)
    #expect((fit.moved ?? 0) > 2 && (fit.lateSlope ?? 0) < -0.4)
  }

  @Test func aDenominatorThatCrossesZeroIsASpikeNoPhase() {
    let times = Self.times(40)
    var values = times.map { _ in 0.3 }
    values[20] = 50
    let fit = PhaseFit(times: times, values: values, seed: Self.seed)
    #expect(fit.outcome == .none)
    #expect(fit.spikes == [times[20]])
    var settling = times.map { Self.settling($0, from: 0.1, to: 0.5, middle: 1) }
    let before = PhaseFit(times: times, values: settling, seed: Self.seed, isExact: true)
    settling[30] = 40
    let after = PhaseFit(times: times, values: settling, seed: Self.seed, isExact: true)
    #expect(after.spikes == [times[30]] && before.spikes == [])
    #expect(abs((after.onset ?? 0) / (before.onset ?? 1) - 1) < 0.3)
  }

  @Test func timesAtZeroAndValuesWithoutLogarithmAreLeftOut() {
    let times = [0] + Self.times(30) + [.nan, 1e5]
    let values = [0.1] + Self.times(30).map { Self.settling($0, from: 0.1, to: 0.5, middle: 1) } + [0.5, -1]
    let fit = PhaseFit(times: times, values: values, seed: Self.seed, isExact: true)
    #expect(fit.count == 30 && fit.leftOut == 3 && fit.outcome == .settles)
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

  // MARK: The pieces, beside slow ones

  /// Least squares by the normal equations in the plain basis, solved by elimination: the sum of squares that
  /// is left.
  private static func left(_ x: [Double], _ y: [Double], joints: [Double]) -> Double {
    let columns = [x.map { _ in 1.0 }, x] + joints.map { p in x.map { max($0 - p, 0) } }
    var system = columns.map { a in
      columns.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } + [
        zip(a, y).reduce(0) { $0 + $1.0 * $1.1 }
      ]
    }
    for pivot in system.indices {
      for row in system.indices where row != pivot {
        let factor = system[row][pivot] / system[pivot][pivot]
        for k in system[row].indices { system[row][k] -= factor * system[pivot][k] }
      }
    }
    let beta = system.indices.map { system[$0][columns.count] / system[$0][$0] }
    return y.indices.reduce(0) { sum, i in
      let fitted = columns.indices.reduce(0) { $0 + beta[$1] * columns[$1][i] }
      return sum + (y[i] - fitted) * (y[i] - fitted)
    }
  }

  /// The joint of a clean bend lies where least squares over a fine grid leaves least, and the slopes are
  /// those of its sides.
  @Test func theOnsetIsThatOfASlowSearch() throws {
    let times = Self.times(33, 1)
    for trial in 0..<5 {
      let noise = RandomStream(Seed(UInt64(trial)), .data, object: "slow search").normals(0..<33)
      let y = times.indices.map { i in -0.55 * min(log10(times[i]) - 2.13, 0) + 0.01 * noise[i] }
      let fit = PhaseFit(times: times, values: y.map { exp($0) }, seed: Self.seed)
      let onset = log10(try #require(fit.onset))
      let x = times.map { log10($0) }
      let grid = (0...1000).map { 1.9 + 0.0005 * Double($0) }
      let best = try #require(grid.min { Self.left(x, y, joints: [$0]) < Self.left(x, y, joints: [$1]) })
      #expect(abs(onset - best) < 1e-3, "\(onset) beside \(best)")
      #expect(abs((fit.earlySlope ?? 0) + 0.55 / log(10)) < 0.01 && abs(fit.lateSlope ?? 1) < 0.01)
      #expect(abs(log(fit.moved ?? 0) - 0.55 * onset) < 0.05)
    }
  }

  @Test func theOrderOfTheTimesAndRepeatedTimesDoNotMatter() {
    let times = Self.times(30)
    let values = times.map { Self.settling($0, from: 0.1, to: 0.5, middle: 1) }
    let straight = PhaseFit(times: times, values: values, seed: Self.seed)
    #expect(straight == PhaseFit(times: times.reversed(), values: values.reversed(), seed: Self.seed))
    let twice = PhaseFit(times: times + times, values: values + values, seed: Self.seed)
    #expect(twice == straight && twice.count == 30)
  }

  /// Many more measurements than a fit takes are averaged, with the same onset.
  @Test func aLongRunIsAveraged() throws {
    let noise = RandomStream(Seed(3), .data, object: "long run").normals(0..<20_000)
    let times = (1...20_000).map(Double.init)
    let values = times.indices.map { exp(-0.8 * min(log10(times[$0]) - 2, 0) + 0.05 * noise[$0]) }
    let fit = PhaseFit(times: times, values: values, seed: Self.seed)
    #expect(fit.outcome == .settles && fit.count <= 400)
    #expect(abs(log10(try #require(fit.onset)) - 2) < 0.1)
  }

  @Test(
    arguments: [
      ([Double.nan, 0, -1], [Double](repeating: 1, count: 3)), ([1e-300, 1, 1e300], [1, 2, 3]), ([], []),
      ((0..<20).map { Double($0) }, [Double](repeating: 0, count: 20)),
      ((0..<20).map { 1e-30 * pow(1e3, Double($0)) }, (0..<20).map { $0 % 2 == 0 ? 1e-300 : 1e300 }),
      ([1, 2, 3, 4, 5, 6, 7, 1e6], [1, 2, 1, 2, 1, 2, 1, 2]),
      ([1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1e6], [1, 2, 1, 2, 1, 2, 1, 2]),
    ] as [([Double], [Double])])
  func strangeCurvesHaveAnOutcome(times: [Double], values: [Double]) {
    let fit = PhaseFit(times: times, values: values, seed: Self.seed)
    #expect(fit.outcome != .settles && fit.onset == nil)
    #expect(!fit.remarks.isEmpty || fit.outcome != .tooShort)
    #expect(fit.count + fit.leftOut + fit.spikes.count == times.count)
  }

  // MARK: Tables

  /// Runs of conditions whose onsets are 10^x, with an effect of the seed that conditions share.
  private static func runs(
    _ onsets: [(String, Double)], seeds: Int, noise deviation: Double = 0.03, shared: Double = 0.15
  ) throws -> Table {
    var table = Table(columns: [("setting", .key), ("seed", .replicate), ("time", .axis), ("value", .value)])
    for (name, onset) in onsets {
      for seed in 0..<seeds {
        let shift = shared * RandomStream(Seed(UInt64(seed)), .data, object: "shift").normal(at: 0)
        let noise = RandomStream(Seed(UInt64(seed)), .data, object: name).normals(0..<41)
        for (i, time) in times(41, 1).enumerated() {
          let y = -0.55 * min(log10(time) - onset - shift, 0) + deviation * noise[i]
          try table.append([.text(name), .number(Double(seed)), .number(time), .number(exp(y))])
        }
      }
    }
    return table
  }

  /// Onsets that differ by half a decade do so with a small p; paired runs, which share the seed's effect,
  /// tell it more sharply than runs apart, and equal onsets do not differ.
  @Test func onsetsOfTwoConditionsAreCompared() throws {
    let table = try Self.runs([("a", 1.7), ("b", 2.2), ("c", 1.7)], seeds: 6)
    func rows(_ paired: String?) throws -> Table {
      try Phases.differences(
        table, Phases.Columns(), between: "setting", paired: paired, seed: Self.seed, workers: .all)
    }
    let (paired, apart) = (try rows("seed"), try rows(nil))
    #expect(paired.rowCount == 3 && apart.rowCount == 3)
    func number(_ table: Table, _ row: Int, _ column: String) throws -> Double {
      try #require(try table.cell(row, column).number)
    }
    // b against a, c against a, c against b.
    #expect(try abs(log10(number(paired, 0, "value")) - 0.5) < 0.1)
    #expect(try number(paired, 0, "low") > 1 && number(paired, 0, "p") < 0.001)
    #expect(
      try number(paired, 1, "low") < 1 && number(paired, 1, "high") > 1 && number(paired, 1, "p") > 0.05)
    #expect(try number(paired, 2, "high") < 1)
    for row in 0..<3 {
      #expect(try number(paired, row, "comparisons") == 3)
      #expect(
        try number(paired, row, "high") / number(paired, row, "low")
          < number(apart, row, "high") / number(apart, row, "low"))
    }
    // Two runs are too few, and one condition has nothing beside it.
    let few = try Phases.differences(
      try Self.runs([("a", 1.7), ("b", 2.2)], seeds: 2), Phases.Columns(), between: "setting",
      seed: Self.seed,
      workers: .all)
    #expect(try few.cell(0, "p") == .missing && few.cell(0, "note") != .missing)
    #expect(throws: ElasticityError.oneCondition(column: "setting")) {
      try Phases.differences(
        try Self.runs([("a", 1.7)], seeds: 3), Phases.Columns(), between: "setting", seed: Self.seed,
        workers: .all)
    }
  }

  /// Equal onsets differ by p < .05 about as often as they should, paired and apart.
  @Test(arguments: ["seed", nil] as [String?]) func equalOnsetsSeldomDiffer(paired: String?) throws {
    var found = 0
    for trial in 0..<60 {
      var table = Table(columns: [
        ("setting", .key), ("seed", .replicate), ("time", .axis), ("value", .value),
      ])
      for setting in ["a", "b"] {
        for seed in 0..<4 {
          let stream = RandomStream(Seed(UInt64(trial)), .data, object: "\(setting) \(seed) null")
          let onset = 1.825 + 0.15 * stream.normal(at: 1000)
          for (i, time) in Self.times(31, 1).enumerated() {
            let y = -0.55 * min(log10(time) - onset, 0) + 0.05 * stream.normal(at: UInt64(i))
            try table.append([.text(setting), .number(Double(seed)), .number(time), .number(exp(y))])
          }
        }
      }
      let row = try Phases.differences(
        table, Phases.Columns(), between: "setting", paired: paired, seed: Self.seed, workers: .all)
      if let p = try row.cell(0, "p").number, p < 0.05 { found += 1 }
    }
    #expect(Asked.atMost(0.05).allows(found, of: 60), "\(found) of 60")
  }

  @Test func runsWithOtherTimesAreTakenWhereTheyMeet() throws {
    var table = Table(columns: [("seed", .replicate), ("time", .axis), ("value", .value)])
    for seed in 0..<3 {
      let noise = RandomStream(Seed(UInt64(seed)), .data, object: "times").normals(0..<41)
      for (i, time) in Self.times(41, 1).enumerated() where seed == 0 || i != 7 * seed {
        let y = -0.55 * min(log10(time) - 2, 0) + 0.03 * noise[i]
        try table.append([.number(Double(seed)), .number(time), .number(exp(y))])
      }
    }
    let found = try Phases.table(table, Phases.Columns(), seed: Self.seed, workers: .all)
    #expect(try found.cell(0, "n") == .number(39) && found.cell(0, "left_out") == .number(4))
    #expect(try found.cell(0, "outcome") == .text("settles") && found.cell(0, "low") != .missing)
    // Runs that never meet.
    var apart = Table(columns: [("seed", .replicate), ("time", .axis), ("value", .value)])
    for seed in 0..<2 {
      for time in Self.times(30, 1 + Double(seed)) {
        try apart.append([.number(Double(seed)), .number(time), 1])
      }
    }
    let none = try Phases.table(apart, Phases.Columns(), seed: Self.seed, workers: .all)
    #expect(try none.cell(0, "outcome") == .text(PhaseOutcome.apart.rawValue))
    #expect(try none.cell(0, "note") != .missing)
  }

  /// One run has an interval, two have none and say why, and any number of threads gives the same.
  @Test func oneRunHasAnIntervalAndTwoHaveNone() throws {
    for seeds in [1, 2, 3] {
      let table = try Self.runs([("a", 1.7)], seeds: seeds, shared: 0)
      let columns = Phases.Columns(by: ["setting"])
      let found = try Phases.table(table, columns, seed: Self.seed, workers: .all)
      #expect(try found.cell(0, "outcome") == .text("settles"))
      let (low, high) = (try found.cell(0, "low").number, try found.cell(0, "high").number)
      if seeds == 2 {
        #expect(low == nil && high == nil)
        #expect(try found.cell(0, "note").description.contains("needs 3"))
      } else {
        let truth = pow(10, 1.7)
        #expect(try #require(low) < truth && truth < #require(high))
      }
      #expect(try Phases.table(table, columns, seed: Self.seed, workers: Workers(count: 1)) == found)
    }
  }

  /// A spike of one run among several costs the others nothing.
  @Test func aSpikeOfOneRunIsNamedAndDoesNotMoveTheOnset() throws {
    let clean = try Self.runs([("a", 1.7)], seeds: 3)
    var spiked = Table(columns: [("setting", .key), ("seed", .replicate), ("time", .axis), ("value", .value)])
    for row in 0..<clean.rowCount {
      var cells = clean.columns.map { $0[row] }
      if row == 60 { cells[3] = 1000 }
      try spiked.append(cells)
    }
    let columns = Phases.Columns(by: ["setting"])
    let before = try Phases.table(clean, columns, seed: Self.seed, workers: .all)
    let after = try Phases.table(spiked, columns, seed: Self.seed, workers: .all)
    #expect(
      try after.cell(0, "spikes") == .number(1) && after.cell(0, "first_spike") == clean.cell(60, "time"))
    #expect(try after.cell(0, "n") == before.cell(0, "n"))
    let onsets = (
      try #require(try before.cell(0, "onset").number), try #require(try after.cell(0, "onset").number)
    )
    #expect(abs(log10(onsets.0 / onsets.1)) < 0.05)
  }

  /// The real network after its burn-in (the cases folder; skipped where absent): at most 5 % of its curves
  /// settle.
  @Test(arguments: ["s3c_kl_mean", "s3c_kl_geomean"])
  func aStationaryNetworkDoesNotSettle(name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = root.path + "/shared/cases/science/phases_stationary_network/\(name).csv"
    guard FileManager.default.fileExists(atPath: path) else {
      print("skipped: no \(path)")
      return
    }
    let table = try Table(csv: String(contentsOfFile: path, encoding: .utf8))
    let found = try Phases.table(table, Phases.Columns(by: ["case"]), seed: Self.seed, workers: .all)
    let settling = try found.column(named: "outcome").cells.count { $0 == .text("settles") }
    #expect(found.rowCount == 360)
    #expect(Asked.atMost(0.05).allows(settling, of: found.rowCount), "\(settling) of 360")
  }
}
