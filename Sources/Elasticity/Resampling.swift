import Random

/// The resamplings behind a 95 % interval.
///
/// Pairs of one source share a denominator, so sources are drawn anew, not pairs; over several runs first the runs, then
/// the sources of each run that was drawn (a bootstrap of two levels), so that the spread between seeds is in the
/// interval.
struct Resampling {
  static let replicates = 400

  /// One run as it was drawn: which, and how often each of its sources counts.
  struct Draw: Sendable {
    var run: Int
    var weights: [Double]
  }

  /// For each replicate the runs that it is made of.
  let draws: [[Draw]]

  /// - Parameter sources: how many sources each run has; no draws where one of them has fewer than two and there is
  ///   only that run.
  init(sources: [Int], stream: RandomStream) {
    guard sources.count > 1 || (sources.first ?? 0) > 1 else {
      draws = []
      return
    }
    draws = (0..<Resampling.replicates).map { replicate in
      var generator = stream.generator(UInt64(replicate))
      return sources.indices.map { place in
        let run = sources.count == 1 ? place : generator.integer(below: sources.count)
        var weights = [Double](repeating: 0, count: sources[run])
        for _ in 0..<sources[run] { weights[generator.integer(below: sources[run])] += 1 }
        return Draw(run: run, weights: weights)
      }
    }
  }

  /// The interval of the mean over runs of a number; nil where fewer than 40 replicates have it.
  func interval(_ number: (Draw) -> Double?) -> (low: Double, high: Double)? {
    let values = draws.compactMap { draw in meanOfKnown(draw.map(number)) }.sorted()
    guard values.count >= 40 else { return nil }
    let cut = values.count / 40
    return (values[cut], values[values.count - 1 - cut])
  }
}

/// The mean of the numbers that are there; nil where none is.
func meanOfKnown(_ numbers: [Double?]) -> Double? {
  let known = numbers.compactMap(\.self)
  return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
}
