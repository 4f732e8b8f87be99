import ArgumentParser
import Datasets
import Elasticity
import Elementary
import Kernels
import Random
import Simulation
import Tables

struct Permutations: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Size and power of the permutation test.",
    discussion:
      "Shares of p <= .05: without same/other difference, with classes that differ as sources and as probes, and with a difference."
  )

  @OptionGroup var common: Common

  func run() throws {
    let gaps = ["none": 0.3, "both": 0.3, "both-": 0.3, "logits": 0.1, "kl": 0.7]
    var failures: [String] = []
    var cells = 0
    print("C, samples a class, design, scenario | null: means auc geomean | class effects | power")
    for classes in [2, 3] {
      for size in [3, 5, 8, 20] {
        for scenario in PairScenario.all {
          guard let gap = gaps[scenario.name] else { continue }
          for isShared in [true, false] {
            var line = "\(classes) \(size) \(isShared ? "shared" : "apart ") \(scenario.name.padded(7))"
            for (kind, same, effect) in [("null", 0, 0), ("class effects", 0, 0.5), ("power", gap, 0)] {
              var law = scenario
              (law.same, law.other) = (same, 0)
              let shares = rejections(law, [Int](repeating: size, count: classes), isShared, effect)
              line += " | " + shares.map { $0.share.map(\.text) ?? "no p" }.joined(separator: " ")
              if kind == "power" { continue }
              for (place, share) in shares.enumerated() where share.given > 0 {
                // With class effects the means do differ between same and other pairs.
                if kind == "class effects", place == 0 { continue }
                cells += 1
                if Binomial.interval(share.rejected, of: share.given, coverage: 0.99).low > 0.07 {
                  failures.append("\(line): \(["means", "auc", "geomean"][place]) above .07")
                }
              }
            }
            print(line)
          }
        }
      }
    }
    try summarize(failures, cells)
  }

  private struct Share {
    var rejected = 0
    var given = 0
    var share: Double? { given > 0 ? Double(rejected) / Double(given) : nil }
  }

  private func rejections(_ law: PairScenario, _ sizes: [Int], _ isShared: Bool, _ effect: Double) -> [Share]
  {
    let stream = RandomStream(
      Seed(common.seed), .data, object: "permutations \(law.name) \(sizes) \(isShared) \(effect) \(law.same)")
    var found = [PermutationTest.PValues](repeating: PermutationTest.PValues(), count: common.tables)
    common.workers.forEach(of: &found) { table, p in
      var generator = stream.generator(UInt64(table))
      var matrix = law.table(sizes, isShared: isShared, using: &generator)
      if effect > 0 {
        let rows = sizes.map { _ in effect * generator.normal() }
        let columns = sizes.map { _ in effect * generator.normal() }
        let labels = (matrix.sourceClasses, matrix.probeClasses)
        let factors = rows.map { row in columns.map { exp(row + $0) } }
        matrix = matrix.mapValues { i, j, value in value * factors[labels.0[i]][labels.1[j]] }
      }
      p = PermutationTest.pValues(
        [matrix], runs: .samePoints,
        stream: RandomStream(Seed(common.seed), .permutation, object: "\(table)"))
    }
    return [\PermutationTest.PValues.means, \.auc, \.geomeans].map { path in
      let values = found.compactMap { $0[keyPath: path] }
      return Share(rejected: values.count { $0 <= 0.05 }, given: values.count)
    }
  }
}

struct Shuffles: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "A real matrix with shuffled labels: how often intervals and tests find a difference.",
    discussion:
      "Asked: at most .07. The folder holds b.npy [probe, class], a_NAME.npy [source, probe, class] and y.npy."
  )

  @OptionGroup var common: Common

  @Argument(help: "The folder of the predictions.")
  var folder: String

  @Option(help: "The names of the matrices: S is the distance logits of their predictions.")
  var names = ["logits", "kl"]

  func run() throws {
    var failures: [String] = []
    var cells = 0
    let before = try NPYArray(reading: "\(folder)/b.npy")
    let labels = try NPYArray(reading: "\(folder)/y.npy")
    for name in names {
      let predictions = try ForeignPredictions(
        before: before, after: NPYArray(reading: "\(folder)/a_\(name).npy"), labels: labels, sources: nil)
      let measurement = try Measurement(
        of: predictions,
        context: MeasurementContext(
          run: name, seed: Seed(common.seed), epoch: 0, step: 0, loss: nil, accuracy: nil),
        options: MeasurementOptions(distances: [.logits], averages: [.mean], keepsPairs: true),
        workers: common.workers)
      guard let pairs = measurement.pairs else { continue }
      let whole = try PairMatrix.matrices(of: pairs)[0]
      for isJoint in [true, false] {
        for perClass in [20, 8] {
          var line = "\(name), labels of \(isJoint ? "samples" : "probes alone"), \(perClass) a class:"
          for (what, rejected) in rejections(whole, isJoint: isJoint, perClass: perClass) {
            let interval = Binomial.interval(rejected, of: common.tables, coverage: 0.99)
            line += " \(what) \((Double(rejected) / Double(common.tables)).text)"
            cells += 1
            if interval.low > 0.07 { failures.append("\(line) above .07") }
          }
          print(line)
        }
      }
    }
    try summarize(failures, cells)
  }

  /// The numbers of shuffles in which each interval leaves its value without locality out, and each p is at most .05.
  private func rejections(_ whole: PairMatrix, isJoint: Bool, perClass: Int) -> [(String, Int)] {
    let stream = RandomStream(Seed(common.seed), .data, object: "shuffles \(isJoint) \(perClass)")
    let summaries: [(Locality, Double)] = [
      (.difference, 0), (.ratio, 1), (.lantk, 0.5), (.auc, 0.5), (.geomeanRatio, 1),
    ]
    var found = [[Bool]](repeating: [], count: common.tables)
    common.workers.forEach(of: &found) { shuffle, rejected in
      var generator = stream.generator(UInt64(shuffle))
      let chosen = whole.sample(perClass: perClass, using: &generator)
      let matrix = chosen.shuffled(isJoint: isJoint, using: &generator)
      let estimates = PairEstimates([matrix])
      rejected = summaries.map { summary, null in
        let estimate = estimates.locality(summary)
        guard let low = estimate.low, let high = estimate.high else { return false }
        return !(low <= null && null <= high)
      }
      let p = PermutationTest.pValues(
        [matrix], runs: .samePoints,
        stream: RandomStream(Seed(common.seed), .permutation, object: "\(shuffle)"))
      rejected += [p.means, p.auc, p.geomeans].map { ($0 ?? 1) <= 0.05 }
    }
    let names = summaries.map(\.0.rawValue) + ["p_labels", "p auc", "p geomean"]
    return names.enumerated().map { place, name in (name, found.count { $0[place] }) }
  }
}
