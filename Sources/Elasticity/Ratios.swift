/// Why a source has no S: its own prediction did not move measurably.
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

/// D and S of one update under one distance: rows are sources, columns probes.
public struct Ratios: Sendable {
  /// D(x) at each source, what is added to a published denominator left out.
  public var source: [Double]
  /// D(x') with its direction, [source][probe].
  public var probe: [[Double]]
  /// S(x → x') = |D(x')| / D(x), [source][probe]; empty for a dropped source.
  public var values: [[Double]]
  /// For each source why it is dropped, or nil.
  public var causes: [DropCause?]
  /// max |S(x → x) − 1| over sources, predicted in batches of two sizes; nil for formulas without S(x → x) = 1.
  public var selfCheck: Double?

  /// - Parameter subtracts: whether changes are differences of two predictions, whose rounding bounds what can be seen.
  public init(_ responses: [SourceResponse], distance: Distance, subtracts: Bool) {
    source = responses.map { distance.source($0.own) }
    probe = responses.map { $0.probes.map(distance.value) }
    causes = []
    for (i, response) in responses.enumerated() {
      let isFinite = source[i].isFinite && probe[i].allSatisfy(\.isFinite)
      causes.append(
        isFinite ? Ratios.cause(response, source[i], distance: distance, subtracts: subtracts) : .overflow)
    }
    values = []
    var check: Double?
    for (i, response) in responses.enumerated() {
      guard causes[i] == nil else {
        values.append([])
        continue
      }
      let denominator = source[i] + distance.denominatorOffset
      values.append(probe[i].map { abs($0) / denominator })
      if distance.isConsistent, let again = response.again {
        check = max(check ?? 0, abs(distance.probe(again) / denominator - 1))
      }
    }
    selfCheck = check
  }

  /// Published formulas have 1e-8 in the denominator and drop nothing else than overflows.
  private static func cause(
    _ response: SourceResponse, _ d: Double, distance: Distance, subtracts: Bool
  ) -> DropCause? {
    if distance.isPublished { return nil }
    if response.isFitted { return .fitted }
    let own = response.own
    let largest = own.delta.map(abs).max() ?? 0
    // A subtraction can lose all of a step that did move weights.
    if largest == 0 && !(subtracts && response.movesWeights) { return .still }
    // Two float32 predictions agree to about 2⁻²³ of their size: a change of a few of these is noise.
    let size = own.z.map(abs).max() ?? 0
    let visible = distance.ignoresShifts(own) ? (own.delta.max() ?? 0) - (own.delta.min() ?? 0) : largest
    if subtracts && visible <= 8 * 0x1p-23 * size { return .rounding }
    return d > 0 ? nil : .rounding
  }
}
