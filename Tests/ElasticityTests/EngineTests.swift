import Autodiff
import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tensor
import Testing
import Training

/// What must hold whatever the numbers are.
@Suite struct EngineTests {
  @Test(arguments: Subject.nets, updates)
  func everySampleIsOneToItself(_ kind: Subject.Kind, _ update: UpdateRule) throws {
    let responses = try kind().responses(update: update, distances: Distance.allCases)
    for distance in Distance.allCases where distance.isConsistent {
      let ratios = Ratios(responses, distance: distance)
      // D at the source and at its least probe from weights that round otherwise: rounding, and the margin's maximum.
      let check = try #require(ratios.selfCheck)
      #expect(check > 0 && check < RatioRow.tolerance, "\(distance): self-check \(check)")
    }
    #expect(Ratios(responses, distance: .publishedKL).selfCheck == nil)
  }

  /// An engine keeps predictions between measurements: the second one, of other probes, labels or updates, is that of a
  /// new engine.
  @Test(arguments: Subject.nets)
  func theSecondMeasurementIsThatOfANewEngine(_ kind: Subject.Kind) throws {
    let subject = try kind()
    let (network, weights) = (subject.network, subject.run.weights)
    func engine() -> ExactEngine {
      ExactEngine(
        network: network, weights: weights, loss: .crossEntropy, workers: Workers(count: 2),
        trainer: Trainer(optimizer: subject.run.optimizer, state: subject.run.state))
    }
    let points = subject.points
    var relabelled = points
    relabelled.labels = points.labels.map { ($0 + 1) % 3 }
    let few = try points.subset(rows: [7, 2, 4])
    let measurements: [(Dataset, Dataset, UpdateRule)] = [
      (points, points, .adamFresh(learningRate: 1e-3)), (points, points, .sgd(learningRate: 1e-3)),
      (few, points, .sgd(learningRate: 1e-3)), (few, points, .trainer(learningRate: 1e-3)),
      (points, points, .biasOnly(learningRate: 1e-3)), (relabelled, relabelled, .sgd(learningRate: 1e-3)),
      (points, few, .firstOrder), (few, few, .adamFresh(learningRate: 1e-3)),
      (points, points, .sgd(learningRate: 1e-3)),
    ]
    let kept = engine()
    for (sources, probes, update) in measurements {
      let distances: [Distance] = [.logits, .loss]
      let second = try kept.responses(sources: sources, probes: probes, update: update, distances: distances)
      let fresh = try engine().responses(
        sources: sources, probes: probes, update: update, distances: distances)
      for distance in distances {
        let (one, other) = (Ratios(second, distance: distance), Ratios(fresh, distance: distance))
        #expect(one.values.joined().map(\.bitPattern) == other.values.joined().map(\.bitPattern))
        #expect(one.selfCheck == other.selfCheck)
      }
    }
  }

  @Test(arguments: Subject.nets, updates)
  func permutedPointsGiveThePermutedMatrix(_ kind: Subject.Kind, _ update: UpdateRule) throws {
    let subject = try kind()
    var generator = RandomStream(Seed(9), .shuffle).generator()
    let order = generator.permutation(subject.points.count)
    let permuted = try subject.points.subset(rows: order)
    let base = try subject.responses(update: update).changes
    let probes = try subject.responses(probes: permuted, update: update).changes
    #expect(worstDifference(probes, base.map { row in order.map { row[$0] } }) < 1e-4)
    let sources = try subject.responses(sources: permuted, update: update).changes
    #expect(worstDifference(sources, order.map { base[$0] }) < 1e-4)
  }

  @Test(arguments: Subject.nets, updates)
  func duplicateProbesGiveEqualColumns(_ kind: Subject.Kind, _ update: UpdateRule) throws {
    let subject = try kind()
    let n = subject.points.count
    let doubled = try subject.points.subset(rows: Array(0..<n) + Array(0..<n))
    let changes = try subject.responses(probes: doubled, update: update).changes
    #expect(worstDifference(changes.map { Array($0[..<n]) }, changes.map { Array($0[n...]) }) < 1e-4)
  }

  /// Sources and probes alone, one pair at a time, and more probes than one tile holds.
  @Test(arguments: Subject.nets, updates)
  func aPairDoesNotDependOnItsCompany(_ kind: Subject.Kind, _ update: UpdateRule) throws {
    let subject = try kind()
    let n = subject.points.count
    let base = try subject.responses(update: update).changes
    for source in [0, 5, 11] {
      for probe in [0, 5, 8] {
        let alone = try subject.responses(
          sources: subject.points.subset(rows: [source]), probes: subject.points.subset(rows: [probe]),
          update: update)
        let error = zip(alone[0].probes[0].delta, base[source][probe]).map { abs($0 - $1) }.max() ?? .infinity
        let scale = base[source].joined().map(abs).max() ?? 0
        #expect(error < 1e-4 * scale, "\(source) -> \(probe)")
      }
    }
    let many = try subject.points.subset(rows: (0..<100).map { $0 % n })
    let tiled = try subject.responses(sources: subject.points.subset(rows: [3]), probes: many, update: update)
    #expect(worstDifference(tiled.changes, [(0..<100).map { base[3][$0 % n] }]) < 1e-4)
  }

