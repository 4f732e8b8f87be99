import Elementary

/// The statistics of one matrix of pairs with the effect of each pair on them.
struct PairInfluences: Sendable {
  let matrix: PairMatrix
  let design: DyadicDesign
  /// ln S of the pairs with S > 0, and whether a pair has one.
  let logarithms: [Double]
  let isPositive: [Bool]
  /// Two-way residuals of S and of ln S in each block of classes.
  private let residuals: [Double]
  private let logResiduals: [Double]

  init(_ matrix: PairMatrix) {
    self.matrix = matrix
    let design = DyadicDesign(matrix)
    let (logarithms, isPositive) = PairInfluences.logarithms(matrix)
    residuals = design.residuals(matrix.values, on: design.pairs)
    let positivePairs = zip(design.pairs, isPositive).map { $0 && $1 }
    logResiduals = design.residuals(logarithms, on: positivePairs)
    (self.design, self.isPositive, self.logarithms) = (design, isPositive, logarithms)
  }

  /// ln S of the pairs with S > 0, 0 elsewhere, and which these are.
  static func logarithms(_ matrix: PairMatrix) -> (logarithms: [Double], isPositive: [Bool]) {
    let isPositive = matrix.values.map { $0 > 0 && $0.isFinite }
    return (zip(matrix.values, isPositive).map { $1 ? log($0) : 0 }, isPositive)
  }

  /// The pairs of a group with S > 0.
  func positiveSupport(_ group: PairMatrix.Group) -> [Bool] {
    zip(matrix.support(group), isPositive).map { $0 && $1 }
  }

