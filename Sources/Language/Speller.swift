/// Finds the one name that a mistyped word most likely meant, or none.
public enum Speller {
  /// The nearest of some names: by edit distance (a swap of neighbours counts once), ignoring case and
  /// underscores, at most a third of the word's length (one for words of two to five letters); else the only
  /// name that the word begins. Silent when two names are equally near.
  public static func nearest(to word: String, in names: some Sequence<String>) -> String? {
    let key = normalized(word)
    guard key.count >= 2 else { return nil }
    let limit = max(1, key.count / 3)
    var best: (name: String, distance: Int)?
    var isTied = false
    var completions: [String] = []
    for name in Set(names) where name != word {
      let candidate = normalized(name)
      if key.count >= 3, candidate.starts(with: key) { completions.append(name) }
      guard abs(candidate.count - key.count) <= limit else { continue }
      let found = distance(key, candidate)
      guard found <= limit, found < max(key.count, candidate.count) else { continue }
      if let current = best, current.distance <= found {
        isTied = isTied || current.distance == found
      } else {
        best = (name, found)
        isTied = false
      }
    }
    if let best, !isTied { return best.name }
    return completions.count == 1 ? completions[0] : nil
  }

  /// `did you mean 'x'?`, or nil where no name is near.
  public static func suggestion(for word: String, in names: some Sequence<String>) -> String? {
    nearest(to: word, in: names).map { "did you mean '\($0)'?" }
  }

  private static func normalized(_ word: String) -> [Character] {
    word.lowercased().filter { $0 != "_" }
  }

  /// Optimal string alignment distance.
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
