import Foundation
import Tensor

/// What a batch should be predicted as.
public enum Targets: Sendable {
  /// A class for each sample.
  case classes([Int])
  /// One row of values for each sample, `[n, outputs]`.
  case values(Tensor)

  public var count: Int {
    switch self {
    case .classes(let labels): labels.count
    case .values(let values): values.shape[0]
    }
  }
}

/// The quantity that training makes small.
public enum Loss: String, CaseIterable, Hashable, Sendable, Codable {
  /// −log p_y with p = softmax(z).
  case crossEntropy = "cross_entropy"
  /// The mean over outputs of (f − y)².
  case meanSquaredError = "mse"

  /// The loss of each sample, in `Double`. `outputs` is `[1, 1, n, k]`.
  ///
  /// - Precondition: as many targets as samples, of the kind that the loss takes.
  public func values(_ outputs: Tensor, _ targets: Targets) -> [Double] {
    forEachSample(outputs, targets) { z, target in
      switch target {
      case .label(let y):
        let top = z.max() ?? 0
        return log(z.reduce(0) { $0 + exp($1 - top) }) + top - z[y]
      case .values(let y):
        return zip(z, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(z.count)
      }
    }
  }

  /// `scale` times the gradient of each sample's loss at its outputs, `[1, 1, n, k]`.
  ///
  /// For cross-entropy p − y, whose own-class entry is formed as −Σ of the others: p_y − 1 would lose every digit on a
  /// sample that is fitted well.
  public func gradient(_ outputs: Tensor, _ targets: Targets, scale: Double) -> Tensor {
    let rows: [[Double]] = forEachSample(outputs, targets) { z, target in
      switch target {
      case .label(let y):
        var row = Softmax.probabilities(z)
        row[y] = 0
        row[y] = -row.reduce(0, +)
        return row
      case .values(let y): return zip(z, y).map { 2 * ($0 - $1) / Double(z.count) }
      }
    }
    return Tensor(outputs.shape, scalars: rows.flatMap { $0.map { Float(scale * $0) } })
  }

  private enum Target {
    case label(Int)
    case values([Double])
  }

  private func forEachSample<Result>(
    _ outputs: Tensor, _ targets: Targets, _ body: ([Double], Target) -> Result
  ) -> [Result] {
    let rows = outputs.rows
    precondition(rows.count == targets.count, "\(rows.count) predictions for \(targets.count) targets")
    switch (self, targets) {
    case (.crossEntropy, .classes(let labels)):
      return zip(rows, labels).map { body($0, .label($1)) }
    case (.meanSquaredError, .values(let values)):
      let width = values.count / max(values.shape[0], 1)
      let scalars = values.scalars
      return rows.indices.map { n in
        body(rows[n], .values(scalars[n * width..<(n + 1) * width].map(Double.init)))
      }
    default: preconditionFailure("\(self) does not take these targets")
    }
  }
}
