import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tables
import Tensor
import Testing
import Training

/// Cases in which S is known without a network.
@Suite struct ControlTests {
  /// A step of the output bias alone moves all logits alike: no elasticity.
  @Test(arguments: Subject.nets, [1e-4, 1e-1])
  func biasOnlyIsExactlyOneOnLogits(_ kind: Subject.Kind, _ learningRate: Double) throws {
    let responses = try kind().responses(update: .biasOnly(learningRate: learningRate))
    for distance in [Distance.logits, .output] {
      #expect(responses.values(distance).joined().allSatisfy { $0 == 1 })
    }
    #expect(responses.values(.kl).joined().contains { abs($0 - 1) > 0.05 }, "the softmax is not shared")
    for response in responses {
      // The step itself: −lr·g/(|g| + ε) with g = p − y.
      let g = response.own.old.enumerated().map {
        $0.element - ($0.offset == response.label ? 1 : 0)
      }
      for (found, g) in zip(response.own.delta, g) where abs(g) > 1e-3 {
        #expect(abs(found + learningRate * g / (abs(g) + 1e-8)) < 1e-6 * learningRate)
      }
    }
  }

  /// z = Wx + b: one step at x moves the logits at x' by −lr·(p − y)(x·x' + 1).
  @Test(arguments: [1e-6, 1e-3, 1])
  func aLinearModelHasItsClosedForm(_ learningRate: Double) throws {
    let subject = try Subject.Kind.linear()
    let responses = try subject.responses(update: .sgd(learningRate: learningRate))
    let x = (0..<12).map { row in (0..<6).map { Double(subject.points.samples[flat: row * 6 + $0]) } }
    func dot(_ a: Int, _ b: Int) -> Double { zip(x[a], x[b]).map(*).reduce(1, +) }
    for (i, row) in responses.values(.logits).enumerated() {
      for (j, s) in row.enumerated() {
        let expected = abs(dot(i, j)) / dot(i, i)
        #expect(abs(s - expected) <= 1e-5 * max(expected, 0.1), "\(i) -> \(j): \(s), expected \(expected)")
      }
    }
    // S of a linear model does not change in training.
    var later = subject.run
    for _ in 0..<20 { try later.advance(workers: .all) }
    let after = try subject.responses(update: .sgd(learningRate: learningRate), weights: later.weights)
    for (a, b) in zip(after.values(.logits).joined(), responses.values(.logits).joined()) {
      #expect(abs(a - b) <= 1e-5 * max(b, 0.1))
    }
  }

  /// ‖Δp‖₁/(√3‖Δp‖₂) of three numbers that sum to 0.
  @Test(arguments: Subject.nets)
  func publishedL2OfSelfPairsLiesInItsInterval(_ kind: Subject.Kind) throws {
    let responses = try kind().responses(update: .adamFresh(learningRate: 1e-2))
    let ratios = Ratios(responses, distance: .publishedL2)
    var tested = 0
    for (i, row) in ratios.values.enumerated() where ratios.rows[i].source > 1e-4 {
      #expect(row[i] > 0.8164 && row[i] < 0.9429, "S(x, x) = \(row[i])")
      tested += 1
    }
    #expect(tested >= 6)
  }

  /// Under a small step the published formula reads 1 for every pair, whatever the network does.
  @Test(arguments: Subject.nets)
  func thePublishedKLIsBlindToSmallSteps(_ kind: Subject.Kind) throws {
    let subject = try kind()
    let table = try subject.measurement(
      MeasurementOptions(
        updates: [.sgd(learningRate: 1e-4)], distances: [.logits, .publishedKL], averages: [.median])
    ).averages
    func median(_ distance: Distance, same: Bool) throws -> Double {
      let rows = try table.filtered("distance", equals: .text(distance.rawValue)).filtered(
        "same", equals: .flag(same))
      return rows.rowCount == 0 ? .nan : try rows.numbers(in: "value").reduce(0, +) / Double(rows.rowCount)
    }
    #expect(try median(.logits, same: false) < 0.9, "the network does distinguish samples")
    for same in [true, false] { #expect(abs(try median(.publishedKL, same: same) - 1) < 0.01) }
  }

  /// Two updates with one lr have one and the same control: it is measured once, and its rows stand once for each.
  @Test func updatesOfOneRateShareTheirControl() throws {
    let subject = try Subject.Kind.mlp()
    let measured = try subject.measurement(
      MeasurementOptions(
        updates: [.sgd(learningRate: 1e-3), .adamFresh(learningRate: 1e-3), .sgd(learningRate: 1e-2)],
        distances: [.logits], averages: [.mean], controls: [.biasOnly]))
    #expect(measured.averages.rowCount == 3 * 9)
    #expect(
      measured.summaries.map(\.controls) == [
        .sgd(learningRate: 1e-3), .adamFresh(learningRate: 1e-3), .sgd(learningRate: 1e-2),
      ])
  }

  /// A pair that does not move at all has no ln S: it is counted, and the geometric mean of the others is not 0.
  @Test func aGeometricMeanWithAStillPairIsThatOfTheOthers() throws {
    let data = try Subject.clouds(perClass: 10)
    let run = try Run(
      Model(.mlp(widths: [2]), bias: false), on: data, optimizer: .sgd(learningRate: 0.1),
      options: TrainingOptions(batch: 10, seed: Seed(3)), workers: Workers(count: 1))
    let table = try Measurement(
      of: run, name: "r", sources: data, probes: data,
      options: MeasurementOptions(distances: [.logits], averages: [.geomean]), workers: Workers(count: 1)
    ).averages
    let (values, zeros) = (try table.numbers(in: "value"), try table.numbers(in: "zeros"))
    #expect(zeros.contains { $0 > 0 }, "some probe has all gates off")
    for row in values.indices {
      #expect(values[row] > 0)
      let (low, high) = (try table.numbers(in: "low")[row], try table.numbers(in: "high")[row])
      #expect(low < values[row] && values[row] < high, "row \(row)")
    }
  }
}

extension SourceResponse {
  fileprivate var label: Int {
    if case .label(let label) = own.target { return label }
    return -1
  }
}
