import Autodiff
import Kernels
import Tensor
import TestSupport
import Testing

/// Every set of instructions that this processor has, against plain loops in `Double`.
@Suite struct InstructionsTests {
  /// rows × depth times depth × columns.
  struct Sizes: Sendable, CustomStringConvertible {
    var rows: Int
    var depth: Int
    var columns: Int
    var description: String { "\(rows)x\(depth) by \(depth)x\(columns)" }

    /// Around the edges of tiles (6 or 14 rows), panels (8, 16, 32 columns) and partial sums (512 terms).
    static let all = [
      Sizes(rows: 1, depth: 1, columns: 1), Sizes(rows: 1, depth: 70, columns: 64),
      Sizes(rows: 2, depth: 9, columns: 33), Sizes(rows: 3, depth: 100, columns: 1),
      Sizes(rows: 13, depth: 8, columns: 32), Sizes(rows: 14, depth: 511, columns: 31),
      Sizes(rows: 15, depth: 512, columns: 65), Sizes(rows: 29, depth: 513, columns: 7),
      Sizes(rows: 43, depth: 17, columns: 96), Sizes(rows: 6, depth: 2051, columns: 40),
      // Operands that are turned, and columns of one register.
      Sizes(rows: 9, depth: 300, columns: 2), Sizes(rows: 21, depth: 31, columns: 4),
      Sizes(rows: 13, depth: 100, columns: 120), Sizes(rows: 16, depth: 250, columns: 130),
    ]
  }

  struct Layer: Sendable, CustomStringConvertible {
    var height: Int
    var width: Int
    var inputs: Int
    var outputs: Int
    var kernel: Int
    var stride: Int
    var padding: Int
    var samples: Int
    var description: String {
      "\(inputs)->\(outputs) \(kernel)x\(kernel)/\(stride) on \(height)x\(width), pad \(padding), batch \(samples)"
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        inputHeight: height, inputWidth: width, inputChannels: inputs, outputChannels: outputs,
        kernel: kernel,
        stride: stride, padding: padding)
    }

    var tape: Tape {
      var tape = Tape(input: SampleShape(height: height, width: width, channels: inputs))
      // The oracle gives gradients at operations behind a parameter only.
      let moved = tape.record(.bias(channels: inputs), 0)
      _ = tape.record(.convolution(Convolution(geometry)), moved)
      return tape
    }

    static let all = [
      make(8, 8, 64, 64, 3, 1, 1, 3), make(8, 8, 16, 40, 3, 2, 1, 5), make(4, 4, 33, 31, 3, 1, 1, 1),
      make(2, 2, 20, 36, 3, 2, 1, 15), make(1, 1, 96, 70, 3, 1, 1, 2), make(1, 1, 5, 3, 3, 1, 1, 1),
      make(9, 7, 3, 65, 7, 2, 3, 4), make(5, 6, 9, 32, 1, 1, 0, 3), make(7, 5, 12, 33, 1, 2, 0, 1),
      make(3, 9, 4, 5, 2, 3, 0, 29), make(6, 1, 7, 8, 3, 1, 2, 2), make(2, 3, 1, 1, 1, 2, 1, 1),
      make(33, 34, 2, 8, 3, 1, 1, 32), make(1, 1, 2, 2, 1, 5, 3, 2),
      // More than one chunk of gathered rows, of rows as they lie, and of panels.
      make(48, 48, 64, 33, 3, 2, 1, 8), make(40, 41, 60, 33, 1, 1, 0, 2), make(4, 4, 1024, 70, 3, 2, 1, 2),
    ]

