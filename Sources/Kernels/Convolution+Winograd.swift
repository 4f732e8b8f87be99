import CKernels

/// One product of maps `[height, width, samples, inputs]` with 3×3 taps, stride 1, padding 1, by Winograd's F(2×2, 3×3).
///
/// Each tile of 2×2 outputs is Aᵀ[(G g Gᵀ) ∘ (Bᵀ d B)]A of the 4×4 inputs d around it: 16 products in place of up to 36
/// (S. Winograd, *Arithmetic Complexity of Computations*, 1980; A. Lavin, S. Gray, arXiv 1509.09308, 2016). Over all channels
/// they are 16 plain products of matrices, (tiles · samples) × inputs times inputs × outputs. Each output is summed in an
/// order that depends on the number of inputs alone. A NaN or infinity reaches the outputs that it reaches by the
/// definition, and no others; an infinity may arrive as NaN.
///
/// The error, relative to the norm of the outputs, is that of the sums by the definition: 2.7e-7 to 3.8e-7 for 64 to 512
/// inputs, where those have 3.7e-7 to 4.2e-7; 6e-7 at the worst pixel, where those have the same.
///
/// Cost: 16 · tiles · samples · inputs · outputs multiply-adds. Tiles are taken in parts whose transforms stay in cache.
struct WinogradProduct {
  let height: Int
  let width: Int
  let samples: Int
  let inputs: Int
  let outputs: Int
  let isAccumulating: Bool
  let instructions: Instructions

  /// A sum over more inputs is one of sums of so many: shorter ones lose less to rounding, and their weights stay in the
  /// cache next to the processor.
  private static let mostTerms = 128
  /// Scalars of a part's input for one place in a tile; all 16 are a megabyte.
  private static let mostScalars = 1 << 14
  /// Rows of the 16 products of a part, whose results stay in cache too.
  private static let mostRows = 84
  /// Scalars of a row of pixels in the samples of a part: four such rows stay in cache beside its transforms.
  private static let mostAcross = 1 << 15
  /// A line of cache by which matrices are longer: at a distance of a power of two all 16 would compete for one place.
  private static let gap = 16

  /// Scalars of the transformed weights of one panel: 16 panels of inputs × columns.
  static func panelSize(inputs: Int, columns: Int) -> Int { WINOGRAD_PRODUCTS * (inputs * columns + gap) }

  private var columns: Int { instructions.panelColumns }
  private var panelCount: Int { (outputs + columns - 1) / columns }
  private var panelSize: Int { Self.panelSize(inputs: inputs, columns: columns) }
  private var tiles: Int { (height + 1) / 2 * ((width + 1) / 2) }

