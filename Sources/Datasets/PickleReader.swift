/// The machine that a pickle is a program for, with every instruction left out that could run code.
///
/// Instructions as in Python's `pickletools`. Lists, dictionaries and arrays are shared by reference while they are
/// built, because a pickle fills them after it has remembered them.
struct PickleReader {
  /// A value under construction.
  enum Node {
    case plain(PickleValue)
    case tuple(Items)
    case list(Items)
    case dictionary(Items)
    case global(module: String, name: String)
    case array(PickledArray)
    case mark

    /// Text, bytes or anything else that is finished.
    var value: PickleValue? { if case .plain(let value) = self { value } else { nil } }
  }

  final class Items {
    /// The parts of a list or tuple; of a dictionary key, value, key, value.
    var nodes: [Node]

    init(_ nodes: [Node]) { self.nodes = nodes }
  }

  private var input: ByteReader
  private var stack: [Node] = []
  private var memo: [Int: Node] = [:]
  /// All that hold parts, to be emptied one by one in the end: containers a million deep would overflow the stack when
  /// the outermost is freed, and one that holds itself would never be.
  private var containers: [Items] = []
  private let path: String

  /// The value of the pickle that `bytes` are.
  static func value(of bytes: [UInt8], path: String) throws(DatasetError) -> PickleValue {
    var reader = PickleReader(input: ByteReader(bytes, path: path), path: path)
    defer { for container in reader.containers { container.nodes = [] } }
    let node = try reader.run()
    // Shared parts are copied out: what is small by sharing may be large, and a list may hold itself.
    var budget = 4 * bytes.count + 64
    return try reader.finished(node, depth: 0, &budget)
  }

  private init(input: ByteReader, path: String) {
    self.input = input
    self.path = path
  }

  func malformed(_ reason: String) -> DatasetError {
    .malformed(path: path, format: "a pickle", reason: reason)
  }

  private mutating func run() throws(DatasetError) -> Node {
    while true {
      let code = try input.byte()
      if code == UInt8(ascii: ".") {
        guard let result = stack.popLast(), stack.isEmpty else { throw malformed("it ends too early") }
        guard input.remaining == 0 else { throw malformed("more follows its end") }
        return result
      }
      if try pushPlain(code) { continue }
      if try pushText(code) { continue }
      try build(code)
    }
  }

  /// Numbers, None, True and False.
  private mutating func pushPlain(_ code: UInt8) throws(DatasetError) -> Bool {
    switch UnicodeScalar(code) {
    case "N": push(.none)
    case "\u{88}": push(.flag(true))
    case "\u{89}": push(.flag(false))
    case "K": push(.integer(Int(try input.byte())))
    case "M": push(.integer(Int(try input.little(UInt16.self))))
    case "J": push(.integer(Int(try input.little(Int32.self))))
    case "\u{8a}": push(.integer(try long(Int(try input.byte()))))
    case "G": push(.number(Double(bitPattern: try input.little(UInt64.self).byteSwapped)))
    case "I", "L":
      let line = try textLine()
      if line == "00" || line == "01" {
        push(.flag(line == "01"))
      } else {
        guard let number = Int(line.hasSuffix("L") ? String(line.dropLast()) : line) else {
          throw malformed("'\(line.prefix(20))' is no whole number that fits")
        }
        push(.integer(number))
      }
    case "F":
      let line = try textLine()
      guard let number = Double(line) else { throw malformed("'\(line.prefix(20))' is no number") }
      push(.number(number))
    default: return false
    }
    return true
  }

  /// Texts and bytes.
  private mutating func pushText(_ code: UInt8) throws(DatasetError) -> Bool {
    switch UnicodeScalar(code) {
    case "\u{8c}": push(.text(try text(Int(try input.byte()))))
    case "X": push(.text(try text(Int(try input.little(UInt32.self)))))
    case "\u{8d}": push(.text(try text(try long64())))
    // Python 2's str: text or bytes, as the reader takes it.
    case "U", "C": push(.bytes(Array(try input.take(Int(try input.byte())))))
    case "T", "B": push(.bytes(Array(try input.take(Int(try input.little(UInt32.self))))))
    case "\u{8e}", "\u{96}": push(.bytes(Array(try input.take(try long64()))))
    case "S":
      let line = try textLine()
      guard line.count >= 2, let quote = line.first, quote == "'" || quote == "\"", line.last == quote,
        !line.contains("\\")
      else { throw malformed("a quoted text is not closed, or has escapes") }
      push(.bytes(Array(line.dropFirst().dropLast().utf8)))
    case "V": push(.text(try escapedText(Array(try input.line()))))
    default: return false
    }
    return true
  }

