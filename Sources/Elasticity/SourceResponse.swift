import Datasets

/// The predictions' changes caused by one step at one source.
public struct SourceResponse: Sendable {
  /// A change computed a second time by other arithmetic.
  public struct Again: Sendable {
    /// The probe's row, or nil for the source itself.
    public let probe: Int?
    public let change: PredictionChange
  }

  /// The source's row among the sources.
  public let source: Int
  /// Its row among the probes, if it is one of them.
  public let selfRow: Int?
  /// The change at the source itself.
  public let own: PredictionChange
  /// The change at each probe.
  public let probes: [PredictionChange]
  /// What forming the step found.
  public let finding: StepFinding
  /// Whether the gradient at the outputs is exactly 0: the sample is fitted and no step moves anything.
  public let isFitted: Bool
  /// Whether the source's prediction stands still although its loss has a gradient.
  public let isStill: Bool
  /// Which part of the step rounding the weights lost, where predictions are subtracted.
  public internal(set) var lostPart = 0.0
  /// How far rounding falsifies the changes.
  let noise: Noise
  /// D and S under the distances that were asked for.
  var rows: [(distance: Distance, row: RatioRow)] = []
  /// The source itself and a kept probe with the smallest D, computed again.
  public internal(set) var again: [Again] = []

  /// From what the rounding of a change follows.
  enum Noise: Sendable {
    case ofDifference
    /// Predictions from elsewhere, rounded to so many bits.
    case ofPredictions(bits: Int)
    /// Subtracted predictions; `own` has the source's row in `sources` where it is no probe.
    case ofSubtraction(probes: SubtractionNoise, sources: SubtractionNoise, own: Int)

    /// - Parameter probe: its row, or nil for the source itself.
    func of(_ change: PredictionChange, probe: Int?) -> RoundingNoise {
      switch self {
      case .ofDifference: .ofDifference(change)
      case .ofPredictions(let bits): .ofPredictions(change, bits: bits)
      case .ofSubtraction(let probes, let sources, let own):
        probe.map { probes.noise($0, change) } ?? sources.noise(own, change)
      }
    }
  }
}
