/// Punctuation and operators written with signs.
public enum Symbol: String, Sendable, CaseIterable {
  case openParenthesis = "("
  case closeParenthesis = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"
  case comma = ","
  case semicolon = ";"
  case dot = "."
  case range = ".."
  case assign = "="
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case remainder = "%"
  case power = "^"

  /// The sign that closes a group opened by this one.
  var closer: Symbol? {
    switch self {
    case .openParenthesis: .closeParenthesis
    case .openBracket: .closeBracket
    case .openBrace: .closeBrace
    default: nil
    }
  }
}

/// A piece of source text.
public struct Token: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    case number(Double)
    case string(String)
    case word(String)
    case symbol(Symbol)
    case comment
    case newline
    /// Something the lexer has already reported.
    case invalid
    case end
  }

  public var kind: Kind
  public var range: ByteRange
  /// No space stands between this token and the one before it.
  public var isTouching: Bool

  public init(kind: Kind, range: ByteRange, isTouching: Bool) {
    self.kind = kind
    self.range = range
    self.isTouching = isTouching
  }

  func isSymbol(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

  var word: String? {
    if case .word(let text) = kind { text } else { nil }
  }
}
