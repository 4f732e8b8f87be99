/// A number with its 95 % interval, or with the reason why it has none.
public struct Estimate: Hashable, Sendable {
  /// Nil without pairs of the kinds that it needs.
  public var value: Double?
  public var low: Double?
  public var high: Double?
  public var reason: NoInterval?

  init(_ value: Double?, low: Double, high: Double) {
    (self.value, self.low, self.high) = (value, low, high)
  }

  init(_ value: Double?, without reason: NoInterval) {
    (self.value, self.reason) = (value, reason)
  }
}

/// Why a number has no interval: none that could be given holds what it says (`elasticity.md` §4.1).
public enum NoInterval: Hashable, Sendable {
  /// A class has so many sources or probes, fewer than `NoInterval.fewestSamples`.
  case fewSamples(Int)
  /// The limits of a mean lie more than a factor of `NoInterval.largestFactor` apart.
  case spread(sd: Double)
  /// Fewer than half of the sources lose any comparison.
  case decided
  /// No pair of a kind that the number needs.
  case noPairs
  /// A mean or median that is 0.
  case zero

  public static let fewestSamples = 5
  public static let largestFactor = 100.0

  public var text: String {
    switch self {
    case .fewSamples(let count):
      "\(count) \(count == 1 ? "sample" : "samples") a class, \(NoInterval.fewestSamples) needed"
    case .spread(let sd):
      "ln S spreads by sd \((sd * 10).rounded() / 10): the mean hangs on single pairs; use geomean or median"
    case .decided: "nearly every comparison is won"
    case .noPairs: "no such pairs"
    case .zero: "S is 0"
    }
  }

  /// The reason without what differs from number to number.
  public var summary: String {
    switch self {
    case .spread: "a mean hangs on single pairs: use geomean or median"
    default: text
    }
  }
}
