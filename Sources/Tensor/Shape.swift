/// The sizes of a tensor's axes, outermost first.
///
/// Up to four axes are held in place: a shape is made and compared for every operation of a network, and an array would
/// have to be allocated for each.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  private var sizes: SIMD4<Int>
  /// The axes after the fourth, where there are any.
  private var more: [Int]?
  public private(set) var rank: Int

  public init(_ dims: [Int]) {
    precondition(dims.allSatisfy { $0 >= 0 }, "a shape has no negative size: \(dims)")
    rank = dims.count
    sizes = SIMD4(repeating: 1)
    for axis in 0..<min(rank, 4) { sizes[axis] = dims[axis] }
    more = rank > 4 ? Array(dims[4...]) : nil
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// A shape of four axes; nothing is allocated.
  public init(_ first: Int, _ second: Int, _ third: Int, _ fourth: Int) {
    precondition(
      first >= 0 && second >= 0 && third >= 0 && fourth >= 0,
      "a shape has no negative size: \([first, second, third, fourth])")
    sizes = SIMD4(first, second, third, fourth)
    rank = 4
  }

  public var dims: [Int] { (0..<rank).map { self[$0] } }

  /// The number of scalars: the product of the sizes, 1 for a scalar.
  public var count: Int {
    let inPlace = sizes[0] * sizes[1] * sizes[2] * sizes[3]
    return more.map { $0.reduce(inPlace, *) } ?? inPlace
  }

  /// The size of the last axis; nil for a scalar.
  public var last: Int? { rank == 0 ? nil : self[rank - 1] }

  public subscript(axis: Int) -> Int {
    precondition(axis >= 0 && axis < rank, "axis \(axis) of \(rank)")
    if axis < 4 { return sizes[axis] }
    return more?[axis - 4] ?? 1
  }

  public var description: String {
    "[" + dims.map(String.init).joined(separator: ", ") + "]"
  }
}
