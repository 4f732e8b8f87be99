/// One entry of a table.
///
/// Two numbers are the same cell when they are equal or both NaN, so that groups and comparisons of tables
/// are well defined; `missing` equals only itself.
public enum Cell: Hashable, Sendable {
  case number(Double)
  case text(String)
  case flag(Bool)
  case missing

  public static func == (left: Cell, right: Cell) -> Bool {
    switch (left, right) {
    case (.number(let a), .number(let b)): a == b || (a.isNaN && b.isNaN)
    case (.text(let a), .text(let b)): a == b
    case (.flag(let a), .flag(let b)): a == b
    case (.missing, .missing): true
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .number(let value): hasher.combine(value.isNaN ? Double.nan.bitPattern : (value + 0).bitPattern)
    case .text(let value): hasher.combine(value)
    case .flag(let value): hasher.combine(value)
    case .missing: hasher.combine(0 as UInt8)
    }
  }

  /// The kind of the entry, nil for a missing one.
  public var kind: CellKind? {
    switch self {
    case .number: .number
    case .text: .text
    case .flag: .flag
    case .missing: nil
    }
  }

  /// The number in the cell, nil for every other kind.
  public var number: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  /// The text in the cell, nil for every other kind.
  public var text: String? {
    if case .text(let value) = self { value } else { nil }
  }

  /// The flag in the cell, nil for every other kind.
  public var flag: Bool? {
    if case .flag(let value) = self { value } else { nil }
  }
}

extension Cell: CustomStringConvertible {
  /// The cell as a person writes it: the shortest number that reads back the same, yes / no, empty if missing.
  public var description: String {
    switch self {
    case .number(let value): value.shortest
    case .text(let value): value
    case .flag(let value): value ? "yes" : "no"
    case .missing: ""
    }
  }
}

extension Cell: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral
{
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// What a column holds; fixed by its first entry that is not missing.
public enum CellKind: String, Sendable, CaseIterable {
  case number, text, flag
}

/// What a column is for.
public enum ColumnRole: String, Sendable, CaseIterable {
  /// What a row is about (`distance`, `source_class`): never averaged over silently.
  case key
  /// Repetitions of the same experiment (`run`, `seed`): averaged over by plots and means.
  case replicate
  /// Where along a curve a row stands (`step`, `epoch`, `time`).
  case axis
  /// What was measured.
  case value
  /// What only accompanies a value (`n`, `dropped`).
  case note
}
