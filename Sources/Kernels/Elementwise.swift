import Glibc
import Tensor

/// Loops over whole tensors of one shape; each output element depends on the elements at its own place.
///
/// The compiler turns these plain loops into SIMD code: no iteration depends on another.
public enum Elementwise {
  public static func fill(_ out: inout Tensor, with value: Float) {
    let count = out.count
    out.withMutablePointer { $0.update(repeating: value, count: count) }
  }

  public static func copy(_ x: Tensor, into out: inout Tensor) {
    check("copy", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { $0.update(from: x, count: count) } }
  }

  /// out = a + b
  public static func sum(_ a: Tensor, _ b: Tensor, into out: inout Tensor) {
    withPointers("sum", a, b, &out) { count, a, b, out in for i in 0..<count { out[i] = a[i] + b[i] } }
  }

  /// out += x
  public static func accumulate(_ x: Tensor, into out: inout Tensor) {
    check("accumulate", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { out in for i in 0..<count { out[i] += x[i] } } }
  }

  /// out = max(x, 0)
  public static func relu(_ x: Tensor, into out: inout Tensor) {
    check("relu", x, out)
    let count = x.count
    // NaN must pass through: a network that has diverged has to be seen.
    x.withPointer { x in out.withMutablePointer { out in for i in 0..<count { out[i] = x[i] < 0 ? 0 : x[i] } }
    }
  }

  /// The gradient at the input of a ReLU whose *output* was y: d where y > 0, else 0.
  public static func reluGradient(_ d: Tensor, output y: Tensor, into out: inout Tensor) {
    withPointers("reluGradient", d, y, &out) { count, d, y, out in
      // A mask: a conditional copy would be a branch, mispredicted half the time.
      for i in 0..<count { out[i] = Float(bitPattern: d[i].bitPattern & (y[i] > 0 ? .max : 0)) }
    }
  }

  /// max(z + δ, 0) − max(z, 0) without subtracting nearly equal numbers: z > 0 ? max(δ, −z) : max(z + δ, 0).
  public static func reluDifference(_ delta: Tensor, input z: Tensor, into out: inout Tensor) {
    withPointers("reluDifference", delta, z, &out) { count, delta, z, out in
      for i in 0..<count {
        // Both arms are computed: a choice of two numbers becomes SIMD code, a branch is mispredicted half the time.
        let falling = delta[i] < -z[i] ? -z[i] : delta[i]
        let rising = z[i] + delta[i] < 0 ? 0 : z[i] + delta[i]
        out[i] = z[i] > 0 ? falling : rising
      }
    }
  }

  /// out = factor · x
  public static func scaled(_ x: Tensor, by factor: Float, into out: inout Tensor) {
    check("scaled", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { out in for i in 0..<count { out[i] = factor * x[i] } } }
  }

  /// out = tanh x
  public static func tanh(_ x: Tensor, into out: inout Tensor) {
    check("tanh", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { out in for i in 0..<count { out[i] = tanhf(x[i]) } } }
  }

  /// The gradient at the input of a tanh whose *output* was y: d (1 − y²).
  public static func tanhGradient(_ d: Tensor, output y: Tensor, into out: inout Tensor) {
    withPointers("tanhGradient", d, y, &out) { count, d, y, out in
      for i in 0..<count { out[i] = d[i] * (1 - y[i]) * (1 + y[i]) }
    }
  }

  /// tanh(z + δ) − tanh z without subtracting nearly equal numbers: tanh δ (1 − tanh z tanh(z + δ)), whose last factor is
  /// formed as (e^{2z + 2δ} + e^{2z}) · 2 / ((1 + e^{2z})(1 + e^{2z + 2δ})).
  public static func tanhDifference(_ delta: Tensor, input z: Tensor, into out: inout Tensor) {
    withPointers("tanhDifference", delta, z, &out) { count, delta, z, out in
      for i in 0..<count {
        // In Double and with the sign of z taken out, so that the powers stay below 1.
        let (a, d) = (Double(z[i]), Double(delta[i]))
        let (p, q) = (exp(-2 * abs(a)), exp(-2 * abs(a + d)))
        let rest =
          (a < 0) == (a + d < 0)
          ? 2 * (p + q) / ((1 + p) * (1 + q)) : 1 + (1 - p) * (1 - q) / ((1 + p) * (1 + q))
        out[i] = Float(Glibc.tanh(d) * rest)
      }
    }
  }

  /// out = x + b, one b for each channel (last axis).
  public static func addBias(_ x: Tensor, _ bias: Tensor, into out: inout Tensor) {
    check("addBias", x, out)
    let channels = bias.count
    precondition(x.shape.last == channels, "bias of \(channels) channels on \(x.shape)")
    let rows = x.count / max(channels, 1)
    x.withPointer { x in
      bias.withPointer { bias in
        out.withMutablePointer { out in
          for row in 0..<rows {
            let (source, target) = (x + row * channels, out + row * channels)
            for c in 0..<channels { target[c] = source[c] + bias[c] }
          }
        }
      }
    }
  }

  /// out += b, one b for each channel (last axis).
  public static func accumulateBias(_ bias: Tensor, into out: inout Tensor) {
    let channels = bias.count
    precondition(out.shape.last == channels, "bias of \(channels) channels on \(out.shape)")
    let rows = out.count / max(channels, 1)
    bias.withPointer { bias in
      out.withMutablePointer { out in
        for row in 0..<rows {
          let target = out + row * channels
          for c in 0..<channels { target[c] += bias[c] }
        }
      }
    }
  }

  /// The gradient at a bias: the sum of d over rows, over all samples or over those of one.
  public static func biasGradient(_ d: Tensor, sample: Int? = nil, into out: inout Tensor) {
    let channels = out.count
    precondition(d.shape.last == channels, "bias of \(channels) channels under \(d.shape)")
    let samples = d.shape[d.shape.rank - 2]
    let step = sample == nil ? 1 : samples
    let rows = d.count / max(channels, 1)
    precondition((sample ?? 0) < samples, "sample \(sample ?? 0) of \(samples)")
    d.withPointer { d in
      out.withMutablePointer { out in
        out.update(repeating: 0, count: channels)
        for row in stride(from: sample ?? 0, to: rows, by: step) {
          let source = d + row * channels
          for c in 0..<channels { out[c] += source[c] }
        }
      }
    }
  }

  /// Hands the addresses of three tensors of one shape to a loop. The loop stands inside `body`: a call for each element
  /// would keep it from becoming SIMD code.
  private static func withPointers(
    _ name: StaticString, _ a: Tensor, _ b: Tensor, _ out: inout Tensor,
    _ body: (Int, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    check(name, a, b)
    check(name, a, out)
    let count = a.count
    a.withPointer { a in b.withPointer { b in out.withMutablePointer { body(count, a, b, $0) } } }
  }

  private static func check(_ name: StaticString, _ a: Tensor, _ b: Tensor) {
    precondition(a.shape == b.shape, "\(name): shapes \(a.shape) and \(b.shape) differ")
  }
}
