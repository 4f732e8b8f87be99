/// A cyclic redundancy check of 32 bits in reflected form, begun and ended with all bits inverted.
struct CRC32: Sendable {
  /// The check of zip archives (ISO 3309).
  static let zip = CRC32(polynomial: 0xEDB8_8320)
  /// The check of TensorFlow's records (Castagnoli; RFC 3720, B.4).
  static let castagnoli = CRC32(polynomial: 0x82F6_3B78)

  /// What a byte does to the remainder.
  private let table: [UInt32]

  /// - Parameter polynomial: without its highest power, the lowest bit first.
  private init(polynomial: UInt32) {
    table = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ polynomial : rest >> 1 }
    }
  }

  /// The check of the bytes. Costs one look-up a byte.
  func checksum(of bytes: [UInt8]) -> UInt32 {
    var rest = UInt32.max
    for byte in bytes { rest = rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    return ~rest
  }
}

extension [UInt8] {
  /// Adds the bytes of a number, the lowest first.
  mutating func append(littleEndian number: some FixedWidthInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
