import Elasticity
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
    // One permutation of twelve probes is not quite without classes.
    #expect(try abs(row("shuffle", "difference").value) < row("none", "difference").value / 2)
    #expect(try row("shuffle", "auc").value < row("none", "auc").value - 0.1)
    #expect(try Locality.summaries(of: #require(measured.pairs)) == table)
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
