import Glibc
import Tables
import Testing

@Suite struct PairedDifferencesTests {
  private let losses: [(Double, [Double])] = [
    (0, [0.62, 0.58, 0.71, 0.66, 0.60]), (1e-4, [0.55, 0.54, 0.60, 0.63, 0.52]),
    (1e-3, [0.61, 0.60, 0.69, 0.70, 0.57]),
  ]

  private func table(_ conditions: [(Double, [Double])], skipping: Int? = nil) throws -> Table {
    var table = Table(columns: [("decay", .key), ("seed", .replicate), ("step", .axis), ("loss", .value)])
    for (decay, values) in conditions {
      for (seed, value) in values.enumerated() where seed != skipping || decay == 0 {
        try table.append([.number(decay), .number(Double(seed)), .number(9), .number(value)])
      }
    }
    return table
  }

  /// SciPy: ttest_1samp of the differences of logarithms, with t quantiles at 1 − .05/6.
  @Test func ratiosOfThreeConditionsAreThoseOfSciPy() throws {
    let found = try table(losses).pairedDifferences(of: "loss", between: "decay", paired: "seed")
    #expect(try found.column(named: "effect").levels == [.text("ratio")])
    #expect(try found.column(named: "level").cells == ["0.0001", "0.001", "0.001"].map { .text($0) })
    #expect(try found.column(named: "against").cells == ["0", "0", "0.0001"].map { .text($0) })
    let expected: [(Double, Double, Double, Double)] = [
      (0.8959745525540258, 0.8196369666203946, 0.9794219044736919, 2 * 0.008127708575855671),
      (0.9993232019302487, 0.92176336555268, 1.0834091473328906, 0.9751118235977232),
      (1.1153477507610252, 1.080320222932867, 1.1515109860208388, 3 * 0.00017167425692603695),
    ]
    for (row, right) in expected.enumerated() {
      #expect(abs(try found.numbers(in: "value")[row] - right.0) < 1e-12)
      #expect(abs(try found.numbers(in: "low")[row] - right.1) < 1e-9)
      #expect(abs(try found.numbers(in: "high")[row] - right.2) < 1e-9)
      #expect(abs(try found.numbers(in: "p")[row] - right.3) < 1e-9)
    }
    #expect(try found.numbers(in: "comparisons") == [3, 3, 3] && found.numbers(in: "pairs") == [5, 5, 5])
  }

  @Test func twoConditionsAreNotCorrected() throws {
    let found = try table(Array(losses.prefix(2)))
      .pairedDifferences(of: "loss", between: "decay", paired: "seed", scale: .plain)
    let row = try ["value", "low", "high", "p"].map { try found.numbers(in: $0)[0] }
    let right = [-0.066, -0.1058494839234891, -0.026150516076510852, 0.010042708754595092]
    for (found, right) in zip(row, right) { #expect(abs(found - right) < 1e-9) }
    #expect(try found.cell(0, "effect") == .text("difference"))
  }

  @Test func whatHasNoPartnerIsLeftOutAndCounted() throws {
    let found = try table(Array(losses.prefix(2)), skipping: 2)
      .pairedDifferences(of: "loss", between: "decay", paired: "seed")
    #expect(try found.numbers(in: "pairs") == [4])
    #expect(try found.cell(0, "note").description.contains("1 of seed without a partner"))
  }

  @Test func fewOrEqualPairsHaveNoInterval() throws {
    let one = try table([(0, [1]), (1, [2])]).pairedDifferences(of: "loss", between: "decay", paired: "seed")
    #expect(try one.numbers(in: "value") == [2] && one.cell(0, "low") == .missing)
    #expect(try one.cell(0, "note").description.contains("fewer than two pairs"))
    let equal = try table([(0, [1, 2]), (1, [2, 4])])
      .pairedDifferences(of: "loss", between: "decay", paired: "seed")
    #expect(try equal.cell(0, "p") == .missing && equal.cell(0, "note").description.contains("differ alike"))
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    let doubled = try Table.stacked([table(losses), table(losses)])
    #expect(throws: TableError.severalRows(of: "decay=0, seed=0")) {
      try doubled.pairedDifferences(of: "loss", between: "decay", paired: "seed")
    }
    let negative = try table([(0, [1, -2]), (1, [2, 4])])
    #expect(throws: TableError.notAboveZero("loss")) {
      try negative.pairedDifferences(of: "loss", between: "decay", paired: "seed", scale: .log)
    }
    #expect(try negative.pairedDifferences(of: "loss", between: "decay", paired: "seed").rowCount == 1)
    #expect(throws: TableError.self) {
      try table(losses).pairedDifferences(of: "loss", between: "step", paired: "seed")
    }
    let empty = try table([]).pairedDifferences(of: "loss", between: "decay", paired: "seed")
    #expect(empty.rowCount == 0)
  }

  /// With no difference among three conditions one of the corrected p is at most .05, or one interval leaves 1 out, in about
  /// 5 of 100 tables.
  @Test func allComparisonsHoldTogether() throws {
    var (rejected, excluded) = (0, 0)
    var state: UInt64 = 12345
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 11) + 0.5) * 0x1p-53
    }
    for _ in 0..<400 {
      let levels = (0..<6).map { _ in uniform() }
      let conditions = (0..<3).map { decay in
        (
          Double(decay),
          levels.map { exp($0 + 0.2 * (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform())) }
        )
      }
      let found = try table(conditions).pairedDifferences(of: "loss", between: "decay", paired: "seed")
      if try found.numbers(in: "p").contains(where: { $0 <= 0.05 }) { rejected += 1 }
      let (low, high) = (try found.numbers(in: "low"), try found.numbers(in: "high"))
      if zip(low, high).contains(where: { $0 > 1 || $1 < 1 }) { excluded += 1 }
    }
    #expect(Binomial.interval(rejected, of: 400, coverage: 0.999).low < 0.05 && rejected > 2)
    #expect(Binomial.interval(excluded, of: 400, coverage: 0.999).low < 0.05 && excluded > 2)
  }
}
