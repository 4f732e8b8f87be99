import Elementary
import Language

/// The operators on values.
enum Operators {
  /// - Throws: `SessionError.operands` for kinds that the operator does not take.
  static func apply(_ op: BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
    switch op {
    case .equal: return .flag(left.isEqual(to: right))
    case .notEqual: return .flag(!left.isEqual(to: right))
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return .flag(try compare(op, left, right))
    case .range: return try range(left, right)
    case .plus:
      if case .string(let first) = left { return .string(first + right.displayText) }
      if case .string(let second) = right { return .string(left.displayText + second) }
      if case .list(let first) = left, case .list(let second) = right { return .list(first + second) }
    default: break
    }
    guard let first = left.number, let second = right.number else { throw refusal(op, left, right) }
    return .number(arithmetic(op, first, second))
  }

  private static func arithmetic(_ op: BinaryOperator, _ a: Double, _ b: Double) -> Double {
    switch op {
    case .plus: a + b
    case .minus: a - b
    case .times: a * b
    case .divide: a / b
    // The remainder has the sign of the divisor, so that n % 7 counts through 0..6 for negative n too.
    case .remainder: a - b * (a / b).rounded(.down)
    default: pow(a, b)
    }
  }

  private static func compare(_ op: BinaryOperator, _ left: Value, _ right: Value) throws -> Bool {
    if case .nothing = left { return false }
    if case .nothing = right { return false }
    if let first = left.magnitude, let second = right.magnitude, left.dimension == right.dimension {
      return ordered(op, first, second)
    }
    if let first = left.text, let second = right.text { return ordered(op, first, second) }
    throw refusal(op, left, right)
  }

  private static func ordered<Ordered: Comparable>(_ op: BinaryOperator, _ a: Ordered, _ b: Ordered) -> Bool {
    switch op {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    default: a >= b
    }
  }

  private static func range(_ left: Value, _ right: Value) throws -> Value {
    guard left.number != nil, right.number != nil else { throw refusal(.range, left, right) }
    guard let first = left.wholeNumber, let last = right.wholeNumber else { throw SessionError.rangeBounds }
    let (length, overflow) = last.subtractingReportingOverflow(first)
    guard !overflow, length < 1_000_000 else { throw SessionError.rangeTooLong }
    return .range(first, last)
  }

  private static func refusal(_ op: BinaryOperator, _ left: Value, _ right: Value) -> SessionError {
    var hint: String?
    if left.elements != nil || right.elements != nil, op != .range {
      hint = "lists are worked on by functions: sum, mean, exp, …"
    }
    return .operands(op.rawValue, left: left.kindName, right: right.kindName, hint: hint)
  }
}

extension Value {
  /// A number, or a quantity in seconds or bytes.
  var magnitude: Double? {
    switch self {
    case .number(let value): value
    case .quantity(let value, let unit): value * unit.factor
    default: nil
    }
  }

  var dimension: QuantityUnit.Dimension? {
    if case .quantity(_, let unit) = self { unit.dimension } else { nil }
  }

  /// Words equal strings of the same letters; a recipe equals its name in a table; lists and records go by parts.
  func isEqual(to other: Value) -> Bool {
    if let first = magnitude, let second = other.magnitude {
      return dimension == other.dimension && first == second
    }
    if let first = text, let second = other.text { return first == second }
    if let first = flag, let second = other.flag { return first == second }
    if let first = elements, let second = other.elements {
      return first.count == second.count && zip(first, second).allSatisfy { $0.isEqual(to: $1) }
    }
    switch (self, other) {
    case (.record(let a), .record(let b)):
      return a.count == b.count
        && zip(a, b).allSatisfy { $0.name == $1.name && $0.value.isEqual(to: $1.value) }
    case (.table(let a), .table(let b)): return a == b
    case (.model(let a), .model(let b)): return a == b
    case (.recipe(let a), .recipe(let b)): return a.sourceText == b.sourceText
    case (.run(let a), .run(let b)): return a.isIdentical(to: b)
    default: return false
    }
  }
}
