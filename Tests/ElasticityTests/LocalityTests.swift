import Elasticity
import Kernels
import Random
import Tables
import TestSupport
import Testing
import Training

@Suite struct LocalityTests {
  /// Two sources of class a and one of b; S as given, self pairs left out.
  private func pairs() throws -> Table {
    var table = Table(columns: Table.Schema.pairs)
    let rows: [(source: Double, same: Bool, value: Double?)] = [
      (0, true, 4), (0, false, 1), (0, false, 3), (1, true, 2), (1, false, 2), (1, false, 1), (2, false, 5),
      (2, false, 7), (3, true, nil), (3, false, nil),
    ]
    for row in rows {
      try table.append([
        "run": .text("r"), "seed": .number(1), "epoch": .number(1), "step": .number(9),
        "update": .text("sgd"),
        "update_lr": .number(0.001), "control": .text("none"), "distance": .text("kl"),
        "source_id": .number(row.source), "same": .flag(row.same),
        "value": row.value.map { .number($0) } ?? .missing,
      ])
    }
    return table
  }

  @Test func theNumbersAreThoseOfPlainArithmetic() throws {
    let table = try Locality.summaries(of: pairs())
    func value(_ name: String) throws -> Double {
      try #require(try table.filtered("summary", equals: .text(name)).numbers(in: "value").first)
    }
    #expect(try value("same") == 3)
    #expect(try value("other") == 19.0 / 6)
    #expect(try abs(value("difference") - (3 - 19.0 / 6)) < 1e-12)
    #expect(try abs(value("ratio") - 18.0 / 19) < 1e-12)
    #expect(try abs(value("lantk") - 18.0 / 37) < 1e-12)
    // Source 0: 4 beats 1 and 3; source 1: 2 ties with 2 and beats 1; source 2 has no pair of its class.
    #expect(try value("auc") == (1 + 0.75) / 2)
    #expect(try table.numbers(in: "n") == [Double](repeating: 8, count: 6))
    #expect(try table.numbers(in: "dropped") == [Double](repeating: 2, count: 6))
  }

