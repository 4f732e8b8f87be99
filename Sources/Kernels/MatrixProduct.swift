import CKernels
import Tensor

/// How one operand of a product lies in memory.
struct Matrix {
  var base: UnsafePointer<Float>
  /// Distance in scalars between the starts of two rows.
  var stride: Int
  var isTransposed = false

  var transposed: Matrix { Matrix(base: base, stride: stride, isTransposed: !isTransposed) }
}

/// c = scale · a·b, or c += scale · a·b when `accumulating`; a is m × k, b is k × n (after transposition), c m × n.
///
/// - Parameter columnsAreSamples: whether n counts samples, so that the sums of one must run as those of many.
///
/// Safe when the three blocks cover the sizes given: every caller derives them from the shapes of its tensors.
func multiply(
  _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, stride: Int, m: Int, n: Int, k: Int,
  scale: Float = 1, accumulating: Bool, columnsAreSamples: Bool = false, packed: PackedWeights? = nil,
  instructions: Instructions = .best
) {
  guard m > 0, n > 0 else { return }
  Counters.add(multiplyAdds: m * n * k)
  if n == 1, !columnsAreSamples, scale == 1, !a.isTransposed, b.isTransposed || b.stride == 1 {
    // A panel would be nearly empty: an inner product for each row.
    var products = dot_products(
      left: a.base, left_row: a.stride, right: b.base, depth: k, out: c, out_row: stride, rows: m,
      accumulating: accumulating)
    multiply_by_vector(instructions.set, &products)
  } else if n == 1, stride == 1 {
    multiplyByPanels(
      b.transposed, a.transposed, into: c, stride: m, m: 1, n: m, k: k, scale: scale,
      accumulating: accumulating, instructions: instructions)
  } else if b.isTransposed, !a.isTransposed, scale == 1, !accumulating, m >= 8, 5 * m * (k + n) < 4 * n * k {
    // It is less work to turn a and the result than b; with fewer rows the panels would be nearly empty.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: n * m) { scratch in
      guard let turned = scratch.baseAddress else { return }
      multiplyByPanels(
        b.transposed, a.transposed, into: turned, stride: m, m: n, n: m, k: k, scale: scale,
        accumulating: false, instructions: instructions)
      transpose(instructions.set, turned, m, c, stride, n, m)
    }
  } else {
    multiplyByPanels(
      a, b, packed, into: c, stride: stride, m: m, n: n, k: k, scale: scale, accumulating: accumulating,
      instructions: instructions)
  }
}

/// Right operands of at most so many scalars stay in the cache next to the processor, where they are read as they lie.
let mostInPlace = 1 << 14

private func multiplyByPanels(
  _ a: Matrix, _ b: Matrix, _ packed: PackedWeights? = nil, into c: UnsafeMutablePointer<Float>,
  stride: Int, m: Int, n: Int, k: Int, scale: Float, accumulating: Bool, instructions: Instructions
) {
  let width = instructions.panelColumns
  // Panels that stay in cache; a multiple of the terms of a partial sum, so that no sum depends on it.
  let depth = min(k, 4 * TILE_PARTIAL)
  let (row, column) = b.isTransposed ? (1, b.stride) : (b.stride, 1)
  // A few rows are done sooner than a panel is packed.
  let isInPlace = packed == nil && column == 1 && scale == 1 && (m <= 2 || n * k <= mostInPlace)
  precondition(
    packed.map { $0.instructions == instructions && $0.panelSize == k * width && scale == 1 } ?? true,
    "weights packed for another product")
  let capacity = packed == nil ? max(depth, 1) * width : 1
  withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { scratch in
    guard let panel = scratch.baseAddress else { return }
    var all = tile_stretch(left: 0, right: 0, depth: 1)
    var product = tile_product()
    (product.left_row, product.left_step) = a.isTransposed ? (1, a.stride) : (a.stride, 1)
    (product.count, product.rows, product.out_row) = (1, m, stride)
    withUnsafePointer(to: &all) { all in
      product.stretches = all
      for first in Swift.stride(from: 0, to: max(k, 1), by: max(depth, 1)) {
        product.left = a.base + first * product.left_step
        product.depth_unit = min(depth, k - first)
        product.accumulating = accumulating || first > 0
        for start in Swift.stride(from: 0, to: n, by: width) {
          product.columns = min(width, n - start)
          product.out = c + start
          let right = b.base + first * row + start * column
          if let packed {
            (product.panel, product.panel_step) = (packed.panel(start / width) + first * width, width)
          } else if isInPlace, product.columns == width {
            (product.panel, product.panel_step) = (right, row)
          } else {
            instructions.pack(
              right, row: row, column: column, depth: product.depth_unit, columns: product.columns,
              scale: scale, into: panel)
            (product.panel, product.panel_step) = (UnsafePointer(panel), width)
          }
          instructions.multiply(&product)
        }
      }
    }
  }
}

