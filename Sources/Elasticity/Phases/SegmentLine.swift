/// The line of least squares with given joints: y = β₀ + β₁ x + Σ β_k max(x − joint_k, 0).
struct SegmentLine: Sendable {
  let joints: [Double]
  /// The slope of each segment.
  let slopes: [Double]
  /// The slopes of the last two segments; of one line the same.
  var early: Double { slopes[max(slopes.count - 2, 0)] }
  var late: Double { slopes[slopes.count - 1] }
  let residuals: [Double]
  /// The values of the line at the first x, at each joint and at the last x.
  let knots: [Double]
  /// Orthonormal columns for 1, x − x̄ and the hinges, and the triangle that makes them: X = QR.
  private let columns: [[Double]]
  private let triangle: [[Double]]

  /// Costs N · (joints + 2)².
  init(_ x: [Double], _ y: [Double], joints: [Double]) {
    self.joints = joints
    let mean = x.reduce(0, +) / Double(max(x.count, 1))
    let raw = [x.map { _ in 1.0 }, x.map { $0 - mean }] + joints.map { p in x.map { max($0 - p, 0) } }
    var (columns, triangle) = ([[Double]](), [[Double]]())
    for column in raw {
      var (rest, row) = (column, [Double](repeating: 0, count: raw.count))
      // Gram and Schmidt, twice: the second round takes what rounding left.
      for _ in 0..<2 {
        for (k, known) in columns.enumerated() {
          let along = JoinedSegments.dot(rest, known)
          row[k] += along
          for i in rest.indices { rest[i] -= along * known[i] }
        }
      }
      let length = JoinedSegments.dot(rest, rest).squareRoot()
      row[columns.count] = length
      columns.append(rest.map { length > 0 ? $0 / length : 0 })
      triangle.append(row)
    }
    let along = columns.map { JoinedSegments.dot($0, y) }
    residuals = y.indices.map { i in y[i] - columns.indices.reduce(0) { $0 + along[$1] * columns[$1][i] } }
    var beta = [Double](repeating: 0, count: raw.count)
    for k in beta.indices.reversed() {
      var rest = along[k]
      for m in (k + 1)..<max(beta.count, k + 1) { rest -= triangle[m][k] * beta[m] }
      beta[k] = triangle[k][k] > 0 ? rest / triangle[k][k] : 0
    }
    let bends = Array(beta.dropFirst(2))
    slopes = (0...joints.count).map { segment in bends.prefix(segment).reduce(beta[1], +) }
    knots = ([x.first ?? 0] + joints + [x.last ?? 0]).map { place in
      zip(bends, joints).reduce(beta[0] + beta[1] * (place - mean)) { $0 + $1.0 * max(place - $1.1, 0) }
    }
    (self.columns, self.triangle) = (columns, triangle)
  }

  /// The standard error of Σ_k c_k · slope_k where the measurements scatter by `loudness` with AR(1)
  /// correlation.
  func standardError(ofSlopes weights: [Double], loudness: [Double], correlation: Double) -> Double {
    // slope_k = β₁ + … : weights of the coefficients, then those of the measurements, a = Q R⁻ᵀ c.
    let ofBeta = [0] + weights.indices.map { k in weights[k...].reduce(0, +) }
    var solved = ofBeta
    for k in solved.indices {
      for m in 0..<k { solved[k] -= triangle[k][m] * solved[m] }
      solved[k] = triangle[k][k] > 0 ? solved[k] / triangle[k][k] : 0
    }
    let perMeasurement = loudness.indices.map { i in
      loudness[i] * columns.indices.reduce(0) { $0 + solved[$1] * columns[$1][i] }
    }
    return AutoregressiveNoise.variance(ofSum: perMeasurement, correlation: correlation).squareRoot()
  }
}
