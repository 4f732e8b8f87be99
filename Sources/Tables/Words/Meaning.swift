/// What a name of the field means: its formula, what a high number says, its unit and where it is from.
public struct Meaning: Hashable, Sendable {
  /// The definition, in words where it is no number.
  public let formula: String
  /// What a high number says; nil for what is not larger or smaller.
  public let direction: String?
  /// Nil for what is no number.
  public let unit: String?
  /// The paper or the code that the definition is from; nil where it is nobody's.
  public let source: String?

  public init(_ formula: String, high direction: String? = nil, unit: String? = nil, source: String? = nil) {
    (self.formula, self.direction, self.unit, self.source) = (formula, direction, unit, source)
  }

  /// The parts beside the formula, each with its name.
  public var parts: [(name: String, text: String)] {
    [("high", direction), ("unit", unit), ("source", source)].compactMap { name, text in
      text.map { (name, $0) }
    }
  }
}

/// A closed list of words, each of which has a meaning.
public protocol Defined: RawRepresentable<String>, CaseIterable, Sendable {
  var meaning: Meaning { get }
}
