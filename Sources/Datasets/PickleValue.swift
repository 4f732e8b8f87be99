/// What a pickle can hold here: the plain values of Python and arrays of NumPy, nothing that could run.
public enum PickleValue: Sendable {
  case none
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case bytes([UInt8])
  case list([PickleValue])
  case tuple([PickleValue])
  /// The entries in the order in which they were written; keys are texts or bytes in all known files.
  case dictionary([(key: PickleValue, value: PickleValue)])
  case array(NPYArray)

  /// A text, or bytes that are one: Python 2 wrote its texts as bytes.
  public var text: String? {
    switch self {
    case .text(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// The value under a key of a dictionary.
  public subscript(key: String) -> PickleValue? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries.last { $0.key.text == key }?.value
  }

  /// The parts of a list or tuple.
  public var elements: [PickleValue]? {
    switch self {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }

  /// A number, or an array that holds one.
  public var number: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    case .array(let array) where array.elements.count == 1: array.doubles[0]
    default: nil
    }
  }

  /// The whole numbers of a list or of an array along one axis; nil where any part is something else.
  public var wholeNumbers: [Int]? {
    if case .array(let array) = self {
      return array.dimensions.count == 1 ? array.wholeNumbers : nil
    }
    guard let elements else { return nil }
    var numbers: [Int] = []
    for element in elements {
      guard case .integer(let number) = element else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// What the value is, with its article.
  public var kindName: String {
    switch self {
    case .none: "None"
    case .flag: "True or False"
    case .integer, .number: "a number"
    case .text: "a text"
    case .bytes: "bytes"
    case .list(let items): "a list of \(items.count)"
    case .tuple(let items): "a tuple of \(items.count)"
    case .dictionary: "a dictionary"
    case .array(let array): "an array of shape \(array.dimensions)"
    }
  }
}

extension PickleValue {
  /// Reads a pickle (protocols 0 to 5) that holds plain values and NumPy arrays.
  ///
  /// Nothing is ever executed: of the objects that a pickle can name, the few that NumPy's arrays are made of are
  /// built here, every other one is refused.
  ///
  /// - Throws: `refusedPickle` with the name of what it wanted to load, `malformed` for bytes that are no pickle,
  ///   and the errors of reading a file.
  public init(reading path: String) throws(DatasetError) {
    self = try PickleReader.value(of: readFile(path), path: path)
  }
}

extension NPYArray {
  /// The elements as `Int`, where they are whole numbers; nil for floats that are not.
  public var wholeNumbers: [Int]? {
    switch elements {
    case .uint8(let values): return values.map(Int.init)
    case .int32(let values): return values.map(Int.init)
    case .int64(let values): return values.map(Int.init)
    case .float32, .float64:
      var numbers: [Int] = []
      for value in doubles {
        guard let number = Int(exactly: value) else { return nil }
        numbers.append(number)
      }
      return numbers
    }
  }
}
