import Tables

/// Over the n pairs x → x' of two classes, S = D(x')/D(x).
extension Average: Defined {
  private static let direction =
    "a step at one class moves the other far: little locality where the classes differ"

  public var meaning: Meaning {
    switch self {
    case .mean:
      Meaning(
        "(1/n) Σ S, the mean of the ratios", high: Self.direction, unit: "none, a ratio",
        source: "figures of Dan et al., arXiv 2111.01166, which count the pairs x → x too (self=yes)")
    case .ratioOfMeans:
      Meaning(
        "Σ D(x') / Σ D(x): sources with a large D(x) count more", high: Self.direction,
        unit: "none, a ratio", source: "the ratio estimator, Cochran, Sampling Techniques, ch. 6")
    case .median:
      Meaning(
        "the middle S, or the mean of the middle two", high: Self.direction, unit: "none, a ratio")
    case .geomean:
      Meaning(
        "exp((1/n) Σ ln S) over the pairs with S > 0; those with S = 0 are counted in zeros and left out",
        high: Self.direction, unit: "none, a ratio")
    }
  }
}
