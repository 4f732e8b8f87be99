/// Something to tell the user about a place in a source: data, turned into text by a renderer.
public struct Diagnostic: Error, Hashable, Sendable {
  public enum Severity: String, Hashable, Sendable {
    case error, warning
  }

  public var severity: Severity
  /// What is wrong, in a few words, without a full stop.
  public var title: String
  /// The place; nil where there is none (a missing file named on the command line).
  public var range: ByteRange?
  /// The text in which the place lies, where that is another than the one at hand: a script that a command ran.
  public var source: Source?
  /// One sentence of why.
  public var why: String?
  public var notes: [String]
  /// What to type instead, or one nearest name; shown beside the carets.
  public var hint: String?

  public init(
    _ title: String, at range: ByteRange? = nil, severity: Severity = .error, why: String? = nil,
    notes: [String] = [], hint: String? = nil
  ) {
    self.severity = severity
    self.title = title
    self.range = range
    self.why = why
    self.notes = notes
    self.hint = hint
  }

  /// The same diagnostic as one of a text other than the one at hand, unless it is one already.
  public func placed(in source: Source) -> Diagnostic {
    var result = self
    if result.source == nil, result.range != nil { result.source = source }
    return result
  }

  /// The same diagnostic at a range, unless it has one already.
  public func located(at range: ByteRange) -> Diagnostic {
    var result = self
    if result.range == nil { result.range = range }
    return result
  }
}
