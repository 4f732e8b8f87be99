extension Table {
  /// Writes the table as a Python pickle (protocol 2) of plain objects to a file, which appears complete or not at all:
  /// a dictionary from the names of the columns to lists of their entries.
  ///
  /// Entries are float, int for seeds, steps and counts, str, bool, and None where missing. Nothing but
  /// these is in the file, so that loading it runs no code. The same table gives the same bytes.
  public func writePickle(to path: String) throws(FileError) {
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      var pickle = PickleBytes()
      pickle.beginDictionary()
      for column in columns {
        pickle.append(column.name)
        pickle.beginList()
        let isWhole = column.isOfWholeNumbers
        for cell in column.cells {
          pickle.append(cell, asWhole: isWhole)
          if pickle.bytes.count > 1 << 16 { try file.append(pickle.take()) }
        }
        pickle.endList()
      }
      pickle.endDictionary()
      try file.append(pickle.take())
    }
  }
}

/// The opcodes of a pickle (CPython, Lib/pickletools.py).
private struct PickleBytes {
  /// Protocol 2.
  private(set) var bytes: [UInt8] = [0x80, 2]
  /// Where texts stand in the memo of the reader; keys and classes repeat in every row.
  private var places: [String: UInt32] = [:]

  mutating func take() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  mutating func beginDictionary() { bytes += Array("}(".utf8) }
  mutating func endDictionary() { bytes += Array("u.".utf8) }
  mutating func beginList() { bytes += Array("](".utf8) }
  mutating func endList() { bytes += Array("e".utf8) }

  mutating func append(_ cell: Cell, asWhole isWhole: Bool) {
    switch cell {
    case .missing: bytes += Array("N".utf8)
    case .flag(let flag): bytes.append(flag ? 0x88 : 0x89)
    case .text(let text): append(text)
    case .number(let number) where isWhole: append(whole: Int64(number))
    case .number(let number):
      bytes.append(UInt8(ascii: "G"))
      bytes.append(littleEndian: number.bitPattern.byteSwapped)
    }
  }

  private mutating func append(whole number: Int64) {
    if let short = Int32(exactly: number) {
      bytes.append(UInt8(ascii: "J"))
      bytes.append(littleEndian: short)
    } else {
      bytes += [0x8A, 8]
      bytes.append(littleEndian: number)
    }
  }

  mutating func append(_ text: String) {
    if let place = places[text] {
      bytes.append(UInt8(ascii: "j"))
      bytes.append(littleEndian: place)
      return
    }
    let place = UInt32(truncatingIfNeeded: places.count)
    bytes.append(UInt8(ascii: "X"))
    bytes.append(littleEndian: UInt32(truncatingIfNeeded: text.utf8.count))
    bytes += text.utf8
    bytes.append(UInt8(ascii: "r"))
    bytes.append(littleEndian: place)
    places[text] = place
  }
}
