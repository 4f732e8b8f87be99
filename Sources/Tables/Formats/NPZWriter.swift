extension Table {
  /// Writes the table as an uncompressed NPZ archive (`numpy.savez`) to a file, which appears complete or not at all:
  /// one array a column, of one entry a row.
  ///
  /// Numbers are float64, seeds, steps and counts int64; flags are bool, texts unicode of the
  /// longest text's width. A column with missing entries has NaN, False or "" there, and an array `missing.NAME` of bool
  /// beside it. The same table gives the same bytes.
  /// - Throws: `FileError`, also where a column takes 4 GiB or more.
  public func writeNPZ(to path: String) throws(FileError) {
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      var archive = StoredZip(path: path)
      for column in columns {
        let array = try NPYBytes(column, path: path)
        try archive.add("\(column.name).npy", array.bytes, to: &file)
        if column.missingCount > 0 {
          let marks = column.cells.map { $0 == .missing ? UInt8(1) : 0 }
          let mask = NPYBytes(type: "|b1", count: marks.count, elements: marks)
          try archive.add("missing.\(column.name).npy", mask.bytes, to: &file)
        }
      }
      try archive.finish(&file)
    }
  }
}

/// An array with one axis in NumPy's NPY format, version 1.0 (numpy.lib.format).
private struct NPYBytes {
  let bytes: [UInt8]

  /// - Parameter type: as NumPy writes it: `<f8`.
  init(type: String, count: Int, elements: [UInt8]) {
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(count),), }"
    // Elements begin at a multiple of 64 bytes; the header ends in a line feed.
    header += String(repeating: " ", count: (64 - (11 + header.utf8.count) % 64) % 64) + "\n"
    var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.append(littleEndian: UInt16(header.utf8.count))
    self.bytes = bytes + header.utf8 + elements
  }

  init(_ column: Column, path: String) throws(FileError) {
    var elements: [UInt8] = []
    switch column.kind {
    case .text:
      let scalars = column.cells.map { cell in
        if case .text(let text) = cell { Array(text.unicodeScalars) } else { [Unicode.Scalar]() }
      }
      let width = max(1, scalars.map(\.count).max() ?? 1)
      let (size, overflow) = (4 * width).multipliedReportingOverflow(by: column.count)
      guard !overflow, size < StoredZip.limit else { throw StoredZip.tooLarge(path) }
      elements.reserveCapacity(size)
      for text in scalars {
        for scalar in text { elements.append(littleEndian: scalar.value) }
        elements.append(contentsOf: repeatElement(0, count: 4 * (width - text.count)))
      }
      self.init(type: "<U\(width)", count: column.count, elements: elements)
    case .flag:
      self.init(type: "|b1", count: column.count, elements: column.cells.map { $0 == true ? 1 : 0 })
    case .number where column.isOfWholeNumbers && column.missingCount == 0:
      for number in column.presentNumbers { elements.append(littleEndian: Int64(number)) }
      self.init(type: "<i8", count: column.count, elements: elements)
    case .number, nil:
      for number in column.numbers { elements.append(littleEndian: (number ?? .nan).bitPattern) }
      self.init(type: "<f8", count: column.count, elements: elements)
    }
  }
}
