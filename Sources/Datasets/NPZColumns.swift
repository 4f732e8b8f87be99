/// The arrays of one axis in a file of `numpy.savez`, of numbers, flags or texts: the columns of a table.
public struct NPZColumns: Sendable {
  public enum Entries: Sendable, Equatable {
    case numbers([Double])
    case flags([Bool])
    case texts([String])

    public var count: Int {
      switch self {
      case .numbers(let numbers): numbers.count
      case .flags(let flags): flags.count
      case .texts(let texts): texts.count
      }
    }
  }

  public let columns: [(name: String, entries: Entries)]

  /// Reads little-endian numbers, `bool` and unicode (`<U`) in the order of the archive.
  ///
  /// - Throws: `DatasetError` for a file that is missing, cut short, damaged or no NPZ, for arrays of other types or of
  ///   more than one axis, and for arrays of different lengths.
  public init(reading path: String) throws(DatasetError) {
    let archive = try ZipArchive(try readFile(path), path: path)
    var columns: [(name: String, entries: Entries)] = []
    for name in archive.names where name.hasSuffix(".npy") {
      let place = "\(path): \(name)"
      let entries = try Self.entries(of: try archive.contents(of: name), path: place)
      if let first = columns.first, first.entries.count != entries.count {
        throw .wrongDimensions(path: place, found: [entries.count], expected: "[\(first.entries.count)]")
      }
      columns.append((String(name.dropLast(4)), entries))
    }
    self.columns = columns
  }

  private static func entries(of bytes: [UInt8], path: String) throws(DatasetError) -> Entries {
    let header = try NPYHeader(bytes, path: path)
    guard header.dimensions.count == 1 else {
      throw .wrongDimensions(path: path, found: header.dimensions, expected: "[n]: one entry a row")
    }
    let width = Int(header.descr.dropFirst(2)) ?? 0
    switch header.descr {
    case "|b1":
      let elements = try header.elements(of: bytes, width: 1)
      return .flags(elements.map { $0 != 0 })
    case _ where header.descr.hasPrefix("<U") && width > 0 && width <= largestFile:
      return .texts(try texts(header.elements(of: bytes, width: 4 * width), letters: width, path: path))
    default: return .numbers(try NPYArray(fileBytes: bytes, path: path).doubles)
    }
  }

  /// Texts of so many letters of 4 bytes each; zeros at the end of a text are no part of it.
  private static func texts(_ bytes: ArraySlice<UInt8>, letters: Int, path: String) throws(DatasetError)
    -> [String]
  {
    var texts: [String] = []
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 4 * letters) {
      var codes = (0..<letters).map { letter -> UInt32 in littleEndian(bytes, start + 4 * letter) }
      while codes.last == 0 { codes.removeLast() }
      var text = String.UnicodeScalarView()
      for code in codes {
        guard let scalar = Unicode.Scalar(code) else {
          throw .malformed(
            path: path, format: "an array of texts", reason: "it holds a code that is no letter")
        }
        text.append(scalar)
      }
      texts.append(String(text))
    }
    return texts
  }
}
