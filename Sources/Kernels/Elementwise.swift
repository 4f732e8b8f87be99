import CKernels
import Tensor

/// Loops over whole tensors of one shape; each output element depends on the elements at its own place.
///
/// Where `instructions` can be given, the result is the same bits for all of them.
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
  public static func sum(
    _ a: Tensor, _ b: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    withPointers("sum", a, b, &out) { count, a, b, out in pass_sum(instructions.set, out, a, b, count) }
  }

  /// out += x
  public static func accumulate(_ x: Tensor, into out: inout Tensor, instructions: Instructions = .best) {
    check("accumulate", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { pass_accumulate(instructions.set, $0, x, count) } }
  }

  /// out = max(x, 0); NaN passes through.
  public static func relu(_ x: Tensor, into out: inout Tensor, instructions: Instructions = .best) {
    check("relu", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { pass_relu(instructions.set, $0, x, count) } }
  }

  /// The gradient at the input of a ReLU whose *output* was y: d where y > 0, else 0.
  public static func reluGradient(
    _ d: Tensor, output y: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    withPointers("reluGradient", d, y, &out) { count, d, y, out in
      pass_relu_gradient(instructions.set, out, d, y, count)
    }
  }

  /// max(z + δ, 0) − max(z, 0) without subtracting nearly equal numbers: z > 0 ? max(δ, −z) : max(z + δ, 0).
  public static func reluDifference(
    _ delta: Tensor, input z: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    withPointers("reluDifference", delta, z, &out) { count, delta, z, out in
      pass_relu_difference(instructions.set, out, delta, z, count)
    }
  }

  /// out = factor · x
  public static func scaled(
    _ x: Tensor, by factor: Float, into out: inout Tensor, instructions: Instructions = .best
  ) {
    check("scaled", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { pass_scale(instructions.set, $0, x, factor, count) } }
  }

  /// out = tanh x, within 0.501 ulp; NaN passes through.
  public static func tanh(_ x: Tensor, into out: inout Tensor, instructions: Instructions = .best) {
    check("tanh", x, out)
    let count = x.count
    x.withPointer { x in out.withMutablePointer { pass_tanh(instructions.set, $0, x, count) } }
  }

  /// The gradient at the input of a tanh whose *output* was y: d (1 − y²).
  public static func tanhGradient(
    _ d: Tensor, output y: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    withPointers("tanhGradient", d, y, &out) { count, d, y, out in
      pass_tanh_gradient(instructions.set, out, d, y, count)
    }
  }

  /// tanh(z + δ) − tanh z without subtracting nearly equal numbers: tanh δ (1 − tanh z tanh(z + δ)), whose last factor is
  /// formed from e^{−2|z|} and e^{−2|z + δ|}.
  public static func tanhDifference(
    _ delta: Tensor, input z: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    withPointers("tanhDifference", delta, z, &out) { count, delta, z, out in
      pass_tanh_difference(instructions.set, out, delta, z, count)
    }
  }

  /// out = x + b, one b for each channel (last axis).
  public static func addBias(
    _ x: Tensor, _ bias: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    check("addBias", x, out)
    let channels = bias.count
    precondition(x.shape.last == channels, "bias of \(channels) channels on \(x.shape)")
    let rows = x.count / max(channels, 1)
    x.withPointer { x in
      bias.withPointer { bias in
        out.withMutablePointer { pass_add_bias(instructions.set, $0, x, bias, rows, channels) }
      }
    }
  }

  /// out += b, one b for each channel (last axis).
  public static func accumulateBias(
    _ bias: Tensor, into out: inout Tensor, instructions: Instructions = .best
  ) {
    let channels = bias.count
    precondition(out.shape.last == channels, "bias of \(channels) channels on \(out.shape)")
    let rows = out.count / max(channels, 1)
    bias.withPointer { bias in
      out.withMutablePointer { pass_add_bias(instructions.set, $0, $0, bias, rows, channels) }
    }
  }

  /// The gradient at a bias: the sum of d over rows, over all samples or over those of one.
  public static func biasGradient(
    _ d: Tensor, sample: Int? = nil, into out: inout Tensor, instructions: Instructions = .best
  ) {
    let channels = d.shape.last ?? 1
    precondition(out.count >= channels, "bias of \(out.count) channels under \(d.shape)")
    let samples = d.shape[d.shape.rank - 2]
    let step = sample == nil ? 1 : samples
    let rows = d.count / max(channels, 1)
    let first = sample ?? 0
    precondition(first < samples, "sample \(first) of \(samples)")
    let sums = d.withPointer { d in
      Normalization.sums(channels) {
        channel_sums(instructions.set, d + first * channels, step * channels, rows / step, channels, $0)
      }
    }
    out.withMutablePointer { out in for c in 0..<channels { out[c] = Float(sums[c]) } }
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
