import Datasets
import Elasticity
import Kernels
import Network
import Random
import Synchronization
import Tables
import Tensor
import Testing
import Training

@Suite struct MeasurementTests {
  /// A training that is watched is the training that is not, to the bit.
  @Test(arguments: [Subject.Kind.mlp, .resnet18])
  func measuringLeavesTheRunAlone(_ kind: Subject.Kind) throws {
    let subject = try kind()
    var (plain, watched) = (subject.run, subject.run)
    let options = MeasurementOptions(
      updates: [.sgd(learningRate: 1), .adamFresh(learningRate: 1e-2)], distances: Distance.allCases,
      controls: Control.allCases, keepsPairs: true)
    for step in 0..<12 {
      if step % 4 == 0 {
        _ = try Measurement(
          of: watched, name: "w", sources: subject.points, probes: subject.points, options: options,
          workers: Workers(count: 2))
        #expect(watched.weights == plain.weights && watched.state == plain.state)
      }
      try plain.advance(workers: Workers(count: 2))
      try watched.advance(workers: Workers(count: 2))
    }
    #expect(
      plain.weights == watched.weights && plain.state == watched.state && plain.history == watched.history)
    #expect(plain.epoch == watched.epoch && plain.batchInEpoch == watched.batchInEpoch)
  }

  /// 3 × 20 points: 380 pairs of two different samples in each same-class cell, 400 in the others.
  @Test func selfPairsAreLeftOutUnlessAskedFor() throws {
    let subject = try Subject.Kind.mlp()
    let points = try subject.run.data.subset(rows: subject.run.data.pickedRows(perClass: 20, seed: Seed(2)))
    for includesSelf in [false, true] {
      let measured = try subject.measurement(
        sources: points, probes: points,
        MeasurementOptions(distances: [.l2], averages: [.mean], includesSelf: includesSelf, keepsPairs: true))
      let table = measured.averages
      #expect(table.rowCount == 9)
      let same = try table.filtered("same", equals: .flag(true))
      #expect(try same.numbers(in: "n") == [Double](repeating: includesSelf ? 400 : 380, count: 3))
      let other = try table.filtered("same", equals: .flag(false))
      #expect(try other.numbers(in: "n") == [Double](repeating: 400, count: 6))
      #expect(try table.numbers(in: "dropped") == [Double](repeating: 0, count: 9))
      #expect(measured.pairs?.rowCount == (includesSelf ? 3600 : 3540))
      #expect(measured.summaries.map(\.sources) == [60] && measured.summaries.map(\.probes) == [60])
    }
  }

  /// One update a source serves all probes, class pairs and distances.
  @Test func sixtyPointsCostSixtyUpdates() async {
    // A process of its own: the counter is shared by all tests.
    await #expect(processExitsWith: .success) {
      let subject = try Subject.Kind.mlp()
      let points = try subject.run.data.subset(rows: subject.run.data.pickedRows(perClass: 20, seed: Seed(2)))
      var oneClass = points
      oneClass.labels = points.labels.map { _ in 0 }
      func method(_ update: UpdateRule) -> Elasticity.Method {
        if case .adamFresh = update { .subtraction } else { .automatic }
      }
      func cost(_ update: UpdateRule, _ distances: [Distance], _ points: Dataset) throws -> Int {
        let before = Counters.multiplyAdds
        _ = try subject.measurement(
          sources: points, probes: points,
          MeasurementOptions(
            updates: [update], distances: distances, averages: [.mean], method: method(update)))
        return Counters.multiplyAdds - before
      }
      let forward = subject.network.tape.multiplyAdds
      for update in updates {
        let one = try cost(update, [.logits], points)
        #expect(try cost(update, [.logits], oneClass) == one)
        // Whatever the distances, one probe is predicted again.
        let all = try cost(update, Distance.allCases, points)
        #expect(all >= one && all <= one + 60 * 4 * forward)
      }
      // Adam by subtraction: base of the probes and eight null steps of them, forward and backward of the sources, and for
      // each source its weight gradient and its probes. Then again, by differences of two samples: the gradient, what they
      // begin with, and two products for each layer but the first, whose input stands still.
      let (backward, first) = (forward - 6 * 20, 6 * 20)
      let adam = try cost(updates[1], [.kl], points)
      let again = forward + 2 * forward + 2 * (2 * forward - first)
      #expect(
        adam == 9 * 60 * forward + 60 * (forward + backward) + 60 * (forward + 60 * forward) + 60 * again)
    }
  }

  /// The control permutes the classes of the probes and nothing else: recomputed from the pairs.
  @Test func shuffledClassesAreAPermutationOfTheProbes() throws {
    let subject = try Subject.Kind.mlp()
    let points = try subject.run.data.subset(rows: subject.run.data.pickedRows(perClass: 10, seed: Seed(2)))
    let measured = try subject.measurement(
      sources: points, probes: points,
      MeasurementOptions(
        distances: [.logits], averages: [.mean], controls: [.none, .shuffle], keepsPairs: true))
    let pairs = try #require(measured.pairs)
    let none = try pairs.filtered("control", equals: .text("none"))
    let shuffled = try pairs.filtered("control", equals: .text("shuffle"))
    for name in ["source_id", "probe_id", "d_source", "d_probe", "value"] {
      #expect(try none.numbers(in: name) == shuffled.numbers(in: name), "\(name)")
    }
    #expect(try none.column(named: "probe_class") != shuffled.column(named: "probe_class"))
    let ids = points.indices
    var classOf: [Double: Set<Cell>] = [:]
    for row in 0..<shuffled.rowCount {
      classOf[try shuffled.numbers(in: "probe_id")[row], default: []].insert(
        try shuffled.cell(row, "probe_class"))
    }
    #expect(classOf.count == ids.count && classOf.values.allSatisfy { $0.count == 1 })
    let counts = Dictionary(grouping: classOf.values.compactMap(\.first)) { $0 }.mapValues(\.count)
    #expect(counts.values.allSatisfy { $0 == 10 } && counts.count == 3)
    // Same − other shrinks to what chance leaves.
    func gap(_ control: String) throws -> Double {
      let table = try measured.averages.filtered("control", equals: .text(control))
      let same = try table.filtered("same", equals: .flag(true)).numbers(in: "value").reduce(0, +) / 3
      return same - (try table.filtered("same", equals: .flag(false)).numbers(in: "value").reduce(0, +) / 6)
    }
    let (left, whole) = (try gap("shuffle"), try gap("none"))
    #expect(abs(left) < 0.4 * abs(whole), "\(left) of \(whole)")
  }

  /// Two updates with one lr have the same control; it stands once for each, with the same numbers.
  @Test func aControlStandsOnceForEachUpdateThatItControls() throws {
    let subject = try Subject.Kind.mlp()
    let updates: [UpdateRule] = [.sgd(learningRate: 1e-3), .adamFresh(learningRate: 1e-3)]
    let measured = try subject.measurement(
      MeasurementOptions(
        updates: updates, distances: [.kl], controls: [.biasOnly, .none, .shuffle], keepsPairs: true))
    for table in [measured.averages, try #require(measured.pairs)] {
      for control in ["bias_only", "shuffle"] {
        let rows = try table.filtered("control", equals: .text(control))
        #expect(try rows.column(named: "controls").levels == [.text("sgd"), .text("adam_fresh")])
      }
      let parts = try ["sgd", "adam_fresh"].map {
        try table.filtered("control", equals: .text("bias_only")).filtered("controls", equals: .text($0))
      }
      #expect(parts[0].rowCount > 0 && parts[0].rowCount == parts[1].rowCount)
      #expect(try parts[0].column(named: "value") == parts[1].column(named: "value"))
      #expect(try parts[1].column(named: "update").levels == [.text("bias_only")])
    }
    #expect(measured.summaries.map(\.controls) == updates.flatMap { [$0, nil, $0] })
  }

  @Test func rowsSayWhatWasMeasured() throws {
    let subject = try Subject.Kind.mlp()
    let measured = try subject.measurement(
      MeasurementOptions(
        updates: updates, distances: [.kl, .publishedKL], controls: [.none, .biasOnly], keepsPairs: true))
    let table = measured.averages
    #expect(table.columnNames == Table.Schema.averages.map(\.0))
    #expect(measured.pairs?.columnNames == Table.Schema.pairs.map(\.0))
    #expect(table.rowCount == 2 * 2 * 2 * 9 * 4)
    let last = try #require(subject.run.history.last)
    for (name, cell) in [
      ("run", Cell.text("r")), ("seed", .number(5)), ("step", .number(30)), ("epoch", .number(5)),
      ("loss", .number(last.loss)), ("accuracy", .number(last.accuracy)),
    ] { #expect(try table.filtered(name, equals: cell).rowCount == table.rowCount, "\(name)") }
    let bias = try table.filtered("control", equals: .text("bias_only"))
    let (names, rates) = (Set(try bias.column(named: "update").cells), Set(try bias.numbers(in: "update_lr")))
    #expect(names == [Cell.text("bias_only")] && rates == [1e-3, 1e-4])
    #expect(try bias.column(named: "controls").levels == updates.map { Cell.text($0.name) })
    #expect(
      try table.filtered("control", equals: .text("none")).column(named: "controls").levels == [.missing])
    #expect(measured.summaries.map(\.control) == [Control.none, .biasOnly, .none, .biasOnly])
    #expect(measured.summaries.map { $0.smallGradients != nil } == [false, false, true, false])
    #expect(
      measured.summaries.allSatisfy {
        $0.control == .biasOnly ? $0.selfCheck == nil : ($0.selfCheck ?? 1) < 2e-3
      })
  }

  /// D, sign and S of the pairs table fit together.
  @Test func pairsKeepDistancesAndSigns() throws {
    let subject = try Subject.Kind.cnn()
    let measured = try subject.measurement(
      MeasurementOptions(distances: [.loss, .margin, .logits], averages: [.mean], keepsPairs: true))
    let pairs = try #require(measured.pairs)
    let (d, own) = (try pairs.numbers(in: "d_probe"), try pairs.numbers(in: "d_source"))
    let (sign, value) = (try pairs.numbers(in: "sign"), try pairs.numbers(in: "value"))
    for row in d.indices {
      #expect(d[row] >= 0 && own[row] > 0 && [-1, 0, 1].contains(sign[row]))
      #expect(abs(value[row] - d[row] / own[row]) <= 1e-12 * value[row])
    }
    let logits = try pairs.filtered("distance", equals: .text("logits"))
    #expect(try logits.numbers(in: "sign").allSatisfy { $0 == 1 })
    let loss = try pairs.filtered("distance", equals: .text("loss"))
    let signs = Set(try loss.numbers(in: "sign"))
    #expect(signs == [-1, 1], "a step helps some samples and hurts others")
  }

  @Test(arguments: [0, 5])
  func aStoppedMeasurementIsNotKept(_ sources: Int) throws {
    let subject = try Subject.Kind.mlp()
    let calls = Mutex(0)
    let error = ElasticityError.interrupted(sourcesDone: sources, of: 12)
    #expect(throws: error) {
      try Measurement(
        of: subject.run, name: "r", sources: subject.points, probes: subject.points,
        options: MeasurementOptions(),
        workers: Workers(count: 1)
      ) {
        calls.withLock {
          $0 += 1
          return $0 > sources
        }
      }
    }
    #expect(error.description == "stopped after \(sources) of 12 sources; this measurement is not kept")
  }
}
