import Autodiff
import Kernels
import Tensor

/// A network for one kind of sample: its operations and its parameters, without weights.
///
/// Weights are a plain `[Tensor]` in the order of `parameters`, so that a changed set can be tried beside the present one.
public struct Network: Hashable, Sendable {
  public let model: Model
  public let tape: Tape
  public let parameters: [Parameter]

  public var input: SampleShape { tape.input }
  public var outputs: Int { tape.output.channels }

  /// The number of scalars in all parameters, dead taps included, statistics not.
  public var weightCount: Int {
    zip(tape.parameterShapes, tape.isStatistic).reduce(0) { $0 + ($1.1 ? 0 : $1.0.count) }
  }

  /// Whether batches are normalized by their own statistics in training, so that a batch cannot be cut in parts.
  public var normalizesBatches: Bool { tape.isStatistic.contains(true) }

  /// The number of scalars that can influence an output.
  public var liveWeightCount: Int { tape.liveRanges.joined().reduce(0) { $0 + $1.count } }

  /// The position of the bias of the last layer, if it has one.
  public var outputBias: Int? {
    tape.nodes[tape.nodes.count - 1].parameter.flatMap { parameters[$0].kind == .bias ? $0 : nil }
  }

  /// Weights under PyTorch's names and in its layouts: linear `[outputs, inputs]`, convolution `[outputs, inputs,
  /// kernelHeight, kernelWidth]`.
  public func exported(_ weights: [Tensor]) -> [(name: String, tensor: Tensor)] {
    zip(parameters, weights).flatMap { parameter, weight in
      guard parameter.kind == .statistics else {
        return [(parameter.name, Network.toPyTorch(weight, parameter.kind))]
      }
      let channels = weight.shape[1]
      return zip(Network.statisticNames(parameter), 0...).map { name, row in
        (name, Tensor([channels], scalars: (0..<channels).map { weight[flat: row * channels + $0] }))
      }
    }
  }

  /// Takes weights under PyTorch's names and in its layouts.
  ///
  /// - Throws: `NetworkError` for a missing, unexpected or misshapen weight.
  public func imported(_ tensors: [(name: String, tensor: Tensor)]) throws(NetworkError) -> [Tensor] {
    let byName = Dictionary(tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let names = parameters.flatMap { $0.kind == .statistics ? Network.statisticNames($0) : [$0.name] }
    // PyTorch counts the batches that batch normalisation has seen; nothing depends on it.
    let counters = Set(parameters.filter { $0.kind == .statistics }.map { $0.name + ".num_batches_tracked" })
    let known = Set(names).union(counters)
    let unexpected = tensors.map(\.name).filter { !known.contains($0) }
    guard unexpected.isEmpty else { throw .unexpectedWeights(names: unexpected, known: names) }
    var weights: [Tensor] = []
    for (parameter, shape) in zip(parameters, tape.parameterShapes) {
      if parameter.kind == .statistics {
        weights.append(try Network.statistics(parameter, channels: shape[1], byName))
        continue
      }
      let expected = Network.shapeInPyTorch(shape, parameter.kind)
      guard let tensor = byName[parameter.name] else {
        throw .missingWeight(name: parameter.name, shape: expected)
      }
      guard tensor.shape == expected else {
        throw .wrongWeightShape(name: parameter.name, expected: expected, found: tensor.shape)
      }
      guard tensor.scalars.allSatisfy(\.isFinite) else { throw .notFiniteWeight(name: parameter.name) }
      weights.append(Network.fromPyTorch(tensor, parameter.kind))
    }
    return weights
  }

  private static func statisticNames(_ parameter: Parameter) -> [String] {
    [parameter.name + ".running_mean", parameter.name + ".running_var"]
  }

  private static func statistics(
    _ parameter: Parameter, channels: Int, _ byName: [String: Tensor]
  ) throws(NetworkError) -> Tensor {
    var scalars: [Float] = []
    for name in statisticNames(parameter) {
      guard let tensor = byName[name] else { throw .missingWeight(name: name, shape: [channels]) }
      guard tensor.shape == [channels] else {
        throw .wrongWeightShape(name: name, expected: [channels], found: tensor.shape)
      }
      scalars += tensor.scalars
    }
    return Tensor([2, channels], scalars: scalars)
  }

  private static func shapeInPyTorch(_ shape: Shape, _ kind: Parameter.Kind) -> Shape {
    switch kind {
    case .bias, .scale, .shift, .statistics: shape
    case .linear: [shape[1], shape[0]]
    case .convolution: [shape[3], shape[2], shape[0], shape[1]]
    }
  }

  private static func toPyTorch(_ weight: Tensor, _ kind: Parameter.Kind) -> Tensor {
    switch kind {
    case .bias, .scale, .shift, .statistics: weight
    case .linear: weight.permuted([1, 0])
    case .convolution: weight.permuted([3, 2, 0, 1])
    }
  }

  private static func fromPyTorch(_ weight: Tensor, _ kind: Parameter.Kind) -> Tensor {
    switch kind {
    case .bias, .scale, .shift, .statistics: weight
    case .linear: weight.permuted([1, 0])
    case .convolution: weight.permuted([2, 3, 1, 0])
    }
  }
}
