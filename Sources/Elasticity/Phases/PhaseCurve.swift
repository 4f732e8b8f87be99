import Elementary
import Tables

/// The mean of ln S over runs, over x = log₁₀ t, without spikes: what phases are looked for in.
struct PhaseCurve: Sendable {
  private(set) var x: [Double]
  private(set) var y: [Double]
  /// ln S of each run at the same x.
  private(set) var runs: [[Double]]
  /// Times at which S is a spike: a denominator that crosses zero.
  private(set) var spikes: [Double]
  /// Measurements at times that not every run has; with those that have no logarithm all that are left out.
  private(set) var unshared: Int
  private(set) var leftOut: Int

  static let leastCount = 8
  static let leastDecades = 1.5
  /// More measurements are averaged over this many stretches of equal length in log t.
  private static let mostCount = 400

  var decades: Double { (x.last ?? 0) - (x.first ?? 0) }

  /// Takes the times that all runs have. A spike of the mean is left out; one of a single run among several
  /// is put down to the median around it, so that the others keep that time. Costs O(runs · N log N).
  init(_ runs: [RunCurve]) {
    var shared = Set(runs.first?.times ?? [])
    for run in runs.dropFirst() { shared.formIntersection(run.times) }
    unshared = runs.reduce(0) { $0 + $1.times.count - shared.count }
    leftOut = runs.reduce(unshared) { $0 + $1.leftOut }
    var rows = runs.map { $0.restricted(to: shared).y }
    let times = shared.sorted()
    var spiky: Set<Int> = []
    if rows.count > 1 {
      for place in rows.indices {
        let found = Self.spikes(rows[place])
        for i in found { rows[place][i] = Self.around(i, rows[place]) }
        spiky.formUnion(found)
      }
    }
    let mean = times.indices.map { i in Statistics.mean(rows.map { $0[i] }) ?? 0 }
    let inMean = Set(Self.spikes(mean))
    spikes = spiky.union(inMean).sorted().map { times[$0] }
    let logs = times.map { log($0) / log(10) }
    let stretches = Self.stretches(times.indices.filter { !inMean.contains($0) }, logs)
    func averaged(_ numbers: [Double]) -> [Double] {
      stretches.map { places in
        places.count == 1 ? numbers[places[0]] : Statistics.mean(places.map { numbers[$0] }) ?? 0
      }
    }
    (x, y, self.runs) = (averaged(logs), averaged(mean), rows.map(averaged))
  }

  /// The places of values far above both neighbourhoods, at most two in a row: S = D(x')/D(x) where D(x)
  /// passes through zero. Far is six robust deviations from the median around, and at least a factor of 3.
  private static func spikes(_ y: [Double]) -> [Int] {
    guard y.count >= leastCount else { return [] }
    let gaps = y.indices.map { y[$0] - around($0, y) }
    let bound = max(log(3), 6 * 1.4826 * (Statistics.median(gaps.map(abs)) ?? 0))
    let high = Set(gaps.indices.filter { gaps[$0] > bound })
    return high.filter { !(high.contains($0 - 1) && high.contains($0 + 1)) }.sorted()
  }

  /// The median of the seven measurements around a place.
  private static func around(_ place: Int, _ y: [Double]) -> Double {
    Statistics.median(Array(y[max(0, place - 3)...min(y.count - 1, place + 3)])) ?? y[place]
  }

  /// Each place alone, or, of too many, those of each stretch together.
  private static func stretches(_ places: [Int], _ x: [Double]) -> [[Int]] {
    guard places.count > mostCount, let first = places.first, let last = places.last else {
      return places.map { [$0] }
    }
    let width = (x[last] - x[first]) / Double(mostCount)
    let together = Dictionary(grouping: places) { min(Int((x[$0] - x[first]) / width), mostCount - 1) }
    return together.keys.sorted().map { together[$0] ?? [] }
  }
}
