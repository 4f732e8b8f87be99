/// One named column of a table: entries of one kind, some of them possibly missing.
///
/// Numbers are stored as they are; texts as codes into the list of the different texts, because a long table
/// repeats its keys. Appending costs O(1), reading an entry O(1).
public struct Column: Sendable {
  public let name: String
  public let role: ColumnRole
  /// The kind of the entries, nil while all of them are missing.
  public private(set) var kind: CellKind?
  public private(set) var count = 0

  /// The numbers, if `kind` is `number`; NaN where missing.
  private var values: [Double] = []
  /// For numbers 0 or -1, for flags 0 or 1, for texts the place in `texts`; -1 where missing. Empty for
  /// numbers without a missing entry.
  private var codes: [Int32] = []
  private var texts: [String] = []
  private var places: [String: Int32] = [:]

  public init(name: String, role: ColumnRole) {
    self.name = name
    self.role = role
  }

  /// A column of the given entries.
  /// - Throws: `TableError.wrongKind` if they are not all of one kind.
  public init(name: String, role: ColumnRole, cells: [Cell]) throws(TableError) {
    self.init(name: name, role: role)
    for cell in cells { try append(cell) }
  }

  public subscript(row: Int) -> Cell {
    precondition(row >= 0 && row < count, "row out of range")
    switch kind {
    case nil: return .missing
    case .number: return !codes.isEmpty && codes[row] < 0 ? .missing : .number(values[row])
    case .flag: return codes[row] < 0 ? .missing : .flag(codes[row] == 1)
    case .text: return codes[row] < 0 ? .missing : .text(texts[Int(codes[row])])
    }
  }

  /// All entries, in order.
  public var cells: [Cell] { (0..<count).map { self[$0] } }

  /// The number in each row; nil where it is missing or the column does not hold numbers.
  public var numbers: [Double?] { (0..<count).map { self[$0].number } }

  /// The numbers that are not missing, in order; empty for a column of another kind. NaN entries are kept.
  public var presentNumbers: [Double] {
    guard kind == .number else { return [] }
    return codes.isEmpty ? values : numbers.compactMap { $0 }
  }

  /// How many entries are missing.
  public var missingCount: Int {
    switch kind {
    case nil: count
    default: codes.count { $0 < 0 }
    }
  }

  /// The different entries in the order of their first appearance; a missing entry counts as one of them.
  public var levels: [Cell] { denseCodes().levels }

  /// Adds an entry.
  /// - Throws: `TableError.wrongKind` if the column holds entries of another kind.
  public mutating func append(_ cell: Cell) throws(TableError) {
    guard let found = cell.kind else { return appendMissing() }
    if let kind, kind != found {
      throw .wrongKind(column: name, row: count, expected: kind, found: found)
    }
    if kind == nil { settle(on: found) }
    switch cell {
    case .number(let value):
      values.append(value)
      if !codes.isEmpty { codes.append(0) }
    case .flag(let value): codes.append(value ? 1 : 0)
    case .text(let value): codes.append(code(of: value))
    case .missing: break
    }
    count += 1
  }

  /// Fixes the kind at the first entry that is not missing; the entries before it are missing.
  private mutating func settle(on kind: CellKind) {
    self.kind = kind
    codes = [Int32](repeating: -1, count: count)
    if kind == .number { values = [Double](repeating: .nan, count: count) }
  }

  private mutating func appendMissing() {
    switch kind {
    case nil: break
    case .number:
      if codes.isEmpty { codes = [Int32](repeating: 0, count: count) }
      codes.append(-1)
      values.append(.nan)
    case .flag, .text: codes.append(-1)
    }
    count += 1
  }

  private mutating func code(of text: String) -> Int32 {
    if let code = places[text] { return code }
    let code = Int32(texts.count)
    texts.append(text)
    places[text] = code
    return code
  }

  /// The column of the given rows, in the given order.
  func rows(at rows: [Int]) -> Column {
    var result = self
    result.count = rows.count
    if kind == .number { result.values = rows.map { values[$0] } }
    if !codes.isEmpty { result.codes = rows.map { codes[$0] } }
    return result
  }

