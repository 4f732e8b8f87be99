import LineEditor
import Session

extension Completion {
  /// What the session suggests, as the line editor offers it: a command is followed by a space.
  init(_ suggestions: Suggestions) {
    let candidates = suggestions.candidates.map {
      Candidate(
        $0.text, description: $0.description, suffix: Registry.verbNames.contains($0.text) ? " " : nil)
    }
    self.init(replaced: suggestions.range, candidates: candidates)
  }
}
