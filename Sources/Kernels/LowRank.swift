import Tensor

/// Products with a weight change kept as factors: ΔW = scale · aᵀ·d for one sample's layer input a and output gradient d.
public enum LowRank {
  /// out += scale · (x·aᵀ)·d for a linear layer; a `[…, 1, inputs]`, d `[…, 1, outputs]`.
  public static func add(
    _ x: Tensor, input a: Tensor, gradient d: Tensor, scale: Float, into out: inout Tensor
  ) {
    let (inputs, outputs) = (a.shape[a.shape.rank - 1], d.shape[d.shape.rank - 1])
    let positions = a.count / inputs
    let rows = x.count / inputs
    precondition(
      d.count == positions * outputs && x.count == rows * inputs && out.count == rows * outputs,
      "low rank: \(x.shape), \(a.shape), \(d.shape) do not give \(out.shape)")
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * positions) { scratch in
      guard let gram = scratch.baseAddress else { return }
      x.withPointer { x in
        a.withPointer { a in
          multiply(
            Matrix(base: x, stride: inputs), Matrix(base: a, stride: inputs, isTransposed: true), into: gram,
            stride: positions, m: rows, n: positions, k: inputs, accumulating: false)
        }
      }
      d.withPointer { d in
        out.withMutablePointer { out in
          multiply(
            Matrix(base: gram, stride: positions), Matrix(base: d, stride: outputs), into: out,
            stride: outputs,
            m: rows, n: outputs, k: positions, scale: scale, accumulating: true)
        }
      }
    }
  }
}

extension Convolution {
  /// Multiply-adds of `addLowRank` for one sample, the sums over taps counted as one each.
  public var lowRankMultiplyAdds: Int {
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    return inputSize * inputSize * inputs + outputSize * outputSize * outputs
      + runs.reduce(0) { $0 + $1.pixels } * outputSize
  }

  /// out += scale · x ∗ (aᵀ·d) without forming the weight change.
  ///
  /// The inner product of two patches is a sum over taps of entries of the *pixel* Gram matrix ⟨a_q, x_q'⟩, so that the
  /// cost is S²(inputs + outputs) a sample, not S²(taps · inputs + outputs).
  public func addLowRank(
    _ x: Tensor, input a: Tensor, gradient d: Tensor, scale: Float, into out: inout Tensor
  ) {
    let g = geometry
    let samples = x.shape[2]
    precondition(
      a.shape == [g.inputHeight, g.inputWidth, 1, g.inputChannels]
        && d.shape == [g.outputHeight, g.outputWidth, 1, g.outputChannels]
        && x.shape == [g.inputHeight, g.inputWidth, samples, g.inputChannels]
        && out.shape == [g.outputHeight, g.outputWidth, samples, g.outputChannels],
      "low rank: \(x.shape), \(a.shape), \(d.shape) do not give \(out.shape)")
    let (columns, rows) = (inputSize * samples, outputSize * samples)
    // gram[q, (q', n)] and coefficient[s, (s', n)], both written before they are read.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: inputSize * columns + outputSize * rows) {
      scratch in
      guard let gram = scratch.baseAddress else { return }
      let coefficient = gram + inputSize * columns
      coefficient.update(repeating: 0, count: outputSize * rows)
      a.withPointer { a in
        x.withPointer { x in
          multiply(
            Matrix(base: a, stride: g.inputChannels),
            Matrix(base: x, stride: g.inputChannels, isTransposed: true),
            into: gram, stride: columns, m: inputSize, n: columns, k: g.inputChannels, accumulating: false,
            columnsAreSamples: true)
        }
      }
      for source in runs {
        for probe in runs where probe.tap == source.tap {
          for s in 0..<source.pixels {
            let from = gram + (source.inputPixel + s) * columns + probe.inputPixel * samples
            let to = coefficient + (source.outputPixel + s) * rows + probe.outputPixel * samples
            for i in 0..<probe.pixels * samples { to[i] += from[i] }
          }
        }
      }
      d.withPointer { d in
        out.withMutablePointer { out in
          multiply(
            Matrix(base: coefficient, stride: rows, isTransposed: true),
            Matrix(base: d, stride: g.outputChannels),
            into: out, stride: g.outputChannels, m: rows, n: g.outputChannels, k: outputSize, scale: scale,
            accumulating: true)
        }
      }
    }
  }
}
