/// The result of parsing: what could be read, and everything that could not.
public struct Parse: Sendable {
  public var program: Program
  /// In the order of their places.
  public var diagnostics: [Diagnostic]
  /// Round, square or curly brackets still open at the end, or a `\` with nothing after it.
  public var isIncomplete: Bool
}

/// Reads the command language by recursive descent.
///
/// Keywords and verbs are soft: a word is one only at the head of a statement or after `NAME =`, not touched by
/// `(`, `.` or `[`, not followed by `=` or an operator, and not the name of a variable in scope. The parser is
/// therefore told the verbs and the variables that exist, and follows the names that the text itself assigns.
public struct Parser {
  static let maximumDepth = 200
  static let maximumHeight = 500
  static let maximumDiagnostics = 100
  static let keywords: Set<String> = [
    "use", "param", "repeat", "every", "at", "when", "if", "assert", "def", "else",
  ]
  /// What people type who come from another language.
  static let habits = [
    "print": "write show", "echo": "write show", "exit": "write quit", "run": "write do",
    "source": "write do", "import": "write do, or load for data", "for": "write repeat NAME in values { … }",
    "while": "write repeat NAME in values { … }, or train … until=(condition)", "let": "write NAME = value",
    "var": "write NAME = value", "function": "write def NAME(x) { … }", "rm": "write del",
    "man": "write help",
  ]
  static let reserved: Set<String> = ["and", "or", "not", "yes", "no"]

  let source: Source
  let verbs: Set<String>
  let tokens: [Token]
  var index = 0
  var depth = 0
  var diagnostics: [Diagnostic] = []
  /// Names that are variables here, one set for each block that is open.
  var scopes: [Set<String>]

  /// Reads a whole text.
  ///
  /// - Parameters:
  ///   - verbs: the words that begin a command.
  ///   - variables: the names that already have a value (at a prompt).
  /// - Complexity: O(bytes).
  public static func parse(_ source: Source, verbs: Set<String>, variables: Set<String> = []) -> Parse {
    let lexer = Lexer(source)
    let groups = Groups(lexer.tokens)
    var parser = Parser(source, groups.significant(lexer.tokens), verbs, variables)
    let statements = parser.statements(untilBrace: false)
    let bracketErrors = groups.diagnostics(lexer.tokens)
    let unclosed = groups.unclosed.map { lexer.tokens[$0].range.lowerBound }
    let echoes = Echoes(source, brackets: bracketErrors, lexical: lexer.diagnostics)
    let parserErrors = parser.diagnostics.filter { !echoes.contains($0) }
    let all = (lexer.diagnostics + bracketErrors + parserErrors).sorted { start($0) < start($1) }
    let opening = unclosed.min() ?? (lexer.endsInContinuation ? source.byteCount : nil)
    let hasEarlierError = all.contains { start($0) < (opening ?? 0) }
    return Parse(
      program: Program(statements: statements), diagnostics: Array(all.prefix(maximumDiagnostics)),
      isIncomplete: opening != nil && !hasEarlierError && groups.unopened.isEmpty)
  }

  init(_ source: Source, _ tokens: [Token], _ verbs: Set<String>, _ variables: Set<String>) {
    self.source = source
    self.tokens = tokens
    self.verbs = verbs
    scopes = [variables]
  }

  fileprivate static func start(_ diagnostic: Diagnostic) -> Int { diagnostic.range?.lowerBound ?? 0 }

  // MARK: - Statements in a row

  mutating func statements(untilBrace isBlock: Bool) -> [Statement] {
    var result: [Statement] = []
    while true {
      skipSeparators()
      if current.kind == .end || (isBlock && current.isSymbol(.closeBrace)) { return result }
      let start = index
      do throws(Diagnostic) {
        let statement = try statement(isFirst: result.isEmpty && !isBlock)
        result.append(statement)
        try requireEndOfStatement(after: statement)
      } catch {
        diagnostics.append(error)
        recover()
      }
      if index == start { index += 1 }
    }
  }

  private mutating func skipSeparators() {
    while current.kind == .newline || current.isSymbol(.semicolon) { index += 1 }
  }

  private func requireEndOfStatement(after statement: Statement) throws(Diagnostic) {
    switch current.kind {
    case .newline, .end, .symbol(.semicolon), .symbol(.closeBrace): return
    case .symbol(.openBrace):
      if case .expression(let expression) = statement.kind, case .call(let callee, _) = expression.kind,
        case .name(let verb) = callee.kind, verbs.contains(verb)
      {
        throw SyntaxProblem.blockAfterCall(verb).diagnostic(at: current.range)
      }
    case .symbol(.assign):
      if case .expression = statement.kind {
        throw SyntaxProblem.assignToNonName.diagnostic(at: statement.range)
      }
    default: break
    }
    var hint: String?
    if case .word(let word) = current.kind, ["at", "every", "when"].contains(word) {
      hint = "a new line or ; stands before \(word)"
    }
    throw SyntaxProblem.unexpected(found, hint: hint).diagnostic(at: current.range)
  }

