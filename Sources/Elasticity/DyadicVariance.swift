/// What each pair does to a statistic, to first order: u[i, j] on the scale on which its interval is symmetric.
struct PairInfluence: Sendable {
  /// The statistic on its working scale (a logarithm, a logit or itself).
  var value: Double
  /// The effect of each pair, sum 0; 0 outside of the group.
  var effects: [Double]
  /// The same factors times the two-way residual of each pair: the part that is neither source nor probe.
  var noise: [Double]
}

/// The classes of a matrix of pairs with the factors that small samples need.
struct DyadicDesign: Sendable {
  let matrix: PairMatrix
  let classes: Int
  /// How many sources and probes of each class have a pair.
  let sourceCounts: [Int]
  let probeCounts: [Int]
  /// For each block (class of source, class of probe), row by row: F₁ = 1 + (o/√(nm)) / max(√(nm) − 2, 1), which is
  /// (n − 1)/(n − 2) for a class with itself, and F₂ = (nm − o) / max(nm − o − n − m + 1, 1).
  let f1: [Double]
  let f2: [Double]
  /// The pairs of a sample with another one, where they were kept.
  let pairs: [Bool]
  let isSource: [Bool]
  let isProbe: [Bool]
  /// Whether some sample is source and probe.
  let sharesSamples: Bool

  init(_ matrix: PairMatrix) {
    self.matrix = matrix
    let columns = matrix.probes
    var pairs = matrix.support()
    for (row, column) in matrix.ownColumns.enumerated() where column >= 0 {
      pairs[row * columns + column] = false
    }
    var (isSource, isProbe) = (
      [Bool](repeating: false, count: matrix.sources), [Bool](repeating: false, count: columns)
    )
    for place in pairs.indices where pairs[place] {
      isSource[place / columns] = true
      isProbe[place % columns] = true
    }
    let classes = 1 + max(matrix.sourceClasses.max() ?? 0, matrix.probeClasses.max() ?? 0)
    var (n, m) = ([Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes))
    var shared = [Double](repeating: 0, count: classes * classes)
    for i in isSource.indices where isSource[i] {
      n[matrix.sourceClasses[i]] += 1
      let own = matrix.ownColumns[i]
      if own >= 0, isProbe[own] { shared[matrix.sourceClasses[i] * classes + matrix.probeClasses[own]] += 1 }
    }
    for j in isProbe.indices where isProbe[j] { m[matrix.probeClasses[j]] += 1 }
    var (f1, f2) = (shared, shared)
    for c in 0..<classes {
      for d in 0..<classes {
        let (rows, columns, o) = (Double(n[c]), Double(m[d]), shared[c * classes + d])
        let root = max((rows * columns).squareRoot(), 1)
        f1[c * classes + d] = 1 + (o / root) / max(root - 2, 1)
        let count = rows * columns - o
        f2[c * classes + d] = count / max(count - rows - columns + 1, 1)
      }
    }
    (self.classes, sourceCounts, probeCounts) = (classes, n, m)
    (self.f1, self.f2, self.pairs, self.isSource, self.isProbe) = (f1, f2, pairs, isSource, isProbe)
    sharesSamples = shared.contains { $0 > 0 }
  }

  func block(_ i: Int, _ j: Int) -> Int { matrix.sourceClasses[i] * classes + matrix.probeClasses[j] }