  /// Containers, the memo, and the objects of NumPy.
  private mutating func build(_ code: UInt8) throws(DatasetError) {
    switch UnicodeScalar(code) {
    case "\u{80}":
      let version = try input.byte()
      guard version <= 5 else { throw malformed("protocol \(version); 0 to 5 can be read") }
    case "\u{95}": _ = try long64()
    case "(": stack.append(.mark)
    case "0": _ = try pop()
    case "1": _ = try popToMark()
    case "2": stack.append(try top())
    case "]": stack.append(.list(container([])))
    case "}": stack.append(.dictionary(container([])))
    case ")": stack.append(.tuple(container([])))
    case "l": stack.append(.list(container(try popToMark())))
    case "d":
      let parts = try popToMark()
      guard parts.count % 2 == 0 else { throw malformed("a key without a value") }
      stack.append(.dictionary(container(parts)))
    case "t": stack.append(.tuple(container(try popToMark())))
    case "\u{85}": stack.append(.tuple(container(try pop(1))))
    case "\u{86}": stack.append(.tuple(container(try pop(2))))
    case "\u{87}": stack.append(.tuple(container(try pop(3))))
    // The parts are taken off the stack before the container below them is looked at.
    case "a":
      let parts = try pop(1)
      try append(parts)
    case "e":
      let parts = try popToMark()
      try append(parts)
    case "s":
      let parts = try pop(2)
      try set(parts)
    case "u":
      let parts = try popToMark()
      try set(parts)
    case "q": memo[Int(try input.byte())] = try top()
    case "r": memo[Int(try input.little(UInt32.self))] = try top()
    case "p": memo[try memoLine()] = try top()
    case "\u{94}": memo[memo.count] = try top()
    case "h": stack.append(try remembered(Int(try input.byte())))
    case "j": stack.append(try remembered(Int(try input.little(UInt32.self))))
    case "g": stack.append(try remembered(try memoLine()))
    case "c": stack.append(try global(module: try textLine(), name: try textLine()))
    case "\u{93}":
      let names = try pop(2).compactMap { $0.value?.text }
      guard names.count == 2 else { throw malformed("a name is no text") }
      stack.append(try global(module: names[0], name: names[1]))
    case "R":
      let parts = try pop(2)
      stack.append(try PickledObjects.call(parts[0], parts[1], self))
    case "b":
      let state = try pop()
      try PickledObjects.setState(state, of: try top(), self)
    default: throw .refusedPickle(path: path, what: "the instruction 0x\(hexadecimal(code))")
    }
  }

  // MARK: - Parts

  private mutating func push(_ value: PickleValue) { stack.append(.plain(value)) }

  private mutating func container(_ nodes: [Node]) -> Items {
    let items = Items(nodes)
    containers.append(items)
    return items
  }

  private mutating func textLine() throws(DatasetError) -> String {
    String(decoding: try input.line(), as: UTF8.self)
  }

  /// A text of protocol 0, Python's raw-unicode-escape: Latin-1 with \\uXXXX and \\UXXXXXXXX for the rest.
  private func escapedText(_ bytes: [UInt8]) throws(DatasetError) -> String {
    var text = String.UnicodeScalarView()
    var place = 0
    while place < bytes.count {
      guard bytes[place] == UInt8(ascii: "\\") else {
        text.append(UnicodeScalar(bytes[place]))
        place += 1
        continue
      }
      let kind = place + 1 < bytes.count ? bytes[place + 1] : 0
      let length = kind == UInt8(ascii: "u") ? 4 : kind == UInt8(ascii: "U") ? 8 : 0
      let digits = bytes[min(place + 2, bytes.count)..<min(place + 2 + length, bytes.count)]
      guard length > 0, digits.count == length,
        let scalar = UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(UnicodeScalar.init)
      else { throw malformed("a text has an escape that is none of Python's") }
      text.append(scalar)
      place += 2 + length
    }
    return String(text)
  }

