/// A sequential generator over Philox blocks: draw number n is a pure function of (stream, index, n).
///
/// The algorithms below are written out here since those of the standard library may change with its release.
public struct CounterGenerator: RandomNumberGenerator, Sendable {
  private let philox: Philox
  private let index: UInt64
  private var counter: UInt64 = 0
  private var spare: UInt64?

  init(_ philox: Philox, index: UInt64) {
    self.philox = philox
    self.index = index
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if let word = spare {
      spare = nil
      return word
    }
    let block = philox.block(counter, index)
    counter &+= 1
    spare = block.second
    return block.first
  }

  /// The next number uniform in [0, 1), with 53 random bits.
  public mutating func uniform() -> Double {
    unitInterval(next())
  }

  /// The next standard normal number (Box and Muller; the second of the pair is not kept).
  public mutating func normal() -> Double {
    let first = next()
    return normalPair((first, next())).0
  }

  /// A whole number uniform in 0 ..< `bound` without bias, where `bound` is at least 1.
  ///
  /// D. Lemire, "Fast Random Integer Generation in an Interval" (ACM TOMACS 29, 2019).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "a random integer needs a positive bound")
    let bound = UInt64(bound)
    var product = bound.multipliedFullWidth(by: next())
    if product.low < bound {
      let biased = (0 &- bound) % bound
      while product.low < biased { product = bound.multipliedFullWidth(by: next()) }
    }
    return Int(product.high)
  }

  /// A uniformly random order of 0 ..< `count` (Fisher and Yates, from the front).
  public mutating func permutation(_ count: Int) -> [Int] {
    sample(count, of: count)
  }

  /// `count` different numbers of 0 ..< `population`, in random order, where `count` is at most `population`.
  ///
  /// They are the first `count` entries of `permutation(population)`: a larger sample keeps the smaller one.
  /// Takes memory for `population` numbers.
  public mutating func sample(_ count: Int, of population: Int) -> [Int] {
    precondition(0 <= count && count <= population, "a sample cannot be larger than what it is drawn from")
    var numbers = Array(0..<population)
    for place in 0..<count {
      numbers.swapAt(place, place + integer(below: population - place))
    }
    return Array(numbers.prefix(count))
  }
}
