import Datasets
import Random
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

  /// Adds one row for each pair of classes and average.
  func addAverages(
    of ratios: Ratios, _ distance: Distance, _ averages: [Average], _ seed: Seed, keys: [String: Cell],
    to table: inout Table
  ) {
    for sourceClass in names.indices {
      for probeClass in names.indices {
        let (group, dropped) = self.group(ratios, distance, sourceClass, probeClass)
        guard group.pairs + dropped > 0 else { continue }
        let stream = RandomStream(seed, .bootstrap, object: "\(names[sourceClass])->\(names[probeClass])")
        let resampling = Resampling(sources: [group.sources], stream: stream)
        for average in averages {
          let interval = group.interval(average, resampling)
          append(
            keys.merging(
              [
                "average": .text(average.rawValue), "source_class": .text(names[sourceClass]),
                "probe_class": .text(names[probeClass]), "same": .flag(sourceClass == probeClass),
                "n": .number(Double(group.pairs)), "dropped": .number(Double(dropped)),
                "value": group.value(average).map { .number($0) } ?? .missing,
                "low": interval.map { .number($0.low) } ?? .missing,
                "high": interval.map { .number($0.high) } ?? .missing,
              ], uniquingKeysWith: { first, _ in first }), to: &table)
        }
      }
    }
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

  /// The kept pairs of two classes and the number of dropped ones.
  private func group(
    _ ratios: Ratios, _ distance: Distance, _ sourceClass: Int, _ probeClass: Int
  ) -> (PairGroup, dropped: Int) {
    var group = PairGroup()
    var dropped = 0
    for source in 0..<sources.count where sourceLabels[source] == sourceClass {
      let chosen = (0..<probes.count).filter {
        probeLabels[$0] == probeClass && (includesSelf || selfRows[source] != $0)
      }
      let row = ratios.rows[source]
      let kept = row.cause == nil ? chosen.filter { !row.values[$0].isNaN } : []
      dropped += chosen.count - kept.count
      if kept.isEmpty { continue }
      group.add(
        values: kept.map { row.values[$0] }, probes: kept.map { row.probe[$0] },
        denominator: row.source + distance.denominatorOffset)
    }
    group.sort()
    return (group, dropped)
  }

  /// The rows carry exactly the columns of the table's schema, so that appending cannot fail.
  private func append(_ row: [String: Cell], to table: inout Table) {
    do { try table.append(row) } catch { preconditionFailure("a row does not fit its schema: \(error)") }
  }
}
