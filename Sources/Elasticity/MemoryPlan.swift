import Kernels
import Network

/// How a measurement is cut into pieces so that it stays within the memory of its workers; no result depends on it.
public struct MemoryPlan: Hashable, Sendable {
  /// Probes that are predicted at a time, few enough that a layer's activations stay in cache.
  public let tile: Int
  /// Sources whose forward and backward passes are held together.
  public let chunk: Int
  /// Whether the base predictions of all probes are held, which only differences begin with. Else the sources that a worker
  /// takes together share them, tile by tile.
  public let keepsBase: Bool
  /// Probes at a time where differences step in for a subtraction: about as many as find the room of its predictions.
  let piece: Int
  /// How many sources one worker takes together.
  let group: Int
  /// How many workers take part.
  public let crew: Int
  /// The most that is expected to be held at a time, the network's own weights not counted.
  public let bytes: Int

  /// Sources go forward and backward in batches of at most this many, so that two workers share them.
  static let mostInPass = 16

  /// - Parameters:
  ///   - usesDifferences: whether changes are carried beside base predictions, else predictions are subtracted.
  ///   - isLinear: whether a step is a multiple of the gradient, which most layers take in factors.
  /// - Throws: `ElasticityError.memory` where not even one source and one probe at a time fit.
  public init(
    _ footprint: Footprint, sources: Int, probes: Int, usesDifferences: Bool, isLinear: Bool,
    workers: Workers
  ) throws(ElasticityError) {
    let request = Request(
      footprint: footprint, sources: sources, probes: probes, usesDifferences: usesDifferences,
      isLinear: isLinear)
    let tile = min(max(probes, 1), footprint.samplesAtOnce)
    for crew in Set([min(workers.count, max(sources, 1)), 1]).sorted(by: >) {
      for keepsBase in usesDifferences ? [true, false] : [false] {
        for chunk in MemoryPlan.halves(min(64, max(sources, 1)), downTo: crew) {
          for tile in MemoryPlan.halves(tile, downTo: 1) {
            let group = usesDifferences && !keepsBase ? max(1, min(8, chunk / crew)) : 1
            let bytes = request.bytes(
              tile: tile, chunk: chunk, group: group, keepsBase: keepsBase, crew: crew)
            if bytes > workers.memory { continue }
            (self.tile, self.chunk, self.group, self.crew) = (tile, chunk, group, crew)
            (self.keepsBase, self.bytes, piece) = (keepsBase, bytes, request.piece(tile))
            return
          }
        }
      }
    }
    throw .memory(
      needs: request.bytes(tile: 1, chunk: 1, group: 1, keepsBase: false, crew: 1), has: workers.memory)
  }

  private static func halves(_ most: Int, downTo least: Int) -> [Int] {
    var sizes = [most]
    while let last = sizes.last, last > max(least, 1) { sizes.append(max(least, last / 2)) }
    return sizes
  }

  /// What is measured, for the sum of what is held.
  private struct Request {
    let footprint: Footprint
    let sources: Int
    let probes: Int
    let usesDifferences: Bool
    let isLinear: Bool

    /// Of a difference at one probe whose base prediction is not kept.
    private var difference: Int { footprint.difference + footprint.base }

    func piece(_ tile: Int) -> Int { max(1, min(tile, tile * footprint.prediction / max(difference, 1))) }

    /// Weights: for differences those in panels, up to 16/9 of them, and both for the second look. Kept base predictions are
    /// those of the probes, and those from the weights of the second look. A pair keeps about 500 bytes.
    func bytes(tile: Int, chunk: Int, group: Int, keepsBase: Bool, crew: Int) -> Int {
      let shared = (usesDifferences ? 5 : 1) * footprint.weights
      let own =
        usesDifferences
        ? ofDifferences(tile: tile, group: group, keepsBase: keepsBase) : ofSubtraction(tile: tile)
      return shared + crew * own + chunk * footprint.source
        + (keepsBase ? 2 * probes * footprint.base : 0)
        + 500 * sources * probes
    }

    /// What a worker holds for its steps, of which one in factors keeps some of those of its source, and for one difference.
    private func ofDifferences(tile: Int, group: Int, keepsBase: Bool) -> Int {
      let step = isLinear ? footprint.denseWeights + footprint.source / 2 : footprint.weights
      return step * group + max(tile, 2) * (keepsBase ? footprint.difference : difference)
    }

    /// A worker's stepped weights, in panels too, and its predictions; or, where differences step in, their changes with a
    /// piece of a tile beside the room of those predictions.
    private func ofSubtraction(tile: Int) -> Int {
      let predictions = max(tile, 2) * footprint.prediction
      return predictions + max(3 * footprint.weights, 2 * footprint.weights + piece(tile) * difference)
    }
  }
}
