/// `VERB things name=value … { block }`.
public struct Command: Hashable, Sendable {
  public var verb: Name
  public var items: [Expression]
  public var options: [Option]
  public var block: Block?
  public var range: ByteRange

  public init(verb: Name, items: [Expression], options: [Option], block: Block?, range: ByteRange) {
    self.verb = verb
    self.items = items
    self.options = options
    self.block = block
    self.range = range
  }
}

/// `name=value` after a verb.
public struct Option: Hashable, Sendable {
  public var name: Name
  public var value: Expression

  public init(name: Name, value: Expression) {
    self.name = name
    self.value = value
  }

  public var range: ByteRange { name.range.lowerBound..<value.range.upperBound }
}

/// `repeat name in values option… { body }`.
public struct Repetition: Hashable, Sendable {
  public var name: Name
  public var values: Expression
  public var options: [Option]
  public var body: Block
  public var range: ByteRange
}

/// Statements between braces.
public struct Block: Hashable, Sendable {
  public var statements: [Statement]
  public var range: ByteRange
}

/// A name in the head of a `def`, with the value it takes when none is given.
public struct FormalParameter: Hashable, Sendable {
  public var name: Name
  public var defaultValue: Expression?
}

/// One condition of an `if` with what follows it.
public struct Branch: Hashable, Sendable {
  public var condition: Expression
  public var block: Block
}

/// When a block inside `train` or `step` runs.
public enum Schedule: Hashable, Sendable {
  /// `every n unit`
  case every(Expression, ScheduleUnit)
  case start
  case end
  /// `at values unit`
  case at(Expression, ScheduleUnit)
  /// `when (condition)`, once
  case when(Expression)
}

/// One statement of a program.
public struct Statement: Hashable, Sendable {
  public indirect enum Kind: Hashable, Sendable {
    case use(version: Double)
    case param(Name, Expression, doc: String?)
    case scheduled(Schedule, Block)
    case conditional([Branch], otherwise: Block?)
    case assertion(Expression, message: String?)
    case definition(Name, [FormalParameter], Block)
    case assignment(Name, Expression)
    /// An expression, command or repeat on its own: its value is shown.
    case expression(Expression)
  }

  public var kind: Kind
  public var range: ByteRange

  public init(_ kind: Kind, at range: ByteRange) {
    self.kind = kind
    self.range = range
  }
}

/// A parsed text.
public struct Program: Hashable, Sendable {
  public var statements: [Statement]

  public init(statements: [Statement]) {
    self.statements = statements
  }
}
