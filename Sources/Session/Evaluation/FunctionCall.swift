import Language
import Tables

extension Expression {
  /// Where a word of a list stands; the whole expression where it is none of them.
  func range(ofWord word: String) -> ByteRange {
    guard case .list(let items) = kind else { return range }
    return items.first { $0.writtenText == word }?.range ?? range
  }
}

/// A call of a function: its values are computed when they are asked for, since some of them are column names.
struct FunctionCall {
  let session: Session
  let function: FunctionDeclaration
  let arguments: [Argument]
  let range: ByteRange
  /// The values of the arguments where they are known already (in a row of a table).
  var given: [Value]?

  /// Arguments without a name.
  var positional: [Argument] { arguments.filter { $0.name == nil } }

  /// Checks how many values without a name there are and which names are used.
  func expect(_ counts: ClosedRange<Int>, named: [String] = []) throws {
    guard counts.contains(positional.count) else { throw usageError }
    for name in arguments.compactMap(\.name) where !named.contains(name.text) {
      throw SessionError.unknownArgument(
        owner: function.name, name: name.text, hint: Speller.suggestion(for: name.text, in: named)
      ).diagnostic(at: name.range)
    }
  }

  var usageError: SessionError {
    .argumentCount(owner: function.name, usage: function.usage.joined(separator: " or "))
  }

  func value(_ place: Int) throws -> Value {
    if let given { return given[place] }
    return try session.evaluate(positional[place].value)
  }

  func number(_ place: Int) throws -> Double {
    let value = try value(place)
    guard let number = value.number else { throw wrongKind(value, "a number", place) }
    return number
  }

  /// One or several words, taken literally.
  func words(_ argument: Argument) throws -> [String] {
    let value = try session.literal(argument.value)
    return try (value.elements ?? [value]).map { item in
      guard let text = item.text else {
        throw SessionError.wrongKind(
          what: function.name, expected: "a column", found: item.kindName, hint: nil
        )
        .diagnostic(at: argument.range)
      }
      return text
    }
  }

  /// One or several columns of a table, taken literally.
  func columns(_ argument: Argument, of table: Table) throws -> [String] {
    let names = try words(argument)
    for name in names where !table.hasColumn(named: name) {
      throw SessionError.noColumn(name, among: table.columnNames)
        .diagnostic(at: argument.value.range(ofWord: name))
    }
    return names
  }

  func argument(named name: String) -> Argument? { arguments.first { $0.name?.text == name } }

  func wrongKind(_ value: Value, _ expected: String, _ place: Int) -> Diagnostic {
    SessionError.wrongKind(what: function.name, expected: expected, found: value.kindName, hint: nil)
      .diagnostic(at: place < positional.count ? positional[place].range : range)
  }
}
