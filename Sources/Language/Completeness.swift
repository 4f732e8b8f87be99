/// Whether an input can be run, needs more lines, or is wrong.
public enum Completeness: Equatable, Sendable {
  case complete, incomplete, wrong
}

extension Parser {
  /// What a prompt asks after each line: run the input, read on, or show what is wrong.
  public static func completeness(
    of text: String, verbs: Set<String>, variables: Set<String> = []
  ) -> Completeness {
    let parse = parse(Source(text), verbs: verbs, variables: variables)
    if parse.isIncomplete { return .incomplete }
    return parse.diagnostics.contains { $0.severity == .error } ? .wrong : .complete
  }
}
