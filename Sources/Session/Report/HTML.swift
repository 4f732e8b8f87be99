/// Text made safe for a page.
enum HTML {
  /// The text with every character that means something in HTML written as an entity, and without control
  /// characters, so that it can stand in an element or in a quoted attribute.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      case "\n", "\t": result.append(scalar)
      default:
        if scalar.value >= 32 && !(0x7F..<0xA0).contains(scalar.value) { result.append(scalar) }
      }
    }
    return String(result)
  }

  /// Letters, digits and hyphens: what may stand in an id everywhere.
  static func identifier(_ text: String) -> String {
    text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? "\($0)" : "-" }.joined()
  }

  /// The text without the sequences by which terminals change colour.
  static func withoutTerminalCodes(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "\u{1B}" else {
        result.append(scalar)
        continue
      }
      guard scalars.first == "[" else { continue }
      scalars.removeFirst()
      while let next = scalars.popFirst(), !(0x40...0x7E).contains(next.value) {}
    }
    return String(result)
  }
}
