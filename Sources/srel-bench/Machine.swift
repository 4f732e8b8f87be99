import Kernels
import Tensor

/// What the machine can do at most, measured: rates of work are set beside it.
struct Machine {
  /// Multiply-adds count as two, in GFLOP/s; on one thread and on all.
  let peak: (one: Double, all: Double)
  /// Reading and writing of memory far larger than any cache, in GB/s, on one thread and on all.
  let bandwidth: (one: Double, all: Double)

  init(threads: Int) {
    peak = (Machine.peak(Workers(count: 1)), Machine.peak(Workers(count: threads)))
    bandwidth = (Machine.bandwidth(Workers(count: 1)), Machine.bandwidth(Workers(count: threads)))
  }

  /// Products of square matrices of 1024, one for each worker.
  private static func peak(_ workers: Workers) -> Double {
    let size = 1024
    let (x, w) = (Tensor([1, 1, size, size], repeating: 1), Tensor([size, size], repeating: 1))
    var outs = (0..<workers.count).map { _ in Tensor(zeros: [1, 1, size, size]) }
    let seconds = best(of: 7) {
      workers.forEach(of: &outs) { _, out in Linear.product(x, w, into: &out) }
    }
    return 2 * Double(workers.count * size * size * size) / seconds / 1e9
  }

  /// out += x over 64 MB for each worker: two streams read, one written.
  private static func bandwidth(_ workers: Workers) -> Double {
    let count = 1 << 24
    let x = (0..<workers.count).map { _ in Tensor([count], repeating: 1) }
    var outs = (0..<workers.count).map { _ in Tensor([count], repeating: 1) }
    let seconds = best(of: 7) {
      workers.forEach(of: &outs) { index, out in Elementwise.accumulate(x[index], into: &out) }
    }
    return Double(3 * 4 * count * workers.count) / seconds / 1e9
  }

  private static func best(of repeats: Int, _ body: () -> Void) -> Double {
    body()
    return (0..<repeats).map { _ in seconds(body) }.min() ?? 0
  }
}

/// How long a piece of work takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// The middle one of some numbers, the upper one of two.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
