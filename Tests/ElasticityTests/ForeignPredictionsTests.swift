import Datasets
import Elasticity
import Kernels
import Random
import Tables
import TestSupport
import Testing

@Suite struct ForeignPredictionsTests {
  private static let context = MeasurementContext(
    run: "given", seed: Seed(5), epoch: 0, step: 0, loss: nil, accuracy: nil)

  private func arrays(_ subject: Subject, _ update: UpdateRule) throws -> (NPYArray, NPYArray, NPYArray) {
    let responses = try subject.responses(update: update)
    let n = subject.points.count
    let before = responses[0].probes.flatMap(\.z)
    let after = responses.flatMap { $0.probes.flatMap { zip($0.z, $0.delta).map(+) } }
    return (
      NPYArray([n, 3], .float64(before)), NPYArray([n, n, 3], .float64(after)),
      NPYArray([n], .int64(subject.points.labels.map(Int64.init)))
    )
  }

  /// The engine's own predictions, written out and measured as if they came from elsewhere.
  @Test func predictionsFromElsewhereGiveTheSameNumbers() throws {
    let subject = try Subject.Kind.mlp()
    let distances: [Distance] = [.logits, .l2, .kl, .publishedKL, .publishedL2]
    let (before, after, labels) = try arrays(subject, .sgd(learningRate: 1e-2))
    let given = try Measurement(
      of: ForeignPredictions(before: before, after: after, labels: labels, sources: nil),
      context: Self.context,
      options: MeasurementOptions(distances: distances), workers: Workers(count: 1))
    let own = try subject.measurement(
      MeasurementOptions(updates: [.sgd(learningRate: 1e-2)], distances: distances))
    #expect(given.averages.rowCount == own.averages.rowCount)
    // Four samples a class have no interval.
    for name in ["value", "n", "sources", "probes"] {
      for (a, b) in zip(try given.averages.numbers(in: name), try own.averages.numbers(in: name)) {
        #expect(abs(a - b) <= 1e-6 * max(abs(b), 1e-3), "\(name)")
      }
    }
    #expect(try given.averages.column(named: "update").levels == [.text("given")])
  }

  /// What rounding hides in float32 is there to be seen in float64.
  @Test(arguments: [false, true])
  func smallChangesCountAsFarAsTheirPrecisionShowsThem(isSingle: Bool) throws {
    func array(_ dimensions: [Int], _ values: [Double]) -> NPYArray {
      NPYArray(dimensions, isSingle ? .float32(values.map(Float.init)) : .float64(values))
    }
    let old = [1.0, 0.5, -1, 0.25, 2, 0, -0.5, 1, 3]
    let after = (1...3).flatMap { source in old.indices.map { old[$0] + 1e-9 * Double(source * ($0 % 4)) } }
    let measured = try Measurement(
      of: ForeignPredictions(
        before: array([3, 3], old), after: array([3, 3, 3], after), labels: NPYArray([3], .int64([0, 1, 2])),
        sources: nil),
      context: Self.context, options: MeasurementOptions(distances: [.logits]), workers: Workers(count: 1))
    for (n, dropped) in zip(
      try measured.averages.numbers(in: "n"), try measured.averages.numbers(in: "dropped"))
    {
      #expect(isSingle ? n == 0 : dropped == 0)
    }
  }

