import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tensor
import TestSupport
import Testing

@Suite struct TangentKernelTests {
  private let workers = Workers(count: 1)

  private func data(_ count: Int) throws -> Dataset {
    try Dataset.regression(.singleIndex, count: count, dimensions: 3, seed: Seed(4))
  }

  /// K from gradients by central differences of the Double oracle.
  @Test(arguments: [Activation.relu, .tanh])
  func theKernelIsThatOfGradientsByDifferences(_ activation: Activation) throws {
    let data = try data(4)
    let model = Model(.mlp(widths: [5]), activation: activation, parametrization: .ntk)
    let network = try model.network(input: data.input, outputs: 1)
    let weights = network.initialWeights(seed: Seed(3), workers: workers)
    let kernel = try TangentKernel(network: network, weights: weights, points: data)
    let oracle = Oracle(network.tape, parameters: weights)
    let inputs = data.samples.scalars.map(Double.init)
    let gradients = (0..<4).map { point -> [Double] in
      oracle.parameters.indices.flatMap { parameter in
        oracle.parameters[parameter].indices.map { i in
          func output(_ shift: Double) -> Double {
            var moved = oracle
            moved.parameters[parameter][i] += shift
            return moved.outputs(Array(inputs[point * 3..<(point + 1) * 3]), samples: 1)[0]
          }
          return (output(1e-6) - output(-1e-6)) / 2e-6
        }
      }
    }
    for a in 0..<4 {
      for b in 0..<4 {
        let expected = zip(gradients[a], gradients[b]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(kernel.values[a * 4 + b] - expected) < 1e-5 * max(1, abs(expected)))
      }
    }
    #expect(kernel.drift(from: kernel) == 0)
  }

  @Test func severalOutputsAddUp() throws {
    let mixture = try Dataset.mixture(
      classes: 3, perClass: 2, dimensions: 2, separation: 1, noise: 1, seed: Seed(1))
    let network = try Model(.linear, bias: false).network(input: mixture.input, outputs: 3)
    let weights = network.initialWeights(seed: Seed(3), workers: workers)
    let kernel = try TangentKernel(network: network, weights: weights, points: mixture)
    let x = mixture.samples.scalars.map(Double.init)
    // Three outputs, each with the gradient x.
    #expect(abs(kernel.values[1] - 3 * (x[0] * x[2] + x[1] * x[3])) < 1e-5)
  }

