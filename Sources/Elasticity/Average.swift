/// How the S of all pairs of two classes become one number.
public enum Average: String, CaseIterable, Hashable, Sendable {
  /// The mean of the ratios: the paper's.
  case mean
  /// Mean of D(x') over mean of D(x).
  case ratioOfMeans = "ratio_of_means"
  case median
  /// exp of the mean of ln S over the pairs with S > 0; those with S = 0 are counted (`zeros`).
  case geomean
}
