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
    #expect(throws: NetworkError.weightsDiffer(WeightMismatch(missing: [.init("2.bias", [3])]))) {
      try network.imported(exported.dropLast())
    }
    #expect(throws: NetworkError.weightsDiffer(WeightMismatch(unexpected: [.init("extra", [1])]))) {
      try network.imported(exported + [(name: "extra", tensor: Tensor(zeros: [1]))])
    }
    // A transposed weight holds as many scalars and is refused all the same.
    var transposed = exported
    transposed[0].tensor = transposed[0].tensor.permuted([1, 0])
    let misshapen = WeightMismatch(misshapen: [.init("0.weight", expected: [5, 4], found: [4, 5])])
    #expect(throws: NetworkError.weightsDiffer(misshapen)) { try network.imported(transposed) }
    let all = zip(["0.weight", "0.bias", "2.weight", "2.bias"], [[5, 4], [5], [3, 5], [3]] as [Shape])
    let missing = WeightMismatch(missing: all.map { .init($0, $1) })
    #expect(throws: NetworkError.weightsDiffer(missing)) { try network.imported([]) }
  }

  /// Everything that does not fit is told at once, and what does fit can be taken.
  @Test func withoutStrictnessWhatFitsIsTaken() throws {
    let network = try Model(.mlp(widths: [5])).network(input: SampleShape(channels: 4), outputs: 3)
    let drawn = network.initialWeights(seed: Seed(1), workers: Workers(count: 1))
    var exported = network.exported(network.initialWeights(seed: Seed(2), workers: Workers(count: 1)))
    let whole = try network.imported(exported)
    exported[2] = ("2.weight", Tensor(zeros: [7, 5]))
    exported[3] = ("head.bias", Tensor(zeros: [3]))
    let expected = WeightMismatch(
      missing: [.init("2.bias", [3])], unexpected: [.init("head.bias", [3])],
      misshapen: [.init("2.weight", expected: [3, 5], found: [7, 5])])
    #expect(throws: NetworkError.weightsDiffer(expected)) { try network.imported(exported) }
    let found = try network.imported(exported, into: drawn)
    #expect(found.mismatch == expected)
    #expect(found.weights == Array(whole[..<2] + drawn[2...]))
    #expect(throws: NetworkError.self) { try network.imported([("x", Tensor(zeros: [1]))], into: drawn) }
  }

  @Test(
    arguments: [
      ("module.* -> *", "module.conv1.weight", "conv1.weight"), ("module.*->*", "conv1.weight", nil),
      ("* -> net.*", "fc.bias", "net.fc.bias"), ("head.* ->", "head.bias", ""),
      ("layers.*.lin.* -> *.*", "layers.3.lin.bias", "3.bias"), ("a -> b", "a", "b"), ("a -> b", "aa", nil),
      ("*.gamma -> *.weight", "bn1.gamma", "bn1.weight"), ("*a*b -> *-*", "xaabb", "x-ab"),
    ] as [(String, String, String?)])
  func namesAreGivenAnew(_ rule: String, _ old: String, _ new: String?) throws {
    let tensors = WeightFile(
      SafetensorsFile(tensors: [(old, Tensor(zeros: [1]))]), renaming: [try WeightRenaming(rule)]
    ).tensors
    #expect(tensors.map(\.name) == (new == "" ? [] : [new ?? old]))
  }

  @Test func firstRuleThatFitsCounts() throws {
    let rules = try ["0.* -> a.*", "* -> b.*"].map { try WeightRenaming($0) }
    let file = SafetensorsFile(tensors: ["0.x", "1.x"].map { ($0, Tensor(zeros: [1])) })
    #expect(WeightFile(file, renaming: rules).tensors.map(\.name) == ["a.x", "b.1.x"])
  }

  @Test(arguments: ["", "module", "-> a", "a -> b -> c", "a -> *", "*.a -> *.*"])
  func rulesThatSayNothingAreRefused(_ text: String) {
    #expect(throws: NetworkError.badRenaming(text)) { try WeightRenaming(text) }
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
      NetworkError.weightsDiffer(
        WeightMismatch(
          missing: [.init("fc.weight", [3, 5]), .init("fc.bias", [3])],
          unexpected: [.init("module.fc.weight", [3, 5]), .init("module.fc.bias", [3])])),
      "the weights in the file are those of another network: 2 missing: fc.weight [3, 5] (it has module.fc.weight), fc.bias [3] (it has module.fc.bias); 2 that the network does not have: module.fc.weight [3, 5], module.fc.bias [3]; rename=\"module.* -> *\" would fit"
    ),
    (
      .weightsDiffer(WeightMismatch(misshapen: [.init("0.weight", expected: [5, 4], found: [4, 5])])),
      "the weights in the file are those of another network: 1 of another shape: 0.weight is [4, 5], the network's is [5, 4]"
    ),
    (
      .notFiniteWeight(name: "0.weight"),
      "weight '0.weight' holds NaN or infinity: the network had diverged when it was saved; take an earlier file"
    ),
    (
      .weightsDiffer(WeightMismatch(unexpected: (1...7).map { .init("w\($0)", [1]) })),
      "the weights in the file are those of another network: 7 that the network does not have: w1 [1], w2 [1], w3 [1], w4 [1], w5 [1] and 2 more"
    ),
  ])
  func refusalsSayWhatIsWrong(_ error: NetworkError, _ sentence: String) {
    #expect(error.description == sentence)
  }
}
