import Language
import Tables

/// `t[condition, …]`: inside, a column's name means its entry, a bare word that is no column means that category,
/// `(x)` means the variable x.
struct TableFilter {
  let session: Session
  let table: Table
  private let columns: [String: Column]

  init(session: Session, table: Table) {
    self.session = session
    self.table = table
    let renamed = Table.Schema.renamed.flatMap { [$0.key, $0.value] }
    columns = Dictionary(
      table.columns.map { ($0.name, $0) }
        + renamed.compactMap { name in (try? table.column(named: name)).map { (name, $0) } }
    ) { first, _ in first }
  }

  /// The rows for which every condition holds, or those at an index or range.
  func rows(_ arguments: [Argument], at range: ByteRange) throws -> Table {
    for argument in arguments {
      if let name = argument.name {
        throw Diagnostic(
          "'=' gives a name to a value", at: name.range, hint: "compare with \(name.text) == …")
      }
      try checkWords(argument.value)
    }
    if arguments.count == 1, let index = try position(arguments[0].value) {
      return table.rows(at: try session.located(at: range) { try index.rows(count: table.rowCount) })
    }
    return try table.filtered { row in
      for argument in arguments {
        let value = try value(of: argument.value, row: row, isGrouped: false)
        if case .nothing = value { return false }
        guard let flag = value.flag else {
          throw SessionError.wrongKind(
            what: "a filter", expected: "a condition", found: value.kindName, hint: "such as distance == kl"
          ).diagnostic(at: argument.range)
        }
        if !flag { return false }
      }
      return true
    }
  }

  /// A row number, a range of them, or a list, where the expression names no column.
  private func position(_ expression: Expression) throws -> Value? {
    switch expression.kind {
    case .number, .list, .unary(.minus, _): return try session.evaluate(expression)
    case .binary(.range, _, _): return try session.evaluate(expression)
    case .group:
      guard !mentionsColumn(expression) else { return nil }
      let value = try session.evaluate(expression)
      return value.flag == nil ? value : nil
    default: return nil
    }
  }

