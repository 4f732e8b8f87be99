extension Table {
  /// Reads CSV (RFC 4180; lines may end in LF or CRLF) whose first line names the columns.
  ///
  /// Columns of the product's own tables get the role and kind they were written with. In other columns a quoted
  /// cell is a text, all numbers make a column of numbers, all yes / no one of flags; their role is `roles[name]`,
  /// else value for numbers and key for the rest and for what a `repeat` put in front. An empty cell is missing.
  /// - Throws: `TableError` with the line. Costs two passes over the bytes.
  public init(csv text: String, roles: [String: ColumnRole] = [:]) throws(TableError) {
    try self.init(csvBytes: Array(text.utf8), roles: roles)
  }

  /// Reads a CSV file.
  /// - Throws: `FileError` if the file cannot be read, `TableError` if it does not hold a table.
  public init(contentsOfCSV path: String, roles: [String: ColumnRole] = [:]) throws {
    try self.init(csvBytes: RegularFile.bytes(of: path, limit: 1 << 30), roles: roles)
  }

  init(csvBytes bytes: [UInt8], roles: [String: ColumnRole]) throws(TableError) {
    var scanner = CSVScanner(bytes)
    let names = try Self.columnNames(&scanner)
    let body = scanner
    var guesses = names.map { ColumnGuess(known: Schema.kind(of: $0)) }
    var fields: [CSVScanner.Field] = []
    while try scanner.next(&fields, expecting: names.count) {
      for place in fields.indices { guesses[place].consider(fields[place]) }
    }
    var columns = names.indices.map { place in
      let kind = guesses[place].kind
      let role = roles[names[place]] ?? Schema.role(of: names[place], kind: kind, among: names)
      return Column(name: names[place], role: role)
    }
    scanner = body
    let kinds = guesses.map(\.kind)
    while try scanner.next(&fields, expecting: names.count) {
      for (place, field) in fields.enumerated() {
        try columns[place].append(
          try Self.cell(field, kind: kinds[place], column: names[place], line: scanner.recordLine))
      }
    }
    try self.init(columns)
  }

  private static func columnNames(_ scanner: inout CSVScanner) throws(TableError) -> [String] {
    var fields: [CSVScanner.Field] = []
    guard try scanner.next(&fields, expecting: nil) else { throw .emptyCSV }
    var names: [String] = []
    for field in fields { names.append(try field.text(line: scanner.recordLine)) }
    if names == [""] && !fields[0].isQuoted { throw .emptyCSV }
    for (place, name) in names.enumerated() {
      if name.isEmpty { throw .blankColumnName(column: place) }
      if names[..<place].contains(name) { throw .duplicateColumn(name) }
    }
    return names
  }

  private static func cell(
    _ field: CSVScanner.Field, kind: CellKind, column: String, line: Int
  ) throws(TableError) -> Cell {
    if field.isMissing { return .missing }
    let text = try field.text(line: line)
    switch kind {
    case .text: return .text(text)
    case .number:
      if let number = CSVText.number(text) { return .number(number) }
    case .flag:
      if let flag = CSVText.flag(text) { return .flag(flag) }
    }
    throw .unreadableCell(line: line, column: column, text: text, expected: kind)
  }
}

/// What a column of unknown kind can still be, given the cells seen so far.
private struct ColumnGuess {
  let known: CellKind?
  private var canBeNumber = true
  private var canBeFlag = true

  init(known: CellKind?) { self.known = known }

  mutating func consider(_ field: CSVScanner.Field) {
    guard known == nil, canBeNumber || canBeFlag, !field.isMissing else { return }
    // Text that is not UTF-8 is neither; the second pass reports it.
    let text = field.isQuoted ? "" : (try? field.text(line: 0)) ?? ""
    canBeNumber = canBeNumber && CSVText.number(text) != nil
    canBeFlag = canBeFlag && CSVText.flag(text) != nil
  }

  var kind: CellKind { known ?? (canBeNumber ? .number : canBeFlag ? .flag : .text) }
}

/// Cuts the bytes of a CSV file into records and fields.
struct CSVScanner {
  struct Field {
    let bytes: ArraySlice<UInt8>
    let isQuoted: Bool
    var isMissing: Bool { bytes.isEmpty && !isQuoted }

    func text(line: Int) throws(TableError) -> String {
      guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(line: line) }
      return text
    }
  }

  private let bytes: [UInt8]
  private var place: Int
  private var line = 1
  /// The line, counted from 1, in which the last record began.
  private(set) var recordLine = 1

  private static let (quote, comma, lineFeed, carriageReturn) = (
    UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r")
  )

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// Reads the next record into `fields`; false at the end. Blank lines are passed over unless one column is
  /// expected.
  mutating func next(_ fields: inout [Field], expecting count: Int?) throws(TableError) -> Bool {
    while place < bytes.count {
      recordLine = line
      fields.removeAll(keepingCapacity: true)
      repeat { fields.append(try nextField()) } while consumeComma()
      let wasBlank = fields.count == 1 && fields[0].isMissing
      endLine()
      if wasBlank, count != 1, count != nil || place < bytes.count { continue }
      if let count, fields.count != count {
        throw .raggedLine(line: recordLine, expected: count, found: fields.count)
      }
      return true
    }
    return false
  }

  private mutating func nextField() throws(TableError) -> Field {
    if place < bytes.count, bytes[place] == Self.quote { return try quotedField() }
    let start = place
    while place < bytes.count, !endsField(bytes[place]) {
      if bytes[place] == Self.quote { throw .strayQuote(line: line) }
      place += 1
    }
    return Field(bytes: bytes[start..<place], isQuoted: false)
  }

  private mutating func quotedField() throws(TableError) -> Field {
    let firstLine = line
    var content: [UInt8] = []
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == Self.quote {
        guard place < bytes.count, bytes[place] == Self.quote else {
          if place < bytes.count, !endsField(bytes[place]) { throw .strayQuote(line: line) }
          return Field(bytes: content[...], isQuoted: true)
        }
        place += 1
      }
      if byte == Self.lineFeed { line += 1 }
      content.append(byte)
    }
    throw .unclosedQuote(line: firstLine)
  }

  private func endsField(_ byte: UInt8) -> Bool {
    byte == Self.comma || byte == Self.lineFeed || byte == Self.carriageReturn
  }

  private mutating func consumeComma() -> Bool {
    guard place < bytes.count, bytes[place] == Self.comma else { return false }
    place += 1
    return true
  }

  private mutating func endLine() {
    if place < bytes.count, bytes[place] == Self.carriageReturn { place += 1 }
    if place < bytes.count, bytes[place] == Self.lineFeed { place += 1 }
    line += 1
  }
}
