import CPNG

/// A PNG picture of 8 bits or fewer a channel, decoded to grey or RGB bytes.
///
/// Binds libpng's simplified interface, which returns its errors instead of jumping: the control structure lives for
/// the call, and both pointers are lent for it only. Every chunk's CRC is checked before, since libpng tolerates
/// damage outside of the pixels.
public struct PNGImage: Sendable {
  public let height: Int
  public let width: Int
  /// 1 or 3.
  public let channels: Int
  /// [height, width, channels], the last index fastest.
  public let pixels: [UInt8]

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The most pixels that a picture may have.
  private static let mostPixels = 1 << 26

  /// - Throws: `DatasetError` for a file that is missing, cut short, damaged or no PNG, with more than 8 bits a
  ///   channel or with transparent pixels.
  public init(reading path: String) throws(DatasetError) {
    try self.init(fileBytes: readFile(path), path: path)
  }

  init(fileBytes bytes: [UInt8], path: String) throws(DatasetError) {
    try Self.checkChunks(bytes, path)
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    // libpng keeps the address of the file's bytes between its two calls.
    let decoded = bytes.withUnsafeBytes { file in
      Result { () throws(DatasetError) in try Self.decode(file, &image, path) }
    }
    let (channels, stored) = try decoded.get()
    (height, width, self.channels) = (Int(image.height), Int(image.width), channels)
    pixels = try Self.withoutAlpha(stored, channels: channels, isOpaque: image.format & 1 == 0, path)
  }

  private static func decode(_ file: UnsafeRawBufferPointer, _ image: inout png_image, _ path: String)
    throws(DatasetError) -> (channels: Int, bytes: [UInt8])
  {
    guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
      throw malformed(path, image.reason)
    }
    let (height, width) = (Int(image.height), Int(image.width))
    // One byte unpacks to at most 1032, each of at most eight pixels.
    let most = min(mostPixels, 8 * InflateStream.mostUnpacked(from: file.count))
    guard height > 0, width > 0, height <= most / width else {
      throw .oversizedHeader(path: path, dimensions: [height, width])
    }
    // Bits of libpng's format: 1 alpha, 2 colour, 4 sixteen bits; others say how they are stored.
    guard image.format & 4 == 0 else { throw malformed(path, "it has 16 bits a channel; save it with 8") }
    image.format &= 3
    let channels = image.format & 2 != 0 ? 3 : 1
    let line = width * (channels + Int(image.format & 1))
    var buffer = [UInt8](repeating: 0, count: height * line)
    let isRead = buffer.withUnsafeMutableBytes {
      png_image_finish_read(&image, nil, $0.baseAddress, png_int_32(line), nil)
    }
    guard isRead != 0 else { throw malformed(path, image.reason) }
    return (channels, buffer)
  }

  private static func withoutAlpha(_ bytes: [UInt8], channels: Int, isOpaque: Bool, _ path: String)
    throws(DatasetError) -> [UInt8]
  {
    if isOpaque { return bytes }
    let starts = stride(from: 0, to: bytes.count, by: channels + 1)
    guard starts.allSatisfy({ bytes[$0 + channels] == 255 }) else {
      throw malformed(path, "it has transparent pixels; save it without them")
    }
    return starts.flatMap { bytes[$0..<$0 + channels] }
  }

  /// Signature, then chunks of length, type, data and CRC-32 over type and data, the last of them IEND.
  private static func checkChunks(_ bytes: [UInt8], _ path: String) throws(DatasetError) {
    guard bytes.starts(with: signature) else {
      throw .wrongMagic(path: path, format: "a PNG picture", found: Array(bytes.prefix(8)))
    }
    var reader = ByteReader(bytes, signature.count..<bytes.count, path: path)
    while true {
      let length = Int(try reader.little(UInt32.self).byteSwapped)
      let body = Array(try reader.take(length + 4))
      guard try reader.little(UInt32.self).byteSwapped == crc32(body) else {
        throw .wrongChecksum(path: path)
      }
      if body.starts(with: Array("IEND".utf8)) { break }
    }
    guard reader.remaining == 0 else { throw .trailingBytes(path: path, expected: reader.position) }
  }

  private static func malformed(_ path: String, _ reason: String) -> DatasetError {
    .malformed(path: path, format: "a PNG picture", reason: reason)
  }
}

extension png_image {
  /// libpng's message, a C string in a fixed array.
  fileprivate var reason: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
