import FoundationEssentials
import Tables
import Tensor

/// Tensors by name and a map of texts in the safetensors format (huggingface/safetensors, README, "Format").
///
/// Eight bytes with the length of the header, a JSON header, then the numbers, little-endian, without gaps.
public struct SafetensorsFile: Sendable {
  /// In the order of their bytes in the file.
  public var tensors: [(name: String, tensor: Tensor)]
  /// The entry `__metadata__`.
  public var metadata: [String: String]

  /// The bound that the format sets on the header.
  private static let longestHeader = 100_000_000
  /// The largest file that is read: 8 GiB.
  private static let largestFile = 8 << 30

  public init(tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file; F64, F16, BF16 and I64 become `Float`, F64 and I64 by rounding to nearest.
  ///
  /// Every length, shape and range is checked against the file before room for a tensor is taken.
  ///
  /// - Throws: `SafetensorsError` for a file that is missing, unreadable, cut short, not safetensors, that
  ///   holds other types, or whose tensors overlap, leave gaps or do not fit their shapes.
  public init(reading path: String) throws(SafetensorsError) {
    let bytes = try Self.contents(path)
    guard bytes.count >= 8 else { throw .truncated(path: path, expected: 8, found: bytes.count) }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Self.longestHeader) else {
      throw .oversizedHeader(path: path, length: length, limit: Self.longestHeader)
    }
    let start = 8 + Int(length)
    guard bytes.count >= start else { throw .truncated(path: path, expected: start, found: bytes.count) }
    let header = try SafetensorsHeader(bytes[8..<start], path: path)

    // An empty tensor shares its start with the next one and stands before it.
    let entries = header.entries.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    var end = 0
    tensors = []
    metadata = header.metadata
    for entry in entries {
      let type = try ElementType(of: entry, path: path)
      try entry.check(width: type.width, after: end, available: bytes.count - start, path: path)
      end = entry.end
      tensors.append((entry.name, type.tensor(Shape(entry.shape), bytes, at: start + entry.start)))
    }
    guard bytes.count == start + end else {
      throw .trailingBytes(path: path, expected: start + end, found: bytes.count)
    }
  }

  /// Writes all tensors as F32 in their order, under a temporary name in the same folder that is renamed when
  /// the bytes are on the disk: `path` never holds half a file, and nothing is left behind on failure.
  ///
  /// The same tensors and texts always give the same bytes.
  ///
  /// - Throws: `repeatedName`, or `notWritable`.
  public func write(to path: String) throws(SafetensorsError) {
    var names: Set<String> = ["__metadata__"]
    for (name, _) in tensors where !names.insert(name).inserted {
      throw .repeatedName(path: path, name: name)
    }
    do throws(FileError) { try AtomicFile.write(fileBytes, to: path) } catch { throw .notWritable(error) }
  }

  private var fileBytes: [UInt8] {
    var header = headerText
    header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
    let start = 8 + header.count
    var bytes = [UInt8](repeating: 0, count: start + 4 * tensors.reduce(0) { $0 + $1.tensor.count })
    for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: header.count >> (8 * place)) }
    bytes.replaceSubrange(8..<start, with: header)
    var position = start
    for (_, tensor) in tensors {
      tensor.withSpan { values in
        for i in values.indices {
          let bits = values[i].bitPattern
          bytes[position] = UInt8(truncatingIfNeeded: bits)
          bytes[position + 1] = UInt8(truncatingIfNeeded: bits >> 8)
          bytes[position + 2] = UInt8(truncatingIfNeeded: bits >> 16)
          bytes[position + 3] = UInt8(truncatingIfNeeded: bits >> 24)
          position += 4
        }
      }
    }
    return bytes
  }

  private var headerText: [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var start = 0
    for (name, tensor) in tensors {
      let end = start + 4 * tensor.count
      let shape = tensor.shape.dims.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
      start = end
    }
    return Array("{\(members.joined(separator: ","))}".utf8)
  }

  private static func contents(_ path: String) throws(SafetensorsError) -> [UInt8] {
    let url = URL(filePath: path).resolvingSymlinksInPath()
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      // Reading a pipe or a device would never end.
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw SafetensorsError.notAFile(path: path)
      }
      let size = (attributes[.size] as? Int) ?? 0
      guard size > 0 else { throw SafetensorsError.empty(path: path) }
      guard size <= largestFile else {
        throw SafetensorsError.tooLarge(path: path, bytes: size, limit: largestFile)
      }
      let bytes = [UInt8](try Data(contentsOf: url))
      FileTrace.noteRead(path, bytes)
      return bytes
    } catch let error as SafetensorsError {
      throw error
    } catch {
      switch (error as? CocoaError)?.code {
      case .fileReadNoSuchFile?, .fileNoSuchFile?: throw .missing(path: path)
      case .fileReadNoPermission?: throw .noPermission(path: path)
      default: throw .unreadable(path: path)
      }
    }
  }
}

