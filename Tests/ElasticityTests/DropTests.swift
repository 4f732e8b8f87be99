import Autodiff
import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tables
import Tensor
import Testing
import Training

/// Sources whose prediction does not move are dropped, counted and told apart by cause.
@Suite struct DropTests {
  private func measurement(
    _ network: Network, _ weights: [Tensor], _ points: Dataset, _ options: MeasurementOptions
  ) throws -> Measurement {
    try Measurement(
      network: network, weights: weights, loss: .crossEntropy, classes: points.classNames,
      context: MeasurementContext(run: "r", seed: Seed(1), epoch: 0, step: 0, loss: nil, accuracy: nil),
      sources: points, probes: points, options: options, workers: Workers(count: 2))
  }

  /// Margins beyond the range of Float's exponent leave a gradient of exactly 0.
  @Test(arguments: [UpdateRule.sgd(learningRate: 1e-3), .adamFresh(learningRate: 1)])
  func samplesThatAreFittedExactlyAreDropped(_ update: UpdateRule) throws {
    let subject = try Subject.Kind.linear()
    let weights = subject.run.weights.map { Tensor($0.shape, scalars: $0.scalars.map { $0 * 3000 }) }
    var activations = Activations()
    subject.network.tape.evaluate(
      weights, subject.points.batch(rows: Array(0..<subject.points.count)), into: &activations)
    let gradient = Loss.crossEntropy.gradient(
      activations.output, .classes(subject.points.labels), scale: 1)
    let fitted = gradient.rows.map { $0.allSatisfy { $0 == 0 } }
    #expect(fitted.contains(true) && fitted.contains(false), "the case needs both kinds")

    let responses = try subject.responses(update: update, weights: weights)
    #expect(responses.map(\.isFitted) == fitted)
    let ratios = Ratios(responses, distance: .logits)
    #expect(ratios.causes == fitted.map { $0 ? .fitted : nil })
    #expect(ratios.values.map(\.isEmpty) == fitted)

    let measured = try measurement(
      subject.network, weights, subject.points,
      MeasurementOptions(updates: [update], distances: [.logits], keepsPairs: true))
    let count = fitted.count { $0 }
    #expect(measured.summaries[0].dropped == [.fitted: count])
    let (n, dropped) = (
      try measured.averages.numbers(in: "n"), try measured.averages.numbers(in: "dropped")
    )
    #expect(dropped.reduce(0, +) == Double(4 * 11 * count), "once for each average and other sample")
    #expect(n.reduce(0, +) + dropped.reduce(0, +) == Double(4 * 12 * 11))
    // A dropped source keeps its rows among the pairs, without a value.
    let pairs = try #require(measured.pairs)
    #expect(pairs.rowCount == 12 * 11)
    let missing = try pairs.column(named: "value").cells.count { $0 == .missing }
    #expect(missing == 11 * count)
    // Where no pair is left there is no number.
    for row in 0..<measured.averages.rowCount where n[row] == 0 {
      #expect(try measured.averages.cell(row, "value") == .missing)
    }
  }

  /// All units of the hidden layer are off: the loss has a gradient at the outputs and nothing moves.
  @Test(arguments: updates, [Elasticity.Method.difference, .subtraction])
  func aDeadNetStandsStill(_ update: UpdateRule, _ method: Elasticity.Method) throws {
    var points = try Subject.clouds(perClass: 3)
    points.samples = Tensor(points.samples.shape, scalars: points.samples.scalars.map { abs($0) + 0.1 })
    let network = try Model(.mlp(widths: [5]), bias: false).network(input: points.input, outputs: 3)
    let weights = [Tensor([6, 5], repeating: -1), Tensor([5, 3], repeating: 0.5)]
    let measured = try measurement(
      network, weights, points,
      MeasurementOptions(updates: [update], distances: [.kl, .logits], averages: [.mean], method: method))
    #expect(measured.summaries[0].dropped == [.still: 9])
    #expect(measured.summaries[0].selfCheck == nil)
    #expect(try measured.averages.numbers(in: "n").allSatisfy { $0 == 0 })
  }

  /// A step that the subtraction of two float32 predictions cannot see is lost in rounding, not "still".
  @Test(arguments: [
    UpdateRule.sgd(learningRate: 1e-12), .adamFresh(learningRate: 1e-12), .sgd(learningRate: 1e-8),
  ])
  func stepsBelowRoundingAreDroppedAsSuch(_ update: UpdateRule) throws {
    let subject = try Subject.Kind.mlp()
    let measured = try subject.measurement(
      MeasurementOptions(updates: [update], distances: [.logits], averages: [.mean], method: .subtraction))
    #expect(measured.summaries[0].dropped == [.rounding: 12])
    // The difference sees it.
    let seen = try subject.measurement(
      MeasurementOptions(updates: [update], distances: [.logits], averages: [.mean], method: .difference))
    #expect(seen.summaries[0].dropped.isEmpty)
  }

  /// A step beyond Float's range is no measurement: no NaN or infinity reaches a table.
  @Test(arguments: [1e18, 1e30, 1e38], [Elasticity.Method.difference, .subtraction])
  func stepsThatOverflowAreDroppedAsSuch(_ learningRate: Double, _ method: Elasticity.Method) throws {
    let subject = try Subject.Kind.mlp()
    for update in [UpdateRule.sgd(learningRate: learningRate), .adamFresh(learningRate: learningRate)] {
      let measured = try subject.measurement(
        MeasurementOptions(updates: [update], distances: Distance.allCases, method: method, keepsPairs: true))
      for name in ["value", "low", "high"] {
        let cells = try measured.averages.column(named: name).cells
        #expect(cells.allSatisfy { $0 == .missing || isFinite($0) }, "\(name)")
      }
      let values = try #require(measured.pairs).column(named: "value").cells
      #expect(values.allSatisfy { $0 == .missing || isFinite($0) })
      #expect(Set(measured.summaries[0].dropped.keys).isSubset(of: [.overflow]))
      if learningRate == 1e38 { #expect(measured.summaries[0].dropped[.overflow] == 12) }
    }
  }

  private func isFinite(_ cell: Cell) -> Bool {
    if case .number(let number) = cell { return number.isFinite }
    return false
  }

  @Test func publishedFormulasDropNothing() throws {
    let subject = try Subject.Kind.linear()
    let weights = subject.run.weights.map { Tensor($0.shape, scalars: $0.scalars.map { $0 * 3000 }) }
    let measured = try measurement(
      subject.network, weights, subject.points,
      MeasurementOptions(distances: [.publishedKL, .publishedL2, .publishedL1], averages: [.mean]))
    #expect(measured.summaries[0].dropped.isEmpty)
    #expect(try measured.averages.numbers(in: "value").allSatisfy { $0.isFinite })
  }

  @Test func causesHaveNames() {
    #expect(DropCause.allCases.map(\.rawValue) == ["fitted exactly", "gate off", "rounding", "overflow"])
  }
}
