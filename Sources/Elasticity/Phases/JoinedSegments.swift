/// Two and three joined segments on one set of places x = log₁₀ t, fitted by least squares.
///
/// A joint at p bends the line by a hinge max(x − p, 0). Joints stand on a grid of ten a decade, with half a
/// decade and three measurements in every segment (`uncertainty.md` §2.1).
struct JoinedSegments: Sendable {
  /// log₁₀ of the times, ascending.
  let x: [Double]
  /// The places of the grid.
  let places: [Double]
  /// The places of two joints at once, with the inner product of their hinges.
  let pairs: [Pair]
  /// The hinges without their line, of length 1: one row of N numbers a place.
  private let hinges: [Double]
  /// x without its mean, of length 1.
  private let slope: [Double]

  static let leastDecades = 0.5
  static let leastCount = 3
  /// The most places of a grid: beyond ten decades they stand further apart.
  private static let mostPlaces = 101

  struct Pair: Sendable {
    let first: Int
    let last: Int
    let overlap: Double
    /// 1 − overlap².
    let rest: Double
  }

  /// The best joints of one curve, and what they explain of the line's residuals.
  struct Scan: Sendable {
    /// Σ of the squared residuals of one line.
    var total = 0.0
    /// The place of the best joint alone and what it explains.
    var place = 0
    var explainedByOne = 0.0
    /// The best pair, nil where there is no room for three segments.
    var pair: Int?
    var explainedByTwo = 0.0

    /// What one joint, two joints, and the second of two explain, by what then is left over.
    var gainOfOne: Double { explainedByOne / max(total - explainedByOne, 1e-300) }
    var gainOfTwo: Double { explainedByTwo / max(total - explainedByTwo, 1e-300) }
    var gainOfSecond: Double { (explainedByTwo - explainedByOne) / max(total - explainedByTwo, 1e-300) }
  }

