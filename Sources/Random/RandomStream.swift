import Elementary

/// A stateless source of random numbers: each draw is a pure function of (seed, stream, object, index).
///
/// No draw changes another, so a line inserted, cached or measured never shifts the numbers of the next one.
public struct RandomStream: Hashable, Sendable {
  private let direct: Philox
  private let sequential: Philox

  /// The draws of stream `name` for the object called `object` (a parameter, a data set; may be empty).
  ///
  /// One Philox block turns (seed, FNV-1a of the names) into two keys: one for draws by index, one for
  /// generators.
  public init(_ seed: Seed, _ name: StreamName, object: String = "") {
    let names = fnv1a(Array(name.rawValue.utf8) + [0] + Array(object.utf8))
    let keys = Philox(key: 0).block(seed.root(for: name), names)
    direct = Philox(key: keys.first)
    sequential = Philox(key: keys.second)
  }

  /// 64 random bits; draws 2j and 2j + 1 share one Philox block.
  public func bits(at index: UInt64) -> UInt64 {
    let block = direct.block(index >> 1, 0)
    return index & 1 == 0 ? block.first : block.second
  }

  /// A number uniform in [0, 1) with 53 random bits.
  public func uniform(at index: UInt64) -> Double {
    unitInterval(bits(at: index))
  }

  /// A standard normal number by the transform of Box and Muller (1958); draws 2j and 2j + 1 are one pair.
  public func normal(at index: UInt64) -> Double {
    let pair = normalPair(direct.block(index >> 1, 1))
    return index & 1 == 0 ? pair.0 : pair.1
  }

  /// `uniform(at:)` for every index of `range`, at half the cost.
  public func uniforms(_ range: Range<UInt64>) -> [Double] {
    draws(range) { index in
      let pair = direct.block(index, 0)
      return (unitInterval(pair.first), unitInterval(pair.second))
    }
  }

  /// `normal(at:)` for every index of `range`, at half the cost.
  public func normals(_ range: Range<UInt64>) -> [Double] {
    draws(range) { index in normalPair(direct.block(index, 1)) }
  }

  /// A sequential generator for the `index`-th use of this stream (an epoch, an image), independent of all
  /// others.
  public func generator(_ index: UInt64 = 0) -> CounterGenerator {
    CounterGenerator(sequential, index: index)
  }

  private func draws(_ range: Range<UInt64>, pair: (UInt64) -> (Double, Double)) -> [Double] {
    guard let last = range.last else { return [] }
    var numbers: [Double] = []
    numbers.reserveCapacity(range.count)
    for block in (range.lowerBound >> 1)...(last >> 1) {
      let (even, odd) = pair(block)
      if range.contains(block << 1) { numbers.append(even) }
      if range.contains(block << 1 | 1) { numbers.append(odd) }
    }
    return numbers
  }
}

/// The hash FNV-1a in 64 bits (Fowler, Noll, Vo), the same in every process and release.
public func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// The upper 53 bits as a fraction in [0, 1).
func unitInterval(_ bits: UInt64) -> Double {
  Double(bits >> 11) * 0x1p-53
}

/// Two independent standard normals from 128 random bits.
func normalPair(_ block: (first: UInt64, second: UInt64)) -> (Double, Double) {
  // 1 - u lies in (0, 1], so the logarithm is finite.
  let radius = (-2 * log(1 - unitInterval(block.first))).squareRoot()
  let angle = 2 * Double.pi * unitInterval(block.second)
  return (radius * cos(angle), radius * sin(angle))
}