  /// What is left of each pair after the means of its source and of its probe in their block of classes; four sweeps,
  /// because the missing diagonal couples rows and columns.
  func residuals(_ x: [Double], on support: [Bool]) -> [Double] {
    let (rows, columns) = (matrix.sources, matrix.probes)
    var counts = (
      row: [Double](repeating: 0, count: rows * classes),
      column: [Double](repeating: 0, count: columns * classes)
    )
    var result = x
    for i in 0..<rows {
      for j in 0..<columns {
        guard support[i * columns + j] else {
          result[i * columns + j] = 0
          continue
        }
        counts.row[i * classes + matrix.probeClasses[j]] += 1
        counts.column[j * classes + matrix.sourceClasses[i]] += 1
      }
    }
    func sweep(_ counts: [Double], _ group: (Int, Int) -> Int) {
      var means = [Double](repeating: 0, count: counts.count)
      for i in 0..<rows {
        for j in 0..<columns where support[i * columns + j] { means[group(i, j)] += result[i * columns + j] }
      }
      for g in means.indices where counts[g] > 0 { means[g] /= counts[g] }
      for i in 0..<rows {
        for j in 0..<columns where support[i * columns + j] { result[i * columns + j] -= means[group(i, j)] }
      }
    }
    for _ in 0..<4 {
      sweep(counts.row) { i, j in i * classes + matrix.probeClasses[j] }
      sweep(counts.column) { i, j in j * classes + matrix.sourceClasses[i] }
    }
    return result
  }
}

/// A statistic as a sum over sources, probes and pairs, which can be averaged over runs of the same samples.
struct Linearization: Sendable {
  /// Σ_j F₁ u[i, j], less its mean in the class, times √(n/(n − 1)).
  var rows: [Double]
  var columns: [Double]
  /// √F₂ times the noise of each pair, and that times √(2 F₁² − 1).
  var noise: [Double]
  var scaledNoise: [Double]

  init(_ influence: PairInfluence, _ design: DyadicDesign, on support: [Bool]) {
    let matrix = design.matrix
    let columnCount = matrix.probes
    rows = [Double](repeating: 0, count: matrix.sources)
    columns = [Double](repeating: 0, count: columnCount)
    (noise, scaledNoise) = (influence.noise, influence.noise)
    let roots = design.f2.map { $0.squareRoot() }
    let scales = design.f1.map { max(2 * $0 * $0 - 1, 1).squareRoot() }
    var (hasRow, hasColumn) = (rows.map { _ in false }, columns.map { _ in false })
    for i in 0..<matrix.sources {
      for j in 0..<columnCount where support[i * columnCount + j] {
        let (place, block) = (i * columnCount + j, design.block(i, j))
        hasRow[i] = true
        guard design.pairs[place] else {
          // A pair of a sample with itself is one number of one sample.
          rows[i] += influence.effects[place]
          continue
        }
        hasColumn[j] = true
        let effect = design.f1[block] * influence.effects[place]
        rows[i] += effect
        columns[j] += effect
        noise[place] *= roots[block]
        scaledNoise[place] = noise[place] * scales[block]
      }
    }
    Linearization.center(&rows, matrix.sourceClasses, hasRow, design.sourceCounts)
    Linearization.center(&columns, matrix.probeClasses, hasColumn, design.probeCounts)
  }

  private init(rows: [Double], columns: [Double], noise: [Double], scaledNoise: [Double]) {
    (self.rows, self.columns, self.noise, self.scaledNoise) = (rows, columns, noise, scaledNoise)
  }

  /// Subtracts the mean in each class over those with pairs.
  private static func center(
    _ sums: inout [Double], _ labels: [Int], _ isThere: [Bool], _ counts: [Int]
  ) {
    var (totals, members) = (counts.map { _ in 0.0 }, counts.map { _ in 0.0 })
    for k in sums.indices where isThere[k] {
      totals[labels[k]] += sums[k]
      members[labels[k]] += 1
    }
    for k in sums.indices where isThere[k] {
      let (c, n) = (labels[k], Double(counts[labels[k]]))
      sums[k] = (sums[k] - totals[c] / members[c]) * (n / max(n - 1, 0.5)).squareRoot()
    }
  }

  /// The mean over runs whose matrices have the same samples.
  static func mean(_ runs: [Linearization]) -> Linearization {
    guard runs.count > 1 else { return runs[0] }
    func mean(_ part: KeyPath<Linearization, [Double]>) -> [Double] {
      var sums = runs[0][keyPath: part]
      for run in runs.dropFirst() {
        for (k, number) in run[keyPath: part].enumerated() { sums[k] += number }
      }
      return sums.map { $0 / Double(runs.count) }
    }
    return Linearization(
      rows: mean(\.rows), columns: mean(\.columns), noise: mean(\.noise), scaledNoise: mean(\.scaledNoise))
  }
}

