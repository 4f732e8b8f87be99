import Elementary

/// Summaries of a list of numbers. NaN among them makes every result NaN; callers leave missing entries out.
/// All are nil for too few numbers, so that "none" is never mistaken for zero.
public enum Statistics {
  public static func sum(_ values: [Double]) -> Double {
    // Neumaier's compensated sum: long columns keep their last digits.
    var (sum, lost) = (0.0, 0.0)
    for value in values {
      let next = sum + value
      if next.isFinite { lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum }
      sum = next
    }
    return sum + lost
  }

  public static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : sum(values) / Double(values.count)
  }

  /// The sample standard deviation, √(Σ(v − mean)² / (n − 1)); nil for fewer than two numbers.
  public static func standardDeviation(_ values: [Double]) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    return (sum(values.map { ($0 - mean) * ($0 - mean) }) / Double(values.count - 1)).squareRoot()
  }

  /// The standard error of the mean, sd / √n; nil for fewer than two numbers.
  public static func standardError(_ values: [Double]) -> Double? {
    standardDeviation(values).map { $0 / Double(values.count).squareRoot() }
  }

  public static func median(_ values: [Double]) -> Double? { quantile(values, 0.5) }

  /// The p-quantile by linear interpolation between order statistics at (n − 1)p, as NumPy's default.
  public static func quantile(_ values: [Double], _ p: Double) -> Double? {
    guard !values.isEmpty, p >= 0, p <= 1 else { return nil }
    if values.contains(where: \.isNaN) { return .nan }
    let ordered = values.sorted()
    let place = p * Double(ordered.count - 1)
    let below = Int(place)
    let share = place - Double(below)
    if share == 0 || ordered[below] == ordered[below + 1] { return ordered[below] }
    return ordered[below] + share * (ordered[below + 1] - ordered[below])
  }

  /// exp(mean log v); nil if one is 0 or below: a 0 would say nothing of the others.
  public static func geometricMean(_ values: [Double]) -> Double? {
    if values.contains(where: { $0 <= 0 }) { return nil }
    return mean(values.map { log($0) }).map { exp($0) }
  }

  public static func minimum(_ values: [Double]) -> Double? {
    values.contains(where: \.isNaN) ? .nan : values.min()
  }

  public static func maximum(_ values: [Double]) -> Double? {
    values.contains(where: \.isNaN) ? .nan : values.max()
  }
}
