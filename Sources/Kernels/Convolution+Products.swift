import CKernels
import Tensor

extension Convolution {
  /// out (+)= the convolution of x with w.
  ///
  /// x is `[inputHeight, inputWidth, n, inputChannels]`, w `[kernelHeight, kernelWidth, inputChannels,
  /// outputChannels]`, out `[outputHeight, outputWidth, n, outputChannels]`. Cost: n · `multiplyAdds`.
  ///
  /// - Parameter packed: the same weights in panels, where many products share them.
  public func product(
    _ x: Tensor, _ w: Tensor, packed: PackedWeights? = nil, into out: inout Tensor,
    accumulating: Bool = false, instructions: Instructions = .best
  ) {
    let samples = check(x: x, w: w, out: out)
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    if usesWinograd {
      return transformed(
        x, channels: inputs, w, row: outputs, column: 1, packed, into: &out, channels: outputs,
        samples: samples, accumulating, instructions)
    }
    apply(
      outputPlan, x, channels: inputs, w, row: outputs, column: 1, packed, into: &out, channels: outputs,
      samples: samples, accumulating, instructions)
  }

  /// The gradient at the input: out (+)= d convolved with the transposed taps.
  public func inputGradient(
    _ d: Tensor, _ w: Tensor, into out: inout Tensor, accumulating: Bool, instructions: Instructions = .best
  ) {
    let samples = check(x: out, w: w, out: d)
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    if usesWinograd {
      return transformed(
        d, channels: outputs, w, row: 1, column: outputs, nil, into: &out, channels: inputs,
        samples: samples, accumulating, instructions)
    }
    apply(
      inputPlan, d, channels: outputs, w, row: 1, column: outputs, nil, into: &out, channels: inputs,
      samples: samples, accumulating, instructions)
  }

  /// out (+)= Σ over the taps and pixels of a plan of x · tap.
  ///
  /// `row` and `column` are the steps in a tap from one channel of x, and of out, to the next.
  private func apply(
    _ plan: TapPlan, _ x: Tensor, channels from: Int, _ w: Tensor, row: Int, column: Int,
    _ packed: PackedWeights?, into out: inout Tensor, channels to: Int, samples: Int, _ accumulating: Bool,
    _ instructions: Instructions
  ) {
    Counters.add(multiplyAdds: samples * multiplyAdds)
    let width = instructions.panelColumns
    let size = geometry.taps * from * width
    precondition(
      packed.map { $0.instructions == instructions && $0.panelSize == size } ?? true,
      "weights packed for another product")
    let product = DirectProduct(
      plan: plan, from: from, to: to, samples: samples, isAccumulating: accumulating,
      instructions: instructions)
    x.withPointer { x in
      out.withMutablePointer { out in
        if let packed {
          let panels = DirectProduct.Panels(
            size: size, first: packed.panel(0), unit: from * width, step: width)
          return product.run(x, packed: panels, into: out)
        }
        w.withPointer { w in
          // One row is done sooner than a panel is packed.
          if samples * plan.pixels <= 2, column == 1, to % width == 0 {
            let panels = DirectProduct.Panels(size: width, first: w, unit: from * to, step: row)
            return product.run(x, packed: panels, into: out)
          }
          product.run(x, panelSize: size, into: out) { panel, room in
            pack(
              w + panel * width * column, row: row, column: column, channels: from,
              columns: min(width, to - panel * width), into: room, instructions)
          }
        }
      }
    }
  }

  /// The same sums by Winograd's transforms. The gradient at the input meets the taps in the opposite order.
  private func transformed(
    _ x: Tensor, channels from: Int, _ w: Tensor, row: Int, column: Int, _ packed: PackedWeights?,
    into out: inout Tensor, channels to: Int, samples: Int, _ accumulating: Bool, _ instructions: Instructions
  ) {
    Counters.add(multiplyAdds: samples * multiplyAdds)
    let width = instructions.panelColumns
    precondition(
      packed.map {
        $0.instructions == instructions
          && $0.panelSize == WinogradProduct.panelSize(inputs: from, columns: width)
      } ?? true, "weights packed for another product")
    let product = WinogradProduct(
      height: geometry.inputHeight, width: geometry.inputWidth, samples: samples, inputs: from, outputs: to,
      isAccumulating: accumulating, instructions: instructions)
    x.withPointer { x in
      out.withMutablePointer { out in
        w.withPointer { w in
          product.run(x, packed, into: out) { panel, room in
            packTransformed(
              w + panel * width * column, row: row, column: column, channels: from,
              columns: min(width, to - panel * width), isTurned: column != 1, into: room, instructions)
          }
        }
      }
    }
  }

