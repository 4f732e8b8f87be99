/// Strings and numbers as JSON has them (RFC 8259).
public enum JSONScalar {
  /// A string in quotation marks; only what JSON demands is escaped.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A number in the shortest form that reads back the same; those that JSON lacks are "nan", "inf" and "-inf".
  public static func text(_ number: Double) -> String {
    number.isFinite ? number.shortest : quoted(number.shortest)
  }
}