/// The variance of a statistic of dyadic data over new samples of the same classes, with its degrees of freedom.
///
/// Source and probe sums of one sample are added before they are squared; what that counts of the pairs' own noise twice
/// is taken away again (Fafchamps & Gubert 2007; Cameron & Miller 2014), with the factors that 5 to 20 samples a class
/// need and the degrees of freedom of Satterthwaite (1946).
struct DyadicVariance: Sendable {
  var variance: Double
  var freedom: Double
  /// What each sample does to the statistic: sources first, then probes that are no source.
  var samples: [Double]
  /// The part of sources and probes, and that of single pairs, which fall with the samples and with their square.
  var ofSamples: Double
  var ofPairs: Double

  init(_ sum: Linearization, _ design: DyadicDesign) {
    let matrix = design.matrix
    let classes = design.classes
    // Strata: samples in both roles, sources only, probes only, each by class.
    var squares = [Double](repeating: 0, count: 3 * classes)
    var freedoms = squares
    var floors = squares
    var samples: [Double] = []
    func add(_ effect: Double, _ stratum: Int, _ members: Int) {
      samples.append(effect)
      squares[stratum] += effect * effect
      freedoms[stratum] += Double(members - 1) / Double(members)
      floors[stratum] = Double(members - 1)
    }
    for i in 0..<matrix.sources where design.isSource[i] {
      let (c, own) = (matrix.sourceClasses[i], matrix.ownColumns[i])
      let isBoth = own >= 0 && design.isProbe[own]
      add(
        sum.rows[i] + (isBoth ? sum.columns[own] : 0), isBoth ? c : classes + c, design.sourceCounts[c])
    }
    for j in 0..<matrix.probes where design.isProbe[j] {
      let (d, own) = (matrix.probeClasses[j], matrix.ownRows[j])
      if own < 0 || !design.isSource[own] { add(sum.columns[j], 2 * classes + d, design.probeCounts[d]) }
    }
    self.samples = samples
    let total = squares.reduce(0, +)
    var (q, most, least) = (0.0, 0.0, Double.infinity)
    let used = squares.indices.filter { squares[$0] > 1e-12 * total && floors[$0] > 0 }
    for s in used {
      q += squares[s] * squares[s] / freedoms[s]
      most += freedoms[s]
      least = min(least, floors[s])
    }
    let (pairs, scaled) = (
      DyadicVariance.pairSum(sum.noise, matrix), DyadicVariance.pairSum(sum.scaledNoise, matrix)
    )
    let rest = total - scaled
    (ofSamples, ofPairs) = (max(rest - pairs, 0), pairs)
    variance = max(rest, 0.45 * total + 0.1 * pairs)
    let freed = (rest >= total / 2 ? rest * rest : total * total) / max(q, 1e-300)
    // One class with itself: what is left after a subtraction has fewer degrees of freedom than samples.
    if used.count == 1 { least *= 0.6 }
    freedom = q > 0 ? min(max(freed, least), max(most, least)) : 1
  }

  /// Σ over pairs of samples of (z_ij + z_ji)², or of z_ij² where the two have no pair the other way round.
  private static func pairSum(_ z: [Double], _ matrix: PairMatrix) -> Double {
    let columns = matrix.probes
    var sum = 0.0
    for i in 0..<matrix.sources {
      let back = matrix.ownColumns[i]
      for j in 0..<columns {
        let here = z[i * columns + j]
        guard here != 0 else { continue }
        let row = matrix.ownRows[j]
        sum += here * (here + (back >= 0 && row >= 0 ? z[row * columns + back] : 0))
      }
    }
    return sum
  }
}