  /// The gradient at the weights, summed over all samples or that of one sample alone.
  ///
  /// Live taps of `out` are overwritten; dead taps are left as they are (their gradient is 0).
  ///
  /// - Parameter part: of the weights seen as rows of `outputs`, one for each tap and input, those that are wanted; they
  ///   then stand at the beginning of `out`. Nil: all.
  public func weightGradient(
    _ x: Tensor, _ d: Tensor, sample: Int? = nil, rows part: Range<Int>? = nil, into out: inout Tensor,
    instructions: Instructions = .best
  ) {
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let samples = check(x: x, out: d)
    let part = part ?? 0..<geometry.taps * inputs
    precondition(
      part.lowerBound >= 0 && part.upperBound <= geometry.taps * inputs && out.count >= part.count * outputs,
      "rows \(part) of \(geometry.taps * inputs) into \(out.shape)")
    let first = sample ?? 0
    precondition(first < samples, "sample \(first) of \(samples)")
    // With one sample the rows of a run are its pixels, which lie `samples` rows apart.
    let step = sample == nil ? 1 : samples
    let rowsPerPixel = sample == nil ? samples : 1
    let width = instructions.panelColumns
    // Output rows are taken as many at a time as leave a panel in cache.
    let band = max(1, Convolution.mostPanelRows / (geometry.outputWidth * rowsPerPixel))
    x.withPointer { x in
      d.withPointer { d in
        out.withMutablePointer { out in
          let capacity = min(band, geometry.outputHeight) * geometry.outputWidth * rowsPerPixel * width
          withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { scratch in
            guard let panel = scratch.baseAddress else { return }
            var product = tile_product()
            var terms = 0
            (product.left_unit, product.left_row, product.left_step) = (samples * inputs, 1, step * inputs)
            (product.panel_unit, product.panel_step) = (rowsPerPixel * width, width)
            product.depth_unit = rowsPerPixel
            product.out_row = outputs
            var isWritten = [Bool](repeating: false, count: geometry.taps)
            for row in stride(from: 0, to: geometry.outputHeight, by: band) {
              let rows = row..<min(row + band, geometry.outputHeight)
              for column in stride(from: 0, to: outputs, by: width) {
                product.columns = min(width, outputs - column)
                instructions.pack(
                  d + (row * geometry.outputWidth * samples + first) * outputs + column,
                  row: step * outputs, column: 1, depth: rows.count * geometry.outputWidth * rowsPerPixel,
                  columns: product.columns, into: panel)
                // The plan counts output pixels from the first row of the image.
                product.panel = UnsafePointer(panel) - row * geometry.outputWidth * product.panel_unit
                for tap in liveTaps {
                  let wanted = part.clamped(to: tap * inputs..<(tap + 1) * inputs)
                  if wanted.isEmpty { continue }
                  runPlan.withRuns(of: tap, outputRows: rows) { stretches, count in
                    (product.stretches, product.count) = (stretches, count)
                    product.left = x + first * inputs + wanted.lowerBound - tap * inputs
                    product.rows = wanted.count
                    product.out = out + (wanted.lowerBound - part.lowerBound) * outputs + column
                    product.accumulating = isWritten[tap]
                    instructions.multiply(&product)
                    let pixels = (0..<count).reduce(0) { $0 + Int(stretches[$1].depth) }
                    terms += pixels * wanted.count * product.columns
                  }
                }
              }
              for tap in liveTaps where !isWritten[tap] {
                runPlan.withRuns(of: tap, outputRows: rows) { _, _ in isWritten[tap] = true }
              }
            }
            Counters.add(multiplyAdds: rowsPerPixel * terms)
          }
        }
      }
    }
  }

  /// A panel of so many rows is 128 kB wide with the widest registers.
  private static let mostPanelRows = 1024

  private func check(x: Tensor, w: Tensor, out: Tensor) -> Int {
    let g = geometry
    precondition(
      w.shape == Shape(g.kernelHeight, g.kernelWidth, g.inputChannels, g.outputChannels),
      "convolution of \(g.taps) taps with weights \(w.shape)")
    return check(x: x, out: out)
  }

  private func check(x: Tensor, out: Tensor) -> Int {
    let g = geometry
    let samples = x.shape.rank == 4 ? x.shape[2] : -1
    precondition(
      samples >= 0 && x.shape == Shape(g.inputHeight, g.inputWidth, samples, g.inputChannels)
        && out.shape == Shape(g.outputHeight, g.outputWidth, samples, g.outputChannels),
      "convolution: \(x.shape) does not give \(out.shape)")
    return samples
  }
}
