/// Why a source has no S, or a pair none: the prediction did not move measurably.
public enum DropCause: String, CaseIterable, Hashable, Sendable, Codable, CodingKeyRepresentable {
  /// The gradient at its outputs is exactly 0.
  case fitted = "fitted exactly"
  /// The step moves nothing at the source although its loss has a gradient.
  case still = "gate off"
  /// The change is lost in the rounding of the predictions.
  case rounding
  /// The step throws a prediction out of the range of numbers.
  case overflow
}

/// D and S of the step at one source under one distance.
public struct RatioRow: Sendable {
  /// D(x), what is added to a published denominator left out.
  public let source: Double
  /// D(x') of each probe with its direction.
  public let probe: [Double]
  /// S(x → x') = |D(x')| / D(x); NaN for a dropped pair, empty for a dropped source.
  public private(set) var values: [Double]
  /// Why the source is dropped, or nil.
  public let cause: DropCause?
  /// The kept probe with the smallest D(x'), by which the arithmetic is checked; the source itself is left out.
  public private(set) var smallest: Int?

  /// S is dropped where its estimated error is above this part of it.
  public static let tolerance = 0.05

  /// - Parameters:
  ///   - noise: the rounding of each probe's change, and of the source's own.
  ///   - isStill: whether nothing at the source moves that a step could move.
  ///   - lostPart: which part of the step was lost in rounding the weights.
  init(
    own: PredictionChange, probes: [PredictionChange], distance: Distance, isFitted: Bool, isStill: Bool,
    selfRow: Int?, lostPart: Double, noise: SourceResponse.Noise
  ) {
    source = distance.source(own)
    probe = probes.map(distance.value)
    values = []
    guard source.isFinite, probe.allSatisfy(\.isFinite) else {
      cause = .overflow
      return
    }
    let denominator = source + distance.denominatorOffset
    // Published formulas have 1e-8 in the denominator and drop nothing else than overflows.
    if distance.isPublished {
      cause = nil
      values = probe.map { abs($0) / denominator }
      return
    }
    let error = hypotenuse(
      RatioRow.relative(distance.error(of: own, noise.of(own, probe: nil)), of: source),
      RatioRow.spread(ofLost: lostPart))
    cause =
      isFitted ? .fitted : isStill ? .still : source == 0 || error > RatioRow.tolerance ? .rounding : nil
    if cause != nil { return }
    let left = RatioRow.tolerance * RatioRow.tolerance - error * error
    values.reserveCapacity(probe.count)
    for (place, change) in probes.enumerated() {
      let d = abs(probe[place])
      // A pair with itself has one change, not two: S is 1 whatever its rounding.
      let own = place == selfRow
      let error =
        own ? 0 : RatioRow.relative(distance.error(of: change, noise.of(change, probe: place)), of: d)
      values.append(error * error <= left ? d / denominator : .nan)
      if error * error <= left, !own, d > 0, d < smallest.map({ abs(probe[$0]) }) ?? .infinity {
        smallest = place
      }
    }
  }

  /// Pairs that are dropped although their source is not.
  public var lostPairs: Int { values.count { $0.isNaN } }

  /// What a lost part of the step leaves of S: D falls by about that part at the source and at all probes, and by how much
  /// varies among them by half of it at most (sd, on trained ResNets at lr 1e-5 to 1e-7).
  private static func spread(ofLost part: Double) -> Double {
    part < 1 ? 0.5 * part / (1 - part) : .infinity
  }

  private static func relative(_ error: Double, of d: Double) -> Double {
    error == 0 ? 0 : d > 0 ? error / d : .infinity
  }
}
