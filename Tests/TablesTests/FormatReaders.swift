import Tables
import Testing

/// Readers of the formats that are only written: straight from the specifications, one byte after the other.
struct Bytes {
  let bytes: [UInt8]
  var place = 0

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  var isAtEnd: Bool { place == bytes.count }

  mutating func take(_ count: Int) throws -> [UInt8] {
    try #require(count >= 0 && place + count <= bytes.count)
    defer { place += count }
    return Array(bytes[place..<place + count])
  }

  mutating func number(_ count: Int) throws -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func text(_ count: Int) throws -> String { String(decoding: try take(count), as: UTF8.self) }

  mutating func line() throws -> String {
    var letters: [UInt8] = []
    while let letter = try take(1).first, letter != 10 { letters.append(letter) }
    return String(decoding: letters, as: UTF8.self)
  }

  mutating func varint() throws -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try number(1)
      result |= (byte & 0x7F) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
  }
}

/// A check of 32 bits, bit by bit.
func slowCheck(_ bytes: [UInt8], polynomial: UInt32) -> UInt32 {
  var rest = UInt32.max
  for byte in bytes {
    rest ^= UInt32(byte)
    for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ polynomial : rest >> 1 }
  }
  return ~rest
}

struct ReadArray {
  let name: String
  let type: String
  let elements: [UInt8]