  /// ⟨K, YYᵀ⟩ / (‖K‖ ‖YYᵀ‖) written out, and its value where it is known.
  @Test func alignmentIsThatOfTheLabels() throws {
    let mixture = try Dataset.mixture(
      classes: 2, perClass: 3, dimensions: 4, separation: 2, noise: 1, seed: Seed(1))
    let network = try Model(.linear, bias: false).network(input: mixture.input, outputs: 2)
    let weights = network.initialWeights(seed: Seed(3), workers: workers)
    let kernel = try TangentKernel(network: network, weights: weights, points: mixture)
    // Two classes: labels ±1.
    let y = mixture.labels.map { $0 == 0 ? 1.0 : -1 }
    var product = 0.0
    for i in 0..<6 { for j in 0..<6 { product += kernel.values[i * 6 + j] * y[i] * y[j] } }
    let norm = kernel.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs((kernel.alignment(.labels, with: mixture) ?? 0) - product / (norm * 6)) < 1e-12)
    // A linear kernel on one point a class, at right angles: ⟨I, YYᵀ⟩ / (√C ‖YYᵀ‖) = √((C − 1)/C).
    let axes = Dataset(
      name: "axes", samples: Tensor([3, 1, 1, 3], scalars: [1, 0, 0, 0, 1, 0, 0, 0, 1]), labels: [0, 1, 2],
      classNames: ["a", "b", "c"], indices: [0, 1, 2], split: "train", digest: "", preparation: [])
    let plain = try Model(.linear, bias: false).network(input: axes.input, outputs: 3)
    let identity = try TangentKernel(
      network: plain, weights: plain.initialWeights(seed: Seed(1), workers: workers), points: axes)
    #expect(abs((identity.alignment(.labels, with: axes) ?? 0) - (2.0 / 3).squareRoot()) < 1e-12)
    #expect(identity.alignment(.plain, with: mixture) == nil)
  }

  /// The plain form counts the pairs of one class; the centered one is written out as HKH and HYYᵀH by products with
  /// H = I − 11ᵀ/n.
  @Test(arguments: [[3, 3, 3], [1, 2, 5]])
  func plainAndCenteredAlignmentAreThoseOfTheirDefinitions(sizes: [Int]) throws {
    let labels = sizes.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    let n = labels.count
    let samples = (0..<n * 4).map { Float(($0 * 7919) % 23) / 7 - 1 }
    let points = Dataset(
      name: "p", samples: Tensor([n, 1, 1, 4], scalars: samples), labels: labels,
      classNames: ["a", "b", "c"],
      indices: Array(0..<n), split: "train", digest: "", preparation: [])
    let network = try Model(.mlp(widths: [5])).network(input: points.input, outputs: 3)
    let kernel = try TangentKernel(
      network: network, weights: network.initialWeights(seed: Seed(4), workers: workers), points: points)
    let k = (0..<n).map { i in (0..<n).map { kernel.values[i * n + $0] } }
    let same = (0..<n).map { i in (0..<n).map { labels[i] == labels[$0] ? 1.0 : 0 } }
    func times(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
      (0..<n).map { i in (0..<n).map { j in (0..<n).reduce(0) { $0 + a[i][$1] * b[$1][j] } } }
    }
    func cosine(_ a: [[Double]], _ b: [[Double]]) -> Double {
      func dot(_ a: [[Double]], _ b: [[Double]]) -> Double {
        zip(a.joined(), b.joined()).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    let h = (0..<n).map { i in (0..<n).map { (i == $0 ? 1.0 : 0) - 1 / Double(n) } }
    func center(_ a: [[Double]]) -> [[Double]] { times(times(h, a), h) }
    let plain = try #require(kernel.alignment(.plain, with: points))
    let centered = try #require(kernel.alignment(.centered, with: points))
    #expect(abs(plain - cosine(k, same)) < 1e-12)
    #expect(abs(centered - cosine(center(k), center(same))) < 1e-12)
    // HYYᵀH is the same whether or not 1/C was taken from the labels, so that only HKH against K can tell them apart.
    let less = same.map { $0.map { $0 - 1.0 / 3 } }
    #expect(abs((kernel.alignment(.labels, with: points) ?? 0) - cosine(k, less)) < 1e-12)
    #expect(plain != centered)
  }

  @Test func alignmentOfARegressionIsThatOfItsTargets() throws {
    let data = try data(4)
    let network = try Model(.linear, bias: false).network(input: data.input, outputs: 1)
    let weights = network.initialWeights(seed: Seed(3), workers: workers)
    let kernel = try TangentKernel(network: network, weights: weights, points: data)
    let y = try #require(data.targets).scalars.map(Double.init)
    var (product, labels) = (0.0, 0.0)
    for i in 0..<4 {
      for j in 0..<4 {
        product += kernel.values[i * 4 + j] * y[i] * y[j]
        labels += y[i] * y[i] * y[j] * y[j]
      }
    }
    let norm = kernel.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(
      abs((kernel.alignment(.labels, with: data) ?? 0) - product / (norm * labels.squareRoot())) < 1e-12)
  }

  @Test func badPointsAreRefused() throws {
    let network = try Model(.linear).network(input: data(2).input, outputs: 1)
    let weights = network.initialWeights(seed: Seed(3), workers: workers)
    #expect(throws: ElasticityError.noSources) {
      try TangentKernel(network: network, weights: weights, points: data(2).subset(rows: []))
    }
    let other = try Dataset.regression(.sum, count: 2, dimensions: 5, seed: Seed(4))
    #expect(throws: ElasticityError.self) {
      try TangentKernel(network: network, weights: weights, points: other)
    }
  }
}
