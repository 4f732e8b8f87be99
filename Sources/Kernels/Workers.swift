import COpenBLAS
import Dispatch
import Synchronization

/// A fixed number of threads over which independent pieces of work are spread, and the memory that these may use.
///
/// Threads are made here and nowhere else: OpenBLAS, which `Theory` uses in double precision, is set to one thread. Which
/// worker does which piece is left to chance, so a piece must not depend on it: results are the same for any count.
public struct Workers: Sendable {
  public let count: Int
  /// Bytes within which work is cut into pieces; no result depends on it.
  public let memory: Int

  public init(count: Int, memory: Int = .max) {
    precondition(count > 0, "at least one worker")
    (self.count, self.memory) = (count, memory)
    _ = Workers.singleThreadedBLAS
  }

  /// As many workers as the machine has processors for this process.
  public static var all: Workers { Workers(count: max(1, Int(openblas_get_num_procs()))) }

  /// The name that OpenBLAS gives to the kernels it chose for this processor.
  public static var kernelName: String { String(cString: openblas_get_corename()) }

  /// The version of OpenBLAS that is loaded, from the words in which it describes itself.
  public static var libraryVersion: String {
    let words = String(cString: openblas_get_config()).split(separator: " ")
    return words.count > 1 ? String(words[1]) : ""
  }

  private static let singleThreadedBLAS: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// Calls `body(piece, worker)` once for each piece in 0..<pieces and returns when all are done.
  ///
  /// `worker` is in 0..<count and never runs two pieces at a time: it may index scratch space.
  public func forEach(_ pieces: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void) {
    let crew = min(count, pieces)
    guard crew > 1 else {
      for piece in 0..<pieces { body(piece, 0) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: crew) { worker in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieces { return }
        body(piece, worker)
      }
    }
  }

  /// Calls `body(index, &element)` once for each element, or for each of the `first` ones.
  public func forEach<Element: Sendable>(
    of elements: inout [Element], first count: Int? = nil,
    _ body: @Sendable (_ index: Int, _ element: inout Element) -> Void
  ) {
    elements.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer  // each element is one piece, so one worker's
      forEach(min(count ?? buffer.count, buffer.count)) { index, _ in body(index, &buffer[index]) }
    }
  }

  /// Calls `body(index, &element, &scratch)` once for each element; each worker has one piece of scratch to itself.
  ///
  /// - Precondition: as many pieces of scratch as workers take part: `count`, or one an element.
  public func forEach<Element: Sendable, Scratch: Sendable>(
    of elements: inout [Element], scratch: inout [Scratch],
    _ body: @Sendable (_ index: Int, _ element: inout Element, _ scratch: inout Scratch) -> Void
  ) {
    precondition(
      scratch.count >= min(count, elements.count), "\(scratch.count) pieces of scratch for \(count) workers")
    elements.withUnsafeMutableBufferPointer { elements in
      scratch.withUnsafeMutableBufferPointer { scratch in
        // Each element is one piece, so one worker's; scratch `worker` belongs to that worker.
        nonisolated(unsafe) let (elements, scratch) = (elements, scratch)
        forEach(elements.count) { index, worker in body(index, &elements[index], &scratch[worker]) }
      }
    }
  }
}
