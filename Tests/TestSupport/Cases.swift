import Autodiff
import Kernels
import Random
import Tensor

/// One small tape that exercises a primitive, with normally drawn parameters and input.
public struct TapeCase: Sendable, CustomStringConvertible {
  public let description: String
  public let tape: Tape
  public let samples: Int

  /// Normal scalars in the shape given, a function of the case and `what`.
  public func draw(_ shape: Shape, _ what: String, scale: Double = 1) -> Tensor {
    let stream = RandomStream(Seed(7), .data, object: description + what)
    return Tensor(shape, scalars: (0..<shape.count).map { Float(scale * stream.normal(at: UInt64($0))) })
  }

  public var parameters: [Tensor] {
    zip(tape.parameterShapes, tape.isStatistic).enumerated().map { place, entry in
      let drawn = draw(entry.0, "parameter\(place)", scale: 0.5)
      if case .power(_, _, let degree) = tape.nodes[tape.parameterNodes[place]].primitive,
        degree != degree.rounded()
      {
        // Such powers are of positive weights.
        return Tensor(drawn.shape, scalars: drawn.scalars.map { abs($0) + 0.5 })
      }
      guard entry.1 else { return drawn }
      // A variance is not negative.
      return Tensor(
        drawn.shape,
        scalars: drawn.scalars.enumerated().map {
          $0.offset < drawn.shape[1] ? $0.element : abs($0.element) + 0.1
        })
    }
  }

  public var input: Tensor { draw(tape.input.batch(of: samples), "input") }

