/// Two lines of text that may hold numbers.
enum NumericText {
  /// Whether the lines are the same, but for numbers that differ by at most `tolerance` times the larger of the two.
  static func agree(_ one: some StringProtocol, _ other: some StringProtocol, tolerance: Double) -> Bool {
    if one == other { return true }
    guard tolerance > 0 else { return false }
    let (left, right) = (pieces(of: one), pieces(of: other))
    return left.count == right.count
      && zip(left, right).allSatisfy { first, second in
        if first == second { return true }
        guard let first = Double(first), let second = Double(second) else { return false }
        return agree(first, second, tolerance: tolerance)
      }
  }

  /// Whether two numbers agree; NaN agrees with itself, and infinities only with their like.
  static func agree(_ one: Double, _ other: Double, tolerance: Double) -> Bool {
    if one == other || one.isNaN && other.isNaN { return true }
    guard one.isFinite, other.isFinite else { return false }
    return (one - other).magnitude <= tolerance * max(one.magnitude, other.magnitude)
  }

  /// The line cut into numbers and what stands between them. A number that touches letters, as in `resnet18` or a
  /// digest, is part of a word.
  private static func pieces(of line: some StringProtocol) -> [String] {
    var pieces: [String] = []
    var word = ""
    for character in line {
      let isPart =
        character.isLetter || character.isNumber || ".-+_".contains(character)
      if isPart {
        word.append(character)
      } else {
        if !word.isEmpty { pieces.append(word) }
        pieces.append(String(character))
        word = ""
      }
    }
    return word.isEmpty ? pieces : pieces + [word]
  }
}
