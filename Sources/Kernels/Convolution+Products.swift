import Tensor

extension Convolution {
  /// out (+)= the convolution of x with w.
  ///
  /// x is `[inputHeight, inputWidth, n, inputChannels]`, w `[kernelHeight, kernelWidth, inputChannels,
  /// outputChannels]`, out `[outputHeight, outputWidth, n, outputChannels]`. Cost: n · `multiplyAdds`.
  public func product(_ x: Tensor, _ w: Tensor, into out: inout Tensor, accumulating: Bool = false) {
    let samples = check(x: x, w: w, out: out)
    if !accumulating { Elementwise.fill(&out, with: 0) }
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    x.withPointer { x in
      w.withPointer { w in
        out.withMutablePointer { out in
          if gathersPatches {
            forEachPatchRow(x, samples: samples, sample: nil) { patches, pixel, rows in
              multiply(
                Matrix(base: patches, stride: patchSize), Matrix(base: w, stride: outputs),
                into: out + pixel * samples * outputs, stride: outputs, m: rows, n: outputs, k: patchSize,
                accumulating: true)
            }
            return
          }
          for run in runs {
            multiply(
              Matrix(base: x + run.inputPixel * samples * inputs, stride: inputs),
              Matrix(base: w + run.tap * inputs * outputs, stride: outputs),
              into: out + run.outputPixel * samples * outputs, stride: outputs, m: run.pixels * samples,
              n: outputs,
              k: inputs, accumulating: true)
          }
        }
      }
    }
  }

  /// The gradient at the input: out (+)= d convolved with the transposed taps.
  public func inputGradient(_ d: Tensor, _ w: Tensor, into out: inout Tensor, accumulating: Bool) {
    let samples = check(x: out, w: w, out: d)
    if !accumulating { Elementwise.fill(&out, with: 0) }
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    d.withPointer { d in
      w.withPointer { w in
        out.withMutablePointer { out in
          for run in runs {
            multiply(
              Matrix(base: d + run.outputPixel * samples * outputs, stride: outputs),
              Matrix(base: w + run.tap * inputs * outputs, stride: outputs, isTransposed: true),
              into: out + run.inputPixel * samples * inputs, stride: inputs, m: run.pixels * samples,
              n: inputs,
              k: outputs, accumulating: true)
          }
        }
      }
    }
  }

  /// The gradient at the weights, summed over all samples or that of one sample alone.
  ///
  /// Live taps of `out` are overwritten; dead taps are left as they are (their gradient is 0).
  public func weightGradient(_ x: Tensor, _ d: Tensor, sample: Int? = nil, into out: inout Tensor) {
    let samples = check(x: x, w: out, out: d)
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let first = sample ?? 0
    precondition(first < samples, "sample \(first) of \(samples)")
    // With one sample the rows of a run are its pixels, which lie `samples` rows apart.
    let step = sample == nil ? 1 : samples
    let rowsPerPixel = sample == nil ? samples : 1
    x.withPointer { x in
      d.withPointer { d in
        out.withMutablePointer { out in
          if gathersPatches {
            var isFirst = true
            forEachPatchRow(x, samples: samples, sample: sample) { patches, pixel, rows in
              multiply(
                Matrix(base: patches, stride: patchSize, isTransposed: true),
                Matrix(base: d + (pixel * samples + first) * outputs, stride: step * outputs), into: out,
                stride: outputs, m: patchSize, n: outputs, k: rows, accumulating: !isFirst)
              isFirst = false
            }
            return
          }
          var isWritten = [Bool](repeating: false, count: geometry.taps)
          for run in runs {
            multiply(
              Matrix(
                base: x + (run.inputPixel * samples + first) * inputs, stride: step * inputs,
                isTransposed: true),
              Matrix(base: d + (run.outputPixel * samples + first) * outputs, stride: step * outputs),
              into: out + run.tap * inputs * outputs, stride: outputs, m: inputs, n: outputs,
              k: run.pixels * rowsPerPixel, accumulating: isWritten[run.tap])
            isWritten[run.tap] = true
          }
        }
      }
    }
  }

  private var patchSize: Int { geometry.taps * geometry.inputChannels }

  /// Gathers the input patches of one output row at a time, `[outputWidth · samples, taps · inputChannels]`, padding as
  /// 0, and hands them to `body(patches, firstOutputPixel, rows)`.
  private func forEachPatchRow(
    _ x: UnsafePointer<Float>, samples: Int, sample: Int?,
    _ body: (_ patches: UnsafePointer<Float>, _ pixel: Int, _ rows: Int) -> Void
  ) {
    let g = geometry
    let (chosen, offset) = (sample == nil ? samples : 1, sample ?? 0)
    let rows = g.outputWidth * chosen
    let rowLength = g.kernelWidth * g.inputChannels
    // The scratch lives for this call and is written in full (values or zeros) before each use.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * patchSize) { scratch in
      guard let patches = scratch.baseAddress else { return }
      for outputRow in 0..<g.outputHeight {
        patches.update(repeating: 0, count: rows * patchSize)
        for ky in 0..<g.kernelHeight {
          let inputRow = g.input(position: outputRow, tap: ky)
          guard (0..<g.inputHeight).contains(inputRow) else { continue }
          for column in 0..<g.outputWidth {
            for kx in 0..<g.kernelWidth {
              let inputColumn = g.input(position: column, tap: kx)
              guard (0..<g.inputWidth).contains(inputColumn) else { continue }
              let source = x + ((inputRow * g.inputWidth + inputColumn) * samples + offset) * g.inputChannels
              let target = patches + column * chosen * patchSize + ky * rowLength + kx * g.inputChannels
              for n in 0..<chosen {
                for c in 0..<g.inputChannels { target[n * patchSize + c] = source[n * g.inputChannels + c] }
              }
            }
          }
        }
        body(patches, outputRow * g.outputWidth, rows)
      }
    }
  }

  private func check(x: Tensor, w: Tensor, out: Tensor) -> Int {
    let g = geometry
    let samples = x.shape.rank == 4 ? x.shape[2] : -1
    precondition(
      x.shape == [g.inputHeight, g.inputWidth, samples, g.inputChannels]
        && w.shape == [g.kernelHeight, g.kernelWidth, g.inputChannels, g.outputChannels]
        && out.shape == [g.outputHeight, g.outputWidth, samples, g.outputChannels],
      "convolution: \(x.shape) with \(w.shape) does not give \(out.shape)")
    return samples
  }
}
