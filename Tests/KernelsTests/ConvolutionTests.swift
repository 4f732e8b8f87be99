import Kernels
import Tensor
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    var size: Int
    var inputs: Int
    var outputs: Int
    var kernel: Int
    var stride: Int
    var padding: Int
    var description: String {
      "\(inputs)->\(outputs) \(kernel)x\(kernel)/\(stride) on \(size)x\(size), pad \(padding)"
    }

    var live: Convolution { convolution(size: size, padding: padding) }
    /// The same layer on an input that carries its padding as zeros: every tap is live and multiplied.
    var full: Convolution { convolution(size: size + 2 * padding, padding: 0) }

    private func convolution(size: Int, padding: Int) -> Convolution {
      Convolution(
        ConvolutionGeometry(
          inputHeight: size, inputWidth: size, inputChannels: inputs, outputChannels: outputs, kernel: kernel,
          stride: stride, padding: padding))
    }
  }

  static let cases = [
    Case(size: 8, inputs: 16, outputs: 8, kernel: 3, stride: 1, padding: 1),
    Case(size: 8, inputs: 17, outputs: 5, kernel: 3, stride: 2, padding: 1),
    Case(size: 2, inputs: 16, outputs: 16, kernel: 3, stride: 2, padding: 1),
    Case(size: 1, inputs: 32, outputs: 4, kernel: 3, stride: 1, padding: 1),
    Case(size: 1, inputs: 3, outputs: 4, kernel: 3, stride: 1, padding: 1),
    Case(size: 1, inputs: 16, outputs: 4, kernel: 7, stride: 2, padding: 3),
    Case(size: 9, inputs: 3, outputs: 4, kernel: 7, stride: 2, padding: 3),
    Case(size: 4, inputs: 16, outputs: 6, kernel: 1, stride: 2, padding: 0),
  ]
  static let samples = 3

  /// Live taps against the full kernel on a padded copy: values, input gradient, weight gradient.
  @Test(arguments: cases)
  func skippingPaddingChangesNothing(_ test: Case) {
    let (live, full) = (test.live, test.full)
    let x = noise([test.size, test.size, Self.samples, test.inputs], 1)
    let w = noise([test.kernel, test.kernel, test.inputs, test.outputs], 2)
    let outShape: Shape = [
      live.geometry.outputHeight, live.geometry.outputWidth, Self.samples, test.outputs,
    ]
    let d = noise(outShape, 3)
    let wide = padded(x, by: test.padding)

    var (found, expected) = (Tensor(zeros: outShape), Tensor(zeros: outShape))
    live.product(x, w, into: &found)
    full.product(wide, w, into: &expected)
    expectClose(found, doubles(expected), shape: outShape, tolerance: 2e-6)

    var (atInput, atWide) = (Tensor(zeros: x.shape), Tensor(zeros: wide.shape))
    live.inputGradient(d, w, into: &atInput, accumulating: false)
    full.inputGradient(d, w, into: &atWide, accumulating: false)
    expectClose(atInput, doubles(cropped(atWide, by: test.padding)), shape: x.shape, tolerance: 2e-6)

    for sample in [nil, 0, Self.samples - 1] {
      var (liveGradient, fullGradient) = (Tensor(zeros: w.shape), Tensor(zeros: w.shape))
      live.weightGradient(x, d, sample: sample, into: &liveGradient)
      full.weightGradient(wide, d, sample: sample, into: &fullGradient)
      expectClose(liveGradient, doubles(fullGradient), shape: w.shape, tolerance: 2e-6)
    }
  }

  /// A tap that only meets padding is neither read nor written.
  @Test(arguments: cases)
  func deadTapsAreNeverTouched(_ test: Case) {
    let convolution = test.live
    let tap = test.inputs * test.outputs
    let dead = (0..<test.kernel * test.kernel).filter { !convolution.liveTaps.contains($0) }
    if test.size == 1 { #expect(dead.count == test.kernel * test.kernel - 1) }
    let x = noise([test.size, test.size, Self.samples, test.inputs], 1)
    var w = noise([test.kernel, test.kernel, test.inputs, test.outputs], 2)
    var out = Tensor(
      zeros: [
        convolution.geometry.outputHeight, convolution.geometry.outputWidth, Self.samples, test.outputs,
      ])
    convolution.product(x, w, into: &out)
    for i in dead.flatMap({ $0 * tap..<($0 + 1) * tap }) { w[flat: i] = .nan }
    var again = Tensor(zeros: out.shape)
    convolution.product(x, w, into: &again)
    #expect(again == out)
    var gradient = Tensor(w.shape, repeating: 42)
    convolution.weightGradient(x, out, into: &gradient)
    #expect(dead.allSatisfy { gradient[flat: $0 * tap] == 42 && gradient[flat: ($0 + 1) * tap - 1] == 42 })
    var atInput = Tensor(zeros: x.shape)
    convolution.inputGradient(out, w, into: &atInput, accumulating: false)
    #expect(atInput.scalars.allSatisfy { $0.isFinite })
  }

  /// The formula for the cost against a count of the places where a tap meets a pixel.
  @Test(arguments: cases)
  func multiplyAddsCountTheContacts(_ test: Case) {
    let g = test.live.geometry
    var contacts = 0
    for position in 0..<g.outputHeight * g.outputWidth {
      for tap in 0..<g.taps {
        let row = position / g.outputWidth * g.stride + tap / g.kernelWidth - g.padding
        let column = position % g.outputWidth * g.stride + tap % g.kernelWidth - g.padding
        if (0..<g.inputHeight).contains(row) && (0..<g.inputWidth).contains(column) { contacts += 1 }
      }
    }
    #expect(test.live.directMultiplyAdds == contacts * test.inputs * test.outputs)
  }

  @Test func accumulatingAddsToWhatIsThere() {
    let test = Self.cases[0]
    let convolution = test.live
    let x = noise([8, 8, 2, 16], 1)
    let w = noise([3, 3, 16, 8], 2)
    var once = Tensor(zeros: [8, 8, 2, 8])
    convolution.product(x, w, into: &once)
    var twice = Tensor(once.shape, repeating: 5)
    convolution.product(x, w, into: &twice, accumulating: true)
    expectClose(twice, once.scalars.map { Double($0) + 5 }, shape: once.shape, tolerance: 1e-6)
    convolution.product(x, w, into: &twice)
    #expect(twice == once)
  }

  @Test func shapesThatDoNotFitAreRefused() async {
    await #expect(processExitsWith: .failure) {
      var out = Tensor(zeros: [8, 8, 2, 8])
      ConvolutionTests.cases[0].live.product(
        Tensor(zeros: [8, 8, 2, 15]), Tensor(zeros: [3, 3, 16, 8]), into: &out)
    }
    await #expect(processExitsWith: .failure) {
      var out = Tensor(zeros: [8, 8, 3, 8])
      ConvolutionTests.cases[0].live.product(
        Tensor(zeros: [8, 8, 2, 16]), Tensor(zeros: [3, 3, 16, 8]), into: &out)
    }
    await #expect(processExitsWith: .failure) {
      var out = Tensor(zeros: [3, 3, 16, 8])
      ConvolutionTests.cases[0].live.weightGradient(
        Tensor(zeros: [8, 8, 2, 16]), Tensor(zeros: [8, 8, 2, 8]), sample: 2, into: &out)
    }
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(inputHeight: 2, inputWidth: 2, inputChannels: 1, outputChannels: 1, kernel: 3)
    }
    await #expect(processExitsWith: .failure) {
      var out = Tensor(zeros: [4, 3])
      Linear.product(Tensor(zeros: [4, 2]), Tensor(zeros: [3, 3]), into: &out)
    }
    await #expect(processExitsWith: .failure) {
      var out = Tensor(zeros: [3])
      Elementwise.sum(Tensor(zeros: [3]), Tensor(zeros: [4]), into: &out)
    }
    await #expect(processExitsWith: .failure) {
      _ = Pooling(inputHeight: 2, inputWidth: 2, kernel: 2, stride: 1, padding: 2)
    }
  }

  private func padded(_ x: Tensor, by padding: Int) -> Tensor { shifted(x, by: padding) }

  private func cropped(_ x: Tensor, by padding: Int) -> Tensor { shifted(x, by: -padding) }

  /// Grows (by > 0, with zeros) or cuts the image on every side.
  private func shifted(_ x: Tensor, by border: Int) -> Tensor {
    let size = x.shape[0] + 2 * border
    let row = x.shape[2] * x.shape[3]
    var out = Tensor(zeros: [size, size, x.shape[2], x.shape[3]])
    for y in 0..<size {
      for column in 0..<size {
        let (sy, sx) = (y - border, column - border)
        if !(0..<x.shape[0]).contains(sy) || !(0..<x.shape[1]).contains(sx) { continue }
        for i in 0..<row {
          out[flat: (y * size + column) * row + i] = x[flat: (sy * x.shape[1] + sx) * row + i]
        }
      }
    }
    return out
  }
}

/// Scalars without pattern in −1…1, a function of `salt` and the index.
func noise(_ shape: Shape, _ salt: UInt64) -> Tensor {
  Tensor(shape, workers: Workers(count: 1)) { index in
    var bits = (index &+ salt &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 31)) &* 0x94D0_49BB_1331_11EB
    return Float(Double(bits >> 11) * 0x1p-52 - 1)
  }
}

func doubles(_ tensor: Tensor) -> [Double] { tensor.scalars.map(Double.init) }
