/// What can stand at the cursor.
public struct Completion: Equatable, Sendable {
  /// One possibility.
  public struct Candidate: Equatable, Sendable {
    /// What would stand in place of the replaced range.
    public var text: String
    /// One short line that tells what it is; shown beside it in the list, "" for nothing.
    public var description: String
    /// An ASCII character to add when it is the only candidate: a space, `=`, a closing quote.
    public var suffix: Character?

    public init(_ text: String, description: String = "", suffix: Character? = nil) {
      self.text = text
      self.description = description
      self.suffix = suffix
    }
  }

  /// The UTF-8 bytes of the text that a candidate replaces; the cursor is inside or at its end.
  public var replaced: Range<Int>
  /// In the order in which they are listed.
  public var candidates: [Candidate]

  public init(replaced: Range<Int>, candidates: [Candidate]) {
    self.replaced = replaced
    self.candidates = candidates
  }

  /// Nothing to offer.
  public static let none = Completion(replaced: 0..<0, candidates: [])
}
