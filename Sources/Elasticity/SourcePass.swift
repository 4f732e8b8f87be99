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
  private(set) var gradients = Activations()
  let outputGradient: Tensor

  init(network: Network, weights: [Tensor], loss: Loss, sources: Dataset, rows range: Range<Int>) {
    (rows, self.weights) = (range, weights)
    let rows = Array(range)
    network.tape.evaluate(weights, sources.batch(rows: rows), into: &activations)
    outputGradient = loss.gradient(activations.output, sources.targets(rows, for: loss), scale: 1)
    network.tape.backpropagate(weights, activations, outputGradient: outputGradient, into: &gradients)
  }

  /// Whether the gradient at a source's outputs is exactly 0.
  func isFitted(_ source: Int) -> Bool {
    let width = outputGradient.shape[outputGradient.shape.rank - 1]
    let start = (source - rows.lowerBound) * width
    return (0..<width).allSatisfy { outputGradient[flat: start + $0] == 0 }
  }
}

/// A batch of probes with its base predictions.
struct Tile: Sendable {
  let base: Activations
  let targets: [PredictionChange.Target]
  /// The base predictions, sample after sample.
  private let outputs: [Double]
  /// The values that a regression should predict, sample after sample; empty for classes.
  private let values: [Double]

  var input: Tensor { base.values[0] }

  init(network: Network, weights: [Tensor], data: Dataset, rows: [Int], loss: Loss) {
    var activations = Activations()
    network.tape.evaluate(weights, data.batch(rows: rows), into: &activations)
    self.init(base: activations, targets: data.changeTargets(rows, loss: loss))
  }

  /// One source alone, with the base prediction of its pass.
  init(source: Int, of pass: SourcePass, data: Dataset, loss: Loss) {
    self.init(
      base: pass.activations.sample(source - pass.rows.lowerBound),
      targets: data.changeTargets([source], loss: loss))
  }

  private init(base: Activations, targets: [PredictionChange.Target]) {
    self.base = base
    self.targets = targets
    outputs = base.output.doubles
    values = targets.flatMap { if case .values(let row) = $0 { Array(row) } else { [Double]() } }
  }

  /// Base predictions with their change, sample by sample.
  func changes(_ outputChange: [Double], isFirstOrder: Bool) -> [PredictionChange] {
    let (samples, width) = (targets.count, outputs.count / max(targets.count, 1))
    // Old outputs, changes and target values in one array that belongs to this source: two workers that count references
    // to one array wait for each other.
    let numbers = outputs + outputChange + values
    return targets.indices.map { row in
      PredictionChange(
        z: OutputRow(numbers, row: row, width: width),
        delta: OutputRow(numbers, row: samples + row, width: width),
        target: values.isEmpty
          ? targets[row] : .values(OutputRow(numbers, row: 2 * samples + row, width: width)),
        isFirstOrder: isFirstOrder)
    }
  }
}

extension Dataset {
  /// What the samples at `rows` should be predicted as, one by one.
  func changeTargets(_ rows: [Int], loss: Loss) -> [PredictionChange.Target] {
    switch targets(rows, for: loss) {
    case .classes(let labels): labels.map { .label($0) }
    case .values(let values): targets(of: values.doubles, samples: rows.count)
    }
  }

  private func targets(of values: [Double], samples: Int) -> [PredictionChange.Target] {
    (0..<samples).map { .values(OutputRow(values, row: $0, width: values.count / samples)) }
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
