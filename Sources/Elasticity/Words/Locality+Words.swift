import Tables

/// Pairs of all classes; "same" where source and probe are of one class.
extension Locality: Defined {
  private static let local = "steps are local: they move their own class more than others"

  public var meaning: Meaning {
    switch self {
    case .same:
      Meaning("mean S over the pairs of one class", high: "a step moves its own class far", unit: Self.noUnit)
    case .other:
      Meaning(
        "mean S over the pairs of two classes", high: "a step moves other classes far: little locality",
        unit: Self.noUnit)
    case .difference: Meaning("same - other", high: Self.local, unit: Self.noUnit + "; 0 without locality")
    case .ratio: Meaning("same / other", high: Self.local, unit: Self.noUnit + "; 1 without locality")
    case .lantk:
      Meaning(
        "same / (same + other), of mean S and not of the normalized kernel K(x,x')/√(K(x,x) K(x',x')) of the paper",
        high: Self.local, unit: "none, 0 to 1; 1/2 without locality",
        source: "the form of the local elasticity ratio of Chen, He & Su, arXiv 2010.11775 (and their code)")
    case .geomeanSame:
      Meaning(
        "geometric mean of S over the pairs of one class", high: "a step moves its own class far",
        unit: Self.noUnit)
    case .geomeanOther:
      Meaning(
        "geometric mean of S over the pairs of two classes",
        high: "a step moves other classes far: little locality", unit: Self.noUnit)
    case .geomeanRatio:
      Meaning("geomean_same / geomean_other", high: Self.local, unit: Self.noUnit + "; 1 without locality")
    case .auc:
      Meaning(
        "for each source the share of (same, other) probes that S puts in this order, ties counted half; the mean over sources, which each have a D(x) of their own",
        high: Self.local, unit: "none, 0 to 1; 1/2 without locality",
        source: "Mann & Whitney 1947, source by source")
    }
  }

  private static let noUnit = "none, a ratio"
}
