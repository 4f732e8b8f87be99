import Autodiff
import Kernels
import Network
import Random
import Tensor
import Testing

@Suite struct WeightTests {
  static let models = [
    Model(.linear), Model(.mlp(widths: [7, 5])), Model(.cnn(channels: [4, 6])), Model(.resnet18(width: 4)),
  ]
  static let input = SampleShape(height: 8, width: 8, channels: 3)

  @Test(arguments: models)
  func exportThenImportIsTheIdentity(_ model: Model) throws {
    let network = try model.network(input: Self.input, outputs: 3)
    let weights = network.initialWeights(seed: Seed(1), workers: Workers(count: 1))
    let exported = network.exported(weights)
    #expect(try network.imported(exported) == weights)
    #expect(try network.imported(exported.reversed()) == weights, "the order in the file does not matter")
    let again = network.exported(try network.imported(exported))
    #expect(again.map(\.name) == exported.map(\.name) && again.map(\.tensor) == exported.map(\.tensor))
  }

  /// Entry (o, i) of PyTorch's linear weights and (o, i, y, x) of its convolutions, place by place.
  @Test func exportedLayoutsArePyTorchs() throws {
    let network = try Model(.cnn(channels: [2])).network(
      input: SampleShape(height: 2, width: 2, channels: 3), outputs: 4)
    let weights = network.tape.parameterShapes.map {
      Tensor($0, scalars: (0..<$0.count).map(Float.init))
    }
    let exported = network.exported(weights)
    #expect(exported.map(\.name) == ["0.weight", "0.bias", "4.weight", "4.bias"])
    #expect(exported.map(\.tensor.shape) == [[2, 3, 3, 3], [2], [4, 2], [4]])
    for o in 0..<2 {
      for i in 0..<3 {
        for tap in 0..<9 {
          #expect(exported[0].tensor[flat: (o * 3 + i) * 9 + tap] == Float((tap * 3 + i) * 2 + o))
        }
      }
    }
    for o in 0..<4 { for i in 0..<2 { #expect(exported[2].tensor[flat: o * 2 + i] == Float(i * 4 + o)) } }
  }

  @Test func namesAreThoseOfAnNNSequential() throws {
    let mlp = try Model(.mlp(widths: [7, 5])).network(input: Self.input, outputs: 3)
    #expect(
      mlp.parameters.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"])
    let linear = try Model(.linear, bias: false).network(input: Self.input, outputs: 3)
    #expect(linear.parameters.map(\.name) == ["0.weight"])
    #expect(linear.outputBias == nil && mlp.outputBias == 5)
  }

  @Test func weightsOfAnotherNetworkAreRefusedByName() throws {
    let network = try Model(.mlp(widths: [5])).network(input: SampleShape(channels: 4), outputs: 3)
    let exported = network.exported(network.initialWeights(seed: Seed(1), workers: Workers(count: 1)))
    #expect(throws: NetworkError.missingWeight(name: "2.bias", shape: [3])) {
      try network.imported(exported.dropLast())
    }
    #expect(
      throws: NetworkError.unexpectedWeights(
        names: ["extra"], known: ["0.weight", "0.bias", "2.weight", "2.bias"])
    ) {
      try network.imported(exported + [(name: "extra", tensor: Tensor(zeros: [1]))])
    }
    // A transposed weight holds as many scalars and is refused all the same.
    var transposed = exported
    transposed[0].tensor = transposed[0].tensor.permuted([1, 0])
    #expect(throws: NetworkError.wrongWeightShape(name: "0.weight", expected: [5, 4], found: [4, 5])) {
      try network.imported(transposed)
    }
    #expect(throws: NetworkError.missingWeight(name: "0.weight", shape: [5, 4])) { try network.imported([]) }
  }

  @Test(arguments: [Float.nan, .infinity])
  func weightsOfADivergedNetworkAreRefused(_ value: Float) throws {
    let network = try Model(.mlp(widths: [5])).network(input: SampleShape(channels: 4), outputs: 3)
    var exported = network.exported(network.initialWeights(seed: Seed(1), workers: Workers(count: 1)))
    exported[2].tensor[flat: 7] = value
    #expect(throws: NetworkError.notFiniteWeight(name: "2.weight")) { try network.imported(exported) }
  }

  @Test(arguments: [
    (
      NetworkError.missingWeight(name: "fc.bias", shape: [3]),
      "the file has no weight 'fc.bias' ([3]): it was saved from another network"
    ),
    (
      .wrongWeightShape(name: "0.weight", expected: [5, 4], found: [4, 5]),
      "weight '0.weight' is [4, 5] in the file and [5, 4] in the network"
    ),
    (
      .notFiniteWeight(name: "0.weight"),
      "weight '0.weight' holds NaN or infinity: the network had diverged when it was saved; take an earlier file"
    ),
    (
      .unexpectedWeights(names: (1...7).map { "w\($0)" }, known: ["a", "b", "c", "d"]),
      "the file has weights that this network does not: w1, w2, w3, w4, w5 and 2 more; the network has a, b, c, …"
    ),
  ])
  func refusalsSayWhatIsWrong(_ error: NetworkError, _ sentence: String) {
    #expect(error.description == sentence)
  }
}
