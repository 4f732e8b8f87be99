/// An array of NumPy, or an element type, while a pickle builds it.
final class PickledArray {
  /// "u1", "f8": kind and bytes of an element.
  var type: String?
  /// "<", ">" or "|".
  var byteOrder = "|"
  var dimensions: [Int] = []
  var isColumnMajor = false
  var bytes: [UInt8] = []
  let isElementType: Bool
  let isScalar: Bool

  init(isElementType: Bool = false, isScalar: Bool = false) {
    self.isElementType = isElementType
    self.isScalar = isScalar
  }

  /// Made once: many places of a pickle may share one array.
  private var made: PickleValue?

  /// The elements of the finished array; a scalar is a plain number.
  func value(_ reader: PickleReader) throws(DatasetError) -> PickleValue {
    if let made { return made }
    let value = try finishedValue(reader)
    made = value
    return value
  }

  private func finishedValue(_ reader: PickleReader) throws(DatasetError) -> PickleValue {
    guard !isElementType else { throw reader.malformed("an element type in place of an array") }
    guard let type else { throw reader.malformed("an array was begun and not filled") }
    if type == "b1" { return .array(try array(.uint8, reader)) }
    guard let known = NPYElementType.allCases.first(where: { $0.rawValue.dropFirst() == type }) else {
      throw reader.malformed("elements of type \(type); f4, f8, i4, i8, u1 and b1 can be read")
    }
    guard byteOrder != ">" || known.width == 1 else { throw reader.malformed("big-endian numbers") }
    let array = try array(known, reader)
    guard isScalar else { return .array(array) }
    switch array.elements {
    case .float32, .float64: return .number(array.doubles[0])
    default: return .integer(array.wholeNumbers?[0] ?? 0)
    }
  }

  private func array(_ type: NPYElementType, _ reader: PickleReader) throws(DatasetError) -> NPYArray {
    guard let count = elementCount(of: dimensions), bytes.count == count * type.width else {
      throw reader.malformed("an array of shape \(dimensions) with \(bytes.count) bytes")
    }
    let stored =
      isColumnMajor && dimensions.count > 1
      ? rowMajor(bytes, dimensions: dimensions, width: type.width) : bytes
    return NPYArray(dimensions, NPYArray.Elements(stored[...], as: type))
  }
}

/// The bytes of an array whose first index runs fastest, in the order where the last one does.
private func rowMajor(_ bytes: [UInt8], dimensions: [Int], width: Int) -> [UInt8] {
  var strides: [Int] = []
  var step = width
  for length in dimensions {
    strides.append(step)
    step *= length
  }
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var index = [Int](repeating: 0, count: dimensions.count)
  var from = 0
  for _ in 0..<bytes.count / max(width, 1) {
    for byte in 0..<width { result.append(bytes[from + byte]) }
    var axis = dimensions.count - 1
    while axis >= 0 {
      index[axis] += 1
      from += strides[axis]
      if index[axis] < dimensions[axis] { break }
      from -= strides[axis] * dimensions[axis]
      index[axis] = 0
      axis -= 1
    }
  }
  return result
}

/// The few objects that NumPy's arrays are pickled with, and how they are put together.
enum PickledObjects {
  private typealias Node = PickleReader.Node

  private static let known: [String: Set<String>] = [
    "numpy": ["ndarray", "dtype"],
    "numpy.core.multiarray": ["_reconstruct", "scalar"],
    "numpy._core.multiarray": ["_reconstruct", "scalar"],
    "numpy.core.numeric": ["_frombuffer"], "numpy._core.numeric": ["_frombuffer"],
    "_codecs": ["encode"],
  ]

  static func isKnown(module: String, name: String) -> Bool { known[module]?.contains(name) ?? false }

  /// What NumPy would make of a call; nothing is called.
  static func call(
    _ function: PickleReader.Node, _ arguments: PickleReader.Node, _ reader: PickleReader
  ) throws(DatasetError) -> PickleReader.Node {
    guard case .global(_, let name) = function, case .tuple(let tuple) = arguments else {
      throw reader.malformed("a call of no function")
    }
    let values = tuple.nodes
    switch name {
    case "_reconstruct": return .array(PickledArray())
    case "dtype":
      let type = PickledArray(isElementType: true)
      guard let text = values.first?.value?.text else {
        throw reader.malformed("an element type without name")
      }
      type.byteOrder = text.first.map(String.init).flatMap { "<>|".contains($0) ? $0 : nil } ?? "<"
      type.type = text.first.map { "<>|=".contains($0) } == true ? String(text.dropFirst()) : text
      return .array(type)
    case "scalar":
      guard values.count == 2, case .array(let type) = values[0], case .bytes(let bytes)? = values[1].value
      else { throw reader.malformed("a number of NumPy without its bytes") }
      let scalar = PickledArray(isScalar: true)
      (scalar.type, scalar.byteOrder, scalar.bytes) = (type.type, type.byteOrder, bytes)
      return .array(scalar)
    case "_frombuffer":
      guard values.count == 4, case .bytes(let bytes)? = values[0].value, case .array(let type) = values[1],
        let order = values[3].value?.text
      else { throw reader.malformed("an array without its buffer") }
      let array = PickledArray()
      (array.type, array.byteOrder, array.bytes) = (type.type, type.byteOrder, bytes)
      array.dimensions = try dimensions(values[2], reader)
      array.isColumnMajor = order == "F"
      return .array(array)
    case "encode":
      // Python 3 writes bytes in old protocols as a text of characters below 256.
      guard case .text(let text)? = values.first?.value, values.count < 2 || values[1].value?.text == "latin1"
      else { throw reader.malformed("encoded bytes without their text") }
      var bytes: [UInt8] = []
      for scalar in text.unicodeScalars {
        guard let byte = UInt8(exactly: scalar.value) else { throw reader.malformed("bytes beyond 255") }
        bytes.append(byte)
      }
      return .plain(.bytes(bytes))
    default: throw reader.malformed("\(name) is called")
    }
  }

  /// Fills an array or an element type that was begun.
  static func setState(
    _ state: PickleReader.Node, of node: PickleReader.Node, _ reader: PickleReader
  ) throws(DatasetError) {
    guard case .array(let array) = node, case .tuple(let tuple) = state else {
      throw reader.malformed("a state for something that has none")
    }
    let values = tuple.nodes
    if array.isElementType {
      guard values.count >= 3, let order = values[1].value?.text else {
        throw reader.malformed("an element type of an unknown form")
      }
      array.byteOrder = order
      return
    }
    guard values.count == 5, case .array(let type) = values[2], type.isElementType,
      case .flag(let isColumnMajor)? = values[3].value, case .bytes(let bytes)? = values[4].value
    else { throw reader.malformed("an array of an unknown form") }
    array.dimensions = try dimensions(values[1], reader)
    (array.type, array.byteOrder) = (type.type, type.byteOrder)
    (array.isColumnMajor, array.bytes) = (isColumnMajor, bytes)
  }

  private static func dimensions(_ node: PickleReader.Node, _ reader: PickleReader) throws(DatasetError)
    -> [Int]
  {
    guard case .tuple(let tuple) = node else { throw reader.malformed("a shape that is no tuple") }
    var dimensions: [Int] = []
    for part in tuple.nodes {
      guard case .integer(let length)? = part.value else { throw reader.malformed("a shape without numbers") }
      dimensions.append(length)
    }
    return dimensions
  }
}