  /// Every primitive at least once, with strides, padding, dead taps, odd sizes and patches gathered or not.
  public static let all: [TapeCase] = [
    make("linear", SampleShape(channels: 5), 4) { $0.record(.linear(inputs: 5, outputs: 3), 0) },
    make("linear on pixels", SampleShape(height: 2, width: 3, channels: 5), 3) {
      $0.record(.linear(inputs: 5, outputs: 2), 0)
    },
    make("squares of weights", SampleShape(channels: 5), 4) {
      $0.record(.power(inputs: 5, outputs: 3, degree: 2), 0)
    },
    make("cubes of weights after a layer", SampleShape(height: 2, width: 2, channels: 3), 3) {
      let x = $0.record(
        .power(inputs: 3, outputs: 4, degree: 3), $0.record(.linear(inputs: 3, outputs: 3), 0))
      return $0.record(.power(inputs: 4, outputs: 2, degree: 1), x)
    },
    make("broken powers of weights", SampleShape(channels: 4), 3) {
      $0.record(.power(inputs: 4, outputs: 2, degree: 2.5), 0)
    },
    make("bias", SampleShape(height: 2, width: 1, channels: 3), 4) { $0.record(.bias(channels: 3), 0) },
    make("convolution 3x3 of few channels", SampleShape(height: 5, width: 4, channels: 3), 3) {
      $0.record(convolution(5, 4, 3, 4, kernel: 3, padding: 1), 0)
    },
    make("convolution 3x3 of many channels", SampleShape(height: 4, width: 4, channels: 16), 3) {
      $0.record(convolution(4, 4, 16, 5, kernel: 3, padding: 1), 0)
    },
    make("convolution 3x3 stride 2", SampleShape(height: 5, width: 4, channels: 17), 2) {
      $0.record(convolution(5, 4, 17, 3, kernel: 3, stride: 2, padding: 1), 0)
    },
    make("convolution without padding", SampleShape(height: 5, width: 5, channels: 16), 2) {
      $0.record(convolution(5, 5, 16, 2, kernel: 3), 0)
    },
    make("convolution 1x1 stride 2", SampleShape(height: 4, width: 4, channels: 16), 2) {
      $0.record(convolution(4, 4, 16, 6, kernel: 1, stride: 2), 0)
    },
    make("convolution with dead taps", SampleShape(height: 1, width: 1, channels: 16), 3) {
      $0.record(convolution(1, 1, 16, 4, kernel: 3, padding: 1), 0)
    },
    make("stem 7x7 stride 2", SampleShape(height: 9, width: 9, channels: 3), 2) {
      $0.record(convolution(9, 9, 3, 4, kernel: 7, stride: 2, padding: 3), 0)
    },
    make("relu", SampleShape(height: 2, width: 2, channels: 4), 3) {
      $0.record(.relu, $0.record(.linear(inputs: 4, outputs: 4), 0))
    },
    make("tanh", SampleShape(height: 1, width: 2, channels: 4), 3) {
      $0.record(.tanh, $0.record(.linear(inputs: 4, outputs: 4), 0))
    },
    make("scale", SampleShape(height: 1, width: 1, channels: 4), 3) {
      $0.record(.tanh, $0.record(.multiply(0.3), $0.record(.linear(inputs: 4, outputs: 4), 0)))
    },
    make("max-pool 3x3 stride 2", SampleShape(height: 5, width: 6, channels: 2), 3) {
      $0.record(
        .maxPool(Pooling(inputHeight: 5, inputWidth: 6, kernel: 3, stride: 2, padding: 1)),
        $0.record(.linear(inputs: 2, outputs: 2), 0))
    },
    make("average-pool 2x2", SampleShape(height: 4, width: 5, channels: 2), 3) {
      $0.record(
        .averagePool(Pooling(inputHeight: 4, inputWidth: 5, kernel: 2, stride: 2)),
        $0.record(.linear(inputs: 2, outputs: 2), 0))
    },
    make("average-pool with padding", SampleShape(height: 3, width: 3, channels: 2), 2) {
      $0.record(
        .averagePool(Pooling(inputHeight: 3, inputWidth: 3, kernel: 3, stride: 1, padding: 1)),
        $0.record(.linear(inputs: 2, outputs: 2), 0))
    },
    make("residual add", SampleShape(height: 2, width: 2, channels: 16), 2) {
      let x = $0.record(.relu, $0.record(.linear(inputs: 16, outputs: 16), 0))
      let y = $0.record(convolution(2, 2, 16, 16, kernel: 3, padding: 1), x)
      return $0.record(.relu, $0.record(.add, y, x))
    },
    make("standardize and scale", SampleShape(height: 2, width: 3, channels: 4), 3) {
      let x = $0.record(.standardize(channels: 4), $0.record(.linear(inputs: 4, outputs: 4), 0))
      return $0.record(.bias(channels: 4), $0.record(.scale(channels: 4), x))
    },
    make("standardized input", SampleShape(height: 2, width: 1, channels: 3), 4) {
      $0.record(.scale(channels: 3), $0.record(.standardize(channels: 3), 0))
    },
    make("group norm", SampleShape(height: 2, width: 3, channels: 6), 3) {
      let x = $0.record(.linear(inputs: 6, outputs: 6), 0)
      let y = $0.record(.groupNormalize(GroupNormalization(groups: 2, channels: 6)), x)
      return $0.record(.relu, $0.record(.bias(channels: 6), $0.record(.scale(channels: 6), y)))
    },
    make("group norm beside a shortcut", SampleShape(height: 2, width: 2, channels: 16), 2) {
      let x = $0.record(.relu, $0.record(.linear(inputs: 16, outputs: 16), 0))
      let y = $0.record(convolution(2, 2, 16, 16, kernel: 3, padding: 1), x)
      let z = $0.record(.groupNormalize(GroupNormalization(groups: 16, channels: 16)), y)
      return $0.record(.add, z, x)
    },
    make("flatten", SampleShape(height: 2, width: 3, channels: 4), 3) {
      let x = $0.record(.linear(inputs: 4, outputs: 4), 0)
      return $0.record(.linear(inputs: 24, outputs: 2), $0.record(.flatten, x))
    },
  ]

  private static func make(
    _ name: String, _ input: SampleShape, _ samples: Int, _ record: (inout Tape) -> Int
  ) -> TapeCase {
    var tape = Tape(input: input)
    _ = record(&tape)
    return TapeCase(description: name, tape: tape, samples: samples)
  }

  private static func convolution(
    _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0
  ) -> Primitive {
    .convolution(
      Convolution(
        ConvolutionGeometry(
          inputHeight: height, inputWidth: width, inputChannels: inputs, outputChannels: outputs,
          kernel: kernel,
          stride: stride, padding: padding)))
  }
}
