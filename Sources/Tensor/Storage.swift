import Synchronization

/// A block of floats on a 64-byte boundary, freed with its last owner.
///
/// `@unchecked Sendable`: only `Tensor` writes to it, and only after it has made sure that it is the sole owner.
@usableFromInline final class Storage: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Float>
  @usableFromInline let count: Int

  /// Blocks allocated since the start of the process; tests compare it before and after a piece of work.
  static let allocations = Atomic<Int>(0)

  /// Allocates without initialising: the caller writes every element before anyone reads it.
  init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
    Storage.allocations.wrappingAdd(1, ordering: .relaxed)
  }

  @usableFromInline convenience init(copying other: Storage) {
    self.init(count: other.count)
    base.update(from: other.base, count: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
