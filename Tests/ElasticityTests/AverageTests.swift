import Elasticity
import Glibc
import Tables
import Testing

/// The table of averages recomputed from the table of pairs, number by number.
@Suite struct AverageTests {
  static let distances: [Distance] = [.logits, .kl, .loss, .publishedKL, .publishedL2]

  @Test(arguments: [false, true])
  func averagesAndIntervalsAreThoseOfThePairs(_ includesSelf: Bool) throws {
    let subject = try Subject.Kind.mlp()
    let options = MeasurementOptions(distances: Self.distances, includesSelf: includesSelf, keepsPairs: true)
    let measured = try subject.measurement(options)
    let table = measured.averages
    #expect(table.rowCount == Self.distances.count * 9 * Average.allCases.count)
    for row in 0..<table.rowCount {
      let distance = try text(table, row, "distance")
      let (from, to) = (try text(table, row, "source_class"), try text(table, row, "probe_class"))
      var groups = try sources(measured, distance, from, to)
      // The published code adds 1e-8 to its denominator, which in its "KL" is a negative number.
      let offset = distance == "published_kl" ? -1e-8 : distance.hasPrefix("published") ? 1e-8 : 0
      for i in groups.indices { groups[i].denominator += offset }
      let average = try #require(Average(rawValue: text(table, row, "average")))
      expect(try table.numbers(in: "value")[row], plain(average, groups), "\(distance) \(average)")
      #expect(try table.numbers(in: "n")[row] == Double(groups.reduce(0) { $0 + $1.values.count }))
      #expect(try table.cell(row, "same") == .flag(from == to))

      // Four samples a class are too few for an interval, whatever the average.
      #expect(try table.cell(row, "low") == .missing && table.cell(row, "high") == .missing)
      #expect(try text(table, row, "note").hasPrefix("no interval: 4 samples a class"))
      #expect(try table.numbers(in: "sources")[row] == 4 && table.numbers(in: "probes")[row] == 4)
      #expect(try table.numbers(in: "zeros")[row] == 0)
    }
    #expect(measured.summaries.map(\.withoutInterval).map(\.count) == [1])
  }

  @Test func intervalsAreDeterministicAndHoldTheirValue() throws {
    let subject = try Subject.Kind.mlp()
    let points = try subject.points(perClass: 6)
    let options = MeasurementOptions(distances: [.logits, .l2])
    let table = try subject.measurement(sources: points, probes: points, options).averages
    #expect(try subject.measurement(sources: points, probes: points, options).averages == table)
    let (value, low, high) = (
      try table.numbers(in: "value"), try table.numbers(in: "low"), try table.numbers(in: "high")
    )
    for row in value.indices where try table.cell(row, "note") == .missing {
      #expect(low[row] <= value[row] && value[row] <= high[row], "row \(row)")
    }
    // Some means hang on single pairs; what does not hang on them has an interval.
    let geomean = try table.filtered("average", equals: .text("geomean"))
    #expect(try geomean.column(named: "low").missingCount == 0 && geomean.rowCount == 18)
  }

  /// One source has no spread over sources: no interval rather than one of width 0.
  @Test func oneSourceHasNoInterval() throws {
    let subject = try Subject.Kind.mlp()
    let one = try subject.points.subset(rows: [0])
    let table = try subject.measurement(
      sources: one, MeasurementOptions(distances: [.logits], averages: [.mean])
    ).averages
    #expect(table.rowCount == 3)
    for row in 0..<3 {
      #expect(try table.cell(row, "low") == .missing && table.cell(row, "high") == .missing)
      #expect(try table.numbers(in: "value")[row] > 0)
    }
  }

  private struct SourcePairs {
    var denominator: Double
    var values: [Double]
    var probes: [Double]
  }

  private func sources(
    _ measured: Measurement, _ distance: String, _ from: String, _ to: String
  ) throws -> [SourcePairs] {
    let pairs = try #require(measured.pairs)
      .filtered("distance", equals: .text(distance)).filtered("source_class", equals: .text(from))
      .filtered("probe_class", equals: .text(to))
    var groups: [SourcePairs] = []
    var last: Double?
    let (ids, own) = (try pairs.numbers(in: "source_id"), try pairs.numbers(in: "d_source"))
    let (d, value) = (try pairs.numbers(in: "d_probe"), try pairs.numbers(in: "value"))
    for row in ids.indices {
      if ids[row] != last { groups.append(SourcePairs(denominator: own[row], values: [], probes: [])) }
      last = ids[row]
      groups[groups.count - 1].values.append(value[row])
      groups[groups.count - 1].probes.append(d[row])
    }
    return groups
  }

  private func plain(_ average: Average, _ groups: [SourcePairs]) -> Double {
    let values = groups.flatMap(\.values)
    switch average {
    case .mean: return values.reduce(0, +) / Double(values.count)
    case .ratioOfMeans:
      let below = groups.flatMap { group in group.values.map { _ in group.denominator } }
      return groups.flatMap(\.probes).reduce(0, +) / below.reduce(0, +)
    case .geomean: return exp(values.map { log($0) }.reduce(0, +) / Double(values.count))
    case .median:
      let sorted = values.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  private func text(_ table: Table, _ row: Int, _ column: String) throws -> String {
    guard case .text(let text) = try table.cell(row, column) else { return "" }
    return text
  }

  private func expect(_ found: Double, _ expected: Double, _ what: String) {
    #expect(abs(found - expected) <= 1e-10 * abs(expected), "\(what): \(found), expected \(expected)")
  }
}
