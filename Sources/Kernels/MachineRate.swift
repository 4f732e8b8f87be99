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

  /// The best of some products of square matrices on every worker, each going on by itself: in the first milliseconds
  /// not every processor is awake. Takes about a twentieth of a second.
  public static func ofProducts(size: Int = 512, repeats: Int = 40, workers: Workers) -> MachineRate {
    let (x, w) = (Tensor([1, 1, size, size], repeating: 1), Tensor([size, size], repeating: 1))
    var trials = (0..<workers.count).map { _ in
      (out: Tensor(zeros: [1, 1, size, size]), seconds: Double.infinity)
    }
    workers.forEach(of: &trials) { _, trial in
      for _ in 0..<repeats {
        let start = ContinuousClock.now
        Linear.product(x, w, into: &trial.out)
        trial.seconds = min(trial.seconds, (ContinuousClock.now - start) / .seconds(1))
      }
    }
    let operations = 2 * Double(size * size * size)
    return MachineRate(
      operationsPerSecond: trials.reduce(0) { $0 + operations / $1.seconds }, threads: workers.count)
  }
}
