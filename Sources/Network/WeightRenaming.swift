import Tensor

/// A rule that gives weights of a file other names: `"module.* -> *"`.
///
/// A `*` stands for any text and is carried over to the `*` at the same place on the right; a right side that is empty
/// leaves the weight out.
public struct WeightRenaming: Hashable, Sendable, CustomStringConvertible {
  private let from: [Substring]
  private let to: [Substring]
  public let description: String

  /// - Throws: `NetworkError.badRenaming`.
  public init(_ text: String) throws(NetworkError) {
    let sides = text.components(around: "->")
    guard sides.count == 2, !sides[0].isEmpty else { throw .badRenaming(text) }
    from = sides[0].split(separator: "*", omittingEmptySubsequences: false)
    to = sides[1].split(separator: "*", omittingEmptySubsequences: false)
    guard to.count <= from.count else { throw .badRenaming(text) }
    description = text
  }

  /// The new name; nil where the rule does not apply, empty where the weight is left out.
  func name(for old: String) -> String? {
    guard let carried = WeightRenaming.carried(old[...], from[...]) else { return nil }
    var result = String(to[0])
    for (text, part) in zip(carried, to.dropFirst()) { result += text + part }
    return result
  }

  /// What each `*` stands for, the shortest text first; nil where the name does not fit.
  private static func carried(_ name: Substring, _ parts: ArraySlice<Substring>) -> [Substring]? {
    guard let first = parts.first, name.hasPrefix(first) else { return nil }
    let rest = name.dropFirst(first.count)
    if parts.count == 1 { return rest.isEmpty ? [] : nil }
    var end = rest.startIndex
    while true {
      if let further = carried(rest[end...], parts.dropFirst()) { return [rest[..<end]] + further }
      if end == rest.endIndex { return nil }
      end = rest.index(after: end)
    }
  }
}

extension String {
  /// The texts before, between and after a separator, without blanks around them.
  fileprivate func components(around separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false).map { part in
      let start = part.drop { $0.isWhitespace }
      return start.dropLast(start.reversed().prefix { $0.isWhitespace }.count)
    }
  }
}

extension [WeightRenaming] {
  /// The tensors under their new names: the first rule that fits a name counts.
  func renamed(_ tensors: [(name: String, tensor: Tensor)]) -> [(name: String, tensor: Tensor)] {
    if isEmpty { return tensors }
    return tensors.compactMap { old, tensor in
      let name = lazy.compactMap { $0.name(for: old) }.first ?? old
      return name.isEmpty ? nil : (name, tensor)
    }
  }
}
