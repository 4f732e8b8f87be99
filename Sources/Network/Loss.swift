import Elementary
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
    let width = check(outputs, targets)
    return outputs.withSpan { outputs in
      switch targets {
      case .classes(let labels):
        return labels.indices.map { n in
          let z = outputs.extracting(n * width..<(n + 1) * width)
          let (top, total) = Loss.partition(z)
          return log(total) + top - Double(z[labels[n]])
        }
      case .values(let values):
        return values.withSpan { values in
          (0..<outputs.count / max(width, 1)).map { n in
            var sum = 0.0
            for i in n * width..<(n + 1) * width {
              let error = Double(outputs[i]) - Double(values[i])
              sum += error * error
            }
            return sum / Double(width)
          }
        }
      }
    }
  }

  /// `scale` times the gradient of each sample's loss at its outputs, `[1, 1, n, k]`.
  ///
  /// For cross-entropy p − y, whose own-class entry is formed as −Σ of the others: p_y − 1 would lose every digit on a
  /// sample that is fitted well.
  public func gradient(_ outputs: Tensor, _ targets: Targets, scale: Double) -> Tensor {
    let width = check(outputs, targets)
    var result = Tensor(uninitialized: outputs.shape)
    outputs.withSpan { outputs in
      result.withMutableSpan { result in
        switch targets {
        case .classes(let labels):
          for (n, label) in labels.enumerated() {
            let z = outputs.extracting(n * width..<(n + 1) * width)
            let (top, total) = Loss.partition(z)
            var others = 0.0
            for c in 0..<width where c != label {
              let p = exp(Double(z[c]) - top) / total
              others += p
              result[n * width + c] = Float(scale * p)
            }
            result[n * width + label] = Float(scale * -others)
          }
        case .values(let values):
          values.withSpan { values in
            for i in 0..<outputs.count {
              result[i] = Float(scale * (2 * (Double(outputs[i]) - Double(values[i])) / Double(width)))
            }
          }
        }
      }
    }
    return result
  }

  /// The largest logit and Σ e^{z − it}.
  private static func partition(_ z: Span<Float>) -> (top: Double, total: Double) {
    var top = Double(z[0])
    for c in 1..<max(z.count, 1) where top < Double(z[c]) { top = Double(z[c]) }
    var total = 0.0
    for c in 0..<z.count { total += exp(Double(z[c]) - top) }
    return (top, total)
  }

  /// The number of outputs of one sample, after a check that there is a target for each of the kind the loss takes.
  private func check(_ outputs: Tensor, _ targets: Targets) -> Int {
    let width = outputs.shape.last ?? 0
    let count = outputs.count / max(width, 1)
    precondition(count == targets.count, "\(count) predictions for \(targets.count) targets")
    switch (self, targets) {
    case (.crossEntropy, .classes): break
    case (.meanSquaredError, .values(let values)):
      precondition(values.count == outputs.count, "targets \(values.shape) for outputs \(outputs.shape)")
    default: preconditionFailure("\(self) does not take these targets")
    }
    return width
  }
}
