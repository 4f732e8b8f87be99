import Elementary
import Tables

/// The interval of an arithmetic mean under sample effects that are normal in the logarithm.
///
/// At 8 or 20 samples a class the variance of a mean of skewed numbers is seen too small where the mean is. The mean of a
/// lognormal number is e^{μ + σ²/2}; its limits are put together from those of μ and σ² (MOVER: Zou, Taleban & Huang 2009).
struct LognormalHull: Sendable {
  /// ln of the limits of the mean of S, or of mean D(x') over mean D(x).
  var low: Double
  var high: Double

  /// The variance of ln S by source, probe and rest.
  struct Components {
    var source = 0.0
    var probe = 0.0
    var rest = 0.0
    var restFreedom = 0.0

    var total: Double { source + probe + rest }
  }

  /// - Parameters:
  ///   - support: pairs with S > 0, none of a sample with itself.
  ///   - center: the mean of ln S over them.
  ///   - half: half of its interval.
  static func mean(
    _ table: PairInfluences, _ support: [Bool], center: Double, half: Double
  ) -> LognormalHull? {
    guard let (variance, freedom) = spread(table, support) else { return nil }
    let spread = spread(variance, freedom: freedom)
    let middle = center + variance / 2
    return LognormalHull(
      low: middle - root(half, 0, spread.below), high: middle + root(half, 0, spread.above))
  }

  /// The variance of ln S with its degrees of freedom (Satterthwaite 1946); nil where a class has one sample.
  static func spread(_ table: PairInfluences, _ support: [Bool]) -> (variance: Double, freedom: Double)? {
    let parts = components(table.logarithms, table.design, support)
    guard let nodes = freedoms(table.design) else { return nil }
    let a = parts.source, b = parts.probe, e = parts.rest
    let samples =
      // One sample has both effects.
      table.design.sharesSamples
      ? (a + b) * (a + b) / min(nodes.source, nodes.probe) : a * a / nodes.source + b * b / nodes.probe
    return (parts.total, freedom(parts.total, samples + e * e / max(parts.restFreedom, 1)))
  }

  /// The like for mean D(x') over mean D(x): probes and pairs as above, the source part as a paired difference of two
  /// variances, of the source means of ln D(x') and of ln D(x).
  static func ratioOfMeans(
    _ table: PairInfluences, _ support: [Bool], center: Double, half: Double
  ) -> LognormalHull? {
    let matrix = table.matrix
    guard
      matrix.denominators.indices.allSatisfy({ !table.design.isSource[$0] || matrix.denominators[$0] > 0 })
    else { return nil }
    let own = matrix.denominators.map { $0 > 0 ? log($0) : 0 }
    let x = table.logarithms.indices.map { table.logarithms[$0] + own[$0 / matrix.probes] }
    let parts = components(x, table.design, support)
    guard let nodes = freedoms(table.design) else { return nil }
    let (v, covariance) = sourceMoments(x, own, matrix, support)
    let s2 = parts.probe + parts.rest
    let spread = spread(
      s2,
      freedom: freedom(
        s2, parts.probe * parts.probe / nodes.probe + parts.rest * parts.rest / max(parts.restFreedom, 1)))
    let a = parts.source
    let width =
      StudentT.quantile(0.975, freedom: nodes.source) * 0.5
      * (2 / nodes.source * max(a * a + v * v - 2 * covariance * covariance, 0)).squareRoot()
    let middle = center + (a - v + s2) / 2
    return LognormalHull(
      low: middle - root(half, width, spread.below), high: middle + root(half, width, spread.above))
  }

  private static func root(_ a: Double, _ b: Double, _ c: Double) -> Double {
    (a * a + b * b + c * c).squareRoot()
  }

  private static func freedom(_ s2: Double, _ squares: Double) -> Double {
    min(max(s2 * s2 / max(squares, 1e-300), 1), 1e6)
  }

  /// How far half a variance may be below and above what was found, by χ².
  static func spread(_ s2: Double, freedom: Double) -> (below: Double, above: Double) {
    guard s2 > 0 else { return (0, 0) }
    let low = freedom * s2 / ChiSquared.quantile(0.975, freedom: freedom)
    let high = freedom * s2 / ChiSquared.quantile(0.025, freedom: freedom)
    return ((s2 - low) / 2, (high - s2) / 2)
  }

