import Elementary
import Random

/// How the S of all pairs of two classes become one number.
public enum Average: String, CaseIterable, Hashable, Sendable {
  /// The mean of the ratios: the paper's.
  case mean
  /// Mean of D(x') over mean of D(x).
  case ratioOfMeans = "ratio_of_means"
  case median
  /// exp of the mean of ln S.
  case geomean
}

/// All pairs from sources of one class to probes of another, ready to be averaged, also over resampled sources.
///
/// The pairs of one source share a denominator, so an interval has to resample sources, not pairs.
struct PairGroup {
  /// Per source: number of pairs, Σ S, Σ D(x'), n · D(x), Σ ln S.
  private var counts: [Double] = []
  private var ratioSums: [Double] = []
  private var probeSums: [Double] = []
  private var sourceSums: [Double] = []
  private var logSums: [Double] = []
  /// Every S with its source, in increasing order.
  private var sorted: [(value: Double, source: Int)] = []

  var pairs: Int { sorted.count }
  var sources: Int { counts.count }

  /// Adds the pairs of one source; `denominator` is D(x) with what a formula adds to it.
  mutating func add(values: [Double], probes: [Double], denominator: Double) {
    guard !values.isEmpty else { return }
    for value in values { sorted.append((value, counts.count)) }
    counts.append(Double(values.count))
    ratioSums.append(values.reduce(0, +))
    probeSums.append(probes.reduce(0) { $0 + abs($1) })
    sourceSums.append(denominator * Double(values.count))
    logSums.append(values.reduce(0) { $0 + log($1) })
  }

  mutating func sort() { sorted.sort { $0.value < $1.value } }

  /// The average with each source counted `weights[source]` times; nil without pairs.
  func value(_ average: Average, weights: [Double]) -> Double? {
    let total = dot(weights, counts)
    guard total > 0 else { return nil }
    switch average {
    case .mean: return dot(weights, ratioSums) / total
    case .ratioOfMeans: return dot(weights, probeSums) / dot(weights, sourceSums)
    case .geomean: return exp(dot(weights, logSums) / total)
    case .median: return median(weights, total)
    }
  }

  func value(_ average: Average) -> Double? {
    value(average, weights: [Double](repeating: 1, count: sources))
  }

  /// The 95 % percentile interval over resamplings of the sources; nil with fewer than two.
  func interval(_ average: Average, _ resampling: Resampling) -> (low: Double, high: Double)? {
    resampling.interval { value(average, weights: $0.weights) }
  }

  /// The middle of the sorted values, or the mean of the middle two.
  private func median(_ weights: [Double], _ total: Double) -> Double? {
    var seen = 0.0
    var lower: Double?
    for entry in sorted where weights[entry.source] > 0 {
      if let lower { return (lower + entry.value) / 2 }
      seen += weights[entry.source]
      if seen > total / 2 { return entry.value }
      if seen == total / 2 { lower = entry.value }
    }
    return lower
  }

  /// Σ weight · sum over the sources drawn at all: 0 · ln 0 of one that was not drawn would be NaN.
  private func dot(_ weights: [Double], _ sums: [Double]) -> Double {
    zip(weights, sums).reduce(0) { $1.0 == 0 ? $0 : $0 + $1.0 * $1.1 }
  }
}
