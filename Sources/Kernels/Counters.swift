import Synchronization

/// Work done since the start of the process, counted where it is done.
public enum Counters {
  private static let products = Atomic<Int>(0)

  /// Multiply-adds of all matrix products so far.
  public static var multiplyAdds: Int { products.load(ordering: .relaxed) }

  static func add(multiplyAdds count: Int) { products.wrappingAdd(count, ordering: .relaxed) }
}