  func words(of width: Int) -> [UInt64] {
    stride(from: 0, to: elements.count, by: width).map { start in
      elements[start..<start + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}

/// The members of an archive by its local headers, each compared with the list at the end.
func readNPZ(_ file: [UInt8]) throws -> [ReadArray] {
  // The checks themselves are right: RFC 3720 B.4 and the usual example of ISO 3309.
  #expect(slowCheck(Array("123456789".utf8), polynomial: 0xEDB8_8320) == 0xCBF4_3926)
  var end = Bytes(file.suffix(22))
  #expect(try end.text(4) == "PK\u{5}\u{6}")
  _ = try end.take(6)
  let count = Int(try end.number(2))
  let (size, start) = (Int(try end.number(4)), Int(try end.number(4)))
  #expect(start + size == file.count - 22)
  var list = Bytes(file[start..<start + size])
  var arrays: [ReadArray] = []
  for _ in 0..<count {
    #expect(try list.text(4) == "PK\u{1}\u{2}")
    _ = try list.take(2)
    let header = try list.take(26)
    _ = try list.take(10)
    let offset = Int(try list.number(4))
    var local = Bytes(file[offset...])
    #expect(try local.text(4) == "PK\u{3}\u{4}")
    #expect(try local.take(26) == header)
    var fields = Bytes(header)
    // Version, flags, stored, 1980-01-01.
    #expect(try fields.take(10) == [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0])
    let (check, packed, plain) = (try fields.number(4), Int(try fields.number(4)), Int(try fields.number(4)))
    #expect(packed == plain)
    let name = try local.text(Int(try fields.number(2)))
    #expect(try list.text(name.utf8.count) == name)
    let content = try local.take(plain)
    #expect(UInt64(slowCheck(content, polynomial: 0xEDB8_8320)) == check)
    arrays.append(try readNPY(String(name.dropLast(4)), content))
  }
  #expect(list.isAtEnd)
  return arrays
}

private func readNPY(_ name: String, _ content: [UInt8]) throws -> ReadArray {
  var array = Bytes(content)
  #expect(try array.take(8) == [0x93] + Array("NUMPY".utf8) + [1, 0])
  let header = try array.text(Int(try array.number(2)))
  #expect(array.place % 64 == 0 && header.hasSuffix("\n"))
  let parts = header.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
  #expect(parts[1] == "descr" && parts[5] == "fortran_order" && parts[6].contains("False"))
  let type = parts[3]
  let rest = Array(content[array.place...])
  let digits = type.drop { !$0.isNumber }
  let width = (try #require(Int(digits))) * (type.contains("U") ? 4 : 1)
  #expect(header.contains("'shape': (\(rest.count / width),)"))
  return ReadArray(name: name, type: type, elements: rest)
}

struct ReadList {
  let name: String
  var cells: [Cell] = []
  var hasIntegers = false
}

/// A machine for the opcodes of a pickled dictionary of lists; every other opcode is an error.
func readPickle(_ file: [UInt8]) throws -> [ReadList] {
  var pickle = Bytes(file)
  var memo: [UInt64: String] = [:]
  var text: String?
  #expect(try pickle.take(4) == [0x80, 2] + Array("}(".utf8))
  var lists: [ReadList] = []
  func put(_ cell: Cell) { lists[lists.count - 1].cells.append(cell) }
  var isInList = false
  while true {
    switch try pickle.text(1) {
    case "X": text = try pickle.text(Int(try pickle.number(4)))
    case "r":
      memo[try pickle.number(4)] = text
      if isInList { put(.text(try #require(text))) }
    case "j":
      text = memo[try pickle.number(4)]
      if isInList { put(.text(try #require(text))) }
    case "]":
      #expect(try pickle.text(1) == "(" && !isInList)
      lists.append(ReadList(name: try #require(text)))
      isInList = true
    case "e": isInList = false
    case "N": put(.missing)
    case "G": put(.number(Double(bitPattern: try pickle.number(8).byteSwapped)))
    case "J":
      put(.number(Double(Int32(truncatingIfNeeded: try pickle.number(4)))))
      lists[lists.count - 1].hasIntegers = true
    case "u":
      #expect(try pickle.text(1) == "." && pickle.isAtEnd && !isInList)
      return lists
    default:
      // These bytes are no UTF-8 of their own.
      pickle.place -= 1
      switch try pickle.number(1) {
      case 0x88: put(true)
      case 0x89: put(false)
      case 0x8A:
        #expect(try pickle.number(1) == 8)
        put(.number(Double(Int64(bitPattern: try pickle.number(8)))))
        lists[lists.count - 1].hasIntegers = true
      case let code: throw UnknownOpcode(code: code)
      }
    }
  }
}

struct UnknownOpcode: Error {
  let code: UInt64
}

struct ReadEvent {
  var time: Double?
  var step: UInt64 = 0
  var version: String?
  var values: [(String, Float)] = []
}

/// The events of a file of records, checks compared.
func readEvents(_ file: [UInt8]) throws -> [ReadEvent] {
  let castagnoli: UInt32 = 0x82F6_3B78
  #expect(slowCheck([UInt8](repeating: 0, count: 32), polynomial: castagnoli) == 0x8A91_36AA)
  func masked(_ bytes: [UInt8]) -> UInt64 {
    let check = slowCheck(bytes, polynomial: castagnoli)
    return UInt64((check >> 15 | check << 17) &+ 0xA282_EAD8)
  }
  var records = Bytes(file)
  var events: [ReadEvent] = []
  while !records.isAtEnd {
    let length = try records.take(8)
    #expect(try records.number(4) == masked(length))
    var counted = Bytes(length)
    let payload = try records.take(Int(try counted.number(8)))
    #expect(try records.number(4) == masked(payload))
    events.append(try readEvent(payload))
  }
  return events
}

private func readEvent(_ payload: [UInt8]) throws -> ReadEvent {
  var event = ReadEvent()
  var fields = Bytes(payload)
  while !fields.isAtEnd {
    switch try fields.varint() {
    case 1 << 3 | 1: event.time = Double(bitPattern: try fields.number(8))
    case 2 << 3: event.step = try fields.varint()
    case 3 << 3 | 2: event.version = try fields.text(Int(try fields.varint()))
    case 5 << 3 | 2:
      var summary = Bytes(try fields.take(Int(try fields.varint())))
      while !summary.isAtEnd {
        #expect(try summary.varint() == 1 << 3 | 2)
        var value = Bytes(try summary.take(Int(try summary.varint())))
        #expect(try value.varint() == 1 << 3 | 2)
        let tag = try value.text(Int(try value.varint()))
        #expect(try value.varint() == 2 << 3 | 5)
        event.values.append((tag, Float(bitPattern: UInt32(try value.number(4)))))
        #expect(value.isAtEnd)
      }
    case let key: throw UnknownOpcode(code: key)
    }
  }
  return event
}
