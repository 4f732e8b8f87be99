/// Python's `random.Random` after `random.seed(n)` for a whole number n: `random()` and `sample`.
///
/// As in Python 3.2 and later. Draws depend on their order, as they do there.
public struct PythonRandom: Sendable {
  private var generator: MersenneTwister

  /// `random.seed(seed)`.
  public init(seed: UInt64) {
    let high = UInt32(truncatingIfNeeded: seed >> 32)
    let low = UInt32(truncatingIfNeeded: seed)
    generator = MersenneTwister(key: high == 0 ? [low] : [low, high])
  }

  /// `random.random()`: uniform in [0, 1).
  public mutating func uniform() -> Double { generator.uniform() }

  /// `random.sample(range(first, last), count)`: `count` different numbers of the range, in the order drawn.
  ///
  /// - Precondition: 0 ≤ `count` ≤ `range.count` < 2³².
  public mutating func sample(_ range: Range<Int>, count: Int) -> [Int] {
    precondition(
      0 <= count && count <= range.count && range.count < 1 << 32,
      "a sample of \(count) out of \(range.count)")
    return places(count, of: range.count).map { range.lowerBound + $0 }
  }

  /// A small population is shuffled, of a large one the numbers drawn twice are drawn again.
  private mutating func places(_ count: Int, of population: Int) -> [Int] {
    var setSize = 21
    if count > 5 {
      // 4^⌈log₄(3 count)⌉
      var power = 1
      while power < 3 * count { power *= 4 }
      setSize += power
    }
    if population <= setSize {
      var pool = Array(0..<population)
      return (0..<count).map { i in
        let place = below(population - i)
        let drawn = pool[place]
        pool[place] = pool[population - i - 1]
        return drawn
      }
    }
    var seen: Set<Int> = []
    return (0..<count).map { _ in
      var place = below(population)
      while !seen.insert(place).inserted { place = below(population) }
      return place
    }
  }

  /// A number uniform in 0 ..< `bound`: as many bits as `bound` has, drawn again while too large.
  private mutating func below(_ bound: Int) -> Int {
    let bits = Int.bitWidth - bound.leadingZeroBitCount
    var drawn = bound
    while drawn >= bound { drawn = Int(generator.next() >> UInt32(32 - bits)) }
    return drawn
  }
}
