import Elementary

/// The tangent kernel of a two-layer ReLU network without bias at initialisation, in the limit of infinite
/// width:
///
///     K(x, x') = x·x' (π − θ)/2π + ‖x‖‖x'‖ (sin θ + (π − θ) cos θ)/2π,   θ the angle of x and x'
///
/// (Y. Cho, L. Saul 2009; S. Arora et al., arXiv 1904.11955.) K(x, x) = ‖x‖².
public enum ReLUKernel {
  /// - Precondition: two vectors of one length.
  public static func value(_ x: [Double], _ other: [Double]) -> Double {
    let (a, b) = (norm(x), norm(other))
    guard a > 0, b > 0 else { return 0 }
    // The angle from half its chord: exact for nearly parallel vectors, where the arc cosine loses half the
    // digits.
    let difference = zip(x, other).map { $0 / a - $1 / b }
    let sum = zip(x, other).map { $0 / a + $1 / b }
    let theta = 2 * atan2(norm(difference), norm(sum))
    let first = (Double.pi - theta) * cos(theta)
    return a * b * (first + sin(theta) + first) / (2 * .pi)
  }

  /// S(x → x') of a network so wide that the kernel stays as it is: |K(x, x')| / K(x, x), constant in time.
  public static func response(source: [Double], probe: [Double]) -> Response {
    let own = dot(source, source)
    return Response(source: own, probe: value(source, probe), scale: own)
  }
}

/// Gradient flow of the squared loss (1/2N) Σ (f(x_i) − y_i)² with the fixed kernel, from f = 0:
///
///     f_t(x) = Σ_i c_i(t) K(x, x_i),   c(t) = K⁻¹ (1 − e^{−ηKt/N}) y
///
/// The weights are the coefficients c, one a sample. In the null space of K, as samples that stand twice or
/// opposite to each other make one, they move no prediction and stay 0, and the loss keeps what is there of
/// y.
public struct ReLUKernelFlow: GradientFlow {
  public let points: [[Double]]
  public let targets: [Double]
  public let rate: Double
  private let eigen: SemidefiniteEigen
  /// Vᵀ y.
  private let rotated: [Double]

  /// - Throws: `TheoryError` for sizes that do not agree, no points, numbers that are not finite.
  ///
  /// Cost: N² kernels and 9 N³ operations.
  public init(points: [[Double]], targets: [Double], rate: Double = 1) throws(TheoryError) {
    guard let first = points.first, !first.isEmpty else { throw .tooFew(what: "points", least: 1, found: 0) }
    for point in points { try check("a point", point, count: first.count) }
    try check("the targets", targets, count: points.count)
    try checkPositive("the rate", rate)
    var kernel = DoubleMatrix(rows: points.count, columns: points.count)
    for i in points.indices {
      for j in 0...i {
        kernel[i, j] = ReLUKernel.value(points[i], points[j])
        kernel[j, i] = kernel[i, j]
      }
    }
    (self.points, self.targets, self.rate) = (points, targets, rate)
    eigen = try SemidefiniteEigen(kernel)
    rotated = eigen.vectors.times(targets)
  }

  public var inputCount: Int { points[0].count }
  public var weightNames: [String] { points.indices.map { "c_\($0)" } }

  public func states(at times: [Double]) throws(TheoryError) -> [FlowState] {
    try check(times: times)
    let n = Double(points.count)
    return try representable(
      times.map { time in
        let scaled = rate * time / n
        var (coefficients, loss) = (rotated, 0.0)
        for (j, value) in eigen.values.enumerated() {
          let exponent = value == 0 ? 0 : -scaled * value
          coefficients[j] *= value == 0 ? 0 : exponent < -1e-300 ? -expm1(exponent) / value : scaled
          let left = rotated[j] * exp(exponent)
          loss += left * left / (2 * n)
        }
        return FlowState(time: time, weights: eigen.vectors.transposedTimes(coefficients), loss: loss)
      })
  }

  /// f_t at a sample, from the coefficients at that time.
  public func prediction(_ coefficients: [Double], at x: [Double]) -> Double {
    zip(coefficients, points).reduce(0) { $0 + $1.0 * ReLUKernel.value(x, $1.1) }
  }

  public func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response {
    ReLUKernel.response(source: source.x, probe: probe.x)
  }
}