  private mutating func memoLine() throws(DatasetError) -> Int {
    guard let place = Int(try textLine()), place >= 0 else { throw malformed("a bad place of the memo") }
    return place
  }

  private mutating func long64() throws(DatasetError) -> Int {
    guard let length = Int(exactly: try input.little(UInt64.self)) else { throw malformed("a bad length") }
    return length
  }

  /// A little-endian whole number in two's complement.
  private mutating func long(_ count: Int) throws(DatasetError) -> Int {
    let digits = try input.take(count)
    guard count <= 8 else { throw malformed("a whole number of \(count) bytes") }
    let isNegative = digits.last.map { $0 >= 0x80 } ?? false
    return digits.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
  }

  private mutating func text(_ count: Int) throws(DatasetError) -> String {
    guard let text = String(validating: try input.take(count), as: UTF8.self) else {
      throw malformed("a text is not UTF-8")
    }
    return text
  }

  private func top() throws(DatasetError) -> Node {
    guard let node = stack.last else { throw malformed("its stack is empty") }
    if case .mark = node { throw malformed("a mark in place of a value") }
    return node
  }

  private mutating func pop() throws(DatasetError) -> Node {
    let node = try top()
    stack.removeLast()
    return node
  }

  private mutating func pop(_ count: Int) throws(DatasetError) -> [Node] {
    var nodes: [Node] = []
    for _ in 0..<count { nodes.append(try pop()) }
    return nodes.reversed()
  }

  private mutating func popToMark() throws(DatasetError) -> [Node] {
    let place = stack.lastIndex { if case .mark = $0 { true } else { false } }
    guard let place else { throw malformed("a mark is missing") }
    let nodes = Array(stack[(place + 1)...])
    stack.removeSubrange(place...)
    return nodes
  }

  private func append(_ nodes: [Node]) throws(DatasetError) {
    guard case .list(let list) = try top() else { throw malformed("something is appended to no list") }
    list.nodes += nodes
  }

  private func set(_ nodes: [Node]) throws(DatasetError) {
    guard case .dictionary(let dictionary) = try top(), nodes.count % 2 == 0 else {
      throw malformed("something is set in no dictionary")
    }
    dictionary.nodes += nodes
  }

  private func remembered(_ place: Int) throws(DatasetError) -> Node {
    guard let node = memo[place] else { throw malformed("nothing is remembered under \(place)") }
    return node
  }

  private func global(module: String, name: String) throws(DatasetError) -> Node {
    guard PickledObjects.isKnown(module: module, name: name) else {
      throw .refusedPickle(path: path, what: "\(module.prefix(60)).\(name.prefix(60))")
    }
    return .global(module: module, name: name)
  }

  // MARK: - Result

  /// The finished value; `budget` bounds how much is copied where parts are shared.
  private func finished(_ node: Node, depth: Int, _ budget: inout Int) throws(DatasetError) -> PickleValue {
    budget -= 1
    guard depth < 100, budget > 0 else { throw malformed("its parts hold each other too deeply") }
    switch node {
    case .plain(let value): return value
    case .tuple(let tuple): return .tuple(try finished(tuple.nodes, depth, &budget))
    case .list(let list): return .list(try finished(list.nodes, depth, &budget))
    case .dictionary(let dictionary):
      let parts = try finished(dictionary.nodes, depth, &budget)
      return .dictionary(stride(from: 0, to: parts.count, by: 2).map { (parts[$0], parts[$0 + 1]) })
    case .array(let array): return try array.value(self)
    case .global(let module, let name): throw .refusedPickle(path: path, what: "\(module).\(name) itself")
    case .mark: throw malformed("a mark in place of a value")
    }
  }

  private func finished(_ nodes: [Node], _ depth: Int, _ budget: inout Int) throws(DatasetError)
    -> [PickleValue]
  {
    var values: [PickleValue] = []
    for node in nodes { values.append(try finished(node, depth: depth + 1, &budget)) }
    return values
  }
}
