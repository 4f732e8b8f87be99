/// The purposes for which random numbers are drawn, each with draws of its own.
///
/// The raw value is the name in the command language (`seed=(init=3, order=1)`) and is hashed into every
/// draw: renaming a case changes results.
public enum StreamName: String, CaseIterable, Hashable, Sendable, Codable, CodingKeyRepresentable {
  case data
  case initialization = "init"
  case order
  case augment
  case dropout
  case split
  case points
  case shuffle
  case bootstrap
  case permutation
}

/// The root seed of a session or run, with streams that may be set apart (`seed=(init=s, order=1)`).
public struct Seed: Hashable, Sendable, Codable {
  /// The seed of every stream that has none of its own.
  public var root: UInt64
  /// The streams with a seed of their own.
  public var overrides: [StreamName: UInt64]

  public init(_ root: UInt64, overrides: [StreamName: UInt64] = [:]) {
    self.root = root
    self.overrides = overrides
  }

  /// The seed that the stream `name` draws from.
  public func root(for name: StreamName) -> UInt64 {
    overrides[name] ?? root
  }
}
