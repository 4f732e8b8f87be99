import Autodiff
import Glibc
import Kernels
import Tensor

extension Oracle {
  /// The gradient at every parameter of Σ outputGradient · outputs, by plain reverse mode over `values`.
  public func gradients(_ values: [[Double]], outputGradient: [Double], samples: Int) -> [[Double]] {
    var atParameters = parameters.map { [Double](repeating: 0, count: $0.count) }
    var atValues = values.map { [Double](repeating: 0, count: $0.count) }
    atValues[values.count - 1] = outputGradient
    for index in tape.nodes.indices.reversed() {
      let node = tape.nodes[index]
      let d = atValues[index]
      for (place, operand) in node.inputs.enumerated() where tape.nodes[operand].needsGradient {
        let part = inputGradient(node, operand: place, d, values, samples)
        for i in part.indices { atValues[operand][i] += part[i] }
      }
      if let parameter = node.parameter {
        atParameters[parameter] = parameterGradient(
          node, d, x: values[node.inputs[0]], w: parameters[parameter], samples)
      }
    }
    return atParameters
  }

  private func parameterGradient(
    _ node: Tape.Node, _ d: [Double], x: [Double], w: [Double], _ samples: Int
  ) -> [Double] {
    switch node.primitive {
    case .power(let inputs, let outputs, let degree):
      var out = [Double](repeating: 0, count: inputs * outputs)
      for row in 0..<x.count / inputs {
        for i in 0..<inputs {
          for m in 0..<outputs {
            let place = i * outputs + m
            out[place] += x[row * inputs + i] * d[row * outputs + m] * degree * pow(w[place], degree - 1)
          }
        }
      }
      return out
    case .linear(let inputs, let outputs):
      var out = [Double](repeating: 0, count: inputs * outputs)
      for row in 0..<x.count / inputs {
        for i in 0..<inputs {
          for m in 0..<outputs { out[i * outputs + m] += x[row * inputs + i] * d[row * outputs + m] }
        }
      }
      return out
    case .convolution(let convolution):
      let g = convolution.geometry
      let (inputs, outputs) = (g.inputChannels, g.outputChannels)
      var out = [Double](repeating: 0, count: g.taps * inputs * outputs)
      forEachContact(g, samples) { input, output, tap in
        for c in 0..<inputs {
          let (value, to) = (x[input * inputs + c], (tap * inputs + c) * outputs)
          for m in 0..<outputs { out[to + m] += value * d[output * outputs + m] }
        }
      }
      return out
    case .bias(let channels):
      var out = [Double](repeating: 0, count: channels)
      for i in d.indices { out[i % channels] += d[i] }
      return out
    case .scale(let channels):
      var out = [Double](repeating: 0, count: channels)
      for i in d.indices { out[i % channels] += x[i] * d[i] }
      return out
    case .input, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .groupNormalize,
      .flatten:
      return []
    }
  }

