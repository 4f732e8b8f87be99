import Tensor

/// Moves whole samples in and out of activations `[height, width, sample, channel]`.
public enum Samples {
  /// Copies sample `from` of x over sample `to` of out; both have the same height, width and channels.
  public static func copy(_ from: Int, of x: Tensor, to: Int, of out: inout Tensor) {
    let (s, t) = (x.shape, out.shape)
    precondition(
      s.rank == 4 && t.rank == 4 && s[0] == t[0] && s[1] == t[1] && s[3] == t[3] && from < s[2] && to < t[2],
      "cannot copy sample \(from) of \(s) to sample \(to) of \(t)")
    let (pixels, channels) = (s[0] * s[1], s[3])
    x.withPointer { x in
      out.withMutablePointer { out in
        for pixel in 0..<pixels {
          (out + (pixel * t[2] + to) * channels).update(
            from: x + (pixel * s[2] + from) * channels, count: channels)
        }
      }
    }
  }

  /// `[height, width, n, channel]` to `[1, 1, n, channel · height · width]`, features in PyTorch's order (channel, row,
  /// column), or back when `inverse`.
  public static func flatten(_ x: Tensor, into out: inout Tensor, inverse: Bool = false) {
    let (wide, flat) = inverse ? (out.shape, x.shape) : (x.shape, out.shape)
    precondition(
      wide.rank == 4 && flat == [1, 1, wide[2], wide[0] * wide[1] * wide[3]],
      "\(wide) does not flatten to \(flat)")
    let (pixels, samples, channels) = (wide[0] * wide[1], wide[2], wide[3])
    x.withPointer { x in
      out.withMutablePointer { out in
        if pixels == 1 {
          out.update(from: x, count: samples * channels)
          return
        }
        for pixel in 0..<pixels {
          for n in 0..<samples {
            for c in 0..<channels {
              let (i, j) = ((pixel * samples + n) * channels + c, (n * channels + c) * pixels + pixel)
              if inverse { out[i] = x[j] } else { out[j] = x[i] }
            }
          }
        }
      }
    }
  }
}
