import Elasticity
import Glibc
import Kernels
import Random
import Tables
import TestSupport
import Testing
import Training

@Suite struct LocalityTests {
  /// Sources 0 and 1 of class a, 2 of b and 3 of a, which is dropped; self pairs left out.
  private func pairs() throws -> Table {
    var table = Table(columns: Table.Schema.pairs)
    let rows: [(source: Double, probe: Double, value: Double?)] = [
      (0, 1, 4), (0, 4, 1), (0, 5, 3), (1, 0, 2), (1, 4, 2), (1, 5, 1), (2, 0, 5), (2, 1, 7), (3, 0, nil),
      (3, 4, nil),
    ]
    func name(_ id: Double) -> String { [2, 4, 5].contains(id) ? "b" : "a" }
    for row in rows {
      try table.append([
        "run": .text("r"), "seed": .number(1), "epoch": .number(1), "step": .number(9),
        "update": .text("sgd"),
        "update_lr": .number(0.001), "control": .text("none"), "distance": .text("kl"),
        "source_id": .number(row.source), "probe_id": .number(row.probe),
        "source_class": .text(name(row.source)), "probe_class": .text(name(row.probe)),
        "same": .flag(name(row.source) == name(row.probe)), "d_source": .number(1),
        "d_probe": row.value.map { .number($0) } ?? .missing,
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
    #expect(try abs(value("geomean_same") - exp(log(8) / 2)) < 1e-12)
    #expect(try abs(value("geomean_other") - exp(log(210) / 6)) < 1e-12)
    #expect(try abs(value("geomean_ratio") - exp(log(8) / 2 - log(210) / 6)) < 1e-12)
    // Source 0: 4 beats 1 and 3; source 1: 2 ties with 2 and beats 1; source 2 has no pair of its class.
    #expect(try value("auc") == (1 + 0.75) / 2)
    let count = Locality.allCases.count
    for (column, number) in [("n", 8.0), ("dropped", 2), ("sources", 3), ("probes", 4), ("zeros", 0)] {
      #expect(try table.numbers(in: column) == [Double](repeating: number, count: count), "\(column)")
    }
    // One source of class b: too few for an interval, and for a p.
    for row in 0..<table.rowCount {
      #expect(try table.cell(row, "low") == .missing && table.cell(row, "p") == .missing)
      #expect(try table.cell(row, "note").description.hasPrefix("no interval: 1 sample a class"))
    }
  }

  @Test func aTrainedNetIsLocalAndShuffledProbesAreNot() throws {
    let subject = try Subject.Kind.mlp()
    let points = try subject.points(perClass: 8)
    let measured = try subject.measurement(
      sources: points, probes: points,
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
    #expect(try row("none", "auc").low > 0.5)
    for (summary, column) in [("auc", "p"), ("geomean_ratio", "p"), ("lantk", "p_labels")] {
      let rows = try table.filtered("summary", equals: .text(summary))
      let p = try rows.filtered("control", equals: .text("none")).numbers(in: column)
      #expect(p == [0.001], "\(summary)")
      #expect(try rows.filtered("control", equals: .text("shuffle")).numbers(in: column)[0] > 0.05)
    }
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

  /// Runs at six samples of each of two classes: a level of each run and one of each sample in ln S.
  private func runs(_ count: Int, sharing: Bool) throws -> Table {
    var table = Table(columns: Table.Schema.pairs)
    let stream = RandomStream(Seed(3), .data, object: "runs")
    let levels = stream.normals(0..<UInt64(count))
    for run in 0..<count {
      let effects = stream.normals(sharing ? 100..<112 : UInt64(200 + 12 * run)..<UInt64(212 + 12 * run))
      for source in 0..<12 {
        for probe in 0..<12 where probe != source {
          let same = source % 2 == probe % 2
          let value = exp((same ? 0.3 : 0) + 0.5 * levels[run] + 0.3 * effects[source] - 0.6 * effects[probe])
          let first = sharing ? 0.0 : Double(100 * run)
          try table.append([
            "run": .text("r\(run)"), "seed": .number(Double(run)), "epoch": .number(1), "step": .number(9),
            "update": .text("sgd"), "update_lr": .number(0.001), "control": .text("none"),
            "distance": .text("kl"), "source_class": .text(source % 2 == 0 ? "a" : "b"),
            "probe_class": .text(probe % 2 == 0 ? "a" : "b"), "source_id": .number(first + Double(source)),
            "probe_id": .number(first + Double(probe)), "same": .flag(same),
            "d_source": .number(2), "d_probe": .number(2 * value), "sign": .number(1),
            "value": .number(value),
          ])
        }
      }
    }
    return table
  }

  @Test func runsTakenTogetherHaveTheMeanOfTheirNumbers() throws {
    let pairs = try runs(4, sharing: true)
    let single = try Locality.summaries(of: pairs)
    let pooled = try Locality.summaries(of: pairs, isPooled: true)
    let count = Locality.allCases.count
    #expect(single.rowCount == 4 * count && pooled.rowCount == count)
    #expect(!pooled.hasColumn(named: "seed") && !pooled.hasColumn(named: "run"))
    #expect(try pooled.numbers(in: "runs") == [Double](repeating: 4, count: count))
    #expect(try pooled.numbers(in: "sources") == [Double](repeating: 12, count: count))
    for summary in Locality.allCases {
      let each = try single.numbers("value", where: "summary", is: .text(summary.rawValue))
      let whole = try pooled.numbers("value", where: "summary", is: .text(summary.rawValue))
      let mean = each.reduce(0, +) / 4
      switch summary {
      case .same, .other, .difference: #expect(abs(whole[0] - mean) < 1e-12)
      // Logarithms and logits are averaged; in these runs the ratios are the same.
      case .ratio, .lantk, .geomeanRatio: #expect(abs(whole[0] - mean) < 1e-12)
      case .geomeanSame, .geomeanOther:
        #expect(abs(whole[0] - exp(each.reduce(0) { $0 + log($1) } / 4)) < 1e-12)
      case .auc:
        let logit = each.reduce(0) { $0 + log($1 / (1 - $1)) } / 4
        #expect(abs(whole[0] - 1 / (1 + exp(-logit))) < 1e-12)
      }
    }
    // The spread between runs is in the interval.
    func width(_ table: Table, _ name: String) throws -> Double {
      let rows = try table.filtered("summary", equals: .text(name))
      return try rows.numbers(in: "high")[0] / rows.numbers(in: "low")[0]
    }
    #expect(try width(pooled, "geomean_same") > 1.5 * width(single, "geomean_same"))
    // More runs at the same samples do not take the spread of the samples away, runs at new samples do.
    let (few, many) = (try runs(4, sharing: true), try runs(40, sharing: true))
    let ratio = try width(Locality.summaries(of: few, isPooled: true), "auc")
    #expect(try abs(width(Locality.summaries(of: many, isPooled: true), "auc") / ratio - 1) < 0.01)
    let new = try Locality.summaries(of: runs(40, sharing: false), isPooled: true)
    #expect(try new.numbers(in: "sources")[0] == 480)
    #expect(try log(width(new, "auc")) < 0.5 * log(ratio))
  }

  /// The averages from pairs are those of the measurement, to the bit, intervals included.
  @Test(arguments: [false, true])
  func averagesOfPairsAreThoseOfTheMeasurement(_ includesSelf: Bool) throws {
    let subject = try Subject.Kind.mlp()
    let points = try subject.points(perClass: 6)
    let measured = try subject.measurement(
      sources: points, probes: points,
      MeasurementOptions(
        updates: updates, distances: [.kl, .publishedL2], includesSelf: includesSelf, keepsPairs: true))
    let pairs = try #require(measured.pairs)
    for isPooled in [false, true] {
      let found = try Average.all(Average.allCases, of: pairs, isPooled: isPooled)
      #expect(found.rowCount == measured.averages.rowCount)
      for column in ["n", "sources", "probes", "zeros", "dropped", "value", "low", "high"] {
        let numbers = try (found.column(named: column), measured.averages.column(named: column))
        #expect(numbers.0.cells == numbers.1.cells, "\(column)")
      }
      for column in ["average", "source_class", "probe_class"] {
        #expect(
          try found.column(named: column).cells == measured.averages.column(named: column).cells)
      }
    }
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
