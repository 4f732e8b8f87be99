/// The sizes of a tensor's axes, outermost first.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public var dims: [Int]

  public init(_ dims: [Int]) {
    precondition(dims.allSatisfy { $0 >= 0 }, "a shape has no negative size: \(dims)")
    self.dims = dims
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of scalars: the product of the sizes, 1 for a scalar.
  public var count: Int { dims.reduce(1, *) }

  public var rank: Int { dims.count }

  public subscript(axis: Int) -> Int { dims[axis] }

  public var description: String {
    "[" + dims.map(String.init).joined(separator: ", ") + "]"
  }
}
