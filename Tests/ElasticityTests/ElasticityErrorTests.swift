import Autodiff
import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tensor
import Testing
import Training

@Suite struct ElasticityErrorTests {
  private func error(
    _ subject: Subject, sources: Dataset? = nil, probes: Dataset? = nil, weights: [Tensor]? = nil,
    loss: Loss = .crossEntropy, _ options: MeasurementOptions = MeasurementOptions()
  ) -> ElasticityError? {
    do throws(ElasticityError) {
      _ = try Measurement(
        network: subject.network, weights: weights ?? subject.run.weights, loss: loss,
        classes: subject.points.classNames,
        context: MeasurementContext(run: "r", seed: Seed(1), epoch: 0, step: 0, loss: nil, accuracy: nil),
        sources: sources ?? subject.points, probes: probes ?? subject.points, options: options,
        workers: Workers(count: 2))
      return nil
    } catch { return error }
  }

  private func expect(_ found: ElasticityError?, _ expected: ElasticityError, _ sentence: String) {
    #expect(found == expected)
    #expect(found?.description == sentence)
  }

  @Test func morePairsThanAreKept() throws {
    let subject = try Subject.Kind.mlp()
    let many = try subject.points.subset(rows: (0..<1200).map { $0 % subject.points.count })
    let options = MeasurementOptions(distances: [.logits])
    #expect(throws: ElasticityError.tooManyPairs(sources: 1200, probes: 1200, most: 1_000_000)) {
      try subject.measurement(sources: many, probes: many, options)
    }
  }

  @Test func noPoints() throws {
    let subject = try Subject.Kind.mlp()
    let none = try subject.points.subset(rows: [])
    expect(
      error(subject, sources: none), .noSources, "there is no source to take a step at: pick points first")
    expect(error(subject, probes: none), .noProbes, "there is no probe to watch: pick points first")
  }

  @Test func pointsOfAnotherShape() throws {
    let subject = try Subject.Kind.mlp()
    let wide = try Dataset.mixture(
      classes: 3, perClass: 4, dimensions: 7, separation: 2, noise: 1, seed: Seed(1))
    let end = "are samples of 7, the network takes 6: load them with the same options as the training data"
    for (what, found) in [
      ("sources", error(subject, sources: wide)), ("probes", error(subject, probes: wide)),
    ] {
      expect(
        found,
        .otherShape(what: what, network: SampleShape(channels: 6), found: SampleShape(channels: 7)),
        "the \(what) \(end)")
    }
  }

  @Test func pointsOfOtherClasses() throws {
    let subject = try Subject.Kind.mlp()
    var other = subject.points
    other.classNames = ["a", "b", "c"]
    expect(
      error(subject, probes: other),
      .otherClasses(what: "probes", network: ["0", "1", "2"], found: ["a", "b", "c"]),
      "the probes have the classes a, b, c, the network was trained on 0, 1, 2")
  }

  @Test func distancesThatNeedClasses() throws {
    let subject = try Subject.Kind.mlp()
    for distance in Distance.allCases {
      let found = error(
        subject, loss: .meanSquaredError, MeasurementOptions(distances: [distance], averages: [.mean]))
      #expect(found == (distance.needsClasses ? .needsClasses(distance: distance) : nil))
    }
    #expect(
      ElasticityError.needsClasses(distance: .sqrtKL).description
        == "distance 'sqrt_kl' needs class probabilities; a regression has 'output' and 'loss'")
  }

  @Test(arguments: [0, -1e-3, Double.nan, Double.infinity])
  func learningRatesThatAreNone(_ rate: Double) throws {
    let subject = try Subject.Kind.mlp()
    for update in [
      UpdateRule.sgd(learningRate: rate), .adamFresh(learningRate: rate), .biasOnly(learningRate: rate),
    ] {
      guard case .needsLearningRate(update.name, _)? = error(subject, MeasurementOptions(updates: [update]))
      else {
        Issue.record("\(update) was taken")
        continue
      }
    }
    #expect(
      ElasticityError.needsLearningRate(update: "sgd", value: -1).description
        == "sgd needs a positive lr, not -1.0: sgd(lr=1e-3)")
  }

  @Test func emptyLists() throws {
    let subject = try Subject.Kind.mlp()
    for (what, options) in [
      ("updates", MeasurementOptions(updates: [])), ("distances", MeasurementOptions(distances: [])),
      ("averages", MeasurementOptions(averages: [])), ("controls", MeasurementOptions(controls: [])),
    ] {
      expect(
        error(subject, options), .nothingToMeasure(what: what),
        "the list of \(what) is empty: name at least one")
    }
  }

  @Test func aNetworkWithoutOutputBias() throws {
    let data = try Subject.clouds()
    let run = try Run(
      Model(.mlp(widths: [4]), bias: false), on: data, optimizer: .sgd(learningRate: 0.1),
      options: TrainingOptions(batch: 10, seed: Seed(1)), workers: .all)
    let expected = ElasticityError.noOutputBias(model: "mlp")
    #expect(throws: expected) {
      try Measurement(
        of: run, name: "r", sources: data.subset(rows: [1]), probes: data.subset(rows: [2]),
        options: MeasurementOptions(controls: [.biasOnly]), workers: .all)
    }
    #expect(expected.description == "mlp has no bias in its last layer: bias_only has nothing to move")
  }

  @Test(arguments: [
    UpdateRule.sgd(learningRate: 1e-3), .adamFresh(learningRate: 1e-4), .biasOnly(learningRate: 1e-3),
  ])
  func predictionsThatAreNotFinite(_ update: UpdateRule) throws {
    let subject = try Subject.Kind.mlp()
    let diverged = subject.run.weights.map { Tensor($0.shape, repeating: .infinity) }
    expect(
      error(subject, weights: diverged, MeasurementOptions(updates: [update])), .notFinite(sample: 0),
      "the network predicts NaN or infinity at sample 0: its weights have diverged, nothing can be measured")
    // One bad sample among more than one batch of probes is found under its own number.
    var probes = try Subject.clouds()
    probes.samples[flat: 70 * 6 + 2] = .nan
    #expect(error(subject, probes: probes, MeasurementOptions(updates: [update])) == .notFinite(sample: 70))
    var sources = subject.points
    sources.samples[flat: 5 * 6] = .infinity
    #expect(error(subject, sources: sources, MeasurementOptions(updates: [update])) == .notFinite(sample: 5))
  }
}
