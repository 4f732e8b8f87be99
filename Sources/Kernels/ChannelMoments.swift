import CKernels
import Tensor

/// Mean and squared deviations by channel of a part of a batch, which are joined with those of the other parts.
public struct ChannelMoments: Sendable {
  private let rows: Int
  private var means: [Double]
  /// Σ(x − mean)² by channel.
  private var squares: [Double]

  /// Those of activations `[height, width, sample, channel]`, in one pass: sums of deviations from the first row, in
  /// `Double` and in the order of the rows.
  public init(of x: Tensor, instructions: Instructions = .best) {
    let channels = x.shape[3]
    rows = x.count / max(channels, 1)
    (means, squares) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
    if rows == 0 { return }
    x.withPointer { channel_moments(instructions.set, $0, rows, channels, $0, &means, &squares) }
    for c in 0..<channels {
      squares[c] = max(squares[c] - means[c] * means[c] / Double(rows), 0)
      means[c] = Double(x[flat: c]) + means[c] / Double(rows)
    }
  }

  /// Those of all parts together, in their order (Chan, Golub, LeVeque 1979).
  ///
  /// - Precondition: there is a part, and all have the same channels.
  public static func joined(_ parts: [ChannelMoments]) -> Joined {
    var total = parts[0]
    var rows = total.rows
    for part in parts.dropFirst() where part.rows > 0 {
      let (a, b) = (Double(rows), Double(part.rows))
      for c in total.means.indices {
        let distance = part.means[c] - total.means[c]
        total.means[c] += distance * b / (a + b)
        total.squares[c] += part.squares[c] + distance * distance * a * b / (a + b)
      }
      rows += part.rows
    }
    return Joined(
      rows: rows, means: total.means, variances: total.squares.map { $0 / Double(max(rows, 1)) })
  }

  /// Mean and biased variance of a whole batch.
  public struct Joined: Sendable {
    public let rows: Int
    let means: [Double]
    let variances: [Double]

    public var channels: Int { means.count }

    /// Writes them as statistics `[2, channels]`.
    public func write(to out: inout Tensor) {
      out.withMutablePointer { out in
        for c in means.indices {
          out[c] = Float(means[c])
          out[means.count + c] = Float(variances[c])
        }
      }
    }
  }
}
