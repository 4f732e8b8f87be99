import Autodiff
import Kernels
import Tensor
import TestSupport
import Testing

/// Batch normalisation in training, where the statistics are those of the batch: against plain `Double` code.
@Suite struct BatchStatisticsTests {
  private static let (height, width, samples, channels) = (3, 2, 5, 4)

  /// linear → standardize → scale.
  private static let tape: Tape = {
    var tape = Tape(input: SampleShape(height: height, width: width, channels: 3))
    let x = tape.record(
      .standardize(channels: channels), tape.record(.linear(inputs: 3, outputs: channels), 0))
    _ = tape.record(.scale(channels: channels), x)
    return tape
  }()

  private let test = TapeCase.all[0]
  private var input: Tensor { test.draw(Self.tape.input.batch(of: Self.samples), "input of a batch") }
  private var parameters: [Tensor] {
    Self.tape.parameterShapes.enumerated().map { test.draw($0.element, "parameter of a batch \($0.offset)") }
  }

  /// The outputs for other weights of the linear layer and other scales.
  private func outputs(_ x: [Double], _ w: [Double], _ gamma: [Double]) -> [Double] {
    let channels = Self.channels
    var z: [Double] = []
    for row in 0..<x.count / 3 {
      for m in 0..<channels {
        var sum = 0.0
        for k in 0..<3 { sum += x[row * 3 + k] * w[k * channels + m] }
        z.append(sum)
      }
    }
    var y = z
    for c in 0..<channels {
      let column: [Double] = stride(from: c, to: z.count, by: channels).map { z[$0] }
      let mean: Double = column.reduce(0, +) / Double(column.count)
      let squares: [Double] = column.map { ($0 - mean) * ($0 - mean) }
      let variance: Double = squares.reduce(0, +) / Double(column.count)
      for i in stride(from: c, to: z.count, by: channels) {
        y[i] = gamma[c] * (z[i] - mean) / (variance + 1e-5).squareRoot()
      }
    }
    return y
  }

  @Test func valueAndGradientsGoThroughTheStatisticsOfTheBatch() throws {
    var (activations, backward) = (Activations(), Gradients())
    let (tape, parameters, input) = (Self.tape, parameters, input)
    tape.evaluate(parameters, input, for: .training, into: &activations)
    let x = input.scalars.map(Double.init)
    let w = parameters[0].scalars.map(Double.init)
    let gamma = parameters[2].scalars.map(Double.init)
    let shape = tape.output.batch(of: Self.samples)
    expectClose(activations.output, outputs(x, w, gamma), shape: shape, tolerance: 2e-6)
    let d = test.draw(shape, "weights of the loss")
    tape.backpropagate(parameters, activations, outputGradient: d, into: &backward)
    func loss(_ w: [Double], _ gamma: [Double]) -> Double {
      let products: [Double] = zip(outputs(x, w, gamma), d.scalars).map { $0 * Double($1) }
      return products.reduce(0, +)
    }
    let h = 1e-6
    let expected = w.indices.map { i in
      var (up, down) = (w, w)
      up[i] += h
      down[i] -= h
      return (loss(up, gamma) - loss(down, gamma)) / (2 * h)
    }
    var found = Tensor(zeros: parameters[0].shape)
    tape.parameterGradient(0, of: parameters, activations, backward, into: &found)
    expectClose(found, expected, shape: found.shape, tolerance: 5e-6)
    let scales = gamma.indices.map { i in
      var (up, down) = (gamma, gamma)
      up[i] += h
      down[i] -= h
      return (loss(w, up) - loss(w, down)) / (2 * h)
    }
    var scale = Tensor(zeros: parameters[2].shape)
    tape.parameterGradient(2, of: parameters, activations, backward, into: &scale)
    expectClose(scale, scales, shape: scale.shape, tolerance: 5e-6)
  }

  @Test func theStatisticsOfTheBatchAreReportedAndNotKept() throws {
    var activations = Activations()
    Self.tape.evaluate(parameters, input, for: .training, into: &activations)
    let statistics = try #require(activations.statistics[2])
    let z = activations.values[1].scalars.map(Double.init)
    let column = stride(from: 1, to: z.count, by: Self.channels).map { z[$0] }
    let mean = column.reduce(0, +) / Double(column.count)
    #expect(abs(Double(statistics[flat: 1]) - mean) < 1e-6)
    // A pass that is no training has none.
    Self.tape.evaluate(parameters.map { Tensor($0.shape, repeating: 1) }, input, into: &activations)
    #expect(activations.statistics.isEmpty)
  }
}
