import Autodiff
import Datasets
import Network
import Tensor
import Training

/// One forward and backward pass over some sources: the factors of their gradients.
struct SourcePass: Sendable {
  /// Their rows among all sources.
  let rows: Range<Int>
  /// Where the gradients are taken.
  let weights: [Tensor]
  private(set) var activations = Activations()
  private(set) var gradients = Gradients()
  let outputGradient: Tensor

  init(network: Network, weights: [Tensor], loss: Loss, sources: Dataset, rows range: Range<Int>) {
    (rows, self.weights) = (range, weights)
    let rows = Array(range)
    network.tape.evaluate(weights, sources.batch(rows: rows), for: .gradients, into: &activations)
    outputGradient = loss.gradient(activations.output, sources.targets(rows, for: loss), scale: 1)
    network.tape.backpropagate(weights, activations, outputGradient: outputGradient, into: &gradients)
  }

  /// The prediction of a source.
  func outputs(_ source: Int) -> [Double] {
    let width = outputGradient.shape[outputGradient.shape.rank - 1]
    let start = (source - rows.lowerBound) * width
    return (0..<width).map { Double(activations.output[flat: start + $0]) }
  }

  /// Whether the gradient at a source's outputs is exactly 0.
  func isFitted(_ source: Int) -> Bool {
    let width = outputGradient.shape[outputGradient.shape.rank - 1]
    let start = (source - rows.lowerBound) * width
    return (0..<width).allSatisfy { outputGradient[flat: start + $0] == 0 }
  }
}

/// A batch of samples with its base predictions.
struct Tile: Sendable {
  let input: Tensor
  /// The values that differences begin with, where they are kept.
  let base: Activations?
  let targets: PredictionTargets
  /// The base predictions, sample after sample.
  let outputs: [Double]

  init(
    network: Network, weights: LayerWeights, data: Dataset, rows: [Int], loss: Loss, keepsBase: Bool,
    _ activations: inout Activations
  ) {
    input = data.batch(rows: rows)
    network.tape.evaluate(
      weights.tensors, packed: weights.packed, input, for: keepsBase ? .differences : .prediction,
      into: &activations)
    targets = data.changeTargets(rows, loss: loss)
    outputs = activations.output.doubles
    base = keepsBase ? activations : nil
  }

  init(input: Tensor, targets: PredictionTargets, outputs: [Double]) {
    (self.input, base, self.targets, self.outputs) = (input, nil, targets, outputs)
  }

  init(base: Activations, targets: PredictionTargets) {
    (input, self.base, self.targets) = (base.values[0], base, targets)
    outputs = base.output.doubles
  }

  var samples: Int { input.shape[2] }

  /// The same samples, `most` at a time.
  ///
  /// - Parameter first: the row of the first one in `data`.
  func pieces(of most: Int, _ data: Dataset, first: Int, loss: Loss) -> [Tile] {
    if samples <= most { return [self] }
    let width = outputs.count / samples
    return stride(from: 0, to: samples, by: most).map { start in
      let next = min(start + most, samples)
      let rows = Array(first + start..<first + next)
      return Tile(
        input: data.batch(rows: rows), targets: data.changeTargets(rows, loss: loss),
        outputs: Array(outputs[start * width..<next * width]))
    }
  }

  /// Base predictions with their change, sample by sample.
  func changes(_ outputChange: [Double], isFirstOrder: Bool) -> [PredictionChange] {
    PredictionChange.all(z: outputs, delta: outputChange, targets: targets, isFirstOrder: isFirstOrder)
  }
}

/// What a batch should be predicted as.
enum PredictionTargets: Sendable {
  case labels([Int])
  /// The values of `count` samples of a regression, sample after sample.
  case values([Double], count: Int)

  var count: Int {
    switch self {
    case .labels(let labels): labels.count
    case .values(_, let count): count
    }
  }
}

extension Dataset {
  /// What the samples at `rows` should be predicted as.
  func changeTargets(_ rows: [Int], loss: Loss) -> PredictionTargets {
    switch targets(rows, for: loss) {
    case .classes(let labels): .labels(labels)
    case .values(let values): .values(values.doubles, count: rows.count)
    }
  }

  /// For each sample of `other` its row here, if the same sample of the same file is here.
  func rows(of other: Dataset) -> [Int?] {
    guard digest == other.digest, split == other.split, preparation == other.preparation else {
      return [Int?](repeating: nil, count: other.count)
    }
    if other.count == 1 { return [indices.firstIndex(of: other.indices[0])] }
    let rowOfIndex = Dictionary(zip(indices, 0...), uniquingKeysWith: { first, _ in first })
    return other.indices.map { rowOfIndex[$0] }
  }
}
