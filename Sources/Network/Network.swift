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
  /// - Throws: `NetworkError` for weights that are missing, unexpected, misshapen or not finite.
  public func imported(_ tensors: [(name: String, tensor: Tensor)]) throws(NetworkError) -> [Tensor] {
    let (weights, mismatch) = try matched(tensors)
    let complete = weights.compactMap(\.self)
    guard mismatch.isEmpty, complete.count == parameters.count else { throw .weightsDiffer(mismatch) }
    return complete
  }

  /// Takes those weights that fit and leaves the others as drawn; gives what does not fit with them.
  ///
  /// - Throws: `NetworkError.notFiniteWeight`, or `weightsDiffer` where nothing fits.
  public func imported(
    _ tensors: [(name: String, tensor: Tensor)], into drawn: [Tensor]
  ) throws(NetworkError) -> (weights: [Tensor], mismatch: WeightMismatch) {
    let (weights, mismatch) = try matched(tensors)
    guard weights.contains(where: { $0 != nil }) else { throw .weightsDiffer(mismatch) }
    return (zip(weights, drawn).map { $0 ?? $1 }, mismatch)
  }

  /// The weight of each parameter that the file has in its shape, and what does not fit.
  private func matched(
    _ tensors: [(name: String, tensor: Tensor)]
  ) throws(NetworkError) -> ([Tensor?], WeightMismatch) {
    var left = Dictionary(tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    var mismatch = WeightMismatch()
    func take(_ name: String, _ shape: Shape) throws(NetworkError) -> Tensor? {
      guard let tensor = left.removeValue(forKey: name) else {
        mismatch.missing.append(.init(name, shape))
        return nil
      }
      guard tensor.shape == shape else {
        mismatch.misshapen.append(.init(name, expected: shape, found: tensor.shape))
        return nil
      }
      guard tensor.scalars.allSatisfy(\.isFinite) else { throw .notFiniteWeight(name: name) }
      return tensor
    }
    var weights: [Tensor?] = []
    for (parameter, shape) in zip(parameters, tape.parameterShapes) {
      if parameter.kind == .statistics {
        // PyTorch counts the batches that batch normalisation has seen; nothing depends on it.
        left[parameter.name + ".num_batches_tracked"] = nil
        let names = Network.statisticNames(parameter)
        let (mean, variance) = (try take(names[0], [shape[1]]), try take(names[1], [shape[1]]))
        weights.append(
          mean.flatMap { mean in variance.map { Tensor(shape, scalars: mean.scalars + $0.scalars) } })
      } else {
        let tensor = try take(parameter.name, Network.shapeInPyTorch(shape, parameter.kind))
        weights.append(tensor.map { Network.fromPyTorch($0, parameter.kind) })
      }
    }
    mismatch.unexpected = tensors.filter { left[$0.name] != nil }.map { .init($0.name, $0.tensor.shape) }
    return (weights, mismatch)
  }

  private static func statisticNames(_ parameter: Parameter) -> [String] {
    [parameter.name + ".running_mean", parameter.name + ".running_var"]
  }

  private static func shapeInPyTorch(_ shape: Shape, _ kind: Parameter.Kind) -> Shape {
    switch kind {
    case .bias, .scale, .shift, .statistics: shape
    case .linear, .power: [shape[1], shape[0]]
    case .convolution: [shape[3], shape[2], shape[0], shape[1]]
    }
  }

  private static func toPyTorch(_ weight: Tensor, _ kind: Parameter.Kind) -> Tensor {
    switch kind {
    case .bias, .scale, .shift, .statistics: weight
    case .linear, .power: weight.permuted([1, 0])
    case .convolution: weight.permuted([3, 2, 0, 1])
    }
  }

  private static func fromPyTorch(_ weight: Tensor, _ kind: Parameter.Kind) -> Tensor {
    switch kind {
    case .bias, .scale, .shift, .statistics: weight
    case .linear, .power: weight.permuted([1, 0])
    case .convolution: weight.permuted([2, 3, 1, 0])
    }
  }
}
