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
  /// How many sources one worker takes together.
  let group: Int
  /// How many workers take part.
  public let crew: Int
  /// The most that is expected to be held at a time, the network's own weights not counted.
  public let bytes: Int

  /// Sources go forward and backward in batches of at most this many, so that two workers share them.
  static let mostInPass = 16
  /// Probes run in tiles of at most this many.
  static let mostInTile = 64
  /// What the activations of a tile should not exceed: larger ones find nothing of a layer in cache, and smaller ones read all
  /// weights too often.
  private static let cache = 40 << 20

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
    let tile = min(
      max(probes, 1), MemoryPlan.mostInTile, max(1, MemoryPlan.cache / max(footprint.prediction, 1)))
    for crew in Set([min(workers.count, max(sources, 1)), 1]).sorted(by: >) {
      for keepsBase in usesDifferences ? [true, false] : [false] {
        for chunk in MemoryPlan.halves(min(64, max(sources, 1)), downTo: crew) {
          for tile in MemoryPlan.halves(tile, downTo: 1) {
            let group = usesDifferences && !keepsBase ? max(1, min(8, chunk / crew)) : 1
            let bytes = request.bytes(
              tile: tile, chunk: chunk, group: group, keepsBase: keepsBase, crew: crew)
            if bytes > workers.memory { continue }
            (self.tile, self.chunk, self.group, self.crew) = (tile, chunk, group, crew)
            (self.keepsBase, self.bytes) = (keepsBase, bytes)
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

    /// Weights: for differences those in panels, up to 16/9 of them, and both for the second look; for each worker those of
    /// its steps, in panels too where predictions are subtracted. A step in factors keeps some of those of its source. Kept
    /// base predictions are those of the probes, and those from the weights of the second look. A subtraction that falls
    /// back takes the room of a difference. A pair keeps about 500 bytes.
    func bytes(tile: Int, chunk: Int, group: Int, keepsBase: Bool, crew: Int) -> Int {
      let shared = (usesDifferences ? 5 : 1) * footprint.weights
      let step =
        usesDifferences
        ? (isLinear ? footprint.denseWeights + footprint.source / 2 : footprint.weights)
        : 3 * footprint.weights
      let difference = footprint.difference + footprint.base
      let room = max(tile, 2) * (keepsBase ? footprint.difference : difference)
      return shared + crew * (step * group + room) + chunk * footprint.source
        + (keepsBase ? 2 * probes * footprint.base : 0)
        + 500 * sources * probes
    }
  }
}
