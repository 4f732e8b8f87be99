/// The generator MT19937, from which NumPy's legacy random state and Python's `random` draw.
///
/// M. Matsumoto, T. Nishimura, "Mersenne Twister" (ACM TOMACS 8, 1998). It has a state, so draws depend on their order:
/// it is here to repeat what others drew. The product's own draws are those of `RandomStream`.
public struct MersenneTwister: Hashable, Sendable {
  private var state: [UInt32]
  private var place = 624

  /// The state made from one number (`init_genrand`), as NumPy's `seed(5)` has it.
  public init(seed: UInt32) {
    state = [seed]
    for i in 1..<624 {
      let last = state[i - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(i))
    }
  }

  /// The state made from several numbers (`init_by_array`), as Python's `random.seed` has it.
  ///
  /// - Precondition: at least one number.
  public init(key: [UInt32]) {
    precondition(!key.isEmpty, "a key has at least one number")
    self.init(seed: 19_650_218)
    var (i, j) = (1, 0)
    for _ in 0..<max(624, key.count) {
      state[i] = (state[i] ^ (mixed(i - 1) &* 1_664_525)) &+ key[j] &+ UInt32(j)
      j = (j + 1) % key.count
      i = advance(i)
    }
    for _ in 0..<623 {
      state[i] = (state[i] ^ (mixed(i - 1) &* 1_566_083_941)) &- UInt32(i)
      i = advance(i)
    }
    state[0] = 0x8000_0000
  }

  private func mixed(_ i: Int) -> UInt32 { state[i] ^ (state[i] >> 30) }

  private mutating func advance(_ i: Int) -> Int {
    if i + 1 < 624 { return i + 1 }
    state[0] = state[623]
    return 1
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if place == 624 { refill() }
    var word = state[place]
    place += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  private mutating func refill() {
    for i in 0..<624 {
      let joined = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7FFF_FFFF)
      state[i] = state[(i + 397) % 624] ^ (joined >> 1) ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    place = 0
  }

  /// The next number uniform in [0, 1) with 53 random bits, from two words.
  public mutating func uniform() -> Double {
    let high = next() >> 5
    let low = next() >> 6
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }
}
