import Datasets

/// SHA-256 of what a session holds.
enum Digest {
  static func text(_ text: String) -> String { sha256(Array(text.utf8)) }
}

extension String {
  /// The text with the paths below a folder as seen from there: it is then the same wherever the folder stands.
  func withoutFolder(_ root: String?) -> String { root.map { replacing($0 + "/", with: "") } ?? self }
}