  private func mentionsColumn(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .name(let name): columns[name] != nil && session.lookUp(name) == nil
    case .group(let inner), .unary(_, let inner), .member(let inner, _): mentionsColumn(inner)
    case .binary(_, let left, let right): mentionsColumn(left) || mentionsColumn(right)
    case .call(_, let arguments): arguments.contains { mentionsColumn($0.value) }
    default: false
    }
  }

  /// The value of an expression in one row.
  private func value(of expression: Expression, row: Int, isGrouped: Bool) throws -> Value {
    switch expression.kind {
    case .name(let name):
      if isGrouped, let variable = session.lookUp(name) { return variable }
      return columns[name].map { Value($0[row]) } ?? .word(name)
    case .group(let inner): return try value(of: inner, row: row, isGrouped: true)
    case .unary(.not, let operand):
      let value = try value(of: operand, row: row, isGrouped: isGrouped)
      if case .nothing = value { return .nothing }
      return .flag(try !flag(value, operand.range))
    case .binary(.and, let left, let right):
      return .flag(
        try flag(value(of: left, row: row, isGrouped: isGrouped), left.range)
          && flag(value(of: right, row: row, isGrouped: isGrouped), right.range))
    case .binary(.or, let left, let right):
      return .flag(
        try flag(value(of: left, row: row, isGrouped: isGrouped), left.range)
          || flag(value(of: right, row: row, isGrouped: isGrouped), right.range))
    case .binary(let op, let left, let right):
      let first = try value(of: left, row: row, isGrouped: isGrouped)
      let second = try value(of: right, row: row, isGrouped: isGrouped)
      return try combined(op, first, second, at: expression.range)
    case .call(let callee, let arguments): return try call(callee, arguments, row, expression, isGrouped)
    default: return try session.evaluate(expression)
    }
  }

  private func flag(_ value: Value, _ range: ByteRange) throws -> Bool {
    if case .nothing = value { return false }
    guard let flag = value.flag else {
      throw SessionError.wrongKind(
        what: "a filter", expected: "a condition", found: value.kindName, hint: nil
      )
      .diagnostic(at: range)
    }
    return flag
  }

  /// A missing entry fits no condition; a list on the right means one of its elements.
  private func combined(_ op: BinaryOperator, _ left: Value, _ right: Value, at range: ByteRange) throws
    -> Value
  {
    if case .nothing = left { return .nothing }
    if case .nothing = right { return .nothing }
    if let choices = right.elements, left.elements == nil, op == .equal || op == .notEqual {
      return .flag(choices.contains { left.isEqual(to: $0) } == (op == .equal))
    }
    return try session.located(at: range) { try Operators.apply(op, left, right) }
  }

  /// A function of the row's entries: its values are put in the place of the column names.
  private func call(
    _ callee: Expression, _ arguments: [Argument], _ row: Int, _ expression: Expression, _ isGrouped: Bool
  ) throws -> Value {
    guard case .name(let name) = callee.kind, arguments.contains(where: { mentionsColumn($0.value) }),
      let function = Registry.functionsByName[name]
    else { return try session.evaluate(expression) }
    let values = try arguments.map { try value(of: $0.value, row: row, isGrouped: isGrouped) }
    if values.contains(where: { if case .nothing = $0 { true } else { false } }) { return .nothing }
    let call = FunctionCall(
      session: session, function: function, arguments: arguments, range: expression.range, given: values)
    return try session.located(at: expression.range) { try function.apply(call) }
  }

  /// A category that the column does not have is a slip, unless the table is empty.
  private func checkWords(_ expression: Expression) throws {
    switch expression.kind {
    case .unary(.not, let inner): try checkWords(inner)
    case .binary(let op, let left, let right):
      guard op.isComparison else {
        try checkWords(left)
        try checkWords(right)
        return
      }
      guard case .name(let name) = left.kind else { return }
      guard let column = columns[name] else {
        throw EngineErrors.diagnostic(
          TableError.unknownColumn(name, available: table.columnNames), at: left.range)
      }
      try checkCategory(right, in: column)
    case .name(let name):
      guard columns[name] == nil else { return }
      throw EngineErrors.diagnostic(
        TableError.unknownColumn(name, available: table.columnNames), at: expression.range)
    default: break
    }
  }

  /// A word, string or number that stands beside a column of texts has to be one of its categories.
  private func checkCategory(_ expression: Expression, in column: Column) throws {
    guard column.kind == .text else { return }
    switch expression.kind {
    case .name(let word): if columns[word] == nil { try check(word, in: column, at: expression.range) }
    case .string(let text): if column.role == .key { try check(text, in: column, at: expression.range) }
    case .number(let number):
      let levels = column.levels.compactMap(\.text)
      let text = number.shortest
      let hint =
        levels.contains(text)
        ? "its entries are texts: write \(Cell.quoted(text))"
        : "it has \(levels.prefix(8).map { Cell.text($0).optionText }.joined(separator: ", "))"
      throw SessionError.unknownWord(what: column.name, word: text, hint: hint).diagnostic(
        at: expression.range)
    case .list(let items): for item in items { try checkCategory(item, in: column) }
    default: break
    }
  }

  private func check(_ word: String, in column: Column, at range: ByteRange) throws {
    let levels = column.levels.compactMap(\.text)
    guard !levels.isEmpty, !levels.contains(word) else { return }
    let hint =
      session.lookUp(word) != nil
      ? "write (\(word)) to use the variable"
      : Speller.suggestion(for: word, in: levels)
        ?? "it has \(levels.prefix(8).map { Cell.text($0).optionText }.joined(separator: ", "))"
    throw SessionError.unknownWord(what: column.name, word: word, hint: hint).diagnostic(at: range)
  }
}