  /// The same entries under another name or role.
  func renamed(_ name: String, role: ColumnRole) -> Column {
    var result = Column(name: name, role: role)
    (result.kind, result.count) = (kind, count)
    (result.values, result.codes, result.texts, result.places) = (values, codes, texts, places)
    return result
  }

  /// For each row the place of its entry among the different entries, and those, by first appearance.
  func denseCodes() -> (codes: [Int32], levels: [Cell]) {
    var levels: [Cell] = []
    var dense: [Int32] = []
    dense.reserveCapacity(count)
    switch kind {
    case nil:
      return ([Int32](repeating: 0, count: count), count == 0 ? [] : [.missing])
    case .text, .flag:
      var renumbered = [Int32](repeating: -1, count: max(texts.count, 2) + 1)
      for row in 0..<count {
        let place = Int(codes[row]) + 1
        if renumbered[place] < 0 {
          renumbered[place] = Int32(levels.count)
          levels.append(self[row])
        }
        dense.append(renumbered[place])
      }
    case .number:
      var seen: [Cell: Int32] = [:]
      for row in 0..<count {
        let cell = self[row]
        if let place = seen[cell] {
          dense.append(place)
        } else {
          seen[cell] = Int32(levels.count)
          dense.append(Int32(levels.count))
          levels.append(cell)
        }
      }
    }
    return (dense, levels)
  }
}

extension Column {
  /// The entries of a column in few plain arrays, the same for equal columns however they came to be.
  public struct Parts: Hashable, Sendable {
    /// nil where all entries are missing.
    public var kind: CellKind?
    public var count: Int
    /// The numbers, NaN where missing; empty for another kind.
    public var numbers: [Double]
    /// -1 where an entry is missing; else 0 for numbers, 0 or 1 for flags, the place in `texts` for texts. Empty for
    /// numbers without a missing entry.
    public var codes: [Int32]
    /// The different texts in the order of their first appearance.
    public var texts: [String]

    public init(kind: CellKind?, count: Int, numbers: [Double], codes: [Int32], texts: [String]) {
      (self.kind, self.count, self.numbers) = (kind, count, numbers)
      (self.codes, self.texts) = (codes, texts)
    }
  }

  public var parts: Parts {
    var parts = Parts(kind: kind, count: count, numbers: [], codes: [], texts: [])
    switch kind {
    case nil: break
    case .number:
      parts.numbers = codes.isEmpty ? values : values.indices.map { codes[$0] < 0 ? .nan : values[$0] }
      if codes.contains(where: { $0 < 0 }) { parts.codes = codes }
    case .flag: parts.codes = codes
    case .text:
      var renumbered = [Int32](repeating: -1, count: texts.count)
      parts.codes = codes.map { code in
        guard code >= 0 else { return -1 }
        if renumbered[Int(code)] < 0 {
          renumbered[Int(code)] = Int32(parts.texts.count)
          parts.texts.append(texts[Int(code)])
        }
        return renumbered[Int(code)]
      }
    }
    return parts
  }

  /// A column of such parts; nil where they do not fit together.
  public init?(name: String, role: ColumnRole, _ parts: Parts) {
    self.init(name: name, role: role)
    let highest: Int32 =
      switch parts.kind {
      case nil: -1
      case .number: 0
      case .flag: 1
      case .text: Int32(parts.texts.count) - 1
      }
    guard parts.count >= 0, parts.numbers.count == (parts.kind == .number ? parts.count : 0),
      parts.codes.count == (parts.kind == nil ? 0 : parts.count)
        || (parts.kind == .number && parts.codes.isEmpty),
      parts.codes.allSatisfy({ $0 >= -1 && $0 <= highest }),
      parts.kind == .text || parts.texts.isEmpty, Set(parts.texts).count == parts.texts.count
    else { return nil }
    (kind, count, values) = (parts.kind, parts.count, parts.numbers)
    (codes, texts) = (parts.codes, parts.texts)
    places = Dictionary(uniqueKeysWithValues: zip(texts, Int32(0)...))
  }
}

extension Column: Equatable {
  /// Two columns are equal if name, role and all entries are, however they came to be.
  public static func == (left: Column, right: Column) -> Bool {
    left.name == right.name && left.role == right.role && left.count == right.count
      && (0..<left.count).allSatisfy { left[$0] == right[$0] }
  }
}
