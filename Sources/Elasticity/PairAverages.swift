import Random
import Tables

/// The pairs of one source, ready to be averaged: S and D(x') at its probes, D(x).
public struct SourcePairs: Sendable {
  public var ratios: [Double]
  public var probes: [Double]
  public var denominator: Double

  public init(ratios: [Double], probes: [Double], denominator: Double) {
    (self.ratios, self.probes, self.denominator) = (ratios, probes, denominator)
  }
}

/// An average over pairs with its 95 % interval, which resamples sources.
public struct PairSummary: Sendable {
  public var average: Average
  /// The number of pairs.
  public var count: Int
  public var value: Double?
  public var low: Double?
  public var high: Double?

  /// The averages of the pairs of several sources, formed as those of a measurement are.
  ///
  /// - Parameter stream: draws the resampled sources; nil leaves the interval out.
  public static func all(
    _ averages: [Average], of sources: [SourcePairs], stream: RandomStream?
  ) -> [PairSummary] {
    var group = PairGroup()
    for source in sources {
      group.add(values: source.ratios, probes: source.probes, denominator: source.denominator)
    }
    group.sort()
    let resampling = stream.map { Resampling(sources: [group.sources], stream: $0) }
    return averages.map { average in
      let interval = resampling.flatMap { group.interval(average, $0) }
      return PairSummary(
        average: average, count: group.pairs, value: group.value(average), low: interval?.low,
        high: interval?.high)
    }
  }
}

extension Average {
  /// The averages of each pair of classes, from a table of pairs (`measure … keep=pairs`), as a measurement forms them.
  ///
  /// - Parameter isPooled: whether the runs of a measurement are taken together: the mean of their averages, with a 95 %
  ///   interval that resamples runs and, within each, sources.
  /// - Throws: `TableError` for a table that has no pairs in it.
  public static func all(_ averages: [Average], of pairs: Table, isPooled: Bool) throws(TableError) -> Table {
    let classes = ["source_class", "probe_class", "same"]
    let structure = try PairTable(pairs, isPooled: isPooled, further: classes)
    let values = try pairs.numbers(in: "value")
    let (probes, denominators) = (try pairs.numbers(in: "d_probe"), try pairs.numbers(in: "d_source"))
    let (ids, distances) = (try pairs.numbers(in: "source_id"), try pairs.column(named: "distance"))
    let names = structure.keys.map(\.0)
    var table = Table(
      columns: structure.keys + structure.runsColumn + [
        ("average", .key), ("n", .note), ("dropped", .note), ("value", .value), ("low", .value),
        ("high", .value),
      ])
    for (key, runs) in try structure.measurements() {
      let groups = runs.map { run in
        var group = PairGroup()
        // In the order of the table, which is that of the measurement.
        var places: [Double: Int] = [:]
        var sources: [[Int]] = []
        for row in run.rows where !values[row].isNaN {
          let place = places[ids[row]] ?? sources.count
          if place == sources.count {
            places[ids[row]] = place
            sources.append([])
          }
          sources[place].append(row)
        }
        for rows in sources {
          let offset = Distance(rawValue: distances[rows[0]].description)?.denominatorOffset ?? 0
          group.add(
            values: rows.map { values[$0] }, probes: rows.map { probes[$0] },
            denominator: denominators[rows[0]] + offset)
        }
        group.sort()
        return group
      }
      let pair = classes.prefix(2).map { name in
        names.firstIndex(of: name).map { key[$0].description } ?? ""
      }
      let resampling = Resampling(
        sources: groups.map(\.sources),
        stream: RandomStream(
          runs.first?.seed ?? Seed(0), .bootstrap, object: pair.joined(separator: "->")))
      let count = groups.reduce(0) { $0 + $1.pairs }
      let total = runs.reduce(0) { $0 + $1.rows.count }
      for average in averages {
        let interval = resampling.interval { groups[$0.run].value(average, weights: $0.weights) }
        let value = meanOfKnown(groups.map { $0.value(average) })
        let numbers = [value, interval?.low, interval?.high].map { $0.map(Cell.number) ?? .missing }
        let counts: [Cell] = [
          .text(average.rawValue), .number(Double(count)), .number(Double(total - count)),
        ]
        try table.append(key + structure.runsCell(runs.count) + counts + numbers)
      }
    }
    return table
  }
}
