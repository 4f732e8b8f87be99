/// The sizes of a two-dimensional convolution and what follows from them.
public struct ConvolutionGeometry: Hashable, Sendable {
  public var inputHeight: Int
  public var inputWidth: Int
  public var inputChannels: Int
  public var outputChannels: Int
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var stride: Int
  public var padding: Int

  /// - Precondition: sizes are positive and the kernel fits into the padded input.
  public init(
    inputHeight: Int, inputWidth: Int, inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0
  ) {
    precondition(
      kernel > 0 && stride > 0 && padding >= 0, "kernel \(kernel), stride \(stride), padding \(padding)")
    precondition(
      inputHeight + 2 * padding >= kernel && inputWidth + 2 * padding >= kernel,
      "a \(kernel)x\(kernel) kernel does not fit \(inputHeight)x\(inputWidth) with padding \(padding)")
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    (kernelHeight, kernelWidth) = (kernel, kernel)
    self.stride = stride
    self.padding = padding
  }

  public var outputHeight: Int { (inputHeight + 2 * padding - kernelHeight) / stride + 1 }
  public var outputWidth: Int { (inputWidth + 2 * padding - kernelWidth) / stride + 1 }
  public var taps: Int { kernelHeight * kernelWidth }

  /// The input row or column that output `position` meets through kernel offset `tap`; outside 0..<size is padding.
  func input(position: Int, tap: Int) -> Int { position * stride + tap - padding }

  /// The input pixel that an output pixel meets through a tap; nil in the padding.
  func inputPixel(output pixel: Int, tap: Int) -> Int? {
    let row = input(position: pixel / outputWidth, tap: tap / kernelWidth)
    let column = input(position: pixel % outputWidth, tap: tap % kernelWidth)
    guard (0..<inputHeight).contains(row), (0..<inputWidth).contains(column) else { return nil }
    return row * inputWidth + column
  }

  /// The output pixel that meets an input pixel through a tap.
  func outputPixel(input pixel: Int, tap: Int) -> Int? {
    let row = pixel / inputWidth + padding - tap / kernelWidth
    let column = pixel % inputWidth + padding - tap % kernelWidth
    guard row >= 0, column >= 0, row % stride == 0, column % stride == 0, row / stride < outputHeight,
      column / stride < outputWidth
    else { return nil }
    return row / stride * outputWidth + column / stride
  }
}

/// A stretch of neighbouring output pixels that meet neighbouring input pixels through one tap.
struct TapRun: Hashable, Sendable {
  var tap: Int
  var inputPixel: Int
  var outputPixel: Int
  var pixels: Int
}

/// A convolution ready to run: its geometry and the matrix products it consists of.
///
/// Activations are pixel-major, `[height, width, sample, channel]`: a run of neighbouring pixels is one contiguous
/// matrix of (pixels · samples) × channels, and the convolution a sum of plain products, one for each tap and run.
/// Taps that meet only padding have no run: they are *dead*, never read, and their gradient is exactly 0.
public struct Convolution: Sendable {
  public let geometry: ConvolutionGeometry
  /// Taps (row-major in the kernel) that meet the input somewhere, in increasing order.
  public let liveTaps: [Int]
  let runs: [TapRun]
  /// Output pixels as sums over taps and input pixels.
  let outputPlan: TapPlan
  /// Gradients at input pixels as sums over taps and output pixels.
  let inputPlan: TapPlan
  let runPlan: RunPlan
  /// Pairs of an output pixel and a tap that meet the input.
  private let contacts: Int
  /// Whether products, forward and at the input, are computed by Winograd's F(2×2, 3×3): 16 products for 2×2 outputs in
  /// place of up to 36. The geometry alone decides, so that a sample has the same bits in every batch.
  public let usesWinograd: Bool

  public init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    let g = geometry
    runs = Convolution.runs(of: g)
    contacts = runs.reduce(0) { $0 + $1.pixels }
    usesWinograd = Convolution.usesWinograd(g, contacts: contacts)
    liveTaps = Array(Set(runs.map(\.tap))).sorted()
    runPlan = RunPlan(runs, g)
    outputPlan = TapPlan(pixels: g.outputHeight * g.outputWidth) { pixel in
      (0..<g.taps).compactMap { tap in
        g.inputPixel(output: pixel, tap: tap).map { (tap, $0) }
      }
    }
    inputPlan = TapPlan(pixels: g.inputHeight * g.inputWidth) { pixel in
      (0..<g.taps).compactMap { tap in
        g.outputPixel(input: pixel, tap: tap).map { (tap, $0) }
      }
    }
  }

  public var inputSize: Int { geometry.inputHeight * geometry.inputWidth }
  public var outputSize: Int { geometry.outputHeight * geometry.outputWidth }

  /// Multiply-adds of `product` and of `inputGradient` for one sample, as they are carried out.
  public var multiplyAdds: Int {
    usesWinograd
      ? Convolution.winogradProducts(geometry) * geometry.inputChannels * geometry.outputChannels
      : directMultiplyAdds
  }

  /// Multiply-adds by the definition for one sample, those with padding left out: what `weightGradient` carries out.
  public var directMultiplyAdds: Int { contacts * geometry.inputChannels * geometry.outputChannels }

  private static func runs(of g: ConvolutionGeometry) -> [TapRun] {
    var runs: [TapRun] = []
    for outputRow in 0..<g.outputHeight {
      for tap in 0..<g.taps {
        let inputRow = g.input(position: outputRow, tap: tap / g.kernelWidth)
        guard (0..<g.inputHeight).contains(inputRow) else { continue }
        let columns = (0..<g.outputWidth).filter {
          (0..<g.inputWidth).contains(g.input(position: $0, tap: tap % g.kernelWidth))
        }
        guard let first = columns.first else { continue }
        let starts = g.stride == 1 ? [first] : columns
        for column in starts {
          runs.append(
            TapRun(
              tap: tap,
              inputPixel: inputRow * g.inputWidth + g.input(position: column, tap: tap % g.kernelWidth),
              outputPixel: outputRow * g.outputWidth + column,
              pixels: g.stride == 1 ? columns.count : 1))
        }
      }
    }
    return runs
  }
}

/// The geometry says it all.
extension Convolution: Hashable {
  public static func == (left: Convolution, right: Convolution) -> Bool { left.geometry == right.geometry }

  public func hash(into hasher: inout Hasher) { hasher.combine(geometry) }
}
