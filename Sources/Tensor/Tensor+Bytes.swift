extension Tensor {
  /// The scalars as the bytes of IEEE 754 numbers, little-endian, one after the other.
  public var littleEndianBytes: [UInt8] {
    #if _endian(big)
      return scalars.flatMap { scalar in
        (0..<4).map { UInt8(truncatingIfNeeded: scalar.bitPattern >> (8 * $0)) }
      }
    #else
      // The numbers lie in memory as they are wanted; the pointer is valid inside the closure.
      return withPointer { Array(UnsafeRawBufferPointer(start: $0, count: 4 * count)) }
    #endif
  }

  /// A tensor of scalars that stand little-endian from an offset on, bit for bit.
  ///
  /// - Precondition: four bytes for each scalar of the shape.
  public init(_ shape: Shape, littleEndian bytes: [UInt8], at offset: Int) {
    precondition(
      offset >= 0 && bytes.count - offset >= 4 * shape.count, "\(shape) takes \(4 * shape.count) bytes")
    self.init(uninitialized: shape)
    withMutablePointer { target in
      #if _endian(big)
        for place in 0..<shape.count {
          let word = (0..<4).reduce(UInt32(0)) {
            $0 | UInt32(bytes[offset + 4 * place + $1]) << UInt32(8 * $1)
          }
          target[place] = Float(bitPattern: word)
        }
      #else
        // Both pointers are valid inside the closures, and the lengths were checked above.
        bytes.withUnsafeBytes {
          guard let source = $0.baseAddress, shape.count > 0 else { return }
          UnsafeMutableRawPointer(target).copyMemory(from: source + offset, byteCount: 4 * shape.count)
        }
      #endif
    }
  }

  /// Whether two tensors are one piece of memory under one shape; O(1).
  public func isSameMemory(as other: Tensor) -> Bool {
    shape == other.shape && withPointer { mine in other.withPointer { mine == $0 } }
  }
}
