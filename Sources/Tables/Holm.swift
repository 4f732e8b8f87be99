/// P-values for several comparisons at once (Holm 1979).
public enum Holm {
  /// The i-th smallest of m is multiplied by m − i + 1, cut to 1 and never below a smaller one's; missing ones count for
  /// nothing and stay missing.
  public static func corrected(_ values: [Double?]) -> [Double?] {
    var corrected = values
    let order = values.indices.filter { values[$0] != nil }.sorted { (values[$0] ?? 1) < (values[$1] ?? 1) }
    var least = 0.0
    for (rank, place) in order.enumerated() {
      least = max(least, min(1, (values[place] ?? 1) * Double(order.count - rank)))
      corrected[place] = least
    }
    return corrected
  }
}
