import Dispatch
import Tensor

/// How fast this machine multiplies matrices: the basis of predicted times.
public struct MachineRate: Hashable, Sendable {
  /// Operations in a second, a multiply-add counted as two.
  public var operationsPerSecond: Double
  public var threads: Int

  public init(operationsPerSecond: Double, threads: Int) {
    self.operationsPerSecond = operationsPerSecond
    self.threads = threads
  }

  /// The best of a few products of square matrices on every worker; takes some hundredths of a second.
  public static func ofProducts(size: Int = 512, repeats: Int = 5, workers: Workers) -> MachineRate {
    let (x, w) = (Tensor([1, 1, size, size], repeating: 1), Tensor([size, size], repeating: 1))
    var outs = (0..<workers.count).map { _ in Tensor(zeros: [1, 1, size, size]) }
    var best = Double.infinity
    for _ in 0...repeats {
      let start = ContinuousClock.now
      workers.forEach(of: &outs) { _, out in Linear.product(x, w, into: &out) }
      best = min(best, (ContinuousClock.now - start) / .seconds(1))
    }
    return MachineRate(
      operationsPerSecond: 2 * Double(workers.count * size * size * size) / best, threads: workers.count)
  }
}
