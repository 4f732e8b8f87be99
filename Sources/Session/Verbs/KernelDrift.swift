import Datasets
import Elasticity
import Network
import Tables
import Training

extension Session {
  /// The table with ‖K − K₀‖/‖K₀‖ in each row, K the tangent kernel at the sources and K₀ that of the first weights.
  func addingDrift(
    to table: Table, _ trained: TrainedRun, _ sources: Dataset
  ) throws(ElasticityError) -> Table {
    let network = trained.run.network
    let first =
      trained.start?.weights ?? network.initialWeights(seed: trained.run.options.seed, workers: workers)
    let start = try TangentKernel(network: network, weights: first, points: sources)
    let now = try TangentKernel(network: network, weights: trained.run.weights, points: sources)
    let drift = now.drift(from: start).map(Cell.number) ?? .missing
    // The name is one that no table of a measurement has.
    return (try? table.adding("kernel_drift", role: .value, constant: drift, first: false)) ?? table
  }
}
