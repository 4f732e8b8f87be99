/// The rounding error of one prediction and of its change: standard deviations, in units of the outputs.
public struct RoundingNoise: Hashable, Sendable {
  /// Of the change of each output.
  public var change: Double
  /// Of that change, what all outputs have in common left out: all that probabilities see.
  public var contrast: Double
  /// Of each old output.
  public var old: Double

  public init(change: Double, contrast: Double, old: Double) {
    (self.change, self.contrast, self.old) = (change, contrast, old)
  }

  /// That of a difference carried through a network: each rule rounds relative to its result.
  ///
  /// On trained ResNets 95 of 100 changes are right to 2⁻¹⁸ of the largest output's change (design: engine, §exact S_rel).
  static func ofDifference(_ change: PredictionChange) -> RoundingNoise {
    let error = 0x1p-18 * change.largestChange
    return RoundingNoise(change: error, contrast: error, old: 0x1p-21 * change.largestOutput)
  }

  /// That of two predictions from elsewhere that were rounded to so many bits.
  ///
  /// The last rounding alone has the standard deviation 2^−bits/√3 at most; a network adds its own, which are of the same
  /// size or larger and cannot be seen from outside: 2^{1−bits} is a guess for both.
  static func ofPredictions(_ change: PredictionChange, bits: Int) -> RoundingNoise {
    var unit = 2.0
    for _ in 0..<bits { unit /= 2 }
    let error = unit * change.largestOutput
    return RoundingNoise(change: 1.5 * error, contrast: 1.5 * error, old: error)
  }
}

/// What the subtraction of two predictions loses, measured where the answer is known: by a step that moves every weight
/// within its last place, as rounding does.
///
/// The weights of a step are rounded, and both predictions are: a null step has all of that in it and nothing else. The
/// errors of all samples are pooled relative to their largest output, with a sample's own weighing as much as it has
/// outputs (Monte Carlo arithmetic: Parker 1997; CESTAC: Vignes 1974).
struct SubtractionNoise: Sendable {
  /// By sample.
  private let change: [Double]
  private let contrast: [Double]

  /// What the pooled level counts beside the errors of one sample, in outputs.
  private static let prior = 12.0
  /// Of a prediction's size, the error of rounding two of them to float32.
  private static let floor = 0x1p-24

  /// - Parameters:
  ///   - outputs: the predictions, sample after sample.
  ///   - moved: the same from weights that were moved within their last place, once or several times.
  init(outputs: [Double], moved: [[Double]], classes: Int) {
    let samples = outputs.count / max(classes, 1)
    var (own, ownContrast) = ([Double](repeating: 0, count: samples), [Double](repeating: 0, count: samples))
    var size = [Double](repeating: 0, count: samples)
    var (sum, sumContrast, weight) = (0.0, 0.0, 0.0)
    for sample in 0..<samples {
      let row = sample * classes..<(sample + 1) * classes
      for place in row { size[sample] = max(size[sample], abs(outputs[place])) }
      for draw in moved {
        let errors = row.map { draw[$0] - outputs[$0] }
        let mean = errors.reduce(0, +) / Double(max(classes, 1))
        own[sample] += errors.reduce(0) { $0 + $1 * $1 }
        // Scaled as if each output had its own: a contrast of C outputs has C − 1 free ones.
        ownContrast[sample] +=
          errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * Double(classes) / Double(max(classes - 1, 1))
      }
      sum += own[sample]
      sumContrast += ownContrast[sample]
      weight += Double(moved.count * classes) * size[sample] * size[sample]
    }
    let (level, contrastLevel) = weight > 0 ? (sum / weight, sumContrast / weight) : (0, 0)
    let count = Double(moved.count * classes)
    func pooled(_ level: Double, _ own: Double, _ size: Double) -> Double {
      let square =
        (SubtractionNoise.prior * level * size * size + own) / (SubtractionNoise.prior + count)
      return max(square.squareRoot(), SubtractionNoise.floor * size)
    }
    change = (0..<samples).map { pooled(level, own[$0], size[$0]) }
    contrast = (0..<samples).map { pooled(contrastLevel, ownContrast[$0], size[$0]) }
  }

  /// The noise of a change at one sample; a step that makes predictions larger makes their rounding larger too.
  func noise(_ sample: Int, _ change: PredictionChange) -> RoundingNoise {
    let size = change.largestOutput
    let growth = size > 0 ? 1 + change.largestChange / size : 1
    return RoundingNoise(
      change: growth * self.change[sample], contrast: growth * contrast[sample], old: self.change[sample])
  }
}
