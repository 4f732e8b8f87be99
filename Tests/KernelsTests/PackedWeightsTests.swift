import Kernels
import Tensor
import TestSupport
import Testing

/// Products with weights that were packed before have the bits of those that read them as they lie.
@Suite struct PackedWeightsTests {
  @Test(
    arguments: [(130, 129), (2100, 40), (64, 257), (1000, 17), (513, 33), (128, 128)],
    InstructionsTests.available)
  func linear(_ size: (Int, Int), _ instructions: Instructions) {
    let (inputs, outputs) = size
    let w = noise([inputs, outputs], 1)
    let packed = Linear.packed(w, instructions: instructions)
    #expect((packed == nil) == (inputs * outputs <= 1 << 14))
    for rows in [1, 2, 3, 50] {
      let x = noise([rows, inputs], 2)
      for accumulating in [false, true] {
        var (plain, other) = (noise([rows, outputs], 3), noise([rows, outputs], 3))
        Linear.product(x, w, into: &plain, accumulating: accumulating, instructions: instructions)
        Linear.product(
          x, w, packed: packed, into: &other, accumulating: accumulating, instructions: instructions)
        #expect(plain == other)
      }
    }
  }

  /// A column of one weight each is a sum of products, which has an order of its own.
  @Test func oneOutputIsNotPacked() { #expect(Linear.packed(noise([20_000, 1], 1)) == nil) }

  @Test(arguments: InstructionsTests.Layer.all, InstructionsTests.available)
  func convolutions(_ layer: InstructionsTests.Layer, _ instructions: Instructions) {
    let (convolution, g) = (Convolution(layer.geometry), layer.geometry)
    let w = noise([g.kernelHeight, g.kernelWidth, g.inputChannels, g.outputChannels], 1)
    let packed = convolution.packed(w, instructions: instructions)
    for samples in [1, 2, layer.samples] {
      let x = noise([g.inputHeight, g.inputWidth, samples, g.inputChannels], 2)
      let start = noise([g.outputHeight, g.outputWidth, samples, g.outputChannels], 3)
      for accumulating in [false, true] {
        var (plain, other) = (start, start)
        convolution.product(x, w, into: &plain, accumulating: accumulating, instructions: instructions)
        convolution.product(
          x, w, packed: packed, into: &other, accumulating: accumulating, instructions: instructions)
        #expect(plain == other)
      }
    }
  }
}