  /// The degrees of freedom of the source and probe parts: classes · (samples of the smallest − 1); nil where a class has
  /// one sample.
  private static func freedoms(_ design: DyadicDesign) -> (source: Double, probe: Double)? {
    func freedom(_ counts: [Int]) -> Double? {
      let present = counts.filter { $0 > 0 }
      guard let least = present.min(), least > 1 else { return nil }
      return Double(present.count * (least - 1))
    }
    guard let source = freedom(design.sourceCounts), let probe = freedom(design.probeCounts) else {
      return nil
    }
    return (source, probe)
  }

  /// Sums of squares of each block of classes, averaged by the number of pairs.
  static func components(_ x: [Double], _ design: DyadicDesign, _ support: [Bool]) -> Components {
    let columns = design.matrix.probes
    let rests = design.residuals(x, on: support)
    var result = Components()
    var total = 0.0
    for c in 0..<design.classes {
      let rows = design.matrix.sourceClasses.indices.filter { design.matrix.sourceClasses[$0] == c }
      for d in 0..<design.classes {
        var sums = [Double](repeating: 0, count: columns)
        var counts = sums
        var rowMeans: [Double] = []
        var (squares, pairs) = (0.0, 0.0)
        for i in rows {
          var (sum, count) = (0.0, 0.0)
          for j in 0..<columns where design.matrix.probeClasses[j] == d && support[i * columns + j] {
            let place = i * columns + j
            sum += x[place]
            count += 1
            sums[j] += x[place]
            counts[j] += 1
            squares += rests[place] * rests[place]
          }
          if count > 0 { rowMeans.append(sum / count) }
          pairs += count
        }
        let columnMeans = zip(sums, counts).compactMap { $1 > 0 ? $0 / $1 : nil }
        guard rowMeans.count > 1, columnMeans.count > 1 else { continue }
        let freedom = max(pairs - Double(rowMeans.count + columnMeans.count) + 1, 1)
        let e = squares / freedom
        let factor = design.f1[c * design.classes + d] * design.f1[c * design.classes + d]
        func part(_ means: [Double]) -> Double {
          max((variance(means) - e * Double(means.count) / pairs) * factor, 0)
        }
        result.source += pairs * part(rowMeans)
        result.probe += pairs * part(columnMeans)
        result.rest += pairs * e
        result.restFreedom += freedom
        total += pairs
      }
    }
    guard total > 0 else { return result }
    result.source /= total
    result.probe /= total
    result.rest /= total
    return result
  }

  /// The mean over classes of the variance of ln D(x) over sources, and of its covariance with their mean ln D(x').
  private static func sourceMoments(
    _ x: [Double], _ own: [Double], _ matrix: PairMatrix, _ support: [Bool]
  ) -> (variance: Double, covariance: Double) {
    let columns = matrix.probes
    var byClass: [Int: [(mean: Double, own: Double)]] = [:]
    for i in 0..<matrix.sources {
      let row = (i * columns..<(i + 1) * columns).filter { support[$0] }
      guard !row.isEmpty else { continue }
      let mean = row.reduce(0) { $0 + x[$1] } / Double(row.count)
      byClass[matrix.sourceClasses[i], default: []].append((mean, own[i]))
    }
    var (v, covariance, classes) = (0.0, 0.0, 0.0)
    for c in byClass.keys.sorted() {
      guard let members = byClass[c], members.count > 1 else { continue }
      let n = Double(members.count)
      let (mean, owns) = (members.reduce(0) { $0 + $1.mean } / n, members.reduce(0) { $0 + $1.own } / n)
      v += members.reduce(0) { $0 + ($1.own - owns) * ($1.own - owns) } / (n - 1)
      covariance += members.reduce(0) { $0 + ($1.own - owns) * ($1.mean - mean) } / (n - 1)
      classes += 1
    }
    return classes > 0 ? (v / classes, covariance / classes) : (0, 0)
  }
}

/// The sample variance, Σ(v − mean)²/(n − 1); 0 for fewer than two numbers.
func variance(_ values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  let mean = values.reduce(0, +) / Double(values.count)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
}
