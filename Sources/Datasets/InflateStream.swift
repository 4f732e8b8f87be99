import CZlib

/// Unpacks DEFLATE data (RFC 1951) piece by piece, so that a small file cannot fill the memory.
///
/// Binds zlib's inflate. The `z_stream` lives on the heap since zlib keeps its address; the pointers to input
/// and output are set anew for each call and never outlive the closures that lend them.
final class InflateStream {
  /// What stands around the compressed data.
  enum Wrapping {
    /// RFC 1952: zlib checks CRC-32 and length.
    case gzip
    /// RFC 1950: zlib checks Adler-32.
    case zlib
    /// Nothing: the container has the checksum.
    case none

    /// zlib's windowBits: the largest window, 16 more for gzip, negative for none.
    fileprivate var windowBits: Int32 {
      switch self {
      case .gzip: 16 + 15
      case .zlib: 15
      case .none: -15
      }
    }
  }

  /// No deflate stream unpacks to more than this many times its size.
  static let largestRatio = 1032

  private let path: String
  private let packed: [UInt8]
  private let end: Int
  private let wrapping: Wrapping
  private var position: Int
  private var atEnd = false
  private let stream: UnsafeMutablePointer<z_stream>

  static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// The most bytes that `count` compressed ones can hold.
  static func mostUnpacked(from count: Int) -> Int {
    let (most, overflow) = count.multipliedReportingOverflow(by: largestRatio)
    return overflow ? largestFile : min(most, largestFile)
  }

  /// - Parameter range: the part of `packed` that holds the data; nil for all of it.
  /// - Precondition: `range` lies inside `packed`.
  init(_ packed: [UInt8], _ range: Range<Int>? = nil, as wrapping: Wrapping = .gzip, path: String)
    throws(DatasetError)
  {
    self.path = path
    self.packed = packed
    self.wrapping = wrapping
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? packed.count
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = inflateInit2_(
      stream, wrapping.windowBits, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw .damagedGzip(path: path, reason: "zlib error \(code)") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The next `count` unpacked bytes, or fewer where the data end.
  ///
  /// - Throws: `damagedGzip` for a wrong checksum, a cut stream or anything that is not compressed data.
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

  /// Reads to the end, where the checksum stands, and gives how many bytes there were.
  func drain() throws(DatasetError) -> Int {
    var count = 0
    while true {
      let piece = try read(1 << 16)
      if piece.isEmpty { return count }
      count += piece.count
      guard count <= largestFile else { throw .tooLarge(path: path, bytes: count, limit: largestFile) }
    }
  }

  private func inflate(into room: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) -> Int {
    let offered = min(end - position, 1 << 30)
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
    if position == end {
      atEnd = true
    } else if wrapping == .gzip, packed[position..<end].starts(with: [0x1F, 0x8B]) {
      inflateReset(stream)
    } else {
      throw .damagedGzip(path: path, reason: "other bytes follow the compressed data")
    }
  }
}

/// The CRC-32 of the bytes (ISO 3309), as zip archives have it.
///
/// Binds zlib's crc32; the pointer is lent for the call only.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  bytes.withUnsafeBufferPointer { buffer in
    var crc: UInt = 0
    var start = 0
    while start < buffer.count {
      let count = min(buffer.count - start, 1 << 30)
      crc = CZlib.crc32(crc, buffer.baseAddress! + start, UInt32(count))
      start += count
    }
    return UInt32(truncatingIfNeeded: crc)
  }
}