  /// The message names the file and the row, what is wrong there and what to do, never the weights of a network.
  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersThatAreNoneAreBlamedOnTheirFile(bad: Double) {
    let (n, c) = (4, 3)
    let old = (0..<n * c).map { Double($0 % 5) }
    let new = (0..<n * n * c).map { Double($0 % 7) }
    func message(
      _ before: [Double], _ after: [Double], _ labels: [Double] = [0, 1, 2, 0], _ sources: [Double]? = nil
    )
      -> String
    {
      do {
        _ = try ForeignPredictions(
          before: NPYArray([n, c], .float64(before)), after: NPYArray([n, n, c], .float64(after)),
          labels: NPYArray([n], .float64(labels)), sources: sources.map { NPYArray([n], .float64($0)) }
        ) { "'\($0).npy'" }
        return "no error"
      } catch {
        return error.description
      }
    }
    #expect(message(old, new) == "no error")
    for (source, probe, output) in [(0, 0, 0), (2, 3, 1), (3, 3, 2)] {
      var (before, after) = (old, new)
      before[probe * c + output] = bad
      after[(source * n + probe) * c + output] = bad
      let place = "probe \(probe), class \(output), counted from 0: "
      let first = message(before, new)
      #expect(
        first.hasPrefix("'before.npy' holds NaN or infinity at \(place)")
          && first.contains("write the file anew"))
      let second = message(old, after)
      #expect(second.hasPrefix("'after.npy' holds NaN or infinity at source \(source), \(place)"))
      #expect(second.contains("smaller step") && !second.contains("weights"))
    }
    for wrong in [bad, 3, -1, 0.5] {
      let found = message(old, new, [0, 1, wrong, 0])
      #expect(found == "'labels.npy' has \(wrong) in row 2, counted from 0, which is not a class from 0 to 2")
    }
    #expect(message(old, new, [0, 1, 2, 0], [0, 1, 2, 4]).contains("'sources.npy' has 4.0 in row 3"))
  }

  @Test func fewerSourcesThanProbesAreNamed() throws {
    let subject = try Subject.Kind.mlp()
    let (before, after, labels) = try arrays(subject, .sgd(learningRate: 1e-2))
    guard case .float64(let values) = after.elements else { return }
    let n = subject.points.count
    let two = NPYArray([2, n, 3], .float64(Array(values[3 * n * 3..<5 * n * 3])))
    #expect(throws: ElasticityError.self) {
      try ForeignPredictions(before: before, after: two, labels: labels, sources: nil)
    }
    let predictions = try ForeignPredictions(
      before: before, after: two, labels: labels, sources: NPYArray([2], .int64([3, 4])))
    let measured = try Measurement(
      of: predictions, context: Self.context,
      options: MeasurementOptions(distances: [.logits], includesSelf: true, keepsPairs: true),
      workers: Workers(count: 1))
    let pairs = try #require(measured.pairs)
    let own = try pairs.filtered("source_id", equals: .number(3)).filtered("probe_id", equals: .number(3))
    #expect(try own.numbers(in: "value") == [1])
  }

  @Test func whatDoesNotFitTogetherIsRefused() throws {
    let flat = NPYArray([4], .float32([1, 2, 3, 4]))
    let before = NPYArray([2, 2], .float32([1, 2, 3, 4]))
    let after = NPYArray([2, 2, 2], .float32([1, 2, 3, 4, 5, 6, 7, 8]))
    let labels = NPYArray([2], .int64([0, 1]))
    let wrong: [(NPYArray, NPYArray, NPYArray, NPYArray?)] = [
      (flat, after, labels, nil), (before, before, labels, nil), (before, after, flat, nil),
      (before, after, NPYArray([2], .int64([0, 2])), nil),
      (before, after, labels, NPYArray([2], .int64([0, 9]))),
      (NPYArray([2, 2], .float32([1, .nan, 3, 4])), after, labels, nil),
      (before, NPYArray([2, 2, 2], .float32([1, 2, 3, 4, 5, 6, 7, .infinity])), labels, nil),
    ]
    for (before, after, labels, sources) in wrong {
      #expect(throws: ElasticityError.self) {
        try ForeignPredictions(before: before, after: after, labels: labels, sources: sources)
      }
    }
    let fine = try ForeignPredictions(before: before, after: after, labels: labels, sources: nil)
    #expect(throws: ElasticityError.needsNetwork(control: .biasOnly)) {
      try Measurement(
        of: fine, context: Self.context, options: MeasurementOptions(controls: [.biasOnly]),
        workers: Workers(count: 1))
    }
  }
}