  /// Multiplies x with weights that are packed already, or that `pack` transforms, each panel once.
  ///
  /// What is smaller is held whole meanwhile: the transformed input or the transformed weights.
  func run(
    _ x: UnsafePointer<Float>, _ packed: PackedWeights?, into out: UnsafeMutablePointer<Float>,
    pack: (_ panel: Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let parts = parts
    let size = transformSize(parts)
    if packed == nil, parts.count * size < panelCount * panelSize {
      withScratch(parts, transforms: parts.count, panels: 1) { scratch in
        for (place, part) in parts.enumerated() {
          transform(part, of: x, into: scratch.input + place * size, scratch)
        }
        for panel in 0..<panelCount {
          pack(panel, scratch.weights)
          for (place, part) in parts.enumerated() {
            multiply(part, scratch.input + place * size, scratch.weights, panel, into: out, scratch)
          }
        }
      }
    } else {
      withScratch(parts, transforms: 1, panels: packed == nil ? panelCount : 0) { scratch in
        if packed == nil {
          for panel in 0..<panelCount { pack(panel, scratch.weights + panel * panelSize) }
        }
        for part in parts {
          transform(part, of: x, into: scratch.input, scratch)
          for panel in 0..<panelCount {
            let weights = packed?.panel(panel) ?? UnsafePointer(scratch.weights + panel * panelSize)
            multiply(part, scratch.input, weights, panel, into: out, scratch)
          }
        }
      }
    }
  }

  /// Room that one product needs for a while.
  private struct Scratch {
    /// A row of pixels outside the map, which are 0, and one that takes what lies outside.
    let (zeros, waste): (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    /// The 16 products of a part with a panel, and how far one lies from the next.
    let products: UnsafeMutablePointer<Float>
    let productStep: Int
    /// Transformed input, and how far one of its 16 matrices lies from the next.
    let input: UnsafeMutablePointer<Float>
    let inputStep: Int
    /// Transformed weights.
    let weights: UnsafeMutablePointer<Float>
  }

  private func transform(
    _ part: map_part, of x: UnsafePointer<Float>, into transformed: UnsafeMutablePointer<Float>,
    _ scratch: Scratch
  ) {
    withUnsafePointer(to: part) {
      transform_input(instructions.set, $0, x, scratch.zeros, transformed, scratch.inputStep)
    }
  }

  /// Multiplies the transformed input of a part with a panel of weights and writes the outputs.
  private func multiply(
    _ part: map_part, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ panel: Int,
    into out: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    let first = panel * columns
    var all = tile_stretch(left: 0, right: 0, depth: 1)
    var product = tile_product()
    (product.left_row, product.left_step, product.panel_step, product.count) = (inputs, 1, columns, 1)
    (product.rows, product.columns) = (part.tiles * part.count, min(columns, outputs - first))
    product.out_row = columns
    withUnsafePointer(to: &all) { all in
      product.stretches = all
      for place in 0..<Int(WINOGRAD_PRODUCTS) {
        product.out = scratch.products + place * scratch.productStep
        for term in stride(from: 0, to: inputs, by: Self.mostTerms) {
          product.left = input + place * scratch.inputStep + term
          product.panel = weights + place * (inputs * columns + Self.gap) + term * columns
          product.depth_unit = min(Self.mostTerms, inputs - term)
          product.accumulating = term > 0
          instructions.multiply(&product)
        }
      }
    }
    // The channels of the result, not those of the input.
    var target = part
    target.channels = outputs
    transform_output(
      instructions.set, &target, scratch.products, columns, scratch.productStep, out, first, product.columns,
      scratch.waste, isAccumulating)
  }

  /// The map in parts: a few samples, so that rows of pixels that tiles share stay in cache, and some of their tiles.
  private var parts: [map_part] {
    let most = min(Self.mostRows, max(16, Self.mostScalars / inputs))
    let ofSamples = Self.split(samples, most: min(most, max(1, Self.mostAcross / (width * inputs))))
    let ofTiles = Self.split(tiles, most: max(1, most / (ofSamples.map(\.count).max() ?? 1)))
    return ofSamples.flatMap { samples in
      ofTiles.map { tiles in
        map_part(
          height: height, width: width, samples: self.samples, channels: inputs,
          first_tile: tiles.lowerBound, tiles: tiles.count, first_sample: samples.lowerBound,
          count: samples.count)
      }
    }
  }

  /// 0..<count in pieces of about equal size.
  private static func split(_ count: Int, most: Int) -> [Range<Int>] {
    let pieces = (count + most - 1) / most
    return (0..<pieces).map { count * $0 / pieces..<count * ($0 + 1) / pieces }
  }

  private func inputStep(_ parts: [map_part]) -> Int {
    (parts.map { $0.tiles * $0.count }.max() ?? 0) * inputs + Self.gap
  }

  private func transformSize(_ parts: [map_part]) -> Int { WINOGRAD_PRODUCTS * inputStep(parts) }

  private func withScratch(
    _ parts: [map_part], transforms: Int, panels: Int, _ body: (Scratch) -> Void
  ) {
    let inputStep = inputStep(parts)
    let productStep = (inputStep / inputs) * columns + Self.gap
    // On lines of cache, like everything after it.
    let zeros = ((parts.map(\.count).max() ?? 0) * inputs + columns + Self.gap - 1) / Self.gap * Self.gap
    let ofProducts = WINOGRAD_PRODUCTS * productStep
    let count = zeros + ofProducts + transforms * WINOGRAD_PRODUCTS * inputStep + panels * panelSize
    withUnsafeTemporaryAllocation(byteCount: count * MemoryLayout<Float>.stride, alignment: 64) { raw in
      let base = raw.bindMemory(to: Float.self)
      guard let start = base.baseAddress else { return }
      start.update(repeating: 0, count: zeros)
      let input = start + zeros + ofProducts
      body(
        Scratch(
          zeros: start, waste: start + zeros - columns, products: start + zeros, productStep: productStep,
          input: input, inputStep: inputStep, weights: input + transforms * WINOGRAD_PRODUCTS * inputStep))
    }
  }
}

extension Convolution {
  /// Whether products, forward and at the input, are computed by `WinogradProduct`; the geometry alone decides.
  ///
  /// They must save a third of the work to be worth their transforms, which weigh the more the fewer the channels are. On
  /// small maps large weights are not: with few samples more time goes into transforming and reading them than is saved.
  static func usesWinograd(_ g: ConvolutionGeometry, contacts: Int) -> Bool {
    let (channels, products) = (min(g.inputChannels, g.outputChannels), winogradProducts(g))
    guard g.kernelHeight == 3, g.kernelWidth == 3, g.stride == 1, g.padding == 1, 2 * contacts >= 3 * products
    else { return false }
    let isSmall = products < 16 * Int(WINOGRAD_PRODUCTS)
    return isSmall ? channels >= 64 && g.inputChannels * g.outputChannels <= 1 << 16 : channels >= 32
  }

  /// Products of matrices in place of the contacts of taps and pixels.
  static func winogradProducts(_ g: ConvolutionGeometry) -> Int {
    Int(WINOGRAD_PRODUCTS) * ((g.outputHeight + 1) / 2) * ((g.outputWidth + 1) / 2)
  }

  /// Packs and transforms some columns of all taps; `row` and `column` are the steps in a tap from one channel to the next.
  ///
  /// - Parameter isTurned: whether the taps are taken in the opposite order, as the gradient at the input meets them.
  func packTransformed(
    _ w: UnsafePointer<Float>, row: Int, column: Int, channels: Int, columns: Int, isTurned: Bool,
    into panel: UnsafeMutablePointer<Float>, _ instructions: Instructions
  ) {
    let (width, tap) = (instructions.panelColumns, geometry.inputChannels * geometry.outputChannels)
    let matrix = WinogradProduct.panelSize(inputs: channels, columns: width) / Int(WINOGRAD_PRODUCTS)
    if column == 1, columns == width {
      return transform_weights(instructions.set, w, tap, row, panel, matrix, channels)
    }
    // A few channels of all taps lie in cache.
    let depth = 64
    withUnsafeTemporaryAllocation(of: Float.self, capacity: geometry.taps * depth * width) { scratch in
      guard let taps = scratch.baseAddress else { return }
      for first in stride(from: 0, to: channels, by: depth) {
        let count = min(depth, channels - first)
        for place in 0..<geometry.taps {
          instructions.pack(
            w + place * tap + first * row, row: row, column: column, depth: count, columns: columns,
            into: taps + (isTurned ? geometry.taps - 1 - place : place) * depth * width)
        }
        transform_weights(
          instructions.set, taps, depth * width, width, panel + first * width, matrix, count)
      }
    }
  }
}
