import Autodiff
import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tables
import Tensor
import TestSupport
import Training

/// A trained network with points to measure it at, four of each of three classes.
struct Subject: Sendable {
  let run: Run
  let points: Dataset

  enum Kind: String, CaseIterable, Sendable {
    case linear, mlp, cnn, resnet18

    func callAsFunction() throws -> Subject {
      switch self {
      case .linear: try Subject.linear.get()
      case .mlp: try Subject.mlp.get()
      case .cnn: try Subject.cnn.get()
      case .resnet18: try Subject.resnet18.get()
      }
    }
  }

  static let nets = [Kind.mlp, .cnn, .resnet18]

  private static let linear = Result { try Subject(Model(.linear), on: clouds(), lr: 1e-2) }
  private static let mlp = Result { try Subject(Model(.mlp(widths: [20, 12])), on: clouds(), lr: 1e-2) }
  private static let cnn = Result {
    try Subject(Model(.cnn(channels: [4, 16, 8])), on: shoes(LoadOptions(perClass: 60)), lr: 3e-3)
  }
  private static let resnet18 = Result {
    let options = LoadOptions(perClass: 60, channels: 3, pad: 32, normalization: .dataset)
    return try Subject(Model(.resnet18(width: 8)), on: shoes(options), lr: 1e-3)
  }

  static func clouds(perClass: Int = 40, split: Split = .train) throws -> Dataset {
    try Dataset.mixture(
      classes: 3, perClass: perClass, dimensions: 6, separation: 2, noise: 1, seed: Seed(1), split: split)
  }

  private static func shoes(_ options: LoadOptions) throws -> Dataset {
    try Dataset.load(.fashionMNISTSubset, options)
  }

  private init(_ model: Model, on data: Dataset, lr: Double) throws {
    var run = try Run(
      model, on: data, optimizer: .adam(learningRate: lr), options: TrainingOptions(batch: 20, seed: Seed(5)),
      workers: .all)
    for _ in 0..<30 { try run.advance(workers: .all) }
    self.run = run
    points = try data.subset(rows: data.pickedRows(perClass: 4, seed: Seed(5)))
  }

  var network: Network { run.network }

  /// As many points of each class as an interval needs, or more.
  func points(perClass: Int) throws -> Dataset {
    try run.data.subset(rows: run.data.pickedRows(perClass: perClass, seed: Seed(5)))
  }

  func responses(
    sources: Dataset? = nil, probes: Dataset? = nil, update: UpdateRule,
    method: Elasticity.Method = .automatic, distances: [Distance] = [],
    weights: [Tensor]? = nil, workers: Int = 2
  ) throws -> [SourceResponse] {
    try ExactEngine(
      network: network, weights: weights ?? run.weights, loss: .crossEntropy, workers: Workers(count: workers)
    ).responses(
      sources: sources ?? points, probes: probes ?? points, update: update, method: method,
      distances: distances)
  }

  func measurement(
    sources: Dataset? = nil, probes: Dataset? = nil, _ options: MeasurementOptions, workers: Int = 2
  ) throws -> Measurement {
    try Measurement(
      of: run, name: "r", sources: sources ?? points, probes: probes ?? points, options: options,
      workers: Workers(count: workers))
  }
}

/// Expects the changes of every pair to agree to `tolerance` of the largest change that its source causes.
func worstDifference(_ found: [[[Double]]], _ expected: [[[Double]]]) -> Double {
  guard found.map({ $0.map(\.count) }) == expected.map({ $0.map(\.count) }) else { return .infinity }
  return zip(found, expected).map { found, expected in
    let scale = expected.joined().map(abs).max() ?? 0
    let error = zip(found.joined(), expected.joined()).map { abs($0 - $1) }.max() ?? 0
    return error == 0 ? 0 : error / scale
  }.max() ?? 0
}

extension [SourceResponse] {
  /// Δz of every pair, [source][probe][class].
  var changes: [[[Double]]] { map { $0.probes.map { $0.delta.map { $0 } } } }

  func values(_ distance: Distance) -> [[Double]] {
    Ratios(self, distance: distance).values
  }
}

extension Table {
  func numbers(_ name: String, where key: String, is value: Cell) throws -> [Double] {
    try filtered(key, equals: value).numbers(in: name)
  }
}

let updates: [UpdateRule] = [.sgd(learningRate: 1e-3), .adamFresh(learningRate: 1e-4)]
