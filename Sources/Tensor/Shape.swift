/// The sizes of a tensor's axes, outermost first.
///
/// They are held in place: a shape is made and compared for every operation of a network, and an array would have to be
/// allocated, and its references counted, for each.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// 1 in the places after the last axis.
  private var sizes: SIMD8<UInt32>
  public let rank: Int

  /// The most axes that a shape can have; readers of files refuse more.
  public static let mostAxes = 8
  /// The largest size of an axis; readers of files refuse larger ones.
  public static let longestAxis = Int(UInt32.max)

  /// - Precondition: at most `mostAxes` sizes from 0 to `longestAxis`.
  public init(_ dims: [Int]) {
    precondition(
      dims.count <= Shape.mostAxes && dims.allSatisfy { $0 >= 0 && $0 <= Shape.longestAxis },
      "no shape is \(dims)")
    rank = dims.count
    sizes = SIMD8(repeating: 1)
    for axis in dims.indices { sizes[axis] = UInt32(dims[axis]) }
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// A shape of four axes; nothing is allocated.
  public init(_ first: Int, _ second: Int, _ third: Int, _ fourth: Int) {
    precondition(
      min(first, second, third, fourth) >= 0 && max(first, second, third, fourth) <= Shape.longestAxis,
      "no shape is \([first, second, third, fourth])")
    sizes = SIMD8(UInt32(first), UInt32(second), UInt32(third), UInt32(fourth), 1, 1, 1, 1)
    rank = 4
  }

  public var dims: [Int] { (0..<rank).map { self[$0] } }

  /// The number of scalars: the product of the sizes, 1 for a scalar.
  public var count: Int {
    var count = 1
    for axis in 0..<rank { count *= Int(sizes[axis]) }
    return count
  }

  /// The size of the last axis; nil for a scalar.
  public var last: Int? { rank == 0 ? nil : self[rank - 1] }

  public subscript(axis: Int) -> Int {
    precondition(axis >= 0 && axis < rank, "axis \(axis) of \(rank)")
    return Int(sizes[axis])
  }

  public var description: String {
    "[" + dims.map(String.init).joined(separator: ", ") + "]"
  }
}
