/// A word of the source that names something.
public struct Name: Hashable, Sendable {
  public var text: String
  public var range: ByteRange

  public init(_ text: String, at range: ByteRange) {
    self.text = text
    self.range = range
  }
}

public enum UnaryOperator: String, Hashable, Sendable {
  case minus = "-"
  case not
}

public enum BinaryOperator: String, Hashable, Sendable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case range = ".."
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case remainder = "%"
  case power = "^"

  /// How tightly the operator binds.
  enum Level: Int, Comparable {
    case or = 1, and, not, comparison, range, sum, product, negation, power

    static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  var level: Level {
    switch self {
    case .or: .or
    case .and: .and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: .comparison
    case .range: .range
    case .plus, .minus: .sum
    case .times, .divide, .remainder: .product
    case .power: .power
    }
  }

  public var isComparison: Bool { level == .comparison }
}

/// A value between brackets, with a name where one was given: `(x, by=seed)`.
public struct Argument: Hashable, Sendable {
  public var name: Name?
  public var value: Expression

  public init(name: Name?, value: Expression) {
    self.name = name
    self.value = value
  }

  public var range: ByteRange { (name?.range.lowerBound ?? value.range.lowerBound)..<value.range.upperBound }
}

/// Anything that has a value.
public struct Expression: Hashable, Sendable {
  public indirect enum Kind: Hashable, Sendable {
    case number(Double)
    case quantity(Double, QuantityUnit)
    case string(String)
    case name(String)
    case flag(Bool)
    case list([Expression])
    case record([Argument])
    /// `(x)`: computes where a bare word would be taken literally.
    case group(Expression)
    case member(Expression, Name)
    case call(Expression, [Argument])
    case index(Expression, [Argument])
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case command(Command)
    case repetition(Repetition)
  }

  public let kind: Kind
  public var range: ByteRange
  /// The longest way down to a leaf; bounded by the parser, so that walking the tree cannot exhaust the stack.
  let height: Int

  public init(_ kind: Kind, at range: ByteRange) {
    self.kind = kind
    self.range = range
    height = 1 + kind.childHeight
  }

  /// The expression is a literal or made of literals only.
  public var isLiteral: Bool {
    switch kind {
    case .number, .quantity, .string, .flag: true
    case .list(let items): items.allSatisfy(\.isLiteral)
    case .unary(.minus, let operand): operand.isLiteral
    case .group(let inner): inner.isLiteral
    default: false
    }
  }
}

extension Expression.Kind {
  fileprivate var childHeight: Int {
    func highest(_ arguments: [Argument]) -> Int { arguments.map(\.value.height).max() ?? 0 }
    return switch self {
    case .number, .quantity, .string, .name, .flag, .repetition: 0
    case .list(let items): items.map(\.height).max() ?? 0
    case .record(let fields): highest(fields)
    case .group(let inner), .member(let inner, _), .unary(_, let inner): inner.height
    case .call(let base, let arguments), .index(let base, let arguments): max(base.height, highest(arguments))
    case .binary(_, let left, let right): max(left.height, right.height)
    case .command(let command): command.items.map(\.height).max() ?? 0
    }
  }
}