  /// Probes from other data: the source's own change is still that of the source.
  @Test(arguments: updates)
  func probesMayLieApartFromSources(_ update: UpdateRule) throws {
    let subject = try Subject.Kind.mlp()
    let others = try Subject.clouds(perClass: 5, split: .test)
    let base = try subject.responses(update: update)
    let apart = try subject.responses(probes: others, update: update)
    #expect(apart.allSatisfy { $0.probes.count == 15 })
    for (a, b) in zip(apart, base) {
      let scale = b.own.delta.map(abs).max() ?? 0
      for (x, y) in zip(a.own.delta, b.own.delta) { #expect(abs(x - y) < 1e-4 * scale) }
    }
    let measured = try subject.measurement(
      probes: others, MeasurementOptions(updates: [update], distances: [.logits], averages: [.mean]))
    // Four sources with five probes in each pair of classes, none of them itself.
    #expect(try measured.averages.numbers(in: "n") == [Double](repeating: 20, count: 9))
  }

  /// Rows of the same file under the same preparation are the same samples, also when probes come in another order.
  @Test func aSourceIsFoundAmongItsProbes() throws {
    let subject = try Subject.Kind.mlp()
    let some = try subject.points.subset(rows: [7, 2, 9])
    let measured = try subject.measurement(
      sources: some, MeasurementOptions(distances: [.logits], averages: [.mean], keepsPairs: true))
    let pairs = try #require(measured.pairs)
    #expect(pairs.rowCount == 3 * 11)
    let ids = zip(try pairs.numbers(in: "source_id"), try pairs.numbers(in: "probe_id"))
    #expect(ids.allSatisfy { $0 != $1 })
  }

  @Test(arguments: Subject.nets, updates)
  func forcedMethodsAgree(_ kind: Subject.Kind, _ update: UpdateRule) throws {
    let subject = try kind()
    let large: UpdateRule =
      if case .sgd = update { .sgd(learningRate: 0.1) } else { update }
    let difference = try subject.responses(update: large, method: .difference).changes
    let subtraction = try subject.responses(update: large, method: .subtraction).changes
    let error = worstDifference(subtraction, difference)
    #expect(error < 1e-3, "\(error)")
    #expect(subtraction != difference)
    let automatic = try subject.responses(update: large).changes
    #expect(automatic == difference, "these networks are small")
  }

  /// A fresh Adam step on a network of millions of multiply-adds is large and dense: subtraction costs half and is good.
  @Test func largeNetworksSubtractAdamSteps() throws {
    let network = try Model(.resnet18(width: 64))
      .network(input: SampleShape(height: 32, width: 32, channels: 3), outputs: 3)
    let engine = ExactEngine(
      network: network, weights: [], loss: .crossEntropy, workers: Workers(count: 1))
    #expect(engine.subtracts(.adamFresh(learningRate: 1e-4), .automatic))
    #expect(!engine.subtracts(.sgd(learningRate: 1e-4), .automatic))
  }

  /// SGD's factors against the same step written out as a dense change of every weight.
  @Test(arguments: Subject.nets)
  func lowRankEqualsDense(_ kind: Subject.Kind) throws {
    let subject = try kind()
    let (network, weights, points) = (subject.network, subject.run.weights, subject.points)
    let found = try subject.responses(update: .sgd(learningRate: 1e-2)).changes
    let rows = Array(0..<points.count)
    var (base, backward) = (Activations(), Gradients())
    network.tape.evaluate(weights, points.batch(rows: rows), into: &base)
    network.tape.backpropagate(
      weights, base,
      outputGradient: Loss.crossEntropy.gradient(base.output, .classes(points.labels), scale: 1),
      into: &backward)
    var expected: [[[Double]]] = []
    for source in rows {
      let changes: [ParameterChange] = weights.indices.map { parameter in
        var gradient = Tensor(zeros: weights[parameter].shape)
        network.tape.parameterGradient(
          parameter, of: weights, base, backward, sample: source, into: &gradient)
        return .dense(Tensor(gradient.shape, scalars: gradient.scalars.map { -1e-2 * $0 }))
      }
      var differences = Differences()
      network.tape.difference(weights, changes: changes, base: base, into: &differences)
      expected.append(differences.output.rows)
    }
    #expect(worstDifference(found, expected) < 2e-5)
  }

  /// 62 % of the full network's weights only ever meet padding: what stands there must not matter.
  @Test(arguments: updates, [Elasticity.Method.difference, .subtraction])
  func deadTapsNeverMatter(_ update: UpdateRule, _ method: Elasticity.Method) throws {
    let subject = try Subject.Kind.resnet18()
    let network = subject.network
    var dead = 0
    let poisoned = zip(subject.run.weights, network.tape.liveRanges).map { weight, ranges in
      var result = Tensor(weight.shape, repeating: .nan)
      for range in ranges { for i in range { result[flat: i] = weight[flat: i] } }
      dead += weight.count - ranges.reduce(0) { $0 + $1.count }
      return result
    }
    #expect(dead == network.weightCount - network.liveWeightCount && dead > network.weightCount / 2)
    let clean = try subject.responses(update: update, method: method)
    let found = try subject.responses(update: update, method: method, weights: poisoned)
    #expect(found.changes == clean.changes)
    for distance in Distance.allCases { #expect(found.values(distance) == clean.values(distance)) }
  }

  @Test(arguments: Subject.nets, updates + [.biasOnly(learningRate: 1e-2)])
  func anyNumberOfThreadsGivesTheSameBits(_ kind: Subject.Kind, _ update: UpdateRule) throws {
    let subject = try kind()
    let options = MeasurementOptions(updates: [update], distances: Distance.allCases, keepsPairs: true)
    let one = try subject.measurement(options, workers: 1)
    for workers in [2, 3] {
      let many = try subject.measurement(options, workers: workers)
      #expect(many.averages == one.averages && many.pairs == one.pairs && many.summaries == one.summaries)
    }
  }
}
