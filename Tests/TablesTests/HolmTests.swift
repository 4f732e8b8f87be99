import Tables
import Testing

@Suite struct HolmTests {
  /// The smallest of m is multiplied by m, the next by m − 1, never below the one before; worked by hand.
  @Test func severalComparisonsAreCorrected() {
    let found = Holm.corrected([0.04, 0.01, nil, 0.03, 0.5]).map { $0.map { ($0 * 1e6).rounded() / 1e6 } }
    #expect(found == [0.09, 0.04, nil, 0.09, 0.5])
    #expect(Holm.corrected([0.6, 0.9]) == [1, 1])
    #expect(Holm.corrected([0.03]) == [0.03] && Holm.corrected([]) == [])
  }

  /// Of all orders of p-values the corrected one keeps the order.
  @Test func theOrderIsKept() {
    let values = [0.2, 0.001, 0.04, 0.0005, 0.9, 0.04]
    let corrected = Holm.corrected(values)
    for (a, p) in zip(values, corrected) {
      for (b, q) in zip(values, corrected) where a < b { #expect((p ?? 2) <= (q ?? -1)) }
    }
  }
}
