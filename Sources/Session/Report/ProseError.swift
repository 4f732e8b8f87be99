/// What is wrong with a piece of prose, and where: lines and columns count from 1 in the text of the cell.
public enum ProseError: Error, Equatable, Sendable {
  case unknownCommand(String, line: Int, column: Int)
  case missingArgument(of: String, line: Int, column: Int)
  case unbalancedBrace(line: Int, column: Int)
  case unexpectedSymbol(String, line: Int, column: Int)
  case unclosedFormula(line: Int, column: Int)
  case emptyFormula(line: Int, column: Int)
  case tooDeep(line: Int, column: Int)
}

extension ProseError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownCommand(let name, let line, let column):
      "line \(line), column \(column): formulas do not know '\(name)'; "
        + "they know Greek letters, \\frac, \\sqrt, \\text, \\sum, \\log, \\to, \\lVert and the like"
    case .missingArgument(let name, let line, let column):
      "line \(line), column \(column): '\(name)' needs something after it"
    case .unbalancedBrace(let line, let column):
      "line \(line), column \(column): this brace has no partner"
    case .unexpectedSymbol(let symbol, let line, let column):
      "line \(line), column \(column): '\(symbol)' cannot stand here in a formula"
    case .unclosedFormula(let line, let column):
      "line \(line), column \(column): the formula that begins here never ends; write \\$ for a dollar sign"
    case .emptyFormula(let line, let column):
      "line \(line), column \(column): the formula is empty; write \\$ for a dollar sign"
    case .tooDeep(let line, let column):
      "line \(line), column \(column): the formula is nested too deeply"
    }
  }
}
