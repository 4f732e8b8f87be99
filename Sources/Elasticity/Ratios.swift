/// D and S of one update under one distance: rows are sources, columns probes.
public struct Ratios: Sendable {
  /// One for each source.
  public let rows: [RatioRow]
  /// By how much the changes that were computed again differ from the first ones, the largest relative deviation; nil
  /// for formulas without S(x → x) = 1, and where nothing was computed again.
  public let selfCheck: Double?

  public init(_ responses: [SourceResponse], distance: Distance) {
    let rows = responses.map { $0.row(distance) }
    self.rows = rows
    selfCheck =
      distance.isConsistent ? zip(responses, rows).compactMap { $0.deviation($1, distance) }.max() : nil
  }

  /// S(x → x') = |D(x')| / D(x), [source][probe]: empty for a dropped source, NaN for a dropped pair.
  public var values: [[Double]] { rows.map(\.values) }
  /// For each source why it is dropped, or nil.
  public var causes: [DropCause?] { rows.map(\.cause) }
  /// Pairs dropped for rounding at sources that are not.
  public var lostPairs: Int { rows.reduce(0) { $0 + $1.lostPairs } }
}

extension SourceResponse {
  /// D and S under a distance, as it was found with the response or now.
  public func row(_ distance: Distance) -> RatioRow {
    rows.first { $0.distance == distance }?.row ?? newRow(distance, noise)
  }

  /// How far rounding falsifies the change at a probe, or at the source itself.
  public func rounding(atProbe probe: Int?) -> RoundingNoise {
    noise.of(probe.map { probes[$0] } ?? own, probe: probe)
  }

  func newRow(_ distance: Distance, _ noise: Noise) -> RatioRow {
    RatioRow(
      own: own, probes: probes, distance: distance, isFitted: isFitted, isStill: isStill, selfRow: selfRow,
      lostPart: lostPart, noise: noise)
  }

  /// The largest relative deviation between D at the source and at its kept probe of smallest D and the same computed
  /// again; nil where the source is dropped or nothing was computed again.
  func deviation(_ row: RatioRow, _ distance: Distance) -> Double? {
    guard row.cause == nil else { return nil }
    var largest: Double?
    for check in again {
      let first: Double
      switch check.probe {
      case nil: first = row.source
      case let probe?:
        guard probe == row.smallest else { continue }
        first = abs(row.probe[probe])
      }
      guard first > 0 else { continue }
      let second = check.probe == nil ? distance.source(check.change) : distance.probe(check.change)
      largest = max(largest ?? 0, abs(second / first - 1))
    }
    return largest
  }
}
