import Language

/// Where the cursor stands in an unfinished input: the word being typed, the brackets around it, the statement before
/// it. Works on tokens, since an unfinished input has no tree.
struct CompletionPlace {
  /// A bracket that is open at the cursor.
  struct Frame {
    var symbol: Symbol
    /// Where the tokens inside it begin.
    var start: Int
    /// It touches the word before it: an index or a call.
    var isTouching: Bool
  }

  let source: Source
  /// The tokens before the word being typed, without comments.
  private(set) var tokens: [Token]
  /// The part of a word, or of the content of a string, before the cursor.
  private(set) var typed = ""
  private(set) var isInString = false
  private(set) var isInComment = false
  /// The open brackets from the outermost in.
  private(set) var frames: [Frame] = []
  /// Where the tokens of the present statement begin.
  private(set) var statementStart = 0

  init(_ source: Source) {
    self.source = source
    var tokens = Lexer(source).tokens.dropLast()
    if let last = tokens.last, last.range.upperBound == source.byteCount {
      switch last.kind {
      case .word(let word):
        typed = word
        tokens.removeLast()
      case .invalid where source[last.range].hasPrefix("\""):
        (typed, isInString) = (String(source[last.range].dropFirst()), true)
        tokens.removeLast()
      case .comment: isInComment = true
      default: break
      }
    }
    self.tokens = tokens.filter { $0.kind != .comment }
    scan()
  }

  private mutating func scan() {
    var starts = [0]
    for (place, token) in tokens.enumerated() {
      switch token.kind {
      case .symbol(let symbol) where [.openParenthesis, .openBracket, .openBrace].contains(symbol):
        let touches = token.isTouching && place > 0 && tokens[place - 1].isOperandEnd
        frames.append(Frame(symbol: symbol, start: place + 1, isTouching: touches))
        starts.append(place + 1)
      case .symbol(.closeParenthesis), .symbol(.closeBracket), .symbol(.closeBrace):
        if !frames.isEmpty {
          frames.removeLast()
          starts.removeLast()
        }
      case .newline where frames.last.map { $0.symbol == .openBrace } ?? true, .symbol(.semicolon):
        starts[starts.count - 1] = place + 1
      default: break
      }
    }
    statementStart = starts[(frames.lastIndex { $0.symbol == .openBrace } ?? -1) + 1]
  }

  /// The tokens of the present statement, up to a bracket that is still open.
  var statement: ArraySlice<Token> {
    let inner = frames.first { $0.start > statementStart && $0.symbol != .openBrace }
    return tokens[statementStart..<(inner.map { $0.start - 1 } ?? tokens.count)]
  }

  /// The tokens since the last comma of the innermost bracket, or of the statement.
  var argument: ArraySlice<Token> {
    guard let frame = frames.last, frame.symbol != .openBrace else { return tokens[statementStart...] }
    return tail(from: frame.start)
  }

  private func tail(from start: Int) -> ArraySlice<Token> {
    var depth = 0
    var first = start
    for place in start..<tokens.count {
      switch tokens[place].kind {
      case .symbol(.openParenthesis), .symbol(.openBracket), .symbol(.openBrace): depth += 1
      case .symbol(.closeParenthesis), .symbol(.closeBracket), .symbol(.closeBrace): depth -= 1
      case .symbol(.comma) where depth == 0: first = place + 1
      default: break
      }
    }
    return tokens[first...]
  }

  /// The names joined by dots that end before a token: `run.srel` before the `[` of `run.srel[`.
  func path(before end: Int) -> [String] {
    var names: [String] = []
    var place = end - 1
    while place >= 0, let word = tokens[place].word {
      names.insert(word, at: 0)
      guard place >= 2, tokens[place - 1].isSymbol(.dot) else { break }
      place -= 2
    }
    return names
  }

  /// `NAME =` or `NAME ==` at the end of some tokens.
  static func comparedName(_ tokens: ArraySlice<Token>, _ symbols: [Symbol]) -> String? {
    guard let sign = tokens.last, symbols.contains(where: sign.isSymbol) else { return nil }
    return tokens.dropLast().last?.word
  }
}

extension Token {
  func isSymbol(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

  var word: String? { if case .word(let text) = kind { text } else { nil } }

  /// A bracket that touches this token is an index or a call.
  fileprivate var isOperandEnd: Bool {
    word != nil || isSymbol(.closeBracket) || isSymbol(.closeParenthesis)
  }
}
