import Language

/// What can stand at the cursor.
public struct Suggestions: Equatable, Sendable {
  public struct Candidate: Equatable, Sendable {
    /// What takes the place of `range`.
    public var text: String
    /// One line beside it: the kind and default of an option, what a name stands for.
    public var description: String

    public init(_ text: String, _ description: String = "") {
      self.text = text
      self.description = description
    }
  }

  public var candidates: [Candidate]
  /// The bytes of the text that a candidate takes the place of.
  public var range: ByteRange
}

extension Session {
  /// What can stand at a place of an input that is being typed: verbs, options not yet given, words of word lists,
  /// names of the kind that is wanted, classes, columns and the entries in them, file names.
  ///
  /// Made from the declarations of the verbs and the values of the session; nothing is run.
  /// - Parameter cursor: a UTF-8 offset into the text.
  public func completions(in text: String, at cursor: Int) -> Suggestions {
    let source = Source(text)
    let bytes = Array(text.utf8)
    var cursor = min(max(cursor, 0), bytes.count)
    // Not inside a character.
    while cursor > 0, cursor < bytes.count, bytes[cursor] & 0xC0 == 0x80 { cursor -= 1 }
    let place = CompletionPlace(Source(source[0..<cursor]))
    let typed = place.typed
    let found = CompletionCandidates(session: self, place: place).all
    var seen: Set<String> = []
    return Suggestions(
      candidates: found.filter {
        $0.text.hasPrefix(typed) && $0.text != typed && seen.insert($0.text).inserted
      },
      range: cursor - typed.utf8.count..<cursor)
  }
}
