import Kernels
import Tensor
import TestSupport
import Testing

/// Normalization by channel with every set of instructions: the bits of plain loops.
@Suite struct NormalizationTests {
  private static let shapes: [Shape] = [[3, 2, 5, 37], [1, 1, 1, 1], [4, 4, 3, 64], [1, 2, 7, 130]]

  private func statistics(_ channels: Int) -> Tensor {
    var result = noise([2, channels], 5)
    for c in 0..<channels { result[flat: channels + c] = abs(result[flat: channels + c]) + 0.1 }
    return result
  }

  /// Σ over rows of a function of the flat place, for each channel, in the order of the rows.
  private func sums(_ shape: Shape, _ body: (Int) -> Double) -> [Double] {
    let channels = shape[3]
    var result = [Double](repeating: 0, count: channels)
    for place in 0..<shape.count { result[place % channels] += body(place) }
    return result
  }

  @Test(arguments: shapes, InstructionsTests.available)
  func statisticsOfABatch(_ shape: Shape, _ instructions: Instructions) {
    let (x, channels) = (noise(shape, 1), shape[3])
    let rows = Double(shape.count / channels)
    let means = sums(shape) { Double(x[flat: $0]) }.map { $0 / rows }
    let squares = sums(shape) {
      let deviation = Double(x[flat: $0]) - means[$0 % channels]
      return deviation * deviation
    }
    var out = Tensor(uninitialized: [2, channels])
    ChannelMoments.joined([ChannelMoments(of: x, instructions: instructions)]).write(to: &out)
    #expect(out.scalars == means.map { Float($0) } + squares.map { Float($0 / rows) })
  }

  @Test(arguments: shapes, InstructionsTests.available)
  func gradientsThroughTheStatistics(_ shape: Shape, _ instructions: Instructions) {
    let (d, y, channels) = (noise(shape, 1), noise(shape, 2), shape[3])
    let rows = Double(shape.count / channels)
    let statistics = statistics(channels)
    let roots = (0..<channels).map {
      Float(1 / (Double(statistics[flat: channels + $0]) + Normalization.epsilon).squareRoot())
    }
    let gamma = noise([channels], 4)
    let means = zip(sums(shape) { Double(d[flat: $0]) }, gamma.scalars).map { Float($0 * Double($1) / rows) }
    let projections = zip(sums(shape) { Double(d[flat: $0]) * Double(y[flat: $0]) }, gamma.scalars)
      .map { Float($0 * Double($1) / rows) }
    let expected = (0..<shape.count).map { place in
      let c = place % channels
      return (d[flat: place] * gamma[flat: c] - means[c] - y[flat: place] * projections[c]) * roots[c]
    }
    var out = d
    ChannelChain(statistics: statistics, scale: gamma)
      .takeBackThroughBatch(&out, standardized: y, instructions: instructions)
    #expect(out.scalars == expected)
  }

  @Test(arguments: shapes, InstructionsTests.available)
  func scalesAndTheirGradients(_ shape: Shape, _ instructions: Instructions) {
    let (x, d, channels, samples) = (noise(shape, 1), noise(shape, 2), shape[3], shape[2])
    let (gamma, statistics) = (noise([channels], 3), statistics(channels))
    var out = Tensor(uninitialized: shape)
    Normalization.scale(x, by: gamma, into: &out, instructions: instructions)
    #expect(out.scalars == (0..<shape.count).map { x[flat: $0] * gamma[flat: $0 % channels] })
    out = d
    Normalization.scale(x, by: gamma, into: &out, accumulating: true, instructions: instructions)
    #expect(
      out.scalars == (0..<shape.count).map { d[flat: $0] + x[flat: $0] * gamma[flat: $0 % channels] })
    Normalization.standardize(x, statistics, into: &out, instructions: instructions)
    for place in 0..<shape.count {
      let c = place % channels
      let root = Float(1 / (Double(statistics[flat: channels + c]) + Normalization.epsilon).squareRoot())
      #expect(out[flat: place] == (x[flat: place] - statistics[flat: c]) * root)
    }
    var ofScale = Tensor(uninitialized: [channels])
    Normalization.scaleGradient(x, d, into: &ofScale, instructions: instructions)
    #expect(ofScale.scalars == sums(shape) { Double(x[flat: $0]) * Double(d[flat: $0]) }.map { Float($0) })
    let sample = samples - 1
    Normalization.scaleGradient(x, d, sample: sample, into: &ofScale, instructions: instructions)
    let own = sums(shape) {
      $0 / channels % samples == sample ? Double(x[flat: $0]) * Double(d[flat: $0]) : 0
    }
    #expect(ofScale.scalars == own.map { Float($0) })
  }
}