  @Test func aTrainedNetIsLocalAndShuffledProbesAreNot() throws {
    let subject = try Subject.Kind.mlp()
    let measured = try subject.measurement(
      MeasurementOptions(
        updates: [.firstOrder], distances: [.logits], controls: [.none, .shuffle], keepsPairs: true))
    let table = try Locality.summaries(of: #require(measured.pairs))
    func row(_ control: String, _ summary: String) throws -> (value: Double, low: Double, high: Double) {
      let row = try table.filtered("control", equals: .text(control))
        .filtered("summary", equals: .text(summary))
      return (
        try row.numbers(in: "value")[0], try row.numbers(in: "low")[0], try row.numbers(in: "high")[0]
      )
    }
    for summary in Locality.allCases.map(\.rawValue) {
      let (value, low, high) = try row("none", summary)
      #expect(low <= value && value <= high, "\(summary)")
    }
    #expect(try row("none", "auc").value > 0.7)
    #expect(try row("none", "difference").low > 0)
    #expect(try Locality.summaries(of: #require(measured.pairs)) == table)
  }

  /// One permutation of twelve probes is not quite without classes; the mean over many is.
  @Test func shuffledProbesHaveNoLocalityOnAverage() throws {
    let subject = try Subject.Kind.mlp()
    func measured(_ control: Control, seed: UInt64) throws -> [String: Double] {
      let measurement = try Measurement(
        network: subject.network, weights: subject.run.weights, loss: .crossEntropy,
        classes: subject.points.classNames,
        context: MeasurementContext(
          run: "r", seed: Seed(seed), epoch: 0, step: 0, loss: nil, accuracy: nil),
        sources: subject.points, probes: subject.points,
        options: MeasurementOptions(
          updates: [.firstOrder], distances: [.logits], averages: [.mean], controls: [control],
          keepsPairs: true
        ), workers: Workers(count: 1))
      let table = try Locality.summaries(of: #require(measurement.pairs))
      let names = try table.column(named: "summary").cells.map(\.description)
      return Dictionary(uniqueKeysWithValues: zip(names, try table.numbers(in: "value")))
    }
    let plain = try measured(.none, seed: 1)
    let shuffled = try (1...60).map { try measured(.shuffle, seed: UInt64($0)) }
    func mean(_ name: String) -> Double {
      shuffled.reduce(0) { $0 + ($1[name] ?? .nan) } / Double(shuffled.count)
    }
    #expect(abs(mean("auc") - 0.5) < 0.03)
    #expect(abs(mean("lantk") - 0.5) < 0.03)
    #expect(abs(mean("difference")) < 0.05 * (plain["difference"] ?? 0))
    #expect((plain["auc"] ?? 0) > 0.7)
  }

  /// Runs with a level of their own, sources around it, two pairs a source.
  private func runs(_ count: Int, sources: Int, between: Double, within: Double, experiment: Int) throws
    -> Table
  {
    var table = Table(columns: Table.Schema.pairs)
    let stream = RandomStream(Seed(3), .data, object: "experiment \(experiment)")
    let levels = stream.normals(0..<UInt64(count))
    let spreads = stream.normals(UInt64(count)..<UInt64(count + count * sources))
    for run in 0..<count {
      for source in 0..<sources {
        let value = 10 + between * levels[run] + within * spreads[run * sources + source]
        for same in [true, false] {
          try table.append([
            "run": .text("r\(run)"), "seed": .number(Double(run)), "epoch": .number(1), "step": .number(9),
            "update": .text("sgd"), "update_lr": .number(0.001), "control": .text("none"),
            "distance": .text("kl"), "source_class": .text("a"), "probe_class": .text(same ? "a" : "b"),
            "source_id": .number(Double(source)), "probe_id": .number(0), "same": .flag(same),
            "d_source": .number(2), "d_probe": .number(2 * value), "sign": .number(1),
            "value": .number(same ? value : 1),
          ])
        }
      }
    }
    return table
  }

  @Test func runsTakenTogetherHaveTheMeanOfTheirNumbers() throws {
    let pairs = try runs(4, sources: 6, between: 2, within: 0.5, experiment: 0)
    let single = try Locality.summaries(of: pairs)
    let pooled = try Locality.summaries(of: pairs, isPooled: true)
    #expect(single.rowCount == 4 * 6 && pooled.rowCount == 6)
    #expect(!pooled.hasColumn(named: "seed") && !pooled.hasColumn(named: "run"))
    #expect(try pooled.numbers(in: "runs") == [Double](repeating: 4, count: 6))
    for summary in Locality.allCases.map({ Cell.text($0.rawValue) }) {
      let each = try single.numbers("value", where: "summary", is: summary)
      let whole = try pooled.numbers("value", where: "summary", is: summary)
      #expect(abs(whole[0] - each.reduce(0, +) / 4) < 1e-12)
    }
    // The spread between runs, four times that within, is in the interval.
    func width(_ table: Table) throws -> Double {
      let rows = try table.filtered("summary", equals: .text("same"))
      return try rows.numbers(in: "high")[0] - rows.numbers(in: "low")[0]
    }
    #expect(try width(pooled) > 2 * width(single))
  }

  /// The averages from pairs are those of the measurement, to the bit, intervals included.
  @Test func averagesOfPairsAreThoseOfTheMeasurement() throws {
    let subject = try Subject.Kind.mlp()
    let measured = try subject.measurement(
      MeasurementOptions(updates: updates, distances: [.kl, .publishedL2], keepsPairs: true))
    let pairs = try #require(measured.pairs)
    for isPooled in [false, true] {
      let found = try Average.all(Average.allCases, of: pairs, isPooled: isPooled)
      #expect(found.rowCount == measured.averages.rowCount)
      for column in ["n", "dropped", "value", "low", "high"] {
        #expect(try found.numbers(in: column) == measured.averages.numbers(in: column), "\(column)")
      }
      for column in ["average", "source_class", "probe_class"] {
        #expect(
          try found.column(named: column).cells == measured.averages.column(named: column).cells)
      }
    }
  }

  /// Over runs that are drawn from one population the interval holds the population's mean about as often as it says;
  /// with eight runs a bootstrap is a little too narrow.
  @Test func intervalsOverRunsHoldTheMeanOfThePopulation() throws {
    let experiments = 120
    var held = (pooled: 0, sources: 0)
    for experiment in 0..<experiments {
      let pairs = try runs(8, sources: 5, between: 1, within: 1, experiment: experiment)
      let average = Cell.text("mean")
      func holds(_ table: Table) throws -> Bool {
        let rows = try table.filtered("average", equals: average).filtered("probe_class", equals: .text("a"))
        return try rows.numbers(in: "low")[0] <= 10 && 10 <= rows.numbers(in: "high")[0]
      }
      if try holds(Average.all([.mean], of: pairs, isPooled: true)) { held.pooled += 1 }
      if try holds(Average.all([.mean], of: pairs, isPooled: false)) { held.sources += 1 }
    }
    #expect(held.pooled > experiments * 85 / 100)
    // The sources of one run know nothing of the other runs.
    #expect(held.sources < experiments * 70 / 100)
  }

  @Test func aTableWithoutPairsIsRefused() throws {
    let subject = try Subject.Kind.mlp()
    let averages = try subject.measurement(MeasurementOptions()).averages
    #expect(throws: TableError.self) { try Locality.summaries(of: averages) }
  }

  @Test func pairsAreGroupedByAnAttribute() throws {
    let subject = try Subject.Kind.mlp()
    var points = subject.points
    points.attributes = [("corrupted", (0..<points.count).map { $0 % 3 == 0 ? "yes" : "no" })]
    let measured = try subject.measurement(
      sources: points, probes: points, MeasurementOptions(averages: [.mean], group: "corrupted"))
    #expect(try measured.averages.column(named: "source_class").levels == [.text("no"), .text("yes")])
    #expect(measured.averages.rowCount == 4)
    let n = try measured.averages.numbers(in: "n")
    #expect(n == [56, 32, 32, 12])
    #expect(throws: ElasticityError.noSuchAttribute("noise", known: ["corrupted"])) {
      try subject.measurement(sources: points, probes: points, MeasurementOptions(group: "noise"))
    }
  }
}
