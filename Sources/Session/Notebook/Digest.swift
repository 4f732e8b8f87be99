import Datasets

/// SHA-256 of what a session holds.
enum Digest {
  static func text(_ text: String) -> String { sha256(Array(text.utf8)) }
}

extension String {
  /// The text with the paths below a folder as seen from there: it is then the same wherever the folder stands.
  func withoutFolder(_ root: String?) -> String { replacingFolder(root, with: "") }

  /// The text with a mark in the place of a folder where a path begins with it: of `n.out` not in `gain.out/x` or
  /// `old/n.out/x`.
  func replacingFolder(_ root: String?, with mark: String) -> String {
    guard let root else { return self }
    var result = ""
    var rest = self[...]
    while let found = rest.firstRange(of: root + "/") {
      let before = found.lowerBound == startIndex ? nil : self[index(before: found.lowerBound)]
      let isInside = before.map { $0.isLetter || $0.isNumber || "/._-+~@%".contains($0) } ?? false
      result += rest[..<found.lowerBound] + (isInside ? rest[found] : mark[...])
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}
