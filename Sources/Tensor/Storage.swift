import Glibc
import Synchronization

/// A block of floats on a 64-byte boundary, freed with its last owner.
///
/// `@unchecked Sendable`: only `Tensor` writes to it, and only after it has made sure that it is the sole owner.
@usableFromInline final class Storage: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Float>
  @usableFromInline let count: Int
  /// Whether the block was mapped by itself; all of it is 0 then until it is written.
  let isMapped: Bool

  /// Blocks from so many bytes on are mapped by themselves and go back to the system when they are freed: the C library would
  /// keep most of them, up to twice of what is in use.
  private static let large = 1 << 19

  /// From so many bytes on pages of two megabytes are asked for: a pass over a block then waits for a few of them in place of
  /// thousands of small ones. Systems without them go on as they did.
  private static let huge = 1 << 21

  /// Blocks allocated since the start of the process; tests compare it before and after a piece of work.
  static let allocations = Atomic<Int>(0)

  /// Allocates without initialising: the caller writes every element before anyone reads it.
  init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    // Pages lie on 64-byte boundaries. Where none are to be had the allocation below ends the program as always.
    let mapped =
      bytes < Storage.large
      ? nil : mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    isMapped = mapped != nil && mapped != MAP_FAILED
    if isMapped, bytes >= Storage.huge { madvise(mapped, bytes, MADV_HUGEPAGE) }
    let raw =
      (isMapped ? mapped : nil) ?? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
    Storage.allocations.wrappingAdd(1, ordering: .relaxed)
  }

  @usableFromInline convenience init(copying other: Storage) {
    self.init(count: other.count)
    base.update(from: other.base, count: count)
  }

  deinit {
    if isMapped {
      munmap(base, count * MemoryLayout<Float>.stride)
    } else {
      UnsafeMutableRawPointer(base).deallocate()
    }
  }
}
