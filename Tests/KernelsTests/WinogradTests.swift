import Kernels
import Tensor
import TestSupport
import Testing

/// Convolutions by Winograd's F(2×2, 3×3) against the definition, summed in `Double`.
@Suite struct WinogradTests {
  struct Layer: Sendable, CustomStringConvertible {
    var height: Int
    var width: Int
    var inputs: Int
    var outputs: Int
    var samples: Int
    var description: String { "\(inputs)->\(outputs) on \(height)x\(width), batch \(samples)" }

    init(_ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, _ samples: Int) {
      (self.height, self.width, self.inputs, self.outputs, self.samples) = (
        height, width, inputs, outputs, samples
      )
    }

    var convolution: Convolution {
      Convolution(
        ConvolutionGeometry(
          inputHeight: height, inputWidth: width, inputChannels: inputs, outputChannels: outputs, kernel: 3,
          padding: 1))
    }

    func input(_ salt: UInt64 = 1) -> Tensor { noise([height, width, samples, inputs], salt) }
    func gradient(_ salt: UInt64 = 3) -> Tensor { noise([height, width, samples, outputs], salt) }
    var weights: Tensor { noise([3, 3, inputs, outputs], 2) }

    /// Even and odd maps; channels that fill no panel (8, 16, 32 columns), no register and more than one partial sum (128);
    /// batches of several parts.
    static let all = [
      Layer(8, 8, 64, 64, 3), Layer(4, 4, 65, 70, 2), Layer(9, 8, 32, 40, 5), Layer(8, 13, 33, 35, 1),
      Layer(11, 11, 130, 32, 2), Layer(16, 16, 32, 65, 9), Layer(4, 12, 260, 66, 1), Layer(6, 6, 64, 66, 90),
      Layer(33, 34, 32, 33, 4),
    ]
  }

  static let available = InstructionsTests.available

  @Test(arguments: Layer.all, available)
  func productsAndGradientsAgreeWithTheDefinition(_ layer: Layer, _ instructions: Instructions) {
    let (convolution, w) = (layer.convolution, layer.weights)
    #expect(convolution.usesWinograd)
    let (x, d) = (layer.input(), layer.gradient())
    for accumulating in [false, true] {
      let offset = accumulating ? 3.0 : 0
      var y = Tensor(d.shape, repeating: 3)
      convolution.product(x, w, into: &y, accumulating: accumulating, instructions: instructions)
      expectClose(y, Self.product(x, w).map { $0 + offset }, shape: d.shape, tolerance: 1e-6)
      var atInput = Tensor(x.shape, repeating: 3)
      convolution.inputGradient(
        d, w, into: &atInput, accumulating: accumulating, instructions: instructions)
      expectClose(
        atInput, Self.product(d, Self.turned(w)).map { $0 + offset }, shape: x.shape, tolerance: 1e-6)
    }
  }

  /// What a user may rely on: batches, instructions and packed weights change no bit of a sample's values.
  @Test(arguments: Layer.all, available)
  func bitsAreTheSameInAllWays(_ layer: Layer, _ instructions: Instructions) {
    let (convolution, w) = (layer.convolution, layer.weights)
    let (x, d) = (layer.input(), layer.gradient())
    let packed = convolution.packed(w, instructions: instructions)
    for accumulating in [false, true] {
      var (y, atInput) = (layer.gradient(4), layer.input(5))
      convolution.product(x, w, into: &y, accumulating: accumulating, instructions: .portable)
      convolution.inputGradient(d, w, into: &atInput, accumulating: accumulating, instructions: .portable)
      var (other, again, otherAtInput) = (layer.gradient(4), layer.gradient(4), layer.input(5))
      convolution.product(x, w, into: &other, accumulating: accumulating, instructions: instructions)
      convolution.product(
        x, w, packed: packed, into: &again, accumulating: accumulating, instructions: instructions)
      convolution.inputGradient(
        d, w, into: &otherAtInput, accumulating: accumulating, instructions: instructions)
      #expect(other == y && again == y && otherAtInput == atInput)
      for sample in Set([0, layer.samples / 2, layer.samples - 1]) {
        var (alone, packedAlone) = (
          Self.one(sample, of: layer.gradient(4)), Self.one(sample, of: layer.gradient(4))
        )
        let own = Self.one(sample, of: x)
        convolution.product(own, w, into: &alone, accumulating: accumulating, instructions: instructions)
        convolution.product(
          own, w, packed: packed, into: &packedAlone, accumulating: accumulating, instructions: instructions)
        #expect(alone == Self.one(sample, of: y) && packedAlone == alone)
        var atOne = Self.one(sample, of: layer.input(5))
        convolution.inputGradient(
          Self.one(sample, of: d), w, into: &atOne, accumulating: accumulating, instructions: instructions)
        #expect(atOne == Self.one(sample, of: atInput))
      }
    }
  }

  /// Products are linear: the smallest change loses as little, measured by the norm of an output pixel, as any other. Found:
  /// up to 6.6e-7 by Winograd's products and 6.2e-7 by the definition.
  @Test(arguments: [1, 1e-1, 1e-4, 1e-8, 1e-12] as [Float])
  func differencesOfAnySizeKeepTheirPlaces(_ size: Float) {
    for layer in [Layer(8, 8, 64, 64, 2), Layer(7, 8, 256, 48, 1), Layer(8, 8, 512, 32, 1)] {
      let w = layer.weights
      var delta = layer.input()
      for i in 0..<delta.count { delta[flat: i] *= size }
      var y = Tensor(zeros: layer.gradient().shape)
      layer.convolution.product(delta, w, into: &y)
      let error = Self.worstRow(y, Self.product(delta, w))
      #expect(error < 8e-7, "\(layer), changes of \(size): \(error)")
    }
  }

