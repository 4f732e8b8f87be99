extension Character {
  /// How many columns of a terminal the character takes: 0, 1 or 2.
  ///
  /// A whole cluster (a letter with its accents, a joined emoji) is as wide as its widest part, and at least
  /// two columns with a variation selector for emoji, as terminals do that draw clusters as one.
  public var displayWidth: Int {
    var width = 0
    for scalar in unicodeScalars {
      if scalar.value == 0xFE0F, width == 1 { return 2 }
      width = Swift.max(width, scalar.displayWidth)
    }
    return width
  }
}

extension StringProtocol {
  /// How many columns of a terminal the text takes.
  public var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

  /// The text, cut to at most `width` columns; what is cut ends in the ellipsis if that fits.
  public func shortened(toWidth width: Int, ellipsis: String = "…") -> String {
    if displayWidth <= width { return String(self) }
    let mark = ellipsis.displayWidth < width ? ellipsis : ""
    var kept = prefix(columns: width - mark.displayWidth)
    while !mark.isEmpty, kept.last == " " { kept.removeLast() }
    return kept + mark
  }

  /// The longest beginning of the text that takes at most so many columns.
  private func prefix(columns: Int) -> String {
    var (kept, width) = ("", 0)
    for character in self {
      width += character.displayWidth
      if width > columns { break }
      kept.append(character)
    }
    return kept
  }
}

extension Unicode.Scalar {
  /// How many columns the scalar takes alone, by its East Asian width (Unicode Standard Annex 11).
  fileprivate var displayWidth: Int {
    switch value {
    case 0x20..<0x7F: return 1
    case 0xAD: return 1
    // Vowels and final consonants of Korean syllables join the first consonant.
    case 0x1160...0x11FF, 0xD7B0...0xD7FF: return 0
    default: break
    }
    switch properties.generalCategory {
    case .control, .nonspacingMark, .enclosingMark, .format, .lineSeparator, .paragraphSeparator: return 0
    default: break
    }
    if value < 0x1100 { return 1 }
    return properties.isEmojiPresentation || Self.wide.contains { $0.contains(value) } ? 2 : 1
  }

  /// The blocks of wide and fullwidth characters that are not emoji.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
    0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]
}
