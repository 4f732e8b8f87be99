import Synchronization

/// A dense array of `Float` in row-major order, with value semantics.
///
/// Copies share their storage until one of them is written to. Axis order is the caller's affair: activations are
/// `[height, width, sample, channel]`, convolution weights `[kernelHeight, kernelWidth, inputs, outputs]`, linear
/// weights `[inputs, outputs]`.
///
/// What kernels call for every operation is inlinable: a call through generics costs more than a small product.
public struct Tensor: Sendable {
  public private(set) var shape: Shape
  @usableFromInline var storage: Storage

  /// The number of scalars.
  @inlinable public var count: Int { storage.count }

  /// Storage blocks allocated since the start of the process.
  public static var allocations: Int { Storage.allocations.load(ordering: .relaxed) }

  /// A tensor whose scalars are arbitrary until written.
  public init(uninitialized shape: Shape) {
    self.shape = shape
    storage = Storage(count: shape.count)
  }

  public init(_ shape: Shape, repeating value: Float) {
    self.init(uninitialized: shape)
    storage.base.initialize(repeating: value, count: storage.count)
  }

  public init(zeros shape: Shape) {
    self.init(uninitialized: shape)
    if !storage.isMapped { storage.base.initialize(repeating: 0, count: storage.count) }
  }

  /// - Precondition: as many scalars as the shape holds.
  public init(_ shape: Shape, scalars: [Float]) {
    precondition(
      scalars.count == shape.count, "shape \(shape) holds \(shape.count) scalars, not \(scalars.count)")
    self.init(uninitialized: shape)
    scalars.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { storage.base.update(from: first, count: source.count) }
    }
  }

  /// The scalars as an array; a copy.
  public var scalars: [Float] {
    withExtendedLifetime(storage) { Array(UnsafeBufferPointer(start: $0.base, count: $0.count)) }
  }

  /// The scalars in `Double`, one after the other.
  public var doubles: [Double] {
    withSpan { span in
      [Double](unsafeUninitializedCapacity: span.count) { buffer, count in
        for i in span.indices { buffer.initializeElement(at: i, to: Double(span[i])) }
        count = span.count
      }
    }
  }

  /// The rows along the last axis, in `Double`.
  public var rows: [[Double]] {
    let width = shape.last ?? 0
    return withSpan { span in
      (0..<span.count / max(width, 1)).map { n in (0..<width).map { Double(span[n * width + $0]) } }
    }
  }

  /// The same scalars under another shape; nothing is copied.
  ///
  /// - Precondition: both shapes hold the same number of scalars.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.count == count, "\(self.shape) cannot be read as \(shape)")
    var result = self
    result.shape = shape
    return result
  }

  /// The scalar at a flat, row-major offset.
  public subscript(flat offset: Int) -> Float {
    get {
      precondition(offset >= 0 && offset < count, "offset \(offset) in a tensor of \(count) scalars")
      return storage.base[offset]
    }
    set {
      precondition(offset >= 0 && offset < count, "offset \(offset) in a tensor of \(count) scalars")
      makeUnique()
      storage.base[offset] = newValue
    }
  }

  /// A tensor of no scalars, to stand where another was taken from.
  public static let empty = Tensor(uninitialized: [0])

  @inlinable mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = Storage(copying: storage) }
  }

  /// Reads the scalars through a bounds-checked view.
  @inlinable public func withSpan<Result>(_ body: (Span<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: $0.base, count: $0.count).span)
    }
  }

  /// Writes the scalars through a bounds-checked view.
  @inlinable public mutating func withMutableSpan<Result>(_ body: (inout MutableSpan<Float>) throws -> Result)
    rethrows
    -> Result
  {
    makeUnique()
    return try withExtendedLifetime(storage) {
      var span = UnsafeMutableBufferPointer(start: $0.base, count: $0.count).mutableSpan
      return try body(&span)
    }
  }

  /// The address of the first scalar, for kernels; valid inside `body` only.
  @inlinable public func withPointer<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows
    -> Result
  {
    try withExtendedLifetime(storage) { try body(UnsafePointer(storage.base)) }
  }

  /// The address of the first scalar for writing, for kernels; valid inside `body` only.
  @inlinable public mutating func withMutablePointer<Result>(
    _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(storage) { try body(storage.base) }
  }
}

extension Tensor: Equatable {
  /// Equal shape and equal bits: a NaN equals itself, 0 differs from -0. "Same seed, same bits" is checked with it.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape else { return false }
    if left.storage === right.storage { return true }
    return (0..<left.count).allSatisfy {
      left.storage.base[$0].bitPattern == right.storage.base[$0].bitPattern
    }
  }
}
