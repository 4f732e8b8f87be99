import Autodiff
import Glibc
import Kernels
import Tensor

/// The slow, obvious way: every primitive in `Double`, with plain loops that leave padding out tap by tap.
public struct Oracle: Sendable {
  public let tape: Tape
  public var parameters: [[Double]]

  public init(_ tape: Tape, parameters: [[Double]]) {
    self.tape = tape
    self.parameters = parameters
  }

  public init(_ tape: Tape, parameters: [Tensor]) {
    self.init(tape, parameters: parameters.map { $0.scalars.map(Double.init) })
  }

  /// The outputs `[1, 1, n, k]` of a batch, row-major.
  public func outputs(_ input: [Double], samples: Int) -> [Double] {
    let values = values(input, samples: samples)
    return values[values.count - 1]
  }

  /// The value of every operation of the tape.
  public func values(_ input: [Double], samples: Int) -> [[Double]] {
    var values: [[Double]] = []
    for node in tape.nodes {
      let parameter = node.parameter.map { parameters[$0] } ?? []
      values.append(
        value(
          node, operands: node.inputs.map { values[$0] }, shapes: node.inputs.map { tape.nodes[$0].shape },
          parameter: parameter, input: input, samples: samples))
    }
    return values
  }

  private func value(
    _ node: Tape.Node, operands: [[Double]], shapes: [SampleShape], parameter: [Double], input: [Double],
    samples n: Int
  ) -> [Double] {
    switch node.primitive {
    case .input: return input
    case .linear(let inputs, let outputs):
      return (0..<operands[0].count / inputs).flatMap { row in
        (0..<outputs).map { m in
          (0..<inputs).reduce(0) { $0 + operands[0][row * inputs + $1] * parameter[$1 * outputs + m] }
        }
      }
    case .power(let inputs, let outputs, let degree):
      return (0..<operands[0].count / inputs).flatMap { row in
        (0..<outputs).map { m in
          (0..<inputs).reduce(0) {
            $0 + operands[0][row * inputs + $1] * pow(parameter[$1 * outputs + m], degree)
          }
        }
      }
    case .convolution(let convolution): return convolve(operands[0], parameter, convolution.geometry, n)
    case .bias(let channels):
      return operands[0].enumerated().map { $0.element + parameter[$0.offset % channels] }
    case .relu: return operands[0].map { max($0, 0) }
    case .tanh: return operands[0].map { Glibc.tanh($0) }
    case .multiply(let factor): return operands[0].map { Double(factor) * $0 }
    case .maxPool(let pooling): return pool(operands[0], pooling, shapes[0].channels, n) { $0.max() ?? 0 }
    case .averagePool(let pooling):
      return pool(operands[0], pooling, shapes[0].channels, n) {
        $0.reduce(0, +) / Double(pooling.kernel * pooling.kernel)
      }
    case .add: return zip(operands[0], operands[1]).map(+)
    case .standardize(let channels):
      return operands[0].enumerated().map { place, x in
        let c = place % channels
        return (x - parameter[c]) / (parameter[channels + c] + Normalization.epsilon).squareRoot()
      }
    case .scale(let channels):
      return operands[0].enumerated().map { $0.element * parameter[$0.offset % channels] }
    case .groupNormalize(let normalization):
      var out = operands[0]
      for group in Oracle.groups(normalization, shapes[0], n) {
        let (mean, deviation) = Oracle.moments(group.map { operands[0][$0] })
        for i in group { out[i] = (operands[0][i] - mean) / deviation }
      }
      return out
    case .flatten:
      let s = shapes[0]
      return (0..<n).flatMap { sample in
        (0..<s.channels).flatMap { c in
          (0..<s.height * s.width).map { operands[0][($0 * n + sample) * s.channels + c] }
        }
      }
    }
  }

  /// For each sample and group of channels the places of its elements.
  static func groups(_ normalization: GroupNormalization, _ shape: SampleShape, _ n: Int) -> [[Int]] {
    let width = shape.channels / normalization.groups
    return (0..<n).flatMap { sample in
      (0..<normalization.groups).map { group in
        (0..<shape.height * shape.width).flatMap { pixel in
          (0..<width).map { (pixel * n + sample) * shape.channels + group * width + $0 }
        }
      }
    }
  }

  static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return (mean, (variance + Normalization.epsilon).squareRoot())
  }

  private func convolve(_ x: [Double], _ w: [Double], _ g: ConvolutionGeometry, _ n: Int) -> [Double] {
    var out = [Double](repeating: 0, count: g.outputHeight * g.outputWidth * n * g.outputChannels)
    for oy in 0..<g.outputHeight {
      for ox in 0..<g.outputWidth {
        for ky in 0..<g.kernelHeight {
          for kx in 0..<g.kernelWidth {
            let (iy, ix) = (oy * g.stride + ky - g.padding, ox * g.stride + kx - g.padding)
            if iy < 0 || ix < 0 || iy >= g.inputHeight || ix >= g.inputWidth { continue }
            for sample in 0..<n {
              for c in 0..<g.inputChannels {
                let value = x[((iy * g.inputWidth + ix) * n + sample) * g.inputChannels + c]
                for m in 0..<g.outputChannels {
                  out[((oy * g.outputWidth + ox) * n + sample) * g.outputChannels + m] +=
                    value * w[((ky * g.kernelWidth + kx) * g.inputChannels + c) * g.outputChannels + m]
                }
              }
            }
          }
        }
      }
    }
    return out
  }

  private func pool(
    _ x: [Double], _ p: Pooling, _ channels: Int, _ n: Int, _ body: ([Double]) -> Double
  ) -> [Double] {
    var out: [Double] = []
    for oy in 0..<p.outputHeight {
      for ox in 0..<p.outputWidth {
        for place in 0..<n * channels {
          var window: [Double] = []
          for ky in 0..<p.kernel {
            for kx in 0..<p.kernel {
              let (iy, ix) = (oy * p.stride + ky - p.padding, ox * p.stride + kx - p.padding)
              if iy < 0 || ix < 0 || iy >= p.inputHeight || ix >= p.inputWidth { continue }
              window.append(x[(iy * p.inputWidth + ix) * n * channels + place])
            }
          }
          out.append(body(window))
        }
      }
    }
    return out
  }
}
