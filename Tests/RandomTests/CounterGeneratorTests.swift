import Random
import Testing

private func generator(_ index: UInt64 = 0, seed: UInt64 = 1) -> CounterGenerator {
  RandomStream(Seed(seed), .order).generator(index)
}

@Test func generatorsOfDifferentIndicesDiffer() {
  var words: Set<UInt64> = []
  for index in 0..<100 as Range<UInt64> {
    var g = generator(index)
    for _ in 0..<10 { words.insert(g.next()) }
  }
  #expect(words.count == 1000)
}

@Test(arguments: [1, 2, 3, 7, 10])
func integersBelowABoundAreEven(_ bound: Int) {
  var g = generator()
  var counts = [Double](repeating: 0, count: bound)
  let draws = 20_000
  for _ in 0..<draws { counts[g.integer(below: bound)] += 1 }
  let expected = Double(draws) / Double(bound)
  #expect(counts.allSatisfy { abs($0 - expected) <= 4 * expected.squareRoot() })
}

@Test func integersBelowALargeBoundHaveNoBias() {
  // With bound = 3 · 2^61 a remainder of the 64 random bits would give the lower third 3/8 of the weight.
  let bound = (1 << 61) * 3
  var g = generator()
  let low = (0..<9000).filter { _ in g.integer(below: bound) < bound / 3 }.count
  #expect(abs(Double(low) - 3000) < 4 * (9000.0 * 2 / 9).squareRoot())
}

@Test(arguments: [0, 1, 2, 5, 1000])
func aPermutationHoldsEveryNumberOnce(_ count: Int) {
  var g = generator()
  #expect(g.permutation(count).sorted() == Array(0..<count))
}

@Test func everyOrderOfThreeIsEquallyLikely() {
  var counts: [[Int]: Int] = [:]
  var g = generator()
  for _ in 0..<6000 { counts[g.permutation(3), default: 0] += 1 }
  #expect(counts.count == 6)
  #expect(counts.values.allSatisfy { abs($0 - 1000) < 120 })
}

@Test func aSampleIsTheStartOfThePermutation() {
  var one = generator(3)
  var other = generator(3)
  let sample = one.sample(20, of: 500)
  #expect(Set(sample).count == 20)
  #expect(sample == Array(other.permutation(500).prefix(20)))
}

@Test func normalsOfAGeneratorHaveUnitVariance() {
  var g = generator()
  let z = (0..<50_000).map { _ in g.normal() }
  let variance = z.reduce(0) { $0 + $1 * $1 } / 50_000
  #expect(abs(variance - 1) < 4 * (2.0 / 50_000).squareRoot())
  #expect((0..<1000).allSatisfy { _ in (0..<1).contains(g.uniform()) })
}
