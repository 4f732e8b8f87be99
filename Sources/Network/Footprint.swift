import Autodiff

/// What one sample takes in memory on its way through a network, in bytes.
public struct Footprint: Hashable, Sendable {
  /// The values that differences begin with.
  public let base: Int
  /// Values and factors of a forward and backward pass at one source.
  public let source: Int
  /// Values of a forward pass for training, and the room of its way back.
  public let training: Int
  /// The room of a prediction.
  public let prediction: Int
  /// The room of a difference beside the base values, where every parameter changes.
  public let difference: Int
  /// The live weights once, and those of layers whose steps are not taken in factors.
  public let weights: Int
  public let denseWeights: Int

  /// Samples that are predicted at a time: at most 64, and few enough that a layer's values stay in cache; fewer ones read
  /// all weights too often.
  public var samplesAtOnce: Int { min(64, max(1, (40 << 20) / max(prediction, 1))) }

  /// Bytes as `set memory=` takes them, rounded up.
  public static func text(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000)MB" }
}

extension Network {
  /// What one sample takes.
  public var footprint: Footprint {
    let dense = zip(tape.parameterNodes, tape.liveRanges).reduce(0) { sum, parameter in
      tape.nodes[parameter.0].primitive.prefersLowRank ? sum : parameter.1.reduce(sum) { $0 + $1.count }
    }
    return Footprint(
      base: 4 * tape.room(for: .differences),
      source: 4 * (tape.room(for: .gradients) + tape.roomForGradients(keepsFactors: true)),
      training: 4 * (tape.room(for: .training) + tape.roomForGradients(keepsFactors: false)),
      prediction: 4 * tape.room(for: .prediction), difference: 4 * tape.roomForDifferences,
      weights: 4 * liveWeightCount, denseWeights: 4 * dense)
  }
}