  /// What is not finite reaches exactly the outputs that it reaches by the definition, in its own sample.
  @Test(arguments: [Float.nan, .infinity, -.infinity], available)
  func whatIsNotFiniteIsSeen(_ value: Float, _ instructions: Instructions) {
    let layer = Layer(7, 8, 36, 34, 3)
    let w = layer.weights
    for (row, column) in [(0, 0), (3, 4), (4, 3), (6, 7), (6, 0)] {
      var x = layer.input()
      x[flat: ((row * layer.width + column) * layer.samples + 1) * layer.inputs + 7] = value
      var y = Tensor(zeros: layer.gradient().shape)
      layer.convolution.product(x, w, into: &y, instructions: instructions)
      for pixel in 0..<layer.height * layer.width {
        let isNear = abs(pixel / layer.width - row) <= 1 && abs(pixel % layer.width - column) <= 1
        for sample in 0..<layer.samples {
          let first = (pixel * layer.samples + sample) * layer.outputs
          let finite = (first..<first + layer.outputs).count { y[flat: $0].isFinite }
          #expect(finite == (isNear && sample == 1 ? 0 : layer.outputs))
        }
      }
    }
  }

  /// Outputs that meet only zeros are 0, whatever stands elsewhere in their tile.
  @Test func zerosStayZeros() {
    let layer = Layer(8, 8, 32, 32, 1)
    var x = Tensor(zeros: layer.input().shape)
    for channel in 0..<32 { x[flat: (3 * 8 + 4) * 32 + channel] = layer.input()[flat: channel] }
    var y = Tensor(zeros: x.shape)
    layer.convolution.product(x, layer.weights, into: &y)
    for pixel in 0..<64 where abs(pixel / 8 - 3) > 1 || abs(pixel % 8 - 4) > 1 {
      #expect((0..<32).allSatisfy { y[flat: pixel * 32 + $0] == 0 })
    }
  }

  @Test func noSamplesAreNoWork() {
    let layer = Layer(8, 8, 32, 32, 0)
    var (y, atInput) = (Tensor(zeros: [8, 8, 0, 32]), Tensor(zeros: [8, 8, 0, 32]))
    layer.convolution.product(atInput, layer.weights, into: &y)
    layer.convolution.inputGradient(y, layer.weights, into: &atInput, accumulating: false)
    #expect(y.count == 0)
  }

  /// The geometry alone decides: 3×3, stride 1, padding 1, channels enough, and maps on which 16 products a tile save work.
  @Test func layersAreChosenByTheirGeometry() {
    func uses(_ size: Int, _ channels: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1) -> Bool {
      Convolution(
        ConvolutionGeometry(
          inputHeight: size, inputWidth: size, inputChannels: channels, outputChannels: channels,
          kernel: kernel, stride: stride, padding: padding)
      ).usesWinograd
    }
    for size in [8, 14, 16, 28, 56] { #expect(uses(size, 64)) }
    for size in [1, 2, 3, 5] { #expect(!uses(size, 512)) }
    #expect(uses(4, 128) && uses(4, 256) && !uses(4, 512))
    #expect(
      uses(8, 32) && !uses(8, 16) && !uses(4, 32) && !uses(8, 64, stride: 2) && !uses(8, 64, padding: 0))
    #expect(!uses(8, 64, kernel: 1) && !uses(8, 64, kernel: 5))
  }

  private static func one(_ sample: Int, of x: Tensor) -> Tensor {
    var one = Tensor(zeros: [x.shape[0], x.shape[1], 1, x.shape[3]])
    Samples.copy(sample, of: x, to: 0, of: &one)
    return one
  }

  /// The weights with which the gradient at the input is a product: taps in the opposite order, channels exchanged.
  private static func turned(_ w: Tensor) -> Tensor {
    let (inputs, outputs) = (w.shape[2], w.shape[3])
    let scalars = w.scalars
    var turned = [Float](repeating: 0, count: w.count)
    for tap in 0..<9 {
      for i in 0..<inputs {
        for o in 0..<outputs {
          turned[((8 - tap) * outputs + o) * inputs + i] = scalars[(tap * inputs + i) * outputs + o]
        }
      }
    }
    return Tensor([3, 3, outputs, inputs], scalars: turned)
  }

  /// Σ over taps and inputs, term by term.
  private static func product(_ x: Tensor, _ w: Tensor) -> [Double] {
    let (height, width, samples, inputs) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let outputs = w.shape[3]
    let (x, w) = (doubles(x), doubles(w))
    var out = [Double](repeating: 0, count: height * width * samples * outputs)
    for pixel in 0..<height * width {
      for tap in 0..<9 {
        let (row, column) = (pixel / width + tap / 3 - 1, pixel % width + tap % 3 - 1)
        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
        for sample in 0..<samples {
          for i in 0..<inputs {
            let value = x[((row * width + column) * samples + sample) * inputs + i]
            let (to, from) = ((pixel * samples + sample) * outputs, (tap * inputs + i) * outputs)
            for o in 0..<outputs { out[to + o] += value * w[from + o] }
          }
        }
      }
    }
    return out
  }

  /// The largest error of an output pixel relative to its norm.
  private static func worstRow(_ found: Tensor, _ expected: [Double]) -> Double {
    let width = found.shape[3]
    let found = doubles(found)
    return stride(from: 0, to: found.count, by: width).reduce(0) { worst, first in
      let row = first..<first + width
      let error = row.reduce(0) { $0 + (found[$1] - expected[$1]) * (found[$1] - expected[$1]) }
      return max(worst, (error / row.reduce(0) { $0 + expected[$1] * expected[$1] }).squareRoot())
    }
  }
}
