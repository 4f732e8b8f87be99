/// The bytes as a gzip file without compression (RFC 1951 stored blocks, RFC 1952).
public func storedGzip(_ bytes: [UInt8]) -> [UInt8] {
  var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
  let starts = Array(stride(from: 0, to: max(bytes.count, 1), by: 65535))
  for start in starts {
    let block = bytes[start...].prefix(65535)
    let length = UInt16(block.count)
    file.append(start == starts.last ? 1 : 0)
    file += little(UInt32(length), 2) + little(UInt32(~length), 2) + block
  }
  return file + little(crc32(bytes), 4) + little(UInt32(truncatingIfNeeded: bytes.count), 4)
}

private func little(_ value: UInt32, _ count: UInt32) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }
}
