import Elasticity

/// What the measurements inside a training have to tell besides their tables: one line for each update and control.
struct MeasurementChecks: Codable {
  private struct Entry: Codable {
    var summary: Measurement.Summary
    var includesSelf: Bool
    var count = 1
  }

  private var entries: [Entry] = []

  /// Adds those of one more measurement: the largest self-check and the largest share of small gradients count, dropped
  /// sources and averages without an interval add up.
  mutating func add(_ summaries: [Measurement.Summary], includesSelf: Bool) {
    for summary in summaries {
      guard
        let place = entries.firstIndex(where: {
          $0.summary.isLike(summary) && $0.includesSelf == includesSelf
        })
      else {
        entries.append(Entry(summary: summary, includesSelf: includesSelf))
        continue
      }
      entries[place].count += 1
      entries[place].summary.add(summary)
    }
  }

  /// `21 measurements: sgd(lr=0.001), self left out, 60 x 60 pairs, dropped 0, computed again within 3e-07`
  var lines: [String] {
    entries.map { entry in
      "\(entry.count)".counting("measurement") + ": "
        + entry.summary.text(includesSelf: entry.includesSelf).trimmingPrefix("update ")
    }
  }
}

extension Measurement.Summary {
  fileprivate func isLike(_ other: Self) -> Bool {
    update == other.update && control == other.control && controls == other.controls
      && sources == other.sources && probes == other.probes
  }

  fileprivate mutating func add(_ other: Self) {
    dropped.merge(other.dropped, uniquingKeysWith: +)
    lostPairs += other.lostPairs
    withoutInterval.merge(other.withoutInterval, uniquingKeysWith: +)
    selfCheck = [selfCheck, other.selfCheck].compactMap { $0 }.max()
    smallGradients = [smallGradients, other.smallGradients].compactMap { $0 }.max()
  }
}
