import Random

/// Damaged copies of `bytes`, the same for the same seed: cut short, lengthened, with bytes changed, set to
/// extremes, removed or doubled.
public func mutations(of bytes: [UInt8], count: Int, seed: UInt64) -> [[UInt8]] {
  let stream = RandomStream(Seed(seed), .data, object: "mutations")
  return (0..<count).map { index in
    var generator = stream.generator(UInt64(index))
    var copy = bytes
    for _ in 0...generator.integer(below: 3) where !copy.isEmpty {
      let place = generator.integer(below: copy.count)
      switch generator.integer(below: 6) {
      case 0: copy.removeSubrange(place...)
      case 1: copy[place] = UInt8(truncatingIfNeeded: generator.next())
      case 2: copy[place] = [0, 0x7F, 0x80, 0xFF][generator.integer(below: 4)]
      case 3: copy[place] ^= 1 << UInt8(generator.integer(below: 8))
      case 4: copy.remove(at: place)
      default: copy.insert(contentsOf: copy[place...].prefix(1 + generator.integer(below: 8)), at: place)
      }
    }
    return copy
  }
}