/// Predictions tell to how many bits they were rounded, also in a wider number type.
@Suite struct PrecisionTests {
  private static let probes = 12

  /// float64 predictions of a step that changes them by `size`, and the same rounded to fewer bits.
  private func predictions(_ size: Double, bits: Int, seed: UInt64) -> (
    before: [Double], after: [Double], s: [Double]
  ) {
    let n = Self.probes
    let normals = RandomStream(Seed(seed), .data, object: "precision").normals(0..<UInt64(n * 3 + n * n * 3))
    let before = normals[..<(n * 3)].map { rounded(30 * $0, to: bits) }
    var (after, distances): ([Double], [Double]) = ([], [])
    for pair in 0..<n * n {
      var square = 0.0
      for c in 0..<3 {
        let old = before[pair % n * 3 + c]
        let change = size * normals[n * 3 + pair * 3 + c]
        after.append(rounded(old + change, to: bits))
        square += change * change
      }
      distances.append(square.squareRoot())
    }
    return (before, after, distances.indices.map { distances[$0] / distances[$0 / n * (n + 1)] })
  }

  private func rounded(_ x: Double, to bits: Int) -> Double {
    if bits == 53 || x == 0 { return x }
    let drop = UInt64(53 - bits)
    let half: UInt64 = 1 << (drop - 1)
    return Double(bitPattern: ((x.bitPattern &+ half) >> drop) << drop)
  }

  private func given(_ before: NPYArray, _ after: NPYArray) throws -> ForeignPredictions {
    try ForeignPredictions(
      before: before, after: after,
      labels: NPYArray([Self.probes], .int64((0..<Self.probes).map { Int64($0 % 3) })), sources: nil)
  }

  @Test(arguments: [53, 24, 11, 8], [0.5, 4, 32, 1000])
  func whatIsKeptIsRight(_ bits: Int, _ units: Double) throws {
    let n = Self.probes
    var size = 30 * units
    for _ in 0..<bits { size /= 2 }
    let (before, after, s) = predictions(size, bits: bits, seed: UInt64(bits))
    let wide = try given(NPYArray([n, 3], .float64(before)), NPYArray([n, n, 3], .float64(after)))
    #expect(wide.bits == bits)
    if bits <= 24 {
      let narrow = try given(
        NPYArray([n, 3], .float32(before.map(Float.init))),
        NPYArray([n, n, 3], .float32(after.map(Float.init))))
      #expect(narrow.bits == bits)
      let mixed = try given(
        NPYArray([n, 3], .float32(before.map(Float.init))),
        NPYArray([n, n, 3], .float64(after.map { $0 + 1e-3 })))
      #expect(mixed.bits <= 24)
    }
    let measured = try Measurement(
      of: wide,
      context: MeasurementContext(run: "given", seed: Seed(5), epoch: 0, step: 0, loss: nil, accuracy: nil),
      options: MeasurementOptions(distances: [.logits], includesSelf: true, keepsPairs: true),
      workers: Workers(count: 1))
    let values = try #require(measured.pairs).numbers(in: "value")
    var kept = 0
    for (found, right) in zip(values, s) where !found.isNaN {
      #expect(abs(found - right) <= 0.2 * right, "\(found), right \(right)")
      kept += 1
    }
    if units == 0.5 { #expect(kept == 0) }
    if units == 1000 { #expect(kept > n * n * 9 / 10) }
  }

  /// Round numbers fit every number type and hide nothing.
  @Test func roundNumbersAreExact() throws {
    let n = Self.probes
    let before = (0..<n * 3).map { Double($0 % 7 - 3) * 10 }
    let after = (0..<n * n * 3).map { before[$0 % (n * 3)] + Double($0 % 5) * 0.25 + 0.5 }
    let found = try given(NPYArray([n, 3], .float64(before)), NPYArray([n, n, 3], .float64(after)))
    #expect(found.bits == 53)
  }
}