/// Products of activations `[…, sample, inputs]`, read as rows, with linear weights `[inputs, outputs]`.
public enum Linear {
  /// out = x·w, or out += x·w when `accumulating`. Cost: rows · inputs · outputs multiply-adds.
  ///
  /// - Parameter packed: the same weights in panels, where many products share them.
  public static func product(
    _ x: Tensor, _ w: Tensor, packed: PackedWeights? = nil, into out: inout Tensor,
    accumulating: Bool = false, instructions: Instructions = .best
  ) {
    let (rows, inputs, outputs) = sizes(x: x, w: w, out: out)
    x.withPointer { x in
      w.withPointer { w in
        out.withMutablePointer { out in
          multiply(
            Matrix(base: x, stride: inputs), Matrix(base: w, stride: outputs), into: out, stride: outputs,
            m: rows, n: outputs, k: inputs, accumulating: accumulating, packed: packed,
            instructions: instructions)
        }
      }
    }
  }

  /// The gradient at the input: out (+)= d·wᵀ.
  public static func inputGradient(
    _ d: Tensor, _ w: Tensor, into out: inout Tensor, accumulating: Bool, instructions: Instructions = .best
  ) {
    let (rows, inputs, outputs) = sizes(x: out, w: w, out: d)
    d.withPointer { d in
      w.withPointer { w in
        out.withMutablePointer { out in
          multiply(
            Matrix(base: d, stride: outputs), Matrix(base: w, stride: outputs, isTransposed: true), into: out,
            stride: inputs, m: rows, n: inputs, k: outputs, accumulating: accumulating,
            instructions: instructions)
        }
      }
    }
  }

  /// The gradient at the weights, out = xᵀ·d, over all rows or over those of one sample.
  ///
  /// - Parameter part: the rows of the weights that are wanted, which then stand at the beginning of `out`; nil: all.
  public static func weightGradient(
    _ x: Tensor, _ d: Tensor, sample: Int? = nil, rows part: Range<Int>? = nil, into out: inout Tensor,
    instructions: Instructions = .best
  ) {
    let (inputs, outputs) = (x.shape.last ?? 1, d.shape.last ?? 1)
    let rows = x.count / max(inputs, 1)
    let part = part ?? 0..<inputs
    precondition(
      d.count == rows * outputs && part.lowerBound >= 0 && part.upperBound <= inputs
        && out.count >= part.count * outputs,
      "rows \(part) of the gradient from \(x.shape) and \(d.shape) into \(out.shape)")
    let samples = x.shape[x.shape.rank - 2]
    // The rows of one sample lie `samples` rows apart.
    let step = sample == nil ? 1 : samples
    let first = sample ?? 0
    precondition(first < samples, "sample \(first) of \(samples)")
    x.withPointer { x in
      d.withPointer { d in
        out.withMutablePointer { out in
          multiply(
            Matrix(
              base: x + first * inputs + part.lowerBound, stride: step * inputs, isTransposed: true),
            Matrix(base: d + first * outputs, stride: step * outputs), into: out, stride: outputs,
            m: part.count,
            n: outputs, k: rows / step, accumulating: false, instructions: instructions)
        }
      }
    }
  }

  private static func sizes(x: Tensor, w: Tensor, out: Tensor) -> (rows: Int, inputs: Int, outputs: Int) {
    precondition(w.shape.rank == 2, "linear weights are [inputs, outputs], not \(w.shape)")
    let (inputs, outputs) = (w.shape[0], w.shape[1])
    let rows = x.count / max(inputs, 1)
    precondition(
      x.shape.last == inputs && out.shape.last == outputs && out.count == rows * outputs,
      "linear: \(x.shape) times \(w.shape) does not give \(out.shape)")
    return (rows, inputs, outputs)
  }
}
