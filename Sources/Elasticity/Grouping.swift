import Datasets
import Tables

extension Dataset {
  /// The entries of an attribute, or the classes where none is named.
  ///
  /// - Throws: `noSuchAttribute`.
  func group(by attribute: String?) throws(ElasticityError) -> [String] {
    guard let attribute else { return labels.map { classNames[$0] } }
    guard let found = attributes.first(where: { $0.name == attribute }) else {
      throw .noSuchAttribute(attribute, known: attributes.map(\.name))
    }
    return found.values
  }
}

/// Which pairs of samples belong together: source class → probe class.
struct Grouping: Sendable {
  let sources: Dataset
  let probes: Dataset
  /// The names of the groups: the classes, or the entries of an attribute.
  let names: [String]
  /// The group under which each source is counted.
  let sourceLabels: [Int]
  /// The group under which each probe is counted; permuted in the control `shuffle`.
  let probeLabels: [Int]
  /// For each source its row among the probes, if it is one of them.
  let selfRows: [Int?]
  let includesSelf: Bool

  /// Adds one row for each pair of classes and average; gives back why rows have no interval.
  func addAverages(
    of ratios: Ratios, _ distance: Distance, _ averages: [Average], keys: [String: Cell],
    to table: inout Table
  ) -> [NoInterval] {
    var reasons: [NoInterval] = []
    let (all, dropped) = matrix(ratios, distance)
    for sourceClass in names.indices {
      for probeClass in names.indices {
        let block = all.block(sourceClass, probeClass)
        let lost = dropped[sourceClass * names.count + probeClass]
        let estimates = PairEstimates([block])
        guard estimates.pairs + lost > 0 else { continue }
        for average in averages {
          let estimate = estimates.average(average)
          if let reason = estimate.reason { reasons.append(reason) }
          let cells = zip(Table.Schema.estimate.map(\.0), estimates.cells(estimate, dropped: lost))
          append(
            keys.merging(
              [
                "average": .text(average.rawValue), "source_class": .text(names[sourceClass]),
                "probe_class": .text(names[probeClass]), "same": .flag(sourceClass == probeClass),
              ], uniquingKeysWith: { first, _ in first }
            ).merging(cells, uniquingKeysWith: { first, _ in first }), to: &table)
        }
      }
    }
    return reasons
  }

  /// Adds one row for each pair of samples; a dropped one has D but no value.
  func addPairs(of ratios: Ratios, keys: [String: Cell], to table: inout Table?) {
    guard var rows = table else { return }
    table = nil
    for source in 0..<sources.count {
      for probe in 0..<probes.count where includesSelf || selfRows[source] != probe {
        let row = ratios.rows[source]
        let change = row.probe[probe]
        append(
          keys.merging(
            [
              "source_class": .text(names[sourceLabels[source]]),
              "probe_class": .text(names[probeLabels[probe]]),
              "same": .flag(sourceLabels[source] == probeLabels[probe]),
              "source_id": .number(Double(sources.indices[source])),
              "probe_id": .number(Double(probes.indices[probe])), "d_source": .number(row.source),
              "d_probe": .number(abs(change)), "sign": .number(change == 0 ? 0 : change < 0 ? -1 : 1),
              "value": row.cause != nil || row.values[probe].isNaN ? .missing : .number(row.values[probe]),
            ], uniquingKeysWith: { first, _ in first }), to: &rows)
      }
    }
    table = rows
  }

  /// The pairs as a matrix in the order of the samples' numbers, in which a table of pairs is read back too, and for each
  /// pair of classes, row by row, how many were dropped.
  private func matrix(_ ratios: Ratios, _ distance: Distance) -> (PairMatrix, dropped: [Int]) {
    var dropped = [Int](repeating: 0, count: names.count * names.count)
    let rows = sources.indices.indices.sorted { (sources.indices[$0], $0) < (sources.indices[$1], $1) }
    let columns = probes.indices.indices.sorted { (probes.indices[$0], $0) < (probes.indices[$1], $1) }
    var places = columns
    for (place, column) in columns.enumerated() { places[column] = place }
    var values: [Double] = []
    values.reserveCapacity(rows.count * columns.count)
    for i in rows {
      let row = ratios.rows[i]
      for j in columns {
        let isPair = includesSelf || selfRows[i] != j
        let value = isPair && row.cause == nil ? row.values[j] : .nan
        if isPair && value.isNaN { dropped[sourceLabels[i] * names.count + probeLabels[j]] += 1 }
        values.append(value)
      }
    }
    let matrix = PairMatrix(
      values: values, denominators: rows.map { ratios.rows[$0].source + distance.denominatorOffset },
      sourceClasses: rows.map { sourceLabels[$0] }, probeClasses: columns.map { probeLabels[$0] },
      ownColumns: rows.map { row in selfRows[row].map { places[$0] } })
    return (matrix, dropped)
  }

  /// The rows carry exactly the columns of the table's schema, so that appending cannot fail.
  private func append(_ row: [String: Cell], to table: inout Table) {
    do { try table.append(row) } catch { preconditionFailure("a row does not fit its schema: \(error)") }
  }
}
