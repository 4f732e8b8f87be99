import Random
import Tables

/// What joined segments find in AR(1) noise at one set of times: the distribution of the lag-1 correlation of
/// residuals, and curves to compare gains with.
///
/// Three segments take correlation out of the residuals (the median of r₁ is −.16 at ρ = 0, .32 at ρ = .9 for
/// 41 times), so r₁ is read against curves of known ρ. Curves of all ρ are made from the same innovations.
/// The cost, 12 · 999 scans, is that of a few dozen milliseconds, once for each set of times.
struct NoiseCalibration: Sendable {
  /// The correlations of the curves; 1 is a random walk.
  static let correlations = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1]
  static let count = 999

  let segments: JoinedSegments
  let seed: Seed
  /// For each curve the normal numbers that it is made from.
  private let innovations: [[Double]]
  /// For each correlation the quantiles of r₁ that it is read against, not descending.
  private let lowQuantiles: [Double]
  private let medians: [Double]

  /// The level at which r₁ may be lower under the upper bound of ρ.
  private static let lowLevel = 0.15

  init(_ x: [Double], seed: Seed) {
    let segments = JoinedSegments(x)
    (self.segments, self.seed) = (segments, seed)
    let stream = RandomStream(seed, .bootstrap, object: "phases")
    innovations = (0..<Self.count).map { Self.normals(stream, curve: $0, count: x.count) }
    var quantiles: (low: [Double], median: [Double]) = ([], [])
    for correlation in Self.correlations {
      let lags = innovations.map { drawn in
        segments.noise(of: AutoregressiveNoise.curve(drawn, correlation: correlation)).lag
      }
      quantiles.low.append(max(Statistics.quantile(lags, Self.lowLevel) ?? 0, quantiles.low.last ?? -1))
      quantiles.median.append(max(Statistics.median(lags) ?? 0, quantiles.median.last ?? -1))
    }
    (lowQuantiles, medians) = (quantiles.low, quantiles.median)
  }

  /// Draws of different curves stand 2³² apart in the stream.
  static func normals(_ stream: RandomStream, curve: Int, count: Int) -> [Double] {
    let start = UInt64(curve) << 32
    return stream.normals(start..<(start + UInt64(count)))
  }

  /// ρ_U: the largest correlation under which r₁ this low has probability .15 or more.
  func upperCorrelation(_ lag: Double) -> Double { Self.interpolated(lag, lowQuantiles) }

  /// ρ_M: the correlation whose median r₁ is this.
  func medianCorrelation(_ lag: Double) -> Double { Self.interpolated(lag, medians) }

  private static func interpolated(_ lag: Double, _ quantiles: [Double]) -> Double {
    guard let above = quantiles.firstIndex(where: { $0 > lag }) else { return 1 }
    if above == 0 { return 0 }
    let share = (lag - quantiles[above - 1]) / (quantiles[above] - quantiles[above - 1])
    return correlations[above - 1] + share * (correlations[above] - correlations[above - 1])
  }

  /// How often noise gains as much: (1 + the number of curves that do) / 1000, for one joint, for two, for
  /// the second of two.
  struct Shares {
    var one: Double
    var two: Double
    var second: Double
  }

  /// Compares the gains of a curve with those of noise of the next correlation at or above the upper bound,
  /// as loud at each place as the curve's. Costs 999 scans.
  func shares(_ scan: JoinedSegments.Scan, upperCorrelation: Double, loudness: [Double]) -> Shares {
    let correlation = Self.correlations.first { $0 >= upperCorrelation - 1e-9 } ?? 1
    var counts = (one: 1, two: 1, second: 1)
    for drawn in innovations {
      var curve = AutoregressiveNoise.curve(drawn, correlation: correlation)
      for i in curve.indices { curve[i] *= loudness[i] }
      let found = segments.scan(segments.withoutLine(curve))
      if found.gainOfOne >= scan.gainOfOne { counts.one += 1 }
      if found.gainOfTwo >= scan.gainOfTwo { counts.two += 1 }
      if found.gainOfSecond >= scan.gainOfSecond { counts.second += 1 }
    }
    let all = Double(Self.count + 1)
    return Shares(
      one: Double(counts.one) / all, two: Double(counts.two) / all, second: Double(counts.second) / all)
  }
}

extension JoinedSegments {
  /// The best joints of a curve, and the loudness and the lag-1 correlation of what the best three segments
  /// leave.
  func noise(of y: [Double]) -> (lineless: [Double], scan: Scan, loudness: [Double], lag: Double) {
    let lineless = withoutLine(y)
    let scan = scan(lineless)
    let left = left(of: lineless, scan)
    let loudness = AutoregressiveNoise.loudness(left)
    return (lineless, scan, loudness, AutoregressiveNoise.lagCorrelation(left, loudness: loudness))
  }
}
