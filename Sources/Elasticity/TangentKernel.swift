import Autodiff
import Datasets
import Kernels
import Network
import Tensor
import Training

/// The empirical tangent kernel of a network at some points, K(x, x') = Σ_c ⟨∇f_c(x), ∇f_c(x')⟩ over outputs c.
public struct TangentKernel: Sendable {
  /// [point, point], row after row.
  public let values: [Double]
  public let count: Int

  /// The most numbers that gradients may take at a time: two of one layer are held.
  private static let mostScalars = 1 << 27

  /// - Throws: `ElasticityError` for no points, points of another shape or gradients too large to hold.
  ///
  /// Cost: for each output one backward pass of all points, and points² · weights multiply-adds.
  public init(
    network: Network, weights: [Tensor], points: Dataset
  ) throws(ElasticityError) {
    guard points.count > 0 else { throw .noSources }
    guard points.input == network.input else {
      throw .otherShape(what: "points", network: network.input, found: points.input)
    }
    count = points.count
    let largest = network.tape.parameterShapes.map(\.count).max() ?? 0
    guard largest <= TangentKernel.mostScalars / points.count else {
      throw .kernelTooLarge(points: points.count, weights: largest, most: TangentKernel.mostScalars)
    }
    let tape = network.tape
    var (activations, backward) = (Activations(), Gradients())
    tape.evaluate(
      weights, points.batch(rows: Array(0..<points.count)), for: .gradients, into: &activations)
    var gram = Tensor(zeros: [1, 1, points.count, points.count])
    for output in 0..<network.outputs {
      var direction = Tensor(zeros: activations.output.shape)
      for point in 0..<points.count { direction[flat: point * network.outputs + output] = 1 }
      tape.backpropagate(weights, activations, outputGradient: direction, into: &backward)
      for (parameter, shape) in tape.parameterShapes.enumerated() where shape.count > 0 {
        var rows: [Float] = []
        rows.reserveCapacity(points.count * shape.count)
        var gradient = Tensor(zeros: shape)
        for point in 0..<points.count {
          tape.parameterGradient(
            parameter, of: weights, activations, backward, sample: point, into: &gradient)
          rows += gradient.scalars
        }
        let gradients = Tensor([points.count, shape.count], scalars: rows)
        Linear.inputGradient(
          Tensor([1, 1, points.count, shape.count], scalars: rows), gradients, into: &gram, accumulating: true
        )
      }
    }
    values = gram.scalars.map(Double.init)
  }

  /// ‖K − K₀‖ / ‖K₀‖ in the norm of Frobenius; nil where K₀ is 0.
  public func drift(from start: TangentKernel) -> Double? {
    guard start.count == count else { return nil }
    let change = zip(values, start.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = start.values.reduce(0) { $0 + $1 * $1 }
    return size > 0 ? (change / size).squareRoot() : nil
  }

  /// How far the kernel is one that tells the classes of its points apart: an alignment with their labels; nil where
  /// one of the matrices is 0.
  ///
  /// The row of Y at a point is its one-hot label, and for a regression its targets.
  public func alignment(_ kind: Alignment, with points: Dataset) -> Double? {
    guard points.count == count else { return nil }
    let rows = points.labelRows(less: kind == .labels ? 1 / Double(max(points.classNames.count, 1)) : 0)
    var labels: [Double] = []
    for a in rows { for b in rows { labels.append(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }) } }
    let kernel = kind == .centered ? centered(values) : values
    if kind == .centered { labels = centered(labels) }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let squares = product(kernel, kernel) * product(labels, labels)
    return squares > 0 ? product(kernel, labels) / squares.squareRoot() : nil
  }

  /// HMH, H = I - 11ᵀ/n: a symmetric matrix less the means of its rows and columns.
  private func centered(_ matrix: [Double]) -> [Double] {
    let n = Double(count)
    let means = (0..<count).map { row in matrix[row * count..<(row + 1) * count].reduce(0, +) / n }
    let mean = means.reduce(0, +) / n
    return matrix.indices.map { matrix[$0] - means[$0 / count] - means[$0 % count] + mean }
  }
}

extension Dataset {
  /// For each sample its one-hot label less a number, or its targets.
  fileprivate func labelRows(less shift: Double) -> [[Double]] {
    indices.indices.map { point in
      guard let targets else {
        return classNames.indices.map { ($0 == labels[point] ? 1 : 0) - shift }
      }
      let width = targets.shape[1]
      return (0..<width).map { Double(targets[flat: point * width + $0]) }
    }
  }
}
