import Autodiff
import Datasets
import Kernels
import Network
import Synchronization
import Tensor

/// What the measurements of one engine share: it is made when it is first asked for.
final class KeptWork: Sendable {
  let spare = SpareScratch()
  let footprint = Once<Footprint>()
  /// The places by which the weights are moved, and those weights.
  let lastPlaces = Once<LastPlaces>()
  let moved = Once<[Tensor]>()
  let packed = Once<[PackedWeights?]>()
  let packedMoved = Once<[PackedWeights?]>()
  /// The predictions of the last probes, and those by the moved weights.
  let tiles = KeptTiles()
  let movedTiles = KeptTiles()
}

/// Weights as passes read them.
struct LayerWeights: Sendable {
  let tensors: [Tensor]
  /// The same in panels, where many differences share them; else empty.
  var packed: [PackedWeights?] = []
}

/// The predictions of the probes of the last measurement at fixed weights: the next update and the next sources begin
/// with them. Their memory is that which the measurement needs anyhow.
final class KeptTiles: Sendable {
  private let last = Mutex<(probes: Dataset, tile: Int, keepsBase: Bool, tiles: [Tile])?>(nil)

  /// Those of the same samples with the same labels, cut in the same way; nil where there are none. What is kept of others is
  /// let go.
  func tiles(of probes: Dataset, _ tile: Int, keepsBase: Bool) -> [Tile]? {
    last.withLock { last in
      if let last, last.probes.samples == probes.samples, last.probes.labels == probes.labels,
        last.probes.targets == probes.targets, last.tile == tile, last.keepsBase == keepsBase
      {
        return last.tiles
      }
      last = nil
      return nil
    }
  }

  func keep(_ tiles: [Tile], of probes: Dataset, _ tile: Int, keepsBase: Bool) {
    last.withLock { $0 = (probes, tile, keepsBase, tiles) }
  }
}

/// Scratch that is lent to the workers of one measurement after another: warm buffers need no room.
final class SpareScratch: Sendable {
  private let spare = Mutex<[StepScratch]>([])

  /// As many pieces as are asked for, used ones first.
  func take(_ count: Int, for network: Network) -> [StepScratch] {
    spare.withLock { spare in
      let used = spare.suffix(count)
      spare.removeLast(used.count)
      return used + (used.count..<count).map { _ in StepScratch(network: network) }
    }
  }

  func giveBack(_ scratch: [StepScratch]) { spare.withLock { $0 += scratch } }
}

/// A value that is made when it is first asked for.
final class Once<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)

  func value(_ make: () -> Value) -> Value {
    made.withLock { made in
      if let made { return made }
      let value = make()
      made = value
      return value
    }
  }
}
