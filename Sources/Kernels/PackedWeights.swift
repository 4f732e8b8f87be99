import Tensor

/// The weights of a layer in panels, as the innermost loops read them: packed once where many products share them.
///
/// Products with them give the same bits as with the weights as they lie. Panels of dead taps are left out: they are neither
/// written nor read. Those of a layer that uses Winograd's convolution are transformed.
public struct PackedWeights: Sendable {
  /// One panel after the other, of `panelSize` scalars each.
  let panels: Tensor
  let panelSize: Int
  /// For which instructions they were packed.
  let instructions: Instructions

  /// The address of a panel, valid as long as the caller holds the packed weights.
  func panel(_ index: Int) -> UnsafePointer<Float> { panels.withPointer { $0 + index * panelSize } }
}

extension Linear {
  /// The weights `[inputs, outputs]` packed for `product`; nil where they are small enough to be read as they lie.
  public static func packed(_ w: Tensor, instructions: Instructions = .best) -> PackedWeights? {
    let (inputs, outputs) = (w.shape[0], w.shape[1])
    guard inputs * outputs > mostInPlace, outputs > 1 else { return nil }
    let width = instructions.panelColumns
    let count = (outputs + width - 1) / width
    var panels = Tensor(uninitialized: [count, inputs * width])
    w.withPointer { w in
      panels.withMutablePointer { panels in
        for panel in 0..<count {
          instructions.pack(
            w + panel * width, row: outputs, column: 1, depth: inputs,
            columns: min(width, outputs - panel * width), into: panels + panel * inputs * width)
        }
      }
    }
    return PackedWeights(panels: panels, panelSize: inputs * width, instructions: instructions)
  }
}

extension Convolution {
  /// The weights packed for `product`.
  public func packed(_ w: Tensor, instructions: Instructions = .best) -> PackedWeights {
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let width = instructions.panelColumns
    let count = (outputs + width - 1) / width
    let size =
      usesWinograd
      ? WinogradProduct.panelSize(inputs: inputs, columns: width) : geometry.taps * inputs * width
    var panels = Tensor(uninitialized: [count, size])
    w.withPointer { w in
      panels.withMutablePointer { panels in
        for panel in 0..<count {
          let (first, room) = (w + panel * width, panels + panel * size)
          let columns = min(width, outputs - panel * width)
          if usesWinograd {
            packTransformed(
              first, row: outputs, column: 1, channels: inputs, columns: columns, isTurned: false, into: room,
              instructions)
          } else {
            pack(
              first, row: outputs, column: 1, channels: inputs, columns: columns, into: room, instructions)
          }
        }
      }
    }
    return PackedWeights(panels: panels, panelSize: size, instructions: instructions)
  }

  /// Packs some columns of all live taps; `row` and `column` are the steps in a tap from one channel to the next.
  func pack(
    _ w: UnsafePointer<Float>, row: Int, column: Int, channels: Int, columns: Int,
    into panel: UnsafeMutablePointer<Float>, _ instructions: Instructions
  ) {
    let (width, tap) = (instructions.panelColumns, geometry.inputChannels * geometry.outputChannels)
    for live in liveTaps {
      instructions.pack(
        w + live * tap, row: row, column: column, depth: channels, columns: columns,
        into: panel + live * channels * width)
    }
  }
}