  init(_ x: [Double]) {
    self.x = x
    let (first, last) = (x.first ?? 0, x.last ?? 0)
    let mean = x.reduce(0, +) / Double(max(x.count, 1))
    let centered = x.map { $0 - mean }
    let length = Self.dot(centered, centered).squareRoot()
    slope = centered.map { length > 0 ? $0 / length : 0 }
    let spacing = max(0.1, (last - first) / Double(Self.mostPlaces - 1))
    let room = last - first - 2 * Self.leastDecades
    let steps = room < -1e-9 ? 0 : Int(room / spacing + 1e-9) + 1
    let places = (0..<steps).map { first + Self.leastDecades + Double($0) * spacing }.filter { place in
      x.count { $0 <= place + 1e-9 } >= Self.leastCount && x.count { $0 >= place - 1e-9 } >= Self.leastCount
    }
    var hinges: [[Double]] = []
    for place in places {
      let hinge = Self.withoutLine(x.map { max($0 - place, 0) }, along: slope)
      let length = Self.dot(hinge, hinge).squareRoot()
      hinges.append(hinge.map { $0 / length })
    }
    var pairs: [Pair] = []
    for j in places.indices {
      for k in places.indices where places[k] - places[j] >= Self.leastDecades - 1e-9 {
        let between = x.count { $0 >= places[j] - 1e-9 && $0 <= places[k] + 1e-9 }
        if between < Self.leastCount { continue }
        let overlap = Self.dot(hinges[j], hinges[k])
        pairs.append(Pair(first: j, last: k, overlap: overlap, rest: 1 - overlap * overlap))
      }
    }
    (self.places, self.pairs) = (places, pairs)
    self.hinges = hinges.flatMap { $0 }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  /// What is left of `y` without its projection on constants and x.
  func withoutLine(_ y: [Double]) -> [Double] { Self.withoutLine(y, along: slope) }

  private static func withoutLine(_ y: [Double], along slope: [Double]) -> [Double] {
    let mean = y.reduce(0, +) / Double(max(y.count, 1))
    let share = dot(y, slope)
    return y.indices.map { y[$0] - mean - share * slope[$0] }
  }

  /// The best joints on the grid, from the residuals of one line. Costs N · places + pairs.
  func scan(_ residuals: [Double]) -> Scan {
    let products = places.indices.map { hinged($0, residuals) }
    var scan = Scan(total: Self.dot(residuals, residuals))
    for (place, product) in products.enumerated() where product * product > scan.explainedByOne {
      (scan.place, scan.explainedByOne) = (place, product * product)
    }
    for (number, pair) in pairs.enumerated() {
      let (first, last) = (products[pair.first], products[pair.last])
      let further = last - pair.overlap * first
      let explained = first * first + further * further / pair.rest
      if explained > scan.explainedByTwo { (scan.pair, scan.explainedByTwo) = (number, explained) }
    }
    scan.explainedByTwo = max(scan.explainedByTwo, scan.explainedByOne)
    return scan
  }

  /// What the best three segments on the grid leave of a line's residuals; of two where there is no room for
  /// three.
  func left(of residuals: [Double], _ scan: Scan) -> [Double] {
    if places.isEmpty { return residuals }
    guard let number = scan.pair else {
      let product = hinged(scan.place, residuals)
      let start = scan.place * x.count
      return residuals.indices.map { residuals[$0] - product * hinges[start + $0] }
    }
    let pair = pairs[number]
    let (first, last) = (hinged(pair.first, residuals), hinged(pair.last, residuals))
    let onLast = (last - pair.overlap * first) / pair.rest
    let onFirst = first - pair.overlap * onLast
    let (a, b) = (pair.first * x.count, pair.last * x.count)
    return residuals.indices.map { residuals[$0] - onFirst * hinges[a + $0] - onLast * hinges[b + $0] }
  }

  /// The inner product of a hinge of the grid with the residuals of one line.
  private func hinged(_ place: Int, _ residuals: [Double]) -> Double {
    let start = place * x.count
    var sum = 0.0
    for i in residuals.indices { sum += hinges[start + i] * residuals[i] }
    return sum
  }

  /// The place on the grid, within `width` of another one, at which one joint explains most.
  func bestPlace(_ residuals: [Double], near center: Double, within width: Double) -> Double {
    let near = places.indices.filter { abs(places[$0] - center) <= width + 1e-9 }
    let best = near.map { (place: $0, product: abs(hinged($0, residuals))) }.max { $0.product < $1.product }
    return best.map { places[$0.place] } ?? center
  }

  /// What joints anywhere explain of a line's residuals: one, or two.
  private func explained(_ residuals: [Double], by joints: [Double]) -> Double {
    // Products of the hinges with 1, x, each other and the residuals; residuals have no part along the line.
    let count = Double(x.count)
    let bends = joints.map { joint in
      var (sum, along, square, product) = (0.0, 0.0, 0.0, 0.0)
      for i in x.indices where x[i] > joint {
        let hinge = x[i] - joint
        sum += hinge
        along += hinge * slope[i]
        square += hinge * hinge
        product += hinge * residuals[i]
      }
      return (sum: sum, along: along, square: square - sum * sum / count - along * along, product: product)
    }
    let ones = bends.map { $0.square > 0 ? $0.product * $0.product / $0.square : 0 }
    guard bends.count == 2 else { return ones.first ?? 0 }
    let (a, b) = (bends[0], bends[1])
    var overlap = -a.sum * b.sum / count - a.along * b.along
    let later = max(joints[0], joints[1])
    for i in x.indices where x[i] > later { overlap += (x[i] - joints[0]) * (x[i] - joints[1]) }
    let determinant = a.square * b.square - overlap * overlap
    // Joints that fall together are one.
    guard determinant > 1e-12 * a.square * b.square else { return max(ones[0], ones[1]) }
    let crossed = a.product * a.product * b.square + b.product * b.product * a.square
    return (crossed - 2 * a.product * b.product * overlap) / determinant
  }

  /// The joints moved off the grid to where they explain most: a golden section search of 14 steps within ±
  /// `reach` of each in turn, twice round for two.
  func refined(_ joints: [Double], _ residuals: [Double], within reach: Double) -> [Double] {
    let golden = (5.0.squareRoot() - 1) / 2
    let (first, last) = ((x.first ?? 0) + Self.leastDecades, (x.last ?? 0) - Self.leastDecades)
    var joints = joints
    for _ in 0..<(joints.count > 1 ? 2 : 1) {
      for m in joints.indices {
        var (low, high) = (max(joints[m] - reach, first), min(joints[m] + reach, last))
        func value(_ place: Double) -> Double {
          var moved = joints
          moved[m] = place
          return explained(residuals, by: moved)
        }
        var inner = (high - golden * (high - low), low + golden * (high - low))
        var values = (value(inner.0), value(inner.1))
        for _ in 0..<14 {
          if values.0 > values.1 {
            (high, inner.1, values.1) = (inner.1, inner.0, values.0)
            inner.0 = high - golden * (high - low)
            values.0 = value(inner.0)
          } else {
            (low, inner.0, values.0) = (inner.0, inner.1, values.1)
            inner.1 = low + golden * (high - low)
            values.1 = value(inner.1)
          }
        }
        joints[m] = (low + high) / 2
      }
    }
    return joints
  }

  /// How far apart the search of `refined` can tell joints, in decades: 0.2 · 0.618¹⁴.
  static let resolution = 2.4e-4
}
