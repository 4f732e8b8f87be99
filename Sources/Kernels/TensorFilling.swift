import Tensor

extension Tensor {
  /// A tensor whose scalars are a function of their flat index, computed by several workers.
  public init(_ shape: Shape, workers: Workers, _ scalar: @Sendable (UInt64) -> Float) {
    self.init(uninitialized: shape)
    let (total, block) = (count, 1 << 16)
    withMutablePointer { pointer in
      nonisolated(unsafe) let base = pointer  // blocks are disjoint
      workers.forEach((total + block - 1) / block) { piece, _ in
        for i in piece * block..<min(total, (piece + 1) * block) { base[i] = scalar(UInt64(i)) }
      }
    }
  }

  /// The same scalars with the axes in another order: axis i of the result is axis `order[i]` of this tensor.
  public func permuted(_ order: [Int]) -> Tensor {
    precondition(order.sorted() == Array(0..<shape.rank), "\(order) is no order of the axes of \(shape)")
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in (0..<shape.rank).dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let steps = order.map { strides[$0] }
    let sizes = order.map { shape[$0] }
    var result = Tensor(uninitialized: Shape(sizes))
    let total = count
    withPointer { source in
      result.withMutablePointer { target in
        var index = [Int](repeating: 0, count: sizes.count)
        var offset = 0
        for i in 0..<total {
          target[i] = source[offset]
          // Count up like an odometer, the last axis fastest.
          for axis in sizes.indices.reversed() {
            index[axis] += 1
            offset += steps[axis]
            if index[axis] < sizes[axis] { break }
            offset -= steps[axis] * sizes[axis]
            index[axis] = 0
          }
        }
      }
    }
    return result
  }
}
