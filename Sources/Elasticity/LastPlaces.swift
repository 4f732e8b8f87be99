import Autodiff
import Kernels
import Network
import Tensor

/// A choice of weights to be moved by a unit in the last place, so that in any arithmetic with them every rounding falls
/// differently.
///
/// One weight in twelve goes up or down: the variance of rounding to nearest, 1/12. In large parameters the sixteen weights
/// of a cache line go together, each its own way: they belong to different outputs, and the weights of every source are
/// moved anew, so that what stays must not cost its reading. Dead taps and statistics stay.
struct LastPlaces: Sendable {
  /// Neighbours that move, with a bit each that says whether it goes up, else down.
  private struct Line { var first: Int32, count: Int32, up: UInt32 }

  /// By parameter the lines that move.
  private let lines: [[Line]]

  /// The same choice for any number of threads; each draw is another.
  init(_ network: Network, draw: Int, _ workers: Workers) {
    var lines = [[Line]](repeating: [], count: network.parameters.count)
    workers.forEach(of: &lines) { parameter, lines in
      if network.tape.isStatistic[parameter] { return }
      let key = UInt64(truncatingIfNeeded: draw &* 4096 &+ parameter) &* 0x9E37_79B9_7F4A_7C15
      for range in network.tape.liveRanges[parameter] {
        let length = range.count < LastPlaces.large ? 1 : 16
        for first in stride(from: range.lowerBound, to: range.upperBound, by: length) {
          let bits = LastPlaces.bits(first, key)
          // 341 of 4096, one in twelve.
          if bits & 0xFFF >= 341 { continue }
          lines.append(
            Line(
              first: Int32(first), count: Int32(min(length, range.upperBound - first)),
              up: UInt32(truncatingIfNeeded: bits >> 12)))
        }
      }
    }
    self.lines = lines
  }

  /// From so many weights on whole lines are moved: enough of them that their number says nothing.
  private static let large = 1 << 14

  /// Moves weights by a unit in the last place; 0 has none.
  func move(_ weights: inout [Tensor], where isMoved: (_ parameter: Int) -> Bool = { _ in true }) {
    for parameter in weights.indices where isMoved(parameter) {
      weights[parameter].withMutableSpan { span in
        for line in lines[parameter] {
          for place in 0..<Int(line.count) {
            let weight = span[Int(line.first) + place]
            if weight == 0 { continue }
            let isUp = line.up >> UInt32(place) & 1 == 1
            span[Int(line.first) + place] = Float(
              bitPattern: isUp ? weight.bitPattern &+ 1 : weight.bitPattern &- 1)
          }
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

  /// Random bits of a place: the finalizer of splitmix64 (Steele, Lea, Flood 2014).
  private static func bits(_ index: Int, _ key: UInt64) -> UInt64 {
    var x = (UInt64(truncatingIfNeeded: index) &+ 1) &* 0xBF58_476D_1CE4_E5B9 ^ key
    x = (x ^ x >> 30) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ x >> 27) &* 0x94D0_49BB_1331_11EB
    return x ^ x >> 31
  }
}
