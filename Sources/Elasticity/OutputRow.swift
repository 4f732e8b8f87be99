/// The numbers of one sample in an array that holds those of many: a view, counted from 0.
///
/// A measurement keeps a change for every pair of samples; an array of its own for each would cost more than the
/// arithmetic of a small network.
public struct OutputRow: RandomAccessCollection, Sendable, ExpressibleByArrayLiteral {
  private let values: [Double]
  private let start: Int
  public let count: Int

  /// - Precondition: the row lies in the array.
  public init(_ values: [Double], row: Int, width: Int) {
    precondition(
      row >= 0 && width >= 0 && (row + 1) * width <= values.count, "row \(row) of \(values.count) numbers")
    self.values = values
    start = row * width
    count = width
  }

  public init(_ values: [Double]) { self.init(values, row: 0, width: values.count) }

  public init(arrayLiteral elements: Double...) { self.init(elements) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(position: Int) -> Double {
    precondition(position >= 0 && position < count, "number \(position) of \(count)")
    return values[start + position]
  }
}
