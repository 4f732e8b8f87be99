import Autodiff
import Kernels
import Network
import Tensor

/// A choice of weights to be moved by a unit in the last place, so that in any arithmetic with them every rounding falls
/// differently.
///
/// One weight in twelve goes up or down: the variance of rounding to nearest, 1/12. Dead taps and statistics stay.
struct LastPlaces: Sendable {
  /// By parameter the places of weights that go up, and of those that go down.
  private let up: [[Int32]]
  private let down: [[Int32]]

  /// The same choice for any number of threads; each draw is another.
  init(_ network: Network, draw: Int, _ workers: Workers) {
    var places = [(up: [Int32], down: [Int32])](repeating: ([], []), count: network.parameters.count)
    workers.forEach(of: &places) { parameter, places in
      if network.tape.isStatistic[parameter] { return }
      let key = UInt64(truncatingIfNeeded: draw &* 4096 &+ parameter) &* 0x9E37_79B9_7F4A_7C15
      for range in network.tape.liveRanges[parameter] {
        for index in range {
          let byte = LastPlaces.byte(index, key)
          // 11 of 256 up, 11 down.
          if byte < 11 {
            places.up.append(Int32(index))
          } else if byte >= 245 {
            places.down.append(Int32(index))
          }
        }
      }
    }
    (up, down) = (places.map(\.up), places.map(\.down))
  }

  /// Moves weights by a unit in the last place; 0 has none.
  func move(_ weights: inout [Tensor], where isMoved: (_ parameter: Int) -> Bool = { _ in true }) {
    for parameter in weights.indices where isMoved(parameter) {
      weights[parameter].withMutableSpan { span in
        for place in up[parameter] where span[Int(place)] != 0 {
          span[Int(place)] = Float(bitPattern: span[Int(place)].bitPattern &+ 1)
        }
        for place in down[parameter] where span[Int(place)] != 0 {
          span[Int(place)] = Float(bitPattern: span[Int(place)].bitPattern &- 1)
        }
      }
    }
  }

  /// Weights that are moved, the given ones being left as they are.
  func moved(_ weights: [Tensor]) -> [Tensor] {
    var result = weights
    move(&result)
    return result
  }

  /// Eight random bits: the finalizer of splitmix64 (Steele, Lea, Flood 2014), which eight weights share.
  @inline(__always)
  private static func byte(_ index: Int, _ key: UInt64) -> UInt64 {
    var x = (UInt64(truncatingIfNeeded: index >> 3) &+ 1) &* 0xBF58_476D_1CE4_E5B9 ^ key
    x = (x ^ x >> 30) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ x >> 27) &* 0x94D0_49BB_1331_11EB
    return (x ^ x >> 31) >> UInt64((index & 7) << 3) & 0xFF
  }
}