  /// Goes on to the end of the statement; a block on the way is still read for its own errors.
  private mutating func recover() {
    while true {
      switch current.kind {
      case .end, .newline, .symbol(.semicolon): return
      case .symbol(.closeBrace):
        if scopes.count > 1 { return }
        index += 1
      case .symbol(.openBrace):
        let start = index
        do throws(Diagnostic) {
          _ = try block()
        } catch {
          diagnostics.append(error)
        }
        if index == start { index += 1 }
      default: index += 1
      }
    }
  }

  /// `{ program }` with a scope of its own, in which some names are variables.
  mutating func block(defining names: [String] = []) throws(Diagnostic) -> Block {
    guard current.isSymbol(.openBrace) else {
      if current.kind == .newline, next.isSymbol(.openBrace) {
        index += 1
        throw SyntaxProblem.blockOnNextLine.diagnostic(at: current.range)
      }
      throw expected("a block { … }")
    }
    try descend()
    defer { depth -= 1 }
    let start = current.range.lowerBound
    index += 1
    scopes.append(Set(names))
    let body = statements(untilBrace: true)
    scopes.removeLast()
    guard current.isSymbol(.closeBrace) else { throw expected("'}'") }
    let end = current.range.upperBound
    index += 1
    return Block(statements: body, range: start..<end)
  }

  // MARK: - Cursor

  var current: Token { tokens[min(index, tokens.count - 1)] }
  var next: Token { tokens[min(index + 1, tokens.count - 1)] }
  /// The end of the token before the current one.
  var previousEnd: Int { index > 0 ? tokens[min(index, tokens.count) - 1].range.upperBound : 0 }

  mutating func take(_ symbol: Symbol) -> Bool {
    guard current.isSymbol(symbol) else { return false }
    index += 1
    return true
  }

  mutating func require(_ symbol: Symbol, hint: String? = nil) throws(Diagnostic) {
    guard take(symbol) else { throw expected("'\(symbol.rawValue)'", hint: hint) }
  }

  mutating func descend() throws(Diagnostic) {
    guard depth < Parser.maximumDepth else { throw SyntaxProblem.tooDeep.diagnostic(at: current.range) }
    depth += 1
  }

  func expected(_ what: String, hint: String? = nil) -> Diagnostic {
    SyntaxProblem.expected(what, found: found, hint: hint).diagnostic(at: current.range)
  }

  /// The current token in words.
  var found: String {
    switch current.kind {
    case .end: "the end"
    case .newline: "the end of the line"
    default:
      "'\(source[current.range].prefix(24))\(current.range.count > 24 ? "…" : "")'"
    }
  }

  // MARK: - Names in scope

  func isVariable(_ name: String) -> Bool { scopes.contains { $0.contains(name) } }

  mutating func declare(_ name: String) {
    if !isVariable(name) { scopes[scopes.count - 1].insert(name) }
  }

  /// A word that may be given a value.
  mutating func newName(_ what: String) throws(Diagnostic) -> Name {
    guard let word = current.word else { throw expected(what) }
    if Parser.reserved.contains(word) { throw SyntaxProblem.reservedName(word).diagnostic(at: current.range) }
    let name = Name(word, at: current.range)
    index += 1
    return name
  }
}

/// Complaints of the parser that only repeat a bracket's or the lexer's: at the same place, or on the same line after
/// a bracket that is never closed.
private struct Echoes {
  private let source: Source
  private var places: Set<Int> = []
  /// The first bracket error of a line, by the offset of the line's start.
  private var firstOnLine: [Int: Int] = [:]

  init(_ source: Source, brackets: [Diagnostic], lexical: [Diagnostic]) {
    self.source = source
    places = Set((brackets + lexical).map(Parser.start))
    for start in brackets.map(Parser.start) {
      let line = source.lineRange(at: start).lowerBound
      firstOnLine[line] = min(start, firstOnLine[line] ?? start)
    }
  }

  func contains(_ error: Diagnostic) -> Bool {
    let place = Parser.start(error)
    if places.contains(place) { return true }
    return firstOnLine[source.lineRange(at: place).lowerBound].map { place > $0 } ?? false
  }
}
