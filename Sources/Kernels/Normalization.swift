import Tensor

/// Kernels of normalisation layers over activations `[height, width, sample, channel]`. Sums run in `Double`.
public enum Normalization {
  /// What is added to a variance before its root, as in PyTorch.
  public static let epsilon = 1e-5

  /// Mean and biased variance of each channel over all pixels and samples, `[2, channels]`.
  ///
  /// The variance is summed over deviations from the mean, in a second pass.
  public static func statistics(of x: Tensor, into out: inout Tensor) {
    let channels = x.shape[3]
    let rows = x.count / max(channels, 1)
    precondition(out.shape == [2, channels], "statistics of \(x.shape) in \(out.shape)")
    var means = [Double](repeating: 0, count: channels)
    var squares = means
    x.withPointer { x in
      for row in 0..<rows { for c in 0..<channels { means[c] += Double(x[row * channels + c]) } }
      for c in 0..<channels { means[c] /= Double(rows) }
      for row in 0..<rows {
        for c in 0..<channels {
          let deviation = Double(x[row * channels + c]) - means[c]
          squares[c] += deviation * deviation
        }
      }
    }
    out.withMutablePointer { out in
      for c in 0..<channels {
        out[c] = Float(means[c])
        out[channels + c] = Float(squares[c] / Double(rows))
      }
    }
  }

  /// (x − mean) / √(variance + ε), with statistics `[2, channels]`.
  public static func standardize(_ x: Tensor, _ statistics: Tensor, into out: inout Tensor) {
    let roots = inverseRoots(statistics)
    channelwise(x, into: &out) { c in (shift: statistics[flat: c], factor: roots[c]) }
  }

  /// d / √(variance + ε): the gradient at the input for fixed statistics, and the difference rule.
  public static func scaleByDeviation(_ d: Tensor, _ statistics: Tensor, into out: inout Tensor) {
    let roots = inverseRoots(statistics)
    channelwise(d, into: &out) { c in (shift: 0, factor: roots[c]) }
  }

  /// The gradient at the input where the statistics are the batch's own:
  /// (d − mean(d) − y·mean(d·y)) / √(variance + ε), y the output.
  public static func batchGradient(
    _ d: Tensor, output y: Tensor, _ statistics: Tensor, into out: inout Tensor
  ) {
    precondition(d.shape == y.shape && d.shape == out.shape, "batchGradient: shapes differ")
    let channels = d.shape[3]
    let rows = d.count / max(channels, 1)
    let roots = inverseRoots(statistics)
    var means = [Double](repeating: 0, count: channels)
    var projections = means
    d.withPointer { d in
      y.withPointer { y in
        for i in 0..<rows * channels {
          means[i % channels] += Double(d[i])
          projections[i % channels] += Double(d[i]) * Double(y[i])
        }
        let m = means.map { Float($0 / Double(rows)) }
        let p = projections.map { Float($0 / Double(rows)) }
        out.withMutablePointer { out in
          for row in 0..<rows {
            for c in 0..<channels {
              let i = row * channels + c
              out[i] = (d[i] - m[c] - y[i] * p[c]) * roots[c]
            }
          }
        }
      }
    }
  }

  /// x·γ, one γ a channel; adds to what is there where `accumulating`.
  public static func scale(_ x: Tensor, by gamma: Tensor, into out: inout Tensor, accumulating: Bool = false)
  {
    let channels = gamma.count
    precondition(x.shape.last == channels && x.shape == out.shape, "scale of \(channels) on \(x.shape)")
    let rows = x.count / max(channels, 1)
    x.withPointer { x in
      gamma.withPointer { gamma in
        out.withMutablePointer { out in
          for row in 0..<rows {
            let (source, target) = (x + row * channels, out + row * channels)
            if accumulating {
              for c in 0..<channels { target[c] += source[c] * gamma[c] }
            } else {
              for c in 0..<channels { target[c] = source[c] * gamma[c] }
            }
          }
        }
      }
    }
  }

  /// The gradient at γ: Σ x·d over pixels, over all samples or over those of one.
  public static func scaleGradient(_ x: Tensor, _ d: Tensor, sample: Int? = nil, into out: inout Tensor) {
    let channels = d.shape.last ?? 1
    precondition(x.shape == d.shape && out.count >= channels, "scaleGradient: shapes differ")
    let samples = d.shape[2]
    let rows = d.count / max(channels, 1)
    precondition((sample ?? 0) < samples, "sample \(sample ?? 0) of \(samples)")
    var sums = [Double](repeating: 0, count: channels)
    x.withPointer { x in
      d.withPointer { d in
        for row in stride(from: sample ?? 0, to: rows, by: sample == nil ? 1 : samples) {
          for c in 0..<channels { sums[c] += Double(x[row * channels + c]) * Double(d[row * channels + c]) }
        }
      }
    }
    out.withMutablePointer { out in for c in 0..<channels { out[c] = Float(sums[c]) } }
  }

  static func inverseRoots(_ statistics: Tensor) -> [Float] {
    let channels = statistics.shape[1]
    return (0..<channels).map {
      Float(1 / (Double(statistics[flat: channels + $0]) + epsilon).squareRoot())
    }
  }

  /// out = (x − shift)·factor with both by channel.
  private static func channelwise(
    _ x: Tensor, into out: inout Tensor, _ constants: (Int) -> (shift: Float, factor: Float)
  ) {
    let channels = x.shape[3]
    precondition(x.shape == out.shape, "normalization: shapes \(x.shape) and \(out.shape) differ")
    let rows = x.count / max(channels, 1)
    let all = (0..<channels).map(constants)
    let (shifts, factors) = (all.map(\.shift), all.map(\.factor))
    x.withPointer { x in
      shifts.withUnsafeBufferPointer { shifts in
        factors.withUnsafeBufferPointer { factors in
          out.withMutablePointer { out in
            for row in 0..<rows {
              let (source, target) = (x + row * channels, out + row * channels)
              for c in 0..<channels { target[c] = (source[c] - shifts[c]) * factors[c] }
            }
          }
        }
      }
    }
  }
}