    private static func make(
      _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int,
      _ padding: Int,
      _ samples: Int
    ) -> Layer {
      Layer(
        height: height, width: width, inputs: inputs, outputs: outputs, kernel: kernel,
        stride: stride,
        padding: padding, samples: samples)
    }
  }

  static let available = Instructions.allCases.filter(\.isSupported)

  @Test func theBestInstructionsRunHere() {
    #expect(Instructions.portable.isSupported)
    #expect(Self.available.last == Instructions.best)
  }

  @Test(arguments: Sizes.all, available)
  func linearProductsAgreeWithTheOracle(_ sizes: Sizes, _ instructions: Instructions) {
    let (x, w) = (noise([sizes.rows, sizes.depth], 1), noise([sizes.depth, sizes.columns], 2))
    let d = noise([sizes.rows, sizes.columns], 3)
    var out = Tensor([sizes.rows, sizes.columns], repeating: 2)
    Linear.product(x, w, into: &out, accumulating: true, instructions: instructions)
    var expected = Self.product(doubles(x), doubles(w), sizes.rows, sizes.depth, sizes.columns)
    expectClose(out, expected.map { $0 + 2 }, shape: out.shape, tolerance: 1e-6)
    Linear.product(x, w, into: &out, instructions: instructions)
    expectClose(out, expected, shape: out.shape, tolerance: 1e-6)

    // The inner dimension of the gradients is another one: each size comes in every place.
    var atInput = Tensor([sizes.rows, sizes.depth], repeating: 7)
    Linear.inputGradient(d, w, into: &atInput, accumulating: false, instructions: instructions)
    expected = Self.product(
      doubles(d), doubles(w.permuted([1, 0])), sizes.rows, sizes.columns, sizes.depth)
    expectClose(atInput, expected, shape: atInput.shape, tolerance: 1e-6)
    var atWeights = Tensor([sizes.depth, sizes.columns], repeating: 7)
    Linear.weightGradient(x, d, into: &atWeights, instructions: instructions)
    expected = Self.product(
      doubles(x.permuted([1, 0])), doubles(d), sizes.depth, sizes.rows, sizes.columns)
    expectClose(atWeights, expected, shape: atWeights.shape, tolerance: 1e-6)
  }

  /// What a user may rely on: another number of rows or wider registers change no bit of a row's values.
  @Test(arguments: Sizes.all, available)
  func rowsHaveTheSameBitsInEveryBatchAndInstructions(_ sizes: Sizes, _ instructions: Instructions) {
    let (x, w) = (noise([sizes.rows, sizes.depth], 1), noise([sizes.depth, sizes.columns], 2))
    let d = noise([sizes.rows, sizes.columns], 3)
    var (out, atInput) = (Tensor(zeros: d.shape), Tensor(zeros: x.shape))
    Linear.product(x, w, into: &out)
    Linear.inputGradient(d, w, into: &atInput, accumulating: false)
    for row in 0..<sizes.rows {
      var (alone, atOne) = (Tensor(zeros: [1, sizes.columns]), Tensor(zeros: [1, sizes.depth]))
      Linear.product(Self.row(row, of: x), w, into: &alone, instructions: instructions)
      Linear.inputGradient(
        Self.row(row, of: d), w, into: &atOne, accumulating: false, instructions: instructions)
      #expect(alone == Self.row(row, of: out))
      #expect(atOne == Self.row(row, of: atInput))
    }
  }

  /// Around the widths of registers; NaN and both zeros among the numbers.
  @Test(arguments: [1, 7, 8, 31, 100, 1029], available)
  func passesHaveTheSameBitsInAllInstructions(_ count: Int, _ instructions: Instructions) {
    var (a, b) = (noise([3, count], 1), noise([3, count], 2))
    for (place, special) in [Float.nan, 0, -0.0, .infinity].enumerated() {
      a[flat: place * 7 % a.count] = special
      b[flat: place * 5 % b.count] = special
    }
    let bias = noise([count], 3)
    let (x, y) = (a, b)
    func passes(_ set: Instructions) -> [Tensor] {
      var results = [Tensor](repeating: y, count: 9)
      Elementwise.sum(x, y, into: &results[0], instructions: set)
      Elementwise.accumulate(x, into: &results[1], instructions: set)
      Elementwise.relu(x, into: &results[2], instructions: set)
      Elementwise.reluGradient(x, output: y, into: &results[3], instructions: set)
      Elementwise.reluDifference(x, input: y, into: &results[4], instructions: set)
      Elementwise.scaled(x, by: 0.3, into: &results[5], instructions: set)
      Elementwise.addBias(x, bias, into: &results[6], instructions: set)
      Elementwise.accumulateBias(bias, into: &results[7], instructions: set)
      results[8] = Tensor(zeros: [count])
      Elementwise.biasGradient(x, into: &results[8], instructions: set)
      return results
    }
    #expect(passes(instructions) == passes(.portable))
  }

  @Test(arguments: Layer.all, available)
  func convolutionsAgreeWithTheOracle(_ layer: Layer, _ instructions: Instructions) {
    let tape = layer.tape
    let convolution = Convolution(layer.geometry)
    let x = noise(tape.input.batch(of: layer.samples), 1)
    let w = noise(tape.parameterShapes[1], 2)
    let oracle = Oracle(tape, parameters: [Tensor(zeros: [layer.inputs]), w])
    let values = oracle.values(doubles(x), samples: layer.samples)

    var out = Tensor(tape.output.batch(of: layer.samples), repeating: 3)
    convolution.product(x, w, into: &out, accumulating: true, instructions: instructions)
    expectClose(out, values[2].map { $0 + 3 }, shape: out.shape, tolerance: 1e-6)
    convolution.product(x, w, into: &out, instructions: instructions)
    expectClose(out, values[2], shape: out.shape, tolerance: 1e-6)

    let d = noise(out.shape, 3)
    var atInput = Tensor(x.shape, repeating: 1)
    convolution.inputGradient(d, w, into: &atInput, accumulating: true, instructions: instructions)
    let ones = Tensor([layer.inputs], repeating: 1)
    let gradients = oracle.gradients(values, outputGradient: doubles(d), samples: layer.samples)
    // The gradient at the bias before the layer is the one at its input, summed over pixels and samples.
    var summed = Tensor(zeros: [layer.inputs])
    Elementwise.biasGradient(atInput, into: &summed)
    let rows = Double(x.count / layer.inputs)
    expectClose(
      summed, zip(gradients[0], doubles(ones)).map { $0 + rows * $1 }, shape: summed.shape, tolerance: 3e-6)

    var atWeights = Tensor(zeros: w.shape)
    convolution.weightGradient(x, d, into: &atWeights, instructions: instructions)
    expectClose(atWeights, gradients[1], shape: w.shape, tolerance: 1e-6)
  }

  /// ⟨d, x ∗ w⟩ = ⟨gradient at x, x⟩, sample by sample: one number would hide an exchange of two samples.
  @Test(arguments: Layer.all, available)
  func inputGradientIsTheTransposedProduct(_ layer: Layer, _ instructions: Instructions) {
    let convolution = Convolution(layer.geometry)
    let x = noise(layer.tape.input.batch(of: layer.samples), 1)
    let w = noise(layer.tape.parameterShapes[1], 2)
    let d = noise(layer.tape.output.batch(of: layer.samples), 3)
    var (y, atInput) = (Tensor(zeros: d.shape), Tensor(zeros: x.shape))
    convolution.product(x, w, into: &y, instructions: instructions)
    convolution.inputGradient(d, w, into: &atInput, accumulating: false, instructions: instructions)
    let scale = Double(d.count + x.count)
    for sample in 0..<layer.samples {
      let (left, right) = (Self.inner(d, y, sample), Self.inner(atInput, x, sample))
      #expect(abs(left - right) < 1e-6 * scale, "sample \(sample): \(left) and \(right)")
    }
  }

  /// One sample's gradient is that of a batch in which all others have d = 0.
  @Test(arguments: Layer.all, available)
  func gradientOfOneSampleLeavesTheOthersOut(_ layer: Layer, _ instructions: Instructions) {
    let convolution = Convolution(layer.geometry)
    let x = noise(layer.tape.input.batch(of: layer.samples), 1)
    let d = noise(layer.tape.output.batch(of: layer.samples), 3)
    let sample = layer.samples / 2
    var alone = Tensor(zeros: d.shape)
    Samples.copy(sample, of: d, to: sample, of: &alone)
    var (found, expected) = (
      Tensor(zeros: layer.tape.parameterShapes[1]), Tensor(zeros: layer.tape.parameterShapes[1])
    )
    convolution.weightGradient(x, d, sample: sample, into: &found, instructions: instructions)
    convolution.weightGradient(x, alone, into: &expected, instructions: instructions)
    expectClose(found, doubles(expected), shape: found.shape, tolerance: 1e-6)
  }

  /// What a user may rely on: another number of rows or wider registers change no bit of a sample's values.
  @Test(arguments: Layer.all, available)
  func samplesHaveTheSameBitsInEveryBatchAndInstructions(_ layer: Layer, _ instructions: Instructions) {
    let convolution = Convolution(layer.geometry)
    let x = noise(layer.tape.input.batch(of: layer.samples), 1)
    let w = noise(layer.tape.parameterShapes[1], 2)
    var batch = Tensor(zeros: layer.tape.output.batch(of: layer.samples))
    convolution.product(x, w, into: &batch)
    for sample in 0..<layer.samples {
      var (one, alone) = (
        Tensor(zeros: layer.tape.input.batch(of: 1)), Tensor(zeros: layer.tape.output.batch(of: 1))
      )
      Samples.copy(sample, of: x, to: 0, of: &one)
      convolution.product(one, w, into: &alone, instructions: instructions)
      var cut = alone
      Samples.copy(sample, of: batch, to: 0, of: &cut)
      #expect(cut == alone)
    }
  }

  private static func row(_ row: Int, of x: Tensor) -> Tensor {
    let width = x.shape[1]
    return Tensor([1, width], scalars: Array(x.scalars[row * width..<(row + 1) * width]))
  }

  private static func product(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    (0..<m).flatMap { row in
      (0..<n).map { column in
        (0..<k).reduce(0) { $0 + a[row * k + $1] * b[$1 * n + column] }
      }
    }
  }

  private static func inner(_ a: Tensor, _ b: Tensor, _ sample: Int) -> Double {
    var (left, right) = (
      Tensor(zeros: [a.shape[0], a.shape[1], 1, a.shape[3]]),
      Tensor(zeros: [b.shape[0], b.shape[1], 1, b.shape[3]])
    )
    Samples.copy(sample, of: a, to: 0, of: &left)
    Samples.copy(sample, of: b, to: 0, of: &right)
    return zip(doubles(left), doubles(right)).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
