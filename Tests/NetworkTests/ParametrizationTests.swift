import Kernels
import Network
import Random
import Tensor
import TestSupport
import Testing

@Suite struct ParametrizationTests {
  private let workers = Workers(count: 1)

  private func network(_ width: Int, _ parametrization: Parametrization) throws -> Network {
    try Model(.mlp(widths: [width, width]), parametrization: parametrization)
      .network(input: .init(channels: 9), outputs: 1)
  }

  /// The mean square of outputs at x = (1, …, 1): about 1 under ntk times the mean squares of two ReLU, falling like 1/width
  /// under mup.
  @Test func outputsScaleWithTheWidthAsTheyShould() throws {
    func meanSquare(_ width: Int, _ parametrization: Parametrization) throws -> Double {
      let network = try network(width, parametrization)
      let outputs = (0..<60).map { seed in
        Oracle(network.tape, parameters: network.initialWeights(seed: Seed(UInt64(seed)), workers: workers))
          .outputs([Double](repeating: 1, count: 9), samples: 1)[0]
      }
      return outputs.reduce(0) { $0 + $1 * $1 } / 60
    }
    let (narrow, wide) = (try meanSquare(16, .ntk), try meanSquare(64, .ntk))
    #expect(narrow > 0.1 && narrow < 0.5 && wide > 0.1 && wide < 0.5)
    let ratio = try meanSquare(16, .mup) / meanSquare(64, .mup)
    #expect(ratio > 1.8 && ratio < 9)
  }

  @Test func ntkWeightsAreStandardNormalAndBiasesZero() throws {
    let network = try network(64, .ntk)
    let weights = network.initialWeights(seed: Seed(1), workers: workers)
    for (parameter, weight) in zip(network.parameters, weights) {
      if parameter.kind == .bias {
        #expect(weight.scalars.allSatisfy { $0 == 0 })
      } else if weight.count > 500 {
        let square = weight.scalars.reduce(0) { $0 + Double($1) * Double($1) } / Double(weight.count)
        #expect(abs(square - 1) < 0.15)
      }
    }
    #expect(network.parameters.map(\.name) == (try self.network(64, .standard)).parameters.map(\.name))
  }

  @Test func withoutActivationTheNetworkIsLinear() throws {
    let network = try Model(.mlp(widths: [3]), bias: false, activation: .none)
      .network(input: .init(channels: 2), outputs: 1)
    let oracle = Oracle(network.tape, parameters: network.initialWeights(seed: Seed(1), workers: workers))
    let f = oracle.outputs([1, 0, 0, 1, 2, -3], samples: 3)
    #expect(abs(2 * f[0] - 3 * f[1] - f[2]) < 1e-12)
  }

  @Test func theGateIsClosedOnOneSide() throws {
    let network = try Model(.gate, bias: false).network(input: .init(channels: 2), outputs: 1)
    let oracle = Oracle(network.tape, parameters: network.initialWeights(seed: Seed(1), workers: workers))
    let f = oracle.outputs([1, 2, -1, -2], samples: 2)
    #expect(f.contains(0) && f.contains { $0 > 0 })
  }
}
