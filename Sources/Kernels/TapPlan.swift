import CKernels

/// Neighbouring pixels of a result whose sums run over the same taps.
struct PixelBlock: Sendable {
  var pixel: Int
  var pixels: Int
  /// One piece of the sum for each tap that meets the other operand.
  var stretches: Range<Int>
}

/// Pixels of a result that meet the same taps, wherever their operands lie.
struct TapGroup: Sendable {
  /// One of them and where its operands are found.
  struct Pixel: Sendable {
    var pixel: Int
    /// The place of its first tap in the plan, and how far it lies behind the pixel which that belongs to.
    var first: Int
    var shift: Int
  }

  /// The sum over its taps, the operands of a pixel lying side by side.
  let stretches: [tile_stretch]
  let taps: Int
  fileprivate(set) var pixels: [Pixel] = []

  fileprivate init(_ taps: [Int32]) {
    var stretches: [tile_stretch] = []
    for (place, tap) in taps.enumerated() {
      if let last = stretches.last, last.right + last.depth == tap {
        stretches[stretches.count - 1].depth += 1
      } else {
        stretches.append(tile_stretch(left: Int32(place), right: tap, depth: 1))
      }
    }
    (self.stretches, self.taps) = (stretches, taps.count)
  }
}

/// Which pixels and taps each pixel of a convolution's result is the sum of.
struct TapPlan: Sendable {
  private(set) var blocks: [PixelBlock] = []
  /// `left` counts pixels of the operand, `right` taps.
  private(set) var stretches: [tile_stretch] = []
  /// Of a plan whose neighbouring pixels have no neighbouring operands; else empty.
  private(set) var groups: [TapGroup] = []
  let pixels: Int

  /// - Parameter contacts: for a pixel of the result the (tap, pixel of the operand) that meet there, by tap.
  init(pixels: Int, contacts: (Int) -> [(tap: Int, pixel: Int)]) {
    self.pixels = pixels
    for pixel in 0..<pixels {
      let own = contacts(pixel)
      if let last = blocks.last, continues(last, own) {
        blocks[blocks.count - 1].pixels += 1
        continue
      }
      let first = stretches.count
      stretches += own.map { tile_stretch(left: Int32($0.pixel), right: Int32($0.tap), depth: 1) }
      blocks.append(PixelBlock(pixel: pixel, pixels: 1, stretches: first..<stretches.count))
    }
    if 2 * blocks.count > pixels { group() }
  }

  /// Puts pixels together that meet the same taps.
  private mutating func group() {
    var places: [[Int32]: Int] = [:]
    for block in blocks {
      let taps = stretches[block.stretches].map(\.right)
      let place = places[taps] ?? groups.count
      if place == groups.count {
        places[taps] = place
        groups.append(TapGroup(taps))
      }
      groups[place].pixels += (0..<block.pixels).map {
        TapGroup.Pixel(pixel: block.pixel + $0, first: block.stretches.lowerBound, shift: $0)
      }
    }
  }

  /// The pixel of the operand that a pixel meets by one of its taps.
  func operand(of pixel: TapGroup.Pixel, tap: Int) -> Int {
    Int(stretches[pixel.first + tap].left) + pixel.shift
  }

  /// Whether the next pixel meets the same taps, each one pixel further: then their rows are neighbours on both sides.
  private func continues(_ block: PixelBlock, _ next: [(tap: Int, pixel: Int)]) -> Bool {
    block.stretches.count == next.count
      && zip(block.stretches, next).allSatisfy { place, contact in
        stretches[place].right == contact.tap && Int(stretches[place].left) + block.pixels == contact.pixel
      }
  }
}

extension TapPlan {
  /// Calls `body` for each block with the address of its stretches.
  func forEachBlock(_ body: (PixelBlock, UnsafePointer<tile_stretch>?) -> Void) {
    stretches.withUnsafeBufferPointer { stretches in
      for block in blocks { body(block, stretches.baseAddress.map { $0 + block.stretches.lowerBound }) }
    }
  }
}

/// The runs of a convolution tap by tap: the gradient at a tap is a sum over its runs.
struct RunPlan: Sendable {
  /// `left` counts input pixels, `right` output pixels.
  private let stretches: [tile_stretch]
  /// For each tap and output row the place of its first run.
  private let starts: [Int]
  private let outputHeight: Int

  init(_ runs: [TapRun], _ geometry: ConvolutionGeometry) {
    outputHeight = geometry.outputHeight
    var (stretches, starts): ([tile_stretch], [Int]) = ([], [])
    let byTap = Dictionary(grouping: runs, by: \.tap)
    for tap in 0..<geometry.taps {
      let byRow = Dictionary(grouping: byTap[tap] ?? []) { $0.outputPixel / geometry.outputWidth }
      for row in 0..<geometry.outputHeight {
        starts.append(stretches.count)
        for run in byRow[row] ?? [] {
          stretches.append(
            tile_stretch(
              left: Int32(run.inputPixel), right: Int32(run.outputPixel), depth: Int32(run.pixels)))
        }
      }
    }
    self.stretches = stretches
    self.starts = starts + [stretches.count]
  }

  /// Calls `body` with the runs of one tap in some output rows, if there are any.
  func withRuns(of tap: Int, outputRows rows: Range<Int>, _ body: (UnsafePointer<tile_stretch>, Int) -> Void)
  {
    let first = starts[tap * outputHeight + rows.lowerBound]
    let count = starts[tap * outputHeight + rows.upperBound] - first
    stretches.withUnsafeBufferPointer { stretches in
      if let base = stretches.baseAddress, count > 0 { body(base + first, count) }
    }
  }
}
