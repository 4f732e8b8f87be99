import Tensor

/// The sizes of a pooling window sliding over `[height, width, sample, channel]`.
public struct Pooling: Hashable, Sendable {
  public let inputHeight: Int
  public let inputWidth: Int
  public let kernel: Int
  public let stride: Int
  public let padding: Int

  /// - Precondition: the window fits into the padded input, and no window lies in the padding alone.
  public init(inputHeight: Int, inputWidth: Int, kernel: Int, stride: Int, padding: Int = 0) {
    precondition(
      kernel > 0 && stride > 0 && padding >= 0 && padding * 2 <= kernel
        && inputHeight + 2 * padding >= kernel && inputWidth + 2 * padding >= kernel,
      "a \(kernel)x\(kernel) window with padding \(padding) does not fit \(inputHeight)x\(inputWidth)")
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  public var outputHeight: Int { (inputHeight + 2 * padding - kernel) / stride + 1 }
  public var outputWidth: Int { (inputWidth + 2 * padding - kernel) / stride + 1 }

  /// Calls `body(outputPixel, inputPixels)` for each output pixel; padding is left out.
  private func forEachWindow(_ body: (_ output: Int, _ inputs: [Int]) -> Void) {
    var inputs: [Int] = []
    for row in 0..<outputHeight {
      let rows = max(row * stride - padding, 0)..<min(row * stride - padding + kernel, inputHeight)
      for column in 0..<outputWidth {
        let columns = max(column * stride - padding, 0)..<min(column * stride - padding + kernel, inputWidth)
        inputs.removeAll(keepingCapacity: true)
        for y in rows { for x in columns { inputs.append(y * inputWidth + x) } }
        body(row * outputWidth + column, inputs)
      }
    }
  }

  /// The largest value of each window.
  public func maximum(_ x: Tensor, into out: inout Tensor) {
    let size = check(x, out)
    x.withPointer { x in
      out.withMutablePointer { out in
        forEachWindow { output, inputs in
          let target = out + output * size
          target.update(from: x + inputs[0] * size, count: size)
          for input in inputs.dropFirst() {
            let source = x + input * size
            // Written so that a NaN on either side stays.
            for i in 0..<size {
              target[i] = target[i] >= source[i] || target[i] != target[i] ? target[i] : source[i]
            }
          }
        }
      }
    }
  }

  /// The gradient at the input of `maximum`: each window's d goes to its first largest value.
  public func maximumGradient(_ d: Tensor, input x: Tensor, output y: Tensor, into out: inout Tensor) {
    let size = check(x, d)
    _ = check(out, y)
    x.withPointer { x in
      y.withPointer { y in
        d.withPointer { d in
          out.withMutablePointer { out in
            // What has found no place yet; a mask in place of a branch, which would be mispredicted half the time.
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: size) { scratch in
              guard let rest = scratch.baseAddress else { return }
              forEachWindow { output, inputs in
                let (d, y) = (d + output * size, y + output * size)
                for i in 0..<size { rest[i] = d[i].bitPattern }
                for input in inputs {
                  let (x, out) = (x + input * size, out + input * size)
                  for i in 0..<size {
                    let hit: UInt32 = x[i] == y[i] ? .max : 0
                    out[i] += Float(bitPattern: rest[i] & hit)
                    rest[i] &= ~hit
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// max_j(x_j + δ_j) − max_j x_j as max_j(δ_j − (max x − x_j)): right for differences of any size.
  public func maximumDifference(_ delta: Tensor, input x: Tensor, output y: Tensor, into out: inout Tensor) {
    forEachWindow(of: delta, x, y, into: &out) { window, size in
      let (target, y) = (window.out, window.y)
      for (place, input) in window.inputs.enumerated() {
        let (x, delta) = (window.x + input * size, window.delta + input * size)
        if place == 0 {
          for i in 0..<size { target[i] = delta[i] - (y[i] - x[i]) }
        } else {
          for i in 0..<size {
            let rise = delta[i] - (y[i] - x[i])
            target[i] = target[i] >= rise || target[i].isNaN ? target[i] : rise
          }
        }
      }
    }
  }

  /// The first order of `maximumDifference`: the δ at each window's first largest value.
  public func maximumTangent(_ delta: Tensor, input x: Tensor, output y: Tensor, into out: inout Tensor) {
    forEachWindow(of: delta, x, y, into: &out) { window, size in
      for i in 0..<size {
        let first = window.inputs.first { window.x[$0 * size + i] == window.y[i] }
        window.out[i] = first.map { window.delta[$0 * size + i] } ?? .nan
      }
    }
  }

  /// One window of a difference pass: the pixels of its input, and where its parts begin.
  private struct Window {
    var inputs: [Int]
    var delta: UnsafePointer<Float>
    var x: UnsafePointer<Float>
    var y: UnsafePointer<Float>
    var out: UnsafeMutablePointer<Float>
  }

  /// Calls `body` for each window with the scalars of one pixel; the loop over them stands inside `body`.
  private func forEachWindow(
    of delta: Tensor, _ x: Tensor, _ y: Tensor, into out: inout Tensor, _ body: (Window, Int) -> Void
  ) {
    let size = check(x, out)
    _ = check(delta, y)
    x.withPointer { x in
      y.withPointer { y in
        delta.withPointer { delta in
          out.withMutablePointer { out in
            forEachWindow { output, inputs in
              body(
                Window(inputs: inputs, delta: delta, x: x, y: y + output * size, out: out + output * size),
                size)
            }
          }
        }
      }
    }
  }

  /// The mean of each window, padding counted as 0 (PyTorch's `count_include_pad`).
  public func average(_ x: Tensor, into out: inout Tensor) {
    let size = check(x, out)
    let scale = 1 / Float(kernel * kernel)
    x.withPointer { x in
      out.withMutablePointer { out in
        forEachWindow { output, inputs in
          let target = out + output * size
          target.update(repeating: 0, count: size)
          for input in inputs {
            let source = x + input * size
            for i in 0..<size { target[i] += source[i] }
          }
          for i in 0..<size { target[i] *= scale }
        }
      }
    }
  }

  /// The gradient at the input of `average`, added to `out`.
  public func averageGradient(_ d: Tensor, into out: inout Tensor) {
    let size = check(out, d)
    let scale = 1 / Float(kernel * kernel)
    d.withPointer { d in
      out.withMutablePointer { out in
        forEachWindow { output, inputs in
          let source = d + output * size
          for input in inputs {
            let target = out + input * size
            for i in 0..<size { target[i] += scale * source[i] }
          }
        }
      }
    }
  }

  /// The scalars of one pixel (samples · channels), after checking that both tensors fit this window.
  private func check(_ input: Tensor, _ output: Tensor) -> Int {
    precondition(
      input.shape.rank == 4 && output.shape.rank == 4
        && Array(input.shape.dims[..<2]) == [inputHeight, inputWidth]
        && Array(output.shape.dims[..<2]) == [outputHeight, outputWidth]
        && input.shape.dims[2...] == output.shape.dims[2...],
      "pooling: \(input.shape) does not give \(output.shape)")
    return input.shape[2] * input.shape[3]
  }
}
