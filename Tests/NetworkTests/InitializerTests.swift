import Autodiff
import Foundation
import Kernels
import Network
import Random
import Tensor
import Testing

@Suite struct InitializerTests {
  private func parameters(
    _ model: Model, seed: Seed = Seed(1), input: SampleShape = SampleShape(height: 32, width: 32, channels: 3)
  ) throws -> [(parameter: Parameter, scalars: [Double])] {
    let network = try model.network(input: input, outputs: 10)
    let weights = network.initialWeights(seed: seed, workers: Workers(count: 2))
    return zip(network.parameters, weights).map { ($0, $1.scalars.map(Double.init)) }
  }

  /// U(−1/√fanIn, 1/√fanIn): every scalar within, mean 0, variance bound²/3, for PyTorch's default of linear layers.
  @Test func defaultDrawsAreUniformInTheBoundOfTheirFan() throws {
    for (parameter, scalars) in try parameters(Model(.mlp(widths: [64, 100]))) {
      let bound = 1 / Double(parameter.fanIn).squareRoot()
      #expect(scalars.allSatisfy { abs($0) <= bound * (1 + 1e-6) }, "\(parameter.name)")
      if scalars.count >= 1000 {
        expectMoments(parameter.name, scalars, variance: bound * bound / 3, kurtosis: 1.8)
      }
    }
  }

  @Test func kaimingDrawsAreNormalWithFanOut() throws {
    for model in [
      Model(.mlp(widths: [64, 100]), initializer: .kaiming),
      Model(.cnn(channels: [16, 32]), initializer: .kaiming),
      Model(.resnet18(width: 16)),
    ] {
      for (parameter, scalars) in try parameters(model)
      where scalars.count >= 1000 && parameter.name != "fc.weight" {
        expectMoments(
          "\(model.name) \(parameter.name)", scalars, variance: 2 / Double(parameter.fanOut), kurtosis: 3)
      }
    }
  }

  @Test func theResNetsLastLayerIsUniform() throws {
    let all = try parameters(Model(.resnet18(width: 16)))
    for (parameter, scalars) in all.suffix(2) {
      #expect(parameter.name.hasPrefix("fc."))
      #expect(scalars.allSatisfy { abs($0) <= 1 / Double(128).squareRoot() })
      #expect(Set(scalars).count > scalars.count / 2)
    }
  }

  /// Fans as PyTorch counts them: channels times kernel.
  @Test func fansCountTheKernel() throws {
    let all = try parameters(Model(.cnn(channels: [4, 6])))
    let first = try #require(all.first { $0.parameter.name == "0.weight" }?.parameter)
    #expect(first.fanIn == 27 && first.fanOut == 36)
    let second = try #require(all.first { $0.parameter.name == "3.weight" }?.parameter)
    #expect(second.fanIn == 36 && second.fanOut == 54)
  }

  @Test func aSeedGivesTheSameBitsForAnyNumberOfWorkers() throws {
    let network = try Model(.resnet18(width: 16))
      .network(input: SampleShape(height: 32, width: 32, channels: 3), outputs: 3)
    let one = network.initialWeights(seed: Seed(4), workers: Workers(count: 1))
    #expect(network.initialWeights(seed: Seed(4), workers: Workers(count: 3)) == one)
    let other = network.initialWeights(seed: Seed(5), workers: Workers(count: 1))
    #expect(zip(one, other).allSatisfy { $0 != $1 })
    #expect(
      network.initialWeights(seed: Seed(9, overrides: [.initialization: 4]), workers: Workers(count: 1))
        == one)
    #expect(network.initialWeights(seed: Seed(4, overrides: [.order: 8]), workers: Workers(count: 1)) == one)
  }

  /// A draw belongs to a parameter's name, not to what was drawn before it.
  @Test func aParameterKeepsItsDrawWhenAnotherIsAdded() throws {
    let small = try parameters(Model(.mlp(widths: [20])))
    let large = try parameters(Model(.mlp(widths: [20, 20])))
    #expect(small[0].scalars == large[0].scalars && small[1].scalars == large[1].scalars)
  }

  @Test(arguments: [0.1, 3.0])
  func scaleMultipliesEveryParameter(_ scale: Double) throws {
    let plain = try parameters(Model(.mlp(widths: [20])))
    let scaled = try parameters(Model(.mlp(widths: [20]), scale: scale))
    for (p, s) in zip(plain, scaled) {
      for (a, b) in zip(p.scalars, s.scalars) { #expect(abs(b - scale * a) <= 1e-6 * abs(b)) }
    }
  }

  /// Mean, variance and kurtosis within five standard errors of their estimates.
  private func expectMoments(_ name: String, _ x: [Double], variance: Double, kurtosis: Double) {
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    let second = x.reduce(0) { $0 + $1 * $1 } / n
    let fourth = x.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
    #expect(abs(mean) < 5 * (variance / n).squareRoot(), "mean of \(name): \(mean)")
    #expect(
      abs(second / variance - 1) < 5 * ((kurtosis - 1) / n).squareRoot(), "variance of \(name): \(second)")
    #expect(abs(fourth / (second * second) / kurtosis - 1) < 5 * (24 / n).squareRoot(), "kurtosis of \(name)")
  }
}