  /// An average as its definition says, on its own scale; nil without pairs, or for geomean without one of S > 0.
  func plain(_ average: Average, _ group: PairMatrix.Group) -> Double? {
    let support = matrix.support(group)
    switch average {
    case .mean: return PairInfluences.mean(matrix.values, support)?.mean
    case .geomean: return PairInfluences.mean(logarithms, positiveSupport(group)).map { exp($0.mean) }
    case .ratioOfMeans:
      let below = matrix.values.indices.map { matrix.denominators[$0 / matrix.probes] }
      let above = zip(matrix.values, below).map { $0 * $1 }
      guard let num = PairInfluences.mean(above, support), let den = PairInfluences.mean(below, support)
      else { return nil }
      return num.mean / den.mean
    case .median:
      let sorted = zip(matrix.values, support).compactMap { $1 ? $0 : nil }.sorted()
      guard !sorted.isEmpty else { return nil }
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  /// ln of a mean over all pairs of a group whose part on some of them is e^x: the others add what they have.
  func whole(_ average: Average, _ support: [Bool], lognormalPart part: [Bool], _ x: Double) -> Double {
    var (all, inside, outside) = (0.0, 0.0, 0.0)
    for place in support.indices where support[place] {
      let weight = average == .mean ? 1 : matrix.denominators[place / matrix.probes]
      all += weight
      if part[place] { inside += weight } else { outside += weight * matrix.values[place] }
    }
    return inside == all ? x : log((inside * exp(x) + outside) / all)
  }

  /// ln of the mean of S: u = (S − m)/(N m).
  func mean(_ group: PairMatrix.Group) -> PairInfluence? {
    let support = matrix.support(group)
    guard let (m, n) = PairInfluences.mean(matrix.values, support), m > 0 else { return nil }
    return PairInfluence(
      value: log(m), effects: centered(matrix.values, by: m, 1 / (n * m), support),
      noise: scaled(residuals, 1 / (n * m), support))
  }

  /// ln of the geometric mean of the S > 0: u = (ln S − mean)/N.
  func geomean(_ group: PairMatrix.Group) -> PairInfluence? { geomean(on: positiveSupport(group)) }

  func geomean(on support: [Bool]) -> PairInfluence? {
    guard let (m, n) = PairInfluences.mean(logarithms, support) else { return nil }
    return PairInfluence(
      value: m, effects: centered(logarithms, by: m, 1 / n, support),
      noise: scaled(logResiduals, 1 / n, support))
  }

  /// ln of mean D(x') over mean D(x): u = (S D/num − D/den)/N.
  func ratioOfMeans(_ group: PairMatrix.Group) -> PairInfluence? {
    let support = matrix.support(group)
    let columns = matrix.probes
    let below = support.indices.map { matrix.denominators[$0 / columns] }
    let above = zip(matrix.values, below).map { $0 * $1 }
    guard let (num, n) = PairInfluences.mean(above, support),
      let (den, _) = PairInfluences.mean(below, support),
      num > 0, den > 0
    else { return nil }
    let x = zip(above, below).map { $0 / num - $1 / den }
    return PairInfluence(
      value: log(num) - log(den), effects: scaled(x, 1 / n, support),
      noise: scaled(design.residuals(x, on: PairInfluences.both(support, design.pairs)), 1 / n, support))
  }

  /// The share of pairs at or below a number, which is what an interval by order statistics needs: u = (1[S ≤ s] − share)/N.
  func share(atMost number: Double, _ group: PairMatrix.Group) -> PairInfluence? {
    let support = matrix.support(group)
    let x = matrix.values.map { $0 <= number ? 1.0 : 0 }
    guard let (share, n) = PairInfluences.mean(x, support) else { return nil }
    return PairInfluence(
      value: share, effects: centered(x, by: share, 1 / n, support),
      noise: scaled(design.residuals(x, on: PairInfluences.both(support, design.pairs)), 1 / n, support))
  }

  /// ln of same over other, of two influences on logarithms.
  static func quotient(_ same: PairInfluence?, _ other: PairInfluence?) -> PairInfluence? {
    guard let same, let other else { return nil }
    return PairInfluence(
      value: same.value - other.value, effects: zip(same.effects, other.effects).map { $0 - $1 },
      noise: zip(same.noise, other.noise).map { $0 - $1 })
  }

  /// The logit of the probability that S ranks a probe of the source's class before one of another, the mean A over sources:
  /// u = W((pl − A_i) + (A_i − A)/2)/(A(1 − A)), pl the share of the source's pairs of the other kind that a pair wins
  /// against (placements). Also the share of sources with 0 < A_i < 1.
  func auc() -> (influence: PairInfluence, area: Double, undecided: Double)? {
    let columns = matrix.probes
    var placements = [Double](repeating: 0, count: matrix.values.count)
    var weights = placements
    var areas = [Double?](repeating: nil, count: matrix.sources)
    for i in 0..<matrix.sources {
      var (same, other): ([Int], [Int]) = ([], [])
      for j in 0..<columns where !matrix.values[i * columns + j].isNaN {
        if matrix.sourceClasses[i] == matrix.probeClasses[j] {
          same.append(i * columns + j)
        } else {
          other.append(i * columns + j)
        }
      }
      guard !same.isEmpty, !other.isEmpty else { continue }
      let sorted = (
        same: same.map { matrix.values[$0] }.sorted(), other: other.map { matrix.values[$0] }.sorted()
      )
      var sum = 0.0
      for place in same {
        placements[place] = PairInfluences.rank(matrix.values[place], sorted.other) / Double(other.count)
        weights[place] = 1 / Double(same.count)
        sum += placements[place]
      }
      for place in other {
        placements[place] = 1 - PairInfluences.rank(matrix.values[place], sorted.same) / Double(same.count)
        weights[place] = 1 / Double(other.count)
      }
      areas[i] = sum / Double(same.count)
    }
    let known = areas.compactMap(\.self)
    guard !known.isEmpty else { return nil }
    let count = Double(known.count)
    let area = known.reduce(0, +) / count
    let kept = min(max(area, 1e-6), 1 - 1e-6)
    let slope = 1 / (kept * (1 - kept) * count)
    let support = weights.map { $0 > 0 }
    let rests = design.residuals(placements, on: PairInfluences.both(support, design.pairs))
    var (effects, noise) = (placements, placements)
    for place in placements.indices {
      guard support[place], let own = areas[place / columns] else {
        (effects[place], noise[place]) = (0, 0)
        continue
      }
      let weight = weights[place] * slope
      effects[place] = weight * (placements[place] - own + (own - area) / 2)
      noise[place] = weight * rests[place]
    }
    let undecided = Double(known.count { $0 > 0 && $0 < 1 }) / count
    return (PairInfluence(value: log(kept) - log(1 - kept), effects: effects, noise: noise), area, undecided)
  }

  /// The pairs of sources with pairs of both kinds.
  var aucSupport: [Bool] {
    let (same, other) = (matrix.support(.same), matrix.support(.other))
    let columns = matrix.probes
    let hasBoth = (0..<matrix.sources).map { i in
      let row = i * columns..<(i + 1) * columns
      return same[row].contains(true) && other[row].contains(true)
    }
    return same.indices.map { hasBoth[$0 / columns] && (same[$0] || other[$0]) }
  }

  /// How many of ascending numbers lie below one, ties counted half.
  static func rank(_ value: Double, _ sorted: [Double]) -> Double {
    func count(_ isBefore: (Double) -> Bool) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(sorted[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return Double(count { $0 < value } + count { $0 <= value }) / 2
  }

  static func both(_ a: [Bool], _ b: [Bool]) -> [Bool] { zip(a, b).map { $0 && $1 } }

  private func centered(_ x: [Double], by m: Double, _ factor: Double, _ support: [Bool]) -> [Double] {
    x.indices.map { support[$0] ? (x[$0] - m) * factor : 0 }
  }

  private func scaled(_ x: [Double], _ factor: Double, _ support: [Bool]) -> [Double] {
    x.indices.map { support[$0] ? x[$0] * factor : 0 }
  }

  /// The mean over the pairs of a group with their number; nil without pairs.
  static func mean(_ x: [Double], _ support: [Bool]) -> (mean: Double, count: Double)? {
    var (sum, count) = (0.0, 0.0)
    for place in x.indices where support[place] {
      sum += x[place]
      count += 1
    }
    return count > 0 ? (sum / count, count) : nil
  }
}
