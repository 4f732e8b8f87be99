import Elementary

/// The way of n numbers q_i under dq_i/dt = −η r ‖x‖ Π_{j≠i} q_j with f = ‖x‖ Π q_i and r = f − y: the
/// factors of a chain and the part U of its vector along x.
///
/// All q_i² − q_j² are conserved, so that the smallest, z, tells the others: q_j = ±√(z² + k_j), k_j ≥ 0.
/// Signs are such that the others are positive and z grows to rest: f = ‖x‖ z G(z) with G = Π_{j≠z} q_j grows
/// with z, and f = y has one root. Where another is as small as z (k_j = 0), both stay on their side of 0: if
/// the root is beyond it, the flow comes to rest at 0, a saddle.
struct ChainPath {
  private let length: Double
  private let target: Double
  private let pivot: Int
  private let signs: [Double]
  /// √k_j; for the pivot itself 0.
  private let excess: [Double]
  private let first: Double
  private let last: Double
  private let isSaddle: Bool
  /// y − f at the start, not negative.
  let firstGap: Double
  let isAtRest: Bool

  /// - Parameters:
  ///   - values: U, then the factors.
  ///   - rounding: how much of U may be rounding; differences below that, or below four units in the last place, are 0.
  ///   - length: ‖x‖.
  init(values: [Double], rounding: Double, length: Double, target: Double) {
    let values = [abs(values[0]) <= rounding ? 0 : values[0]] + values.dropFirst()
    let pivot = values.indices.min { abs(values[$0]) < abs(values[$1]) } ?? 0
    let smallest = abs(values[pivot])
    let excess = values.indices.map { i in
      let size = abs(values[i])
      let unit = max(4 * Double.ulpOfOne * size, i == 0 || pivot == 0 ? rounding : 0)
      return i == pivot || size - smallest <= unit
        ? 0 : (size - smallest).squareRoot() * (size + smallest).squareRoot()
    }
    var signs = values.map { $0 < 0 ? -1.0 : 1 }
    let others = signs.indices.reduce(1) { $1 == pivot ? $0 : $0 * signs[$1] }
    let product = { (z: Double) in Self.product(z, excess, pivot) }
    let value = length * values[pivot] * product(values[pivot])
    // From above the mirrored flow is followed.
    let mirror = value > others * target ? -1.0 : 1
    let (z, y) = (mirror * values[pivot], mirror * others * target)
    signs[pivot] = mirror
    (self.length, self.target, self.pivot, self.signs, self.excess) = (length, y, pivot, signs, excess)
    first = z
    let tied = excess.indices.contains { $0 != pivot && excess[$0] == 0 }
    firstGap = excess.allSatisfy(\.isFinite) ? y - mirror * value : .infinity
    isAtRest = firstGap == 0 || product(z) == 0
    isSaddle = tied && z < 0 && y >= 0
    let reached = { (size: Double) in length * size * product(size) >= abs(y) }
    if isSaddle {
      last = 0
    } else if y < 0 {
      // z < 0 too, since f is below y.
      last = -firstDouble(from: 0, to: -z, where: reached)
    } else {
      last = firstDouble(from: max(z, 0), to: .greatestFiniteMagnitude, where: reached)
    }
  }

  /// G(z) = Π_{j≠pivot} √(z² + k_j).
  private static func product(_ z: Double, _ excess: [Double], _ pivot: Int) -> Double {
    excess.indices.reduce(1) { $1 == pivot ? $0 : $0 * size(z, excess[$1]) }
  }

  /// √(z² + k), where squares may be too small or too large for a `Double`.
  private static func size(_ z: Double, _ excess: Double) -> Double {
    let (small, large) = (min(abs(z), excess), max(abs(z), excess))
    return large == 0 ? 0 : large * (1 + (small / large) * (small / large)).squareRoot()
  }

  /// z at ℓ = ln((z − first)/(last − z)), with its distances from both ends.
  private func position(at place: Double) -> (z: Double, gone: Double, left: Double) {
    let way = last - first
    let (gone, left) = (way / (1 + exp(-place)), way / (1 + exp(place)))
    return (gone < left ? first + gone : last - left, gone, left)
  }

  /// dz/dℓ divided by (y − f) G.
  func pace(at place: Double) -> Double {
    let (z, gone, left) = position(at: place)
    return gone * (left / (last - first)) / (gap(z, left) * Self.product(z, excess, pivot))
  }

  /// U and the factors, and y − f.
  func state(at place: Double) -> (values: [Double], gap: Double) {
    let (z, _, left) = position(at: place)
    let values = excess.indices.map { i in
      signs[i] * (i == pivot ? z : Self.size(z, excess[i]))
    }
    return (values, gap(z, left))
  }

  /// y − f without cancellation: from ln(y/f) = ½ Σ ln((z*² + k)/(z² + k)) where both have one sign.
  private func gap(_ z: Double, _ left: Double) -> Double {
    let value = length * z * Self.product(z, excess, pivot)
    // At a saddle the target is beyond 0.
    guard !isSaddle, z * last > 0 else { return target - value }
    let (small, large) = z > 0 ? (z, last) : (last, z)
    let ratio =
      excess.reduce(0) { sum, excess in
        let size = Self.size(small, excess)
        return sum + log1p(left / size * (abs(small + large) / size))
      } / 2
    if ratio > 1 { return target - value }
    return (z > 0 ? value : -target) * expm1(ratio)
  }
}
