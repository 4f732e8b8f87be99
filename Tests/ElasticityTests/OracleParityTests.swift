import Elasticity
import Network
import Tensor
import TestSupport
import Testing
import Training

/// The engine's changes against two `Double` predictions subtracted, on trained networks.
@Suite struct OracleParityTests {
  /// SGD by difference over eight decades of step size.
  @Test(arguments: Subject.nets, [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8])
  func sgdAgreesWithDoubleAtEveryStepSize(_ kind: Subject.Kind, _ learningRate: Double) throws {
    let subject = try kind()
    // About 3e-7 where no unit lies within rounding of its kink, 1e-4 where one does.
    try check(subject, .sgd(learningRate: learningRate), .difference, tolerance: 5e-4) { w, g in
      w - learningRate * g
    }
  }

  @Test(arguments: Subject.nets, [1e-2, 1e-3, 1e-4])
  func freshAdamAgreesWithDouble(_ kind: Subject.Kind, _ learningRate: Double) throws {
    let subject = try kind()
    for method in [Elasticity.Method.automatic, .difference] {
      try check(subject, .adamFresh(learningRate: learningRate), method, tolerance: 1e-3) { w, g in
        w - learningRate * g / (abs(g) + 1e-8)
      }
    }
  }

  private func check(
    _ subject: Subject, _ update: UpdateRule, _ method: Elasticity.Method, tolerance: Double,
    step: (Double, Double) -> Double
  ) throws {
    let points = subject.points
    let rows = Array(0..<points.count)
    let base = Oracle(subject.network.tape, parameters: subject.run.weights)
    let input = points.batch(rows: rows).scalars.map(Double.init)
    let old = base.outputs(input, samples: points.count)
    let found = try subject.responses(update: update, method: method)
    #expect(found.count == points.count)
    var (worst, worstS) = (0.0, 0.0)
    for source in rows {
      let one = points.batch(rows: [source]).scalars.map(Double.init)
      let values = base.values(one, samples: 1)
      let gradients = base.gradients(
        values,
        outputGradient: DoubleLosses.crossEntropyGradient(values[values.count - 1], points.labels[source]),
        samples: 1)
      var stepped = base
      for p in gradients.indices {
        for i in gradients[p].indices {
          stepped.parameters[p][i] = step(base.parameters[p][i], gradients[p][i])
        }
      }
      let new = stepped.outputs(input, samples: points.count)
      let expected = DoubleLosses.rows(zip(new, old).map { $0 - $1 }, width: subject.network.outputs)
      worst = max(worst, worstDifference([found[source].probes.map { Array($0.delta) }], [expected]))
      let z = DoubleLosses.rows(old, width: subject.network.outputs)
      let changes = rows.map {
        PredictionChange(z: z[$0], delta: expected[$0], target: .label(points.labels[$0]))
      }
      let own = Distance.kl.source(changes[source])
      for probe in rows {
        let s = Distance.kl.probe(changes[probe]) / own
        let engine = Distance.kl.probe(found[source].probes[probe]) / Distance.kl.source(found[source].own)
        worstS = max(worstS, abs(engine - s) / max(s, 1e-3))
      }
    }
    #expect(worst <= tolerance, "changes")
    #expect(worstS <= 5 * tolerance, "S under kl")
  }
}
