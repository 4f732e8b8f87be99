/// S of the pairs of one measurement under one distance, as a matrix [source, probe].
///
/// Pairs are dyadic data: each S belongs to a source and to a probe, and a sample may be both.
public struct PairMatrix: Sendable {
  /// S row by row; NaN where there is no pair or it was dropped.
  public let values: [Double]
  /// D(x) of each source with what a formula adds to it: S · D(x) is D(x') again.
  public let denominators: [Double]
  public let sourceClasses: [Int]
  public let probeClasses: [Int]
  /// For each source the column of the same sample; -1 if it is no probe.
  let ownColumns: [Int]
  /// For each probe the row of the same sample; -1 if it is no source.
  let ownRows: [Int]

  public var sources: Int { sourceClasses.count }
  public var probes: Int { probeClasses.count }

  /// - Parameter ownColumns: for each source the probe that is the same sample, if one is.
  /// - Precondition: `values` has sources · probes entries, the other lists one a source or probe; a probe belongs to at
  ///   most one source.
  public init(
    values: [Double], denominators: [Double], sourceClasses: [Int], probeClasses: [Int], ownColumns: [Int?]
  ) {
    precondition(
      values.count == sourceClasses.count * probeClasses.count && denominators.count == sourceClasses.count
        && ownColumns.count == sourceClasses.count, "a matrix of pairs with \(values.count) values")
    self.values = values
    self.denominators = denominators
    self.sourceClasses = sourceClasses
    self.probeClasses = probeClasses
    self.ownColumns = ownColumns.map { $0 ?? -1 }
    var rows = [Int](repeating: -1, count: probeClasses.count)
    for (row, column) in ownColumns.enumerated() {
      if let column { rows[column] = row }
    }
    ownRows = rows
  }

  /// The pairs from sources of one class to probes of another.
  public func block(_ sourceClass: Int, _ probeClass: Int) -> PairMatrix {
    let rows = sourceClasses.indices.filter { sourceClasses[$0] == sourceClass }
    let columns = probeClasses.indices.filter { probeClasses[$0] == probeClass }
    var places = [Int](repeating: -1, count: probes)
    for (place, column) in columns.enumerated() { places[column] = place }
    return PairMatrix(
      values: rows.flatMap { row in columns.map { values[row * probes + $0] } },
      denominators: rows.map { denominators[$0] }, sourceClasses: rows.map { sourceClasses[$0] },
      probeClasses: columns.map { probeClasses[$0] },
      ownColumns: rows.map { row in
        let column = ownColumns[row]
        return column >= 0 && places[column] >= 0 ? places[column] : nil
      })
  }

  /// The matrix with S changed where there is a pair, given its source and probe.
  public func mapValues(_ change: (_ source: Int, _ probe: Int, _ value: Double) -> Double) -> PairMatrix {
    let changed = values.enumerated().map { place, value in
      value.isNaN ? value : change(place / probes, place % probes, value)
    }
    return PairMatrix(
      values: changed, denominators: denominators, sourceClasses: sourceClasses, probeClasses: probeClasses,
      ownColumns: ownColumns.map { $0 < 0 ? nil : $0 })
  }

  /// The mean over runs of the same pairs, each S over the runs that have it.
  ///
  /// - Precondition: all matrices have the same samples in the same order, at least one of them.
  static func mean(_ runs: [PairMatrix]) -> PairMatrix {
    let first = runs[0]
    if runs.count == 1 { return first }
    func mean(_ count: Int, _ number: (PairMatrix, Int) -> Double) -> [Double] {
      (0..<count).map { i in
        let known = runs.map { number($0, i) }.filter { !$0.isNaN }
        return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
      }
    }
    return PairMatrix(
      values: mean(first.values.count) { $0.values[$1] },
      denominators: mean(first.sources) { $0.denominators[$1] }, sourceClasses: first.sourceClasses,
      probeClasses: first.probeClasses, ownColumns: first.ownColumns.map { $0 < 0 ? nil : $0 })
  }

  /// Which pairs of a matrix are averaged.
  public enum Group: Sendable {
    case all
    /// Those of one class, and of two.
    case same
    case other
  }

  /// Whether each pair is there and belongs to a group.
  func support(_ group: Group = .all) -> [Bool] {
    var result = [Bool](repeating: false, count: values.count)
    for i in 0..<sources {
      for j in 0..<probes where !values[i * probes + j].isNaN {
        switch group {
        case .all: result[i * probes + j] = true
        case .same: result[i * probes + j] = sourceClasses[i] == probeClasses[j]
        case .other: result[i * probes + j] = sourceClasses[i] != probeClasses[j]
        }
      }
    }
    return result
  }

  /// How many sources and probes have a pair of a group.
  func nodeCounts(_ support: [Bool]) -> (sources: Int, probes: Int) {
    var (rows, columns) = (Set<Int>(), Set<Int>())
    for place in support.indices where support[place] {
      rows.insert(place / probes)
      columns.insert(place % probes)
    }
    return (rows.count, columns.count)
  }
}
