/// Which bracket closes which, found before parsing, so that one missing bracket spoils one statement only.
struct Groups {
  /// For every token that opens a group, the index of the token that closes it.
  private(set) var closers: [Int: Int] = [:]
  private(set) var unclosed: [Int] = []
  private(set) var unopened: [Int] = []

  /// - Complexity: O(tokens).
  init(_ tokens: [Token]) {
    var open: [(symbol: Symbol, index: Int)] = []
    for (index, token) in tokens.enumerated() {
      guard case .symbol(let symbol) = token.kind else { continue }
      if symbol.closer != nil {
        open.append((symbol, index))
      } else if [.closeParenthesis, .closeBracket, .closeBrace].contains(symbol) {
        close(symbol, at: index, &open)
      }
    }
    unclosed += open.map(\.index)
    unclosed.sort()
  }

  /// Takes the nearest opener of the same kind; a round or square bracket never closes across a brace.
  private mutating func close(_ symbol: Symbol, at index: Int, _ open: inout [(symbol: Symbol, index: Int)]) {
    var depth = open.count - 1
    while depth >= 0, open[depth].symbol.closer != symbol {
      if open[depth].symbol == .openBrace {
        unopened.append(index)
        return
      }
      depth -= 1
    }
    guard depth >= 0 else {
      unopened.append(index)
      return
    }
    unclosed += open[(depth + 1)...].map(\.index)
    closers[open[depth].index] = index
    open.removeSubrange(depth...)
  }

  /// The tokens without comments and without the newlines that stand free inside `( )` and `[ ]`.
  func significant(_ tokens: [Token]) -> [Token] {
    var result: [Token] = []
    result.reserveCapacity(tokens.count)
    var isFree: [Bool] = []
    var closing: Set<Int> = []
    for (index, token) in tokens.enumerated() {
      if let closer = closers[index] {
        isFree.append(!token.isSymbol(.openBrace))
        closing.insert(closer)
      } else if closing.contains(index) {
        isFree.removeLast()
      }
      if token.kind == .comment || (token.kind == .newline && isFree.last == true) { continue }
      result.append(token)
    }
    return result
  }

  func diagnostics(_ tokens: [Token]) -> [Diagnostic] {
    unclosed.map { SyntaxProblem.unclosed(text(tokens[$0])).diagnostic(at: tokens[$0].range) }
      + unopened.map { SyntaxProblem.unopened(text(tokens[$0])).diagnostic(at: tokens[$0].range) }
  }

  private func text(_ token: Token) -> String {
    if case .symbol(let symbol) = token.kind { symbol.rawValue } else { "" }
  }
}
