import Random

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
    return averages.map { average in
      let interval = stream.flatMap { group.interval(average, stream: $0) }
      return PairSummary(
        average: average, count: group.pairs, value: group.value(average), low: interval?.low,
        high: interval?.high)
    }
  }
}
