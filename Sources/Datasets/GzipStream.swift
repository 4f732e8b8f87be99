import CZlib

/// Unpacks gzip data (RFC 1952) piece by piece, so that a small file cannot fill the memory.
///
/// Binds zlib's inflate. The `z_stream` lives on the heap since zlib keeps its address; the pointers to input
/// and output are set anew for each call and never outlive the closures that lend them. zlib checks CRC and
/// length.
final class GzipStream {
  /// No deflate stream unpacks to more than this many times its size.
  static let largestRatio = 1032

  private let path: String
  private let packed: [UInt8]
  private var position = 0
  private var atEnd = false
  private let stream: UnsafeMutablePointer<z_stream>

  static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  init(_ packed: [UInt8], path: String) throws(DatasetError) {
    self.path = path
    self.packed = packed
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16 + 15: gzip only, with the largest window.
    let code = inflateInit2_(stream, 16 + 15, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw .damagedGzip(path: path, reason: "zlib error \(code)") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The next `count` unpacked bytes, or fewer where the data end.
  ///
  /// - Throws: `damagedGzip` for a wrong checksum, a cut stream or anything that is not gzip data.
  func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    var failure: DatasetError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count && !atEnd && failure == nil {
        let room = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
        do throws(DatasetError) { filled += try inflate(into: room) } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func inflate(into room: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) -> Int {
    let offered = min(packed.count - position, 1 << 30)
    let wanted = min(room.count, 1 << 30)
    stream.pointee.next_out = room.baseAddress
    stream.pointee.avail_out = UInt32(wanted)
    let code = packed.withUnsafeBufferPointer { input in
      // zlib's header declares the input without const, but inflate only reads it.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + position })
      stream.pointee.avail_in = UInt32(offered)
      return CZlib.inflate(stream, Z_NO_FLUSH)
    }
    let taken = offered - Int(stream.pointee.avail_in)
    let made = wanted - Int(stream.pointee.avail_out)
    position += taken
    switch code {
    case Z_STREAM_END: try startNextMember()
    case Z_OK where taken > 0 || made > 0: break
    case Z_OK, Z_BUF_ERROR: throw .damagedGzip(path: path, reason: "it is cut short")
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"
      throw .damagedGzip(path: path, reason: reason)
    }
    return made
  }

  /// A gzip file may hold several members one after the other; their contents are joined.
  private func startNextMember() throws(DatasetError) {
    if position == packed.count {
      atEnd = true
    } else if packed[position...].starts(with: [0x1F, 0x8B]) {
      inflateReset(stream)
    } else {
      throw .damagedGzip(path: path, reason: "other bytes follow the compressed data")
    }
  }
}
