/// A question that is put to a class before a cell.
public struct Question: Sendable, Equatable {
  public var text: String
  public var choices: [String]
  /// How many hands were raised for each choice, where they were counted.
  public var hands: [Int]?

  public init(text: String, choices: [String] = [], hands: [Int]? = nil) {
    (self.text, self.choices, self.hands) = (text, choices, hands)
  }

  /// Takes counts that a record holds by choice.
  mutating func takeHands(_ counts: [String: Int]?) {
    hands = counts.map { counts in choices.map { counts[$0] ?? 0 } }
  }

  /// `show of hands: the same class 12, another class 3`
  public var handsText: String? {
    hands.map { "show of hands: " + zip(choices, $0).map { "\($0) \($1)" }.joined(separator: ", ") }
  }
}
