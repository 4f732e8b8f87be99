import CKernels
import Tensor

/// A convolution as its definition says: sums over the taps that a pixel meets, as products of matrices.
///
/// Weights are taken some panels at a time, and for them the pixels in chunks, so that both stay in the cache of one core.
/// Where the pixels' rows do not follow each other in memory and few samples make few rows, those of one chunk are gathered
/// first. Each element is summed over its taps in their order whatever the way, so that all give the same bits.
struct DirectProduct {
  let plan: TapPlan
  /// Channels of the operand and of the result.
  let from: Int
  let to: Int
  let samples: Int
  let isAccumulating: Bool
  let instructions: Instructions

  /// Scalars of weights in panels, and of the rows of operand and result, that stay in cache together: a megabyte and half
  /// of one.
  private static let mostWeights = 1 << 18
  private static let mostScalars = 1 << 17
  /// With so many samples the rows of one pixel are enough.
  private static let fewSamples = 8

  /// Weights in panels, some of them at a time.
  struct Panels {
    /// Scalars of one.
    let size: Int
    let first: UnsafePointer<Float>
    /// The steps from one tap to the next and from one channel to the next.
    let unit: Int
    let step: Int
  }

  private var width: Int { instructions.panelColumns }
  private var panelCount: Int { (to + width - 1) / width }

  /// Multiplies x with weights that are packed already.
  func run(_ x: UnsafePointer<Float>, packed: Panels, into out: UnsafeMutablePointer<Float>) {
    run(x, packed, columns: 0..<to, into: out)
  }

  /// Multiplies x with weights that `pack` packs, some panels of `size` scalars each at a time.
  func run(
    _ x: UnsafePointer<Float>, panelSize size: Int, into out: UnsafeMutablePointer<Float>,
    pack: (_ panel: Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let together = min(panelCount, max(1, DirectProduct.mostWeights / max(size, 1)))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, together * size)) { scratch in
      guard let room = scratch.baseAddress else { return }
      let panels = Panels(size: size, first: UnsafePointer(room), unit: from * width, step: width)
      for first in stride(from: 0, to: panelCount, by: together) {
        let next = min(first + together, panelCount)
        for panel in first..<next { pack(panel, room + (panel - first) * size) }
        run(x, panels, columns: first * width..<min(next * width, to), into: out)
      }
    }
  }

  /// - Parameter columns: the channels of the result to which `panels` belong.
  private func run(
    _ x: UnsafePointer<Float>, _ panels: Panels, columns: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    if !plan.groups.isEmpty, samples < DirectProduct.fewSamples {
      for group in plan.groups {
        if group.taps > 0 {
          gather(group, x, panels, columns, into: out)
        } else if !isAccumulating {
          clear(group, columns, of: out)
        }
      }
      return
    }
    plan.forEachBlock { block, stretches in
      let rows = block.pixels * samples
      let most = max(1, DirectProduct.mostScalars / (from + columns.count))
      for first in stride(from: 0, to: rows, by: most) {
        var product = tile_product()
        (product.stretches, product.count) = (stretches, block.stretches.count)
        (product.left, product.left_unit, product.left_row) = (x + first * from, samples * from, from)
        product.out = out + (block.pixel * samples + first) * to + columns.lowerBound
        (product.out_row, product.rows) = (to, min(most, rows - first))
        product.accumulating = isAccumulating
        multiply(&product, panels, columns.count)
      }
    }
  }

  /// Multiplies the rows of a product with one panel after the other.
  private func multiply(_ product: inout tile_product, _ panels: Panels, _ columns: Int) {
    let out = product.out
    (product.left_step, product.depth_unit) = (1, from)
    (product.panel_unit, product.panel_step) = (panels.unit, panels.step)
    for first in stride(from: 0, to: columns, by: width) {
      product.panel = panels.first + first / width * panels.size
      product.columns = min(width, columns - first)
      product.out = out.map { $0 + first }
      instructions.multiply(&product)
    }
  }

  /// Copies the rows of a group's pixels side by side, multiplies, and puts the results where they belong.
  private func gather(
    _ group: TapGroup, _ x: UnsafePointer<Float>, _ panels: Panels, _ columns: Range<Int>,
    into out: UnsafeMutablePointer<Float>
  ) {
    let depth = group.taps * from
    let together = max(1, 2 * DirectProduct.mostScalars / max(depth * samples, 1))
    let most = min(together, group.pixels.count) * samples
    withUnsafeTemporaryAllocation(of: Float.self, capacity: most * (depth + columns.count)) { scratch in
      guard let rows = scratch.baseAddress else { return }
      let results = rows + most * depth
      for first in stride(from: 0, to: group.pixels.count, by: together) {
        let pixels = group.pixels[first..<min(first + together, group.pixels.count)]
        for (place, pixel) in pixels.enumerated() {
          let row = place * samples
          for tap in 0..<group.taps {
            let operand = x + plan.operand(of: pixel, tap: tap) * samples * from
            for sample in 0..<samples {
              copy(operand + sample * from, to: rows + (row + sample) * depth + tap * from, count: from)
            }
          }
          if isAccumulating {
            for sample in 0..<samples {
              copy(
                out + (pixel.pixel * samples + sample) * to + columns.lowerBound,
                to: results + (row + sample) * columns.count, count: columns.count)
            }
          }
        }
        group.stretches.withUnsafeBufferPointer { stretches in
          var product = tile_product()
          (product.stretches, product.count) = (stretches.baseAddress, stretches.count)
          (product.left, product.left_unit, product.left_row) = (UnsafePointer(rows), from, depth)
          (product.out, product.out_row) = (results, columns.count)
          (product.rows, product.accumulating) = (pixels.count * samples, isAccumulating)
          multiply(&product, panels, columns.count)
        }
        for (place, pixel) in pixels.enumerated() {
          for sample in 0..<samples {
            copy(
              results + (place * samples + sample) * columns.count,
              to: out + (pixel.pixel * samples + sample) * to + columns.lowerBound, count: columns.count)
          }
        }
      }
    }
  }

  /// Pixels that meet no tap are 0.
  private func clear(_ group: TapGroup, _ columns: Range<Int>, of out: UnsafeMutablePointer<Float>) {
    for pixel in group.pixels {
      for row in pixel.pixel * samples..<(pixel.pixel + 1) * samples {
        (out + row * to + columns.lowerBound).update(repeating: 0, count: columns.count)
      }
    }
  }

  private func copy(_ from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, count: Int) {
    // The three channels of an image are sooner copied than a call is made.
    if count < 8 {
      for place in 0..<count { to[place] = from[place] }
    } else {
      to.update(from: from, count: count)
    }
  }
}