/// The element types that are read.
private enum ElementType: String {
  case float32 = "F32"
  case float64 = "F64"
  case float16 = "F16"
  case bfloat16 = "BF16"
  /// PyTorch's counters; exact up to 2^24.
  case int64 = "I64"

  init(of entry: SafetensorsHeader.Entry, path: String) throws(SafetensorsError) {
    guard let type = ElementType(rawValue: entry.type) else {
      throw .unsupportedType(path: path, tensor: entry.name, type: entry.type)
    }
    self = type
  }

  /// Bytes of one element.
  var width: Int {
    switch self {
    case .float32: 4
    case .float64, .int64: 8
    case .float16, .bfloat16: 2
    }
  }

  func tensor(_ shape: Shape, _ bytes: [UInt8], at start: Int) -> Tensor {
    switch self {
    case .float32: fill(shape, bytes, start) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    case .float64: fill(shape, bytes, start) { Float(Double(bitPattern: $0)) }
    case .float16: fill(shape, bytes, start) { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
    case .int64: fill(shape, bytes, start) { Float(Int64(bitPattern: $0)) }
    case .bfloat16: fill(shape, bytes, start) { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) }
    }
  }

  @inline(__always)
  private func fill(_ shape: Shape, _ bytes: [UInt8], _ start: Int, _ number: (UInt64) -> Float) -> Tensor {
    var tensor = Tensor(zeros: shape)
    let width = width
    tensor.withMutableSpan { values in
      for i in values.indices {
        var bits: UInt64 = 0
        for byte in 0..<width { bits |= UInt64(bytes[start + i * width + byte]) << (8 * byte) }
        values[i] = number(bits)
      }
    }
    return tensor
  }
}

extension SafetensorsHeader.Entry {
  /// The bytes begin where those before end, lie inside the file, and are as many as the shape needs.
  fileprivate func check(width: Int, after: Int, available: Int, path: String) throws(SafetensorsError) {
    func wrong(_ reason: String) -> SafetensorsError { .wrongRange(path: path, tensor: name, reason: reason) }
    guard start <= end else { throw wrong("the range \(start) ... \(end) runs backwards") }
    guard start == after else {
      throw wrong("it starts at byte \(start), but the tensors before it end at \(after)")
    }
    guard end <= available else { throw wrong("it ends at byte \(end) of \(available)") }
    // A length of 0 may not hide an overflow of the others.
    var size = width
    for length in shape where length > 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { throw wrong("the shape \(shape) is too large") }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard size == end - start else {
      throw wrong("the shape \(shape) needs \(size) bytes, not \(end - start)")
    }
    guard shape.count <= Shape.mostAxes, shape.allSatisfy({ $0 <= Shape.longestAxis }) else {
      throw wrong(
        "of its shape \(shape), at most \(Shape.mostAxes) axes of up to \(Shape.longestAxis) can be read")
    }
  }
}

/// A JSON string; only what JSON demands is escaped.
private func quoted(_ text: String) -> String {
  let escaped = text.unicodeScalars.map { scalar in
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\t": "\\t"
    case _ where scalar.value < 0x20:
      "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
    default: String(scalar)
    }
  }
  return "\"\(escaped.joined())\""
}
