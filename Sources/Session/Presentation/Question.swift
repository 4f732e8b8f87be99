/// A question that is put to a class before a cell.
public struct Question: Sendable, Equatable {
  public var text: String
  public var choices: [String]
  /// How many hands were raised for each choice, where they were counted.
  public var hands: [Int]?

  public init(text: String, choices: [String] = [], hands: [Int]? = nil) {
    (self.text, self.choices, self.hands) = (text, choices, hands)
  }

  /// `show of hands: the same class 12, another class 3`
  public var handsText: String? {
    hands.map { "show of hands: " + zip(choices, $0).map { "\($0) \($1)" }.joined(separator: ", ") }
  }
}
