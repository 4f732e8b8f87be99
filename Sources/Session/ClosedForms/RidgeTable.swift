import Language
import Random
import Tables
import Theory

/// `solve ridge`: experiments drawn one after the other from one NumPy stream.
extension ClosedFormInput {
  /// One row for each experiment, start and time: S averaged over the pairs in two ways, and both losses.
  func ridge() throws -> Table {
    let times = self.times
    var state = NumPyRandomState(seed: try numPySeed())
    var parts: [Table] = []
    for features in try numbers("features") ?? [10] {
      guard let p = Int(exactly: features), p >= 1, p <= 5000 else {
        throw SessionError.wrongKind(
          what: "features", expected: "whole numbers from 1 to 5000", found: features.shortest, hint: nil
        ).diagnostic(at: call.range(of: "features"))
      }
      var size = RidgeExperiment.Size()
      size.features = p
      size.dimensions = call.whole("dimensions") ?? 100
      size.samplesPerClass = call.whole("per_class") ?? 1000
      size.pairs = call.whole("pairs") ?? 20
      size.starts = call.whole("starts") ?? 10
      size.penalty = call.number("penalty") ?? 1
      size.timeScale = call.number("time_scale") ?? 1e-3
      let experiment = try RidgeExperiment(size, state: &state)
      for formula in call.words("as")?.compactMap(FeatureFormula.init) ?? [.corrected] {
        for pairing in call.words("pairing")?.compactMap(RidgeExperiment.Pairing.init) ?? [.between] {
          let curves = try experiment.curves(times: times, as: formula, pairing: pairing)
          parts.append(try table(curves, features: p, formula, pairing))
        }
      }
    }
    return try Table.stacked(parts)
  }

  private func numPySeed() throws -> UInt32 {
    guard let value = call.options["seed"] else { return 5 }
    guard let seed = value.number.flatMap({ UInt32(exactly: $0) }) else {
      throw SessionError.wrongKind(
        what: "seed", expected: "a whole number below 2^32, as NumPy takes it", found: value.sourceText,
        hint: nil
      ).diagnostic(at: call.range(of: "seed"))
    }
    return seed
  }

  /// `mean` is the mean over pairs; `published` the sum over pairs divided by the square of their number, as plotted.
  private func table(
    _ curves: RidgeCurves, features: Int, _ formula: FeatureFormula, _ pairing: RidgeExperiment.Pairing
  ) throws -> Table {
    let averages: [(String, Double)] =
      formula == .published ? [("mean", 1), ("published", 1 / Double(curves.pairs))] : [("mean", 1)]
    let (starts, times) = (curves.elasticity.count, curves.times.count)
    let rows = averages.count * starts * times
    func column(_ name: String, _ role: ColumnRole, _ cell: (Int, Int, Int) -> Cell) throws -> Column {
      var cells: [Cell] = []
      cells.reserveCapacity(rows)
      for average in averages.indices {
        for start in 0..<starts { for time in 0..<times { cells.append(cell(average, start, time)) } }
      }
      return try Column(name: name, role: role, cells: cells)
    }
    return try Table([
      column("model", .key) { _, _, _ in .text("ridge") },
      column("features", .key) { _, _, _ in .number(Double(features)) },
      column("as", .key) { _, _, _ in .text(formula.rawValue) },
      column("pairing", .key) { _, _, _ in .text(pairing.rawValue) },
      column("average", .key) { average, _, _ in .text(averages[average].0) },
      column("start", .replicate) { _, start, _ in .number(Double(start)) },
      column("time", .axis) { _, _, time in .number(curves.times[time]) },
      column("loss", .value) { _, start, time in .number(curves.loss[start][time]) },
      column("true_loss", .value) { _, start, time in .number(curves.trueLoss[start][time]) },
      column("n", .note) { _, start, time in .number(Double(curves.pairs - curves.dropped[start][time])) },
      column("dropped", .note) { _, start, time in .number(Double(curves.dropped[start][time])) },
      column("value", .value) { average, start, time in
        let value = curves.elasticity[start][time] * averages[average].1
        return value.isNaN ? .missing : .number(value)
      },
    ])
  }
}
