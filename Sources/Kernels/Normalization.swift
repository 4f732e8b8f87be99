import CKernels
import Tensor

/// Kernels of normalisation layers over activations `[height, width, sample, channel]`. Sums run in `Double`, in the order of
/// the rows: the same bits for every set of instructions.
public enum Normalization {
  /// What is added to a variance before its root, as in PyTorch.
  public static let epsilon = 1e-5

  /// (x − mean) / √(variance + ε), with statistics `[2, channels]`.
  public static func standardize(
    _ x: Tensor, _ statistics: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    channelwise(
      x, shifts: (0..<x.shape[3]).map { statistics[flat: $0] }, factors: inverseRoots(statistics), into: &out,
      instructions)
  }

  /// d / √(variance + ε): the gradient at the input for fixed statistics, and the difference rule.
  public static func scaleByDeviation(
    _ d: Tensor, _ statistics: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    channelwise(
      d, shifts: [Float](repeating: 0, count: d.shape[3]), factors: inverseRoots(statistics), into: &out,
      instructions)
  }

  /// x·γ, one γ a channel; adds to what is there where `accumulating`.
  public static func scale(
    _ x: Tensor, by gamma: Tensor, into out: inout Tensor, accumulating: Bool = false,
    instructions: Instructions = .best
  ) {
    let channels = gamma.count
    precondition(x.shape.last == channels && x.shape == out.shape, "scale of \(channels) on \(x.shape)")
    let rows = x.count / max(channels, 1)
    x.withPointer { x in
      gamma.withPointer { gamma in
        out.withMutablePointer {
          scale_rows(instructions.set, x, gamma, $0, rows, channels, accumulating ? 1 : 0)
        }
      }
    }
  }

  /// The gradient at γ: Σ x·d over pixels, over all samples or over those of one.
  public static func scaleGradient(
    _ x: Tensor, _ d: Tensor, sample: Int? = nil, into out: inout Tensor, instructions: Instructions = .best
  ) {
    let channels = d.shape.last ?? 1
    precondition(x.shape == d.shape && out.count >= channels, "scaleGradient: shapes differ")
    let samples = d.shape[2]
    let step = sample == nil ? 1 : samples
    let rows = d.count / max(channels, 1) / step
    let first = (sample ?? 0) * channels
    precondition((sample ?? 0) < samples, "sample \(sample ?? 0) of \(samples)")
    let found = x.withPointer { x in
      d.withPointer { d in
        sums(channels) {
          channel_products(instructions.set, x + first, d + first, step * channels, rows, channels, $0)
        }
      }
    }
    out.withMutablePointer { out in for c in 0..<channels { out[c] = Float(found[c]) } }
  }

  static func inverseRoots(_ statistics: Tensor) -> [Float] {
    let channels = statistics.shape[1]
    return (0..<channels).map {
      Float(1 / (Double(statistics[flat: channels + $0]) + epsilon).squareRoot())
    }
  }

  /// One sum a channel, which `body` writes.
  static func sums(_ channels: Int, _ body: (UnsafeMutablePointer<Double>) -> Void) -> [Double] {
    [Double](unsafeUninitializedCapacity: channels) { buffer, count in
      if let base = buffer.baseAddress { body(base) }
      count = channels
    }
  }

  /// out = (x − shift)·factor with both by channel.
  private static func channelwise(
    _ x: Tensor, shifts: [Float], factors: [Float], into out: inout Tensor, _ instructions: Instructions
  ) {
    let channels = x.shape[3]
    precondition(x.shape == out.shape, "normalization: shapes \(x.shape) and \(out.shape) differ")
    let rows = x.count / max(channels, 1)
    x.withPointer { x in
      out.withMutablePointer {
        standardize_rows(instructions.set, x, shifts, factors, $0, rows, channels)
      }
    }
  }
}