  private func inputGradient(
    _ node: Tape.Node, operand: Int, _ d: [Double], _ values: [[Double]], _ samples: Int
  ) -> [Double] {
    let x = values[node.inputs[operand]]
    let shape = tape.nodes[node.inputs[operand]].shape
    let w = node.parameter.map { parameters[$0] } ?? []
    var out = [Double](repeating: 0, count: x.count)
    switch node.primitive {
    case .input: break
    case .bias, .add: return d
    case .relu: return zip(d, x).map { $1 > 0 ? $0 : 0 }
    case .scale(let channels): return d.enumerated().map { $0.element * w[$0.offset % channels] }
    case .standardize(let channels):
      return d.enumerated().map { place, d in
        d / (w[channels + place % channels] + Normalization.epsilon).squareRoot()
      }
    case .groupNormalize(let normalization):
      // Row by row of the Jacobian: ∂y_i/∂x_j = (δ_ij − 1/n − y_i y_j/n)/deviation.
      for group in Oracle.groups(normalization, shape, samples) {
        let (mean, deviation) = Oracle.moments(group.map { x[$0] })
        let n = Double(group.count)
        for j in group {
          let yj = (x[j] - mean) / deviation
          for i in group {
            let yi = (x[i] - mean) / deviation
            out[j] += d[i] * ((i == j ? 1 : 0) - 1 / n - yi * yj / n) / deviation
          }
        }
      }
    case .tanh: return zip(d, x).map { $0 / (cosh($1) * cosh($1)) }
    case .multiply(let factor): return d.map { Double(factor) * $0 }
    case .linear(let inputs, let outputs):
      for row in 0..<x.count / inputs {
        for i in 0..<inputs {
          for m in 0..<outputs { out[row * inputs + i] += d[row * outputs + m] * w[i * outputs + m] }
        }
      }
    case .power(let inputs, let outputs, let degree):
      for row in 0..<x.count / inputs {
        for i in 0..<inputs {
          for m in 0..<outputs {
            out[row * inputs + i] += d[row * outputs + m] * pow(w[i * outputs + m], degree)
          }
        }
      }
    case .convolution(let convolution):
      let g = convolution.geometry
      let (inputs, outputs) = (g.inputChannels, g.outputChannels)
      forEachContact(g, samples) { input, output, tap in
        for c in 0..<inputs {
          let from = (tap * inputs + c) * outputs
          var sum = 0.0
          for m in 0..<outputs { sum += d[output * outputs + m] * w[from + m] }
          out[input * inputs + c] += sum
        }
      }
    case .maxPool(let pooling):
      let size = samples * shape.channels
      forEachWindow(pooling) { output, inputs in
        for i in 0..<size {
          let largest = inputs.map { x[$0 * size + i] }.max()
          if let first = inputs.first(where: { x[$0 * size + i] == largest }) {
            out[first * size + i] += d[output * size + i]
          }
        }
      }
    case .averagePool(let pooling):
      let size = samples * shape.channels
      forEachWindow(pooling) { output, inputs in
        for input in inputs {
          for i in 0..<size {
            out[input * size + i] += d[output * size + i] / Double(pooling.kernel * pooling.kernel)
          }
        }
      }
    case .flatten:
      for n in 0..<samples {
        for c in 0..<shape.channels {
          for pixel in 0..<shape.height * shape.width {
            out[(pixel * samples + n) * shape.channels + c] =
              d[(n * shape.channels + c) * shape.height * shape.width + pixel]
          }
        }
      }
    }
    return out
  }

  /// Calls `body` for every (input row, output row, tap) that meet; a row is one sample at one pixel.
  private func forEachContact(
    _ g: ConvolutionGeometry, _ samples: Int, _ body: (_ input: Int, _ output: Int, _ tap: Int) -> Void
  ) {
    for oy in 0..<g.outputHeight {
      for ox in 0..<g.outputWidth {
        for ky in 0..<g.kernelHeight {
          for kx in 0..<g.kernelWidth {
            let (iy, ix) = (oy * g.stride + ky - g.padding, ox * g.stride + kx - g.padding)
            if iy < 0 || ix < 0 || iy >= g.inputHeight || ix >= g.inputWidth { continue }
            for n in 0..<samples {
              body(
                (iy * g.inputWidth + ix) * samples + n, (oy * g.outputWidth + ox) * samples + n,
                ky * g.kernelWidth + kx)
            }
          }
        }
      }
    }
  }

  /// Calls `body(outputPixel, inputPixels)` for every window, padding left out.
  private func forEachWindow(_ p: Pooling, _ body: (_ output: Int, _ inputs: [Int]) -> Void) {
    for oy in 0..<p.outputHeight {
      for ox in 0..<p.outputWidth {
        var inputs: [Int] = []
        for ky in 0..<p.kernel {
          for kx in 0..<p.kernel {
            let (iy, ix) = (oy * p.stride + ky - p.padding, ox * p.stride + kx - p.padding)
            if iy < 0 || ix < 0 || iy >= p.inputHeight || ix >= p.inputWidth { continue }
            inputs.append(iy * p.inputWidth + ix)
          }
        }
        body(oy * p.outputWidth + ox, inputs)
      }
    }
  }
}
