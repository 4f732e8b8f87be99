import FoundationEssentials

/// An array of numbers in NumPy's NPY format (numpy.lib.format, versions 1.0, 2.0 and 3.0).
public struct NPYArray: Equatable, Sendable {
  /// The elements in row-major order, in the type of the file.
  public enum Elements: Equatable, Sendable {
    case float32([Float])
    case float64([Double])
    case int64([Int64])
    case int32([Int32])
    case uint8([UInt8])
  }

  /// The length along each axis; empty for a single number.
  public let dimensions: [Int]
  public let elements: Elements

  /// - Precondition: as many elements as the product of the dimensions.
  public init(_ dimensions: [Int], _ elements: Elements) {
    precondition(dimensions.reduce(1, *) == elements.count, "as many elements as the dimensions hold")
    self.dimensions = dimensions
    self.elements = elements
  }

  /// Reads little-endian float32, float64, int64, int32 or uint8 in C order.
  ///
  /// - Throws: `DatasetError` for a file that is missing, unreadable, empty, cut short, too long, not NPY, of
  ///   another type or in Fortran order.
  public init(reading path: String) throws(DatasetError) {
    try self.init(fileBytes: try readFile(path), path: path)
  }

  /// Reads the bytes of such a file; `path` says in errors where they came from.
  init(fileBytes bytes: [UInt8], path: String) throws(DatasetError) {
    let header = try NPYHeader(bytes, path: path)
    let type = try header.numericType()
    dimensions = header.dimensions
    elements = Elements(try header.elements(of: bytes, width: type.width), as: type)
  }

  /// The elements as `Double`; integers beyond 2^53 are rounded.
  public var doubles: [Double] {
    switch elements {
    case .float32(let values): values.map(Double.init)
    case .float64(let values): values
    case .int64(let values): values.map(Double.init)
    case .int32(let values): values.map(Double.init)
    case .uint8(let values): values.map(Double.init)
    }
  }

  /// The elements as `Float`, rounded to nearest.
  public var floats: [Float] {
    if case .float32(let values) = elements { return values }
    return doubles.map(Float.init)
  }

  /// The file that NumPy reads back: version 1.0, header padded with spaces to a multiple of 64 bytes.
  ///
  /// The same array always gives the same bytes.
  public var fileBytes: [UInt8] {
    var shape = dimensions.map(String.init).joined(separator: ", ")
    if dimensions.count == 1 { shape += "," }
    var header = "{'descr': '\(elements.type.rawValue)', 'fortran_order': False, 'shape': (\(shape)), }"
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var bytes = NPYHeader.magic + [1, 0]
    // A header of 16-bit length holds over three thousand axes.
    appendLittleEndian(UInt16(clamping: header.utf8.count), to: &bytes)
    bytes += header.utf8
    bytes.reserveCapacity(bytes.count + elements.count * elements.type.width)
    switch elements {
    case .float32(let values): for value in values { appendLittleEndian(value.bitPattern, to: &bytes) }
    case .float64(let values): for value in values { appendLittleEndian(value.bitPattern, to: &bytes) }
    case .int64(let values): for value in values { appendLittleEndian(value, to: &bytes) }
    case .int32(let values): for value in values { appendLittleEndian(value, to: &bytes) }
    case .uint8(let values): bytes += values
    }
    return bytes
  }

  /// Writes the file under a temporary name and renames it, so that `path` never holds half of it.
  ///
  /// - Throws: `notWritable`.
  public func write(to path: String) throws(DatasetError) {
    do {
      try Data(fileBytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw .notWritable(path: path, reason: fileReason(error))
    }
  }
}

extension NPYArray.Elements {
  /// Little-endian elements in the order in which they are stored.
  ///
  /// - Precondition: a whole number of them.
  init(_ bytes: ArraySlice<UInt8>, as type: NPYElementType) {
    precondition(bytes.count % type.width == 0, "whole elements")
    let places = Swift.stride(from: bytes.startIndex, to: bytes.endIndex, by: type.width)
    switch type {
    case .float32: self = .float32(places.map { Float(bitPattern: littleEndian(bytes, $0)) })
    case .float64: self = .float64(places.map { Double(bitPattern: littleEndian(bytes, $0)) })
    case .int64: self = .int64(places.map { littleEndian(bytes, $0) })
    case .int32: self = .int32(places.map { littleEndian(bytes, $0) })
    case .uint8: self = .uint8(Array(bytes))
    }
  }

  public var count: Int {
    switch self {
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .int64(let values): values.count
    case .int32(let values): values.count
    case .uint8(let values): values.count
    }
  }

  var type: NPYElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int64: .int64
    case .int32: .int32
    case .uint8: .uint8
    }
  }
}

/// The number whose bytes, least significant first, start at `start`.
///
/// - Precondition: they lie inside `bytes`.
func littleEndian<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ start: Int) -> Number {
  var bits: Number = 0
  for byte in 0..<Number.bitWidth / 8 {
    bits |= Number(truncatingIfNeeded: bytes[start + byte]) << (8 * byte)
  }
  return bits
}

/// Why the system refused to write, in words.
private func fileReason(_ error: any Error) -> String {
  switch (error as? CocoaError)?.code {
  case .fileNoSuchFile?: "there is no such folder"
  case .fileWriteNoPermission?: "no permission"
  case .fileWriteOutOfSpace?: "the disk is full"
  case .fileWriteVolumeReadOnly?: "the file system is read-only"
  default: "the system refused"
  }
}
