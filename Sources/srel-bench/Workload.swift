import Kernels

/// A piece of work to be timed; names are those of the PyTorch yardstick where it does the same.
struct Workload {
  /// Ends in `_s`: the key of its seconds.
  var name: String
  /// How often one run does the work.
  var rounds = 1
  /// Multiply-adds of one round.
  var multiplyAdds = 0
  /// Bytes of memory that one round has to read and write.
  var bytes = 0
  /// What is worth a rate besides: samples, statements, millions of bytes of a file.
  var items: Items?
  /// Whether it is spread over all threads.
  var isShared = true
  /// Makes everything that is not to be timed and returns the work.
  var prepare: () throws -> () throws -> Void

  /// Things that are counted, such as the bytes of a file, which are known when it is made.
  struct Items {
    var unit: String
    var count: () -> Double

    init(_ count: @autoclosure @escaping () -> Double, _ unit: String) {
      self.unit = unit
      self.count = count
    }
  }

  /// One warm-up, then the median of the repeats, for one round; work of seconds is repeated three times at most.
  func median(of repeats: Int) throws -> Double {
    let work = try prepare()
    let repeats = try seconds(work) > 2 ? min(repeats, 3) : repeats
    return try srel_bench.median((0..<repeats).map { _ in try seconds(work) / Double(rounds) })
  }

  static func all(workers: Workers) -> [Workload] {
    networks(workers) + images(workers) + smallNetworks(workers) + theory + files(workers)
  }
}
