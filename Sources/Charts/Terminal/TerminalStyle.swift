/// What a terminal can show: its size, whether it shows Unicode, and how many colours.
public struct TerminalStyle: Sendable, Equatable {
  /// The colours that may be used.
  public enum Colors: String, Sendable, CaseIterable {
    /// No control codes at all.
    case none
    /// The eight colours of every terminal and their bright forms.
    case ansi16
    /// The colour cube and greys of xterm.
    case ansi256
    /// 24 bits a colour.
    case trueColor
  }

  /// Characters a line, and lines.
  public var columns: Int
  public var rows: Int
  /// Whether Unicode may be written; otherwise nothing but printable ASCII is.
  public var unicode: Bool
  public var colors: Colors

  /// A terminal of a size; a size that is not positive is not known, and 80 x 24 is taken.
  public init(columns: Int = 80, rows: Int = 24, unicode: Bool = true, colors: Colors = .none) {
    self.columns = columns > 0 ? columns : 80
    self.rows = rows > 0 ? rows : 24
    (self.unicode, self.colors) = (unicode, colors)
  }

  /// What the variables of an environment say about a terminal.
  ///
  /// No colours without a terminal, with a value in `NO_COLOR` (no-color.org) or with `TERM` empty or `dumb`.
  /// Unicode if the locale in force (the first of `LC_ALL`, `LC_CTYPE`, `LANG` with a value) is one of UTF-8,
  /// except on the Linux console, whose fonts have no braille.
  public init(columns: Int, rows: Int, environment: [String: String], isTerminal: Bool) {
    let term = environment["TERM"] ?? ""
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
    let locale = (names.first { !$0.isEmpty } ?? "").uppercased()
    let isUTF8 = locale.hasSuffix("UTF-8") || locale.hasSuffix("UTF8") || locale.contains("UTF-8@")
    let depth = environment["COLORTERM"] ?? ""
    var colors = Colors.ansi16
    if !isTerminal || !(environment["NO_COLOR"] ?? "").isEmpty || term.isEmpty || term == "dumb" {
      colors = .none
    } else if depth == "truecolor" || depth == "24bit" || term.hasSuffix("-direct") {
      colors = .trueColor
    } else if term.contains("256color") {
      colors = .ansi256
    }
    self.init(columns: columns, rows: rows, unicode: isUTF8 && term != "linux", colors: colors)
  }

  /// The text as the terminal may show it: without control characters and marks that turn the direction of
  /// writing; in ASCII, with look-alikes for common signs and `?` for what has none.
  public func printable(_ text: String) -> String {
    var result = ""
    // Between words the dot divides, between signs it multiplies.
    for character in unicode ? text : text.replacing(" · ", with: " | ") {
      let scalars = character.unicodeScalars.filter { !Self.turnsDirection($0) }
      if scalars.contains(where: Self.isControl) {
        result += " "
      } else if unicode {
        for scalar in scalars { result.unicodeScalars.append(scalar) }
      } else if character.isASCII {
        result.append(character)
      } else if !scalars.isEmpty {
        result += Self.lookAlikes[character] ?? "?"
      }
    }
    return result
  }

  /// The text cut to a width, with an ellipsis where something is missing.
  func shortened(_ text: String, to width: Int) -> String {
    text.shortened(toWidth: width, ellipsis: unicode ? "…" : "...")
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: false
    }
  }

  private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static let lookAlikes: [Character: String] = [
    "→": "->", "←": "<-", "′": "'", "·": "*", "–": "-", "—": "-", "−": "-", "±": "+/-", "×": "x", "…": "...",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "µ": "u", "‘": "'", "’": "'", "“": "\"", "”": "\"",
    "°": " deg",
    "\u{A0}": " ",
  ]
}
