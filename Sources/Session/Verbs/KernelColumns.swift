import Datasets
import Elasticity
import Network
import Tables
import Training

extension Session {
  /// The table with what is asked for of the tangent kernel K at the sources in each row: ‖K − K₀‖/‖K₀‖, K₀ that of the
  /// first weights, and the alignment of K with the labels.
  func addingKernel(
    to table: Table, _ trained: TrainedRun, _ sources: Dataset, drift: Bool, alignment: Bool
  ) throws(ElasticityError) -> Table {
    guard drift || alignment else { return table }
    let network = trained.run.network
    let now = try TangentKernel(network: network, weights: trained.run.weights, points: sources)
    var result = table
    if drift {
      let first =
        trained.start?.weights ?? network.initialWeights(seed: trained.run.options.seed, workers: workers)
      let start = try TangentKernel(network: network, weights: first, points: sources)
      result.addConstant(now.drift(from: start), TangentKernel.Column.drift.rawValue)
    }
    for kind in TangentKernel.Alignment.allCases where alignment {
      result.addConstant(now.alignment(kind, with: sources), kind.rawValue)
    }
    return result
  }
}

extension Table {
  /// A column of one value under a name that no table of a measurement has.
  fileprivate mutating func addConstant(_ value: Double?, _ name: String) {
    let cell = value.map(Cell.number) ?? .missing
    self = (try? adding(name, role: .value, constant: cell, first: false)) ?? self
  }
}
