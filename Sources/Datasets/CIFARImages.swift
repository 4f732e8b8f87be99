/// CIFAR-10 and CIFAR-100 (A. Krizhevsky, 2009) as their publisher distributes them: records of bytes or pickles of
/// Python, in a folder or in the gzipped tar archive.
struct CIFARImages {
  private static let side = 32
  private static let pixels = 3 * side * side

  private let isHundred: Bool
  private let split: Split

  init(hundred: Bool, _ split: Split) {
    isHundred = hundred
    self.split = split
  }

  private enum Form: CaseIterable {
    case records, pickles
  }

  /// The images; nil where neither the folder nor an archive in it is there.
  ///
  /// `folder` may be the one that the archive unpacks to, the one around it, or the archive itself.
  func read(in folder: String) throws(DatasetError) -> ImageFile? {
    for form in Form.allCases {
      for place in [folder, "\(folder)/\(folderName(form))"] where fileExists("\(place)/\(names(form)[0])") {
        return try image(try plainFiles(in: place, form), form, path: place)
      }
    }
    for form in Form.allCases {
      let archive = "\(folder)/\(archiveName(form))"
      if fileExists(archive) { return try read(archive: archive) }
    }
    return folder.hasSuffix(".gz") && fileExists(folder) ? try read(archive: folder) : nil
  }

  // MARK: - Names

  private func folderName(_ form: Form) -> String {
    switch form {
    case .records: isHundred ? "cifar-100-binary" : "cifar-10-batches-bin"
    case .pickles: isHundred ? "cifar-100-python" : "cifar-10-batches-py"
    }
  }

  private func archiveName(_ form: Form) -> String {
    "cifar-\(isHundred ? 100 : 10)-\(form == .records ? "binary" : "python").tar.gz"
  }

  private func names(_ form: Form) -> [String] {
    let stems =
      isHundred
      ? [split.rawValue] : split == .train ? (1...5).map { "data_batch_\($0)" } : ["test_batch"]
    return form == .records ? stems.map { $0 + ".bin" } : stems
  }

  // MARK: - Files

  private struct Part {
    var path: String
    var bytes: [UInt8]
  }

  private func plainFiles(in folder: String, _ form: Form) throws(DatasetError) -> [Part] {
    var parts: [Part] = []
    for name in names(form) {
      parts.append(Part(path: "\(folder)/\(name)", bytes: try readFile("\(folder)/\(name)")))
    }
    return parts
  }

  private func read(archive: String) throws(DatasetError) -> ImageFile {
    let packed = try readFile(archive)
    let wanted = Set(Form.allCases.flatMap(names))
    let found = try TarArchive.files(inGzipped: packed, path: archive) { name in
      wanted.contains(String(name.split(separator: "/").last ?? ""))
    }
    var byName: [String: [UInt8]] = [:]
    for (place, bytes) in found {
      let name = String(place.split(separator: "/").last ?? "")
      guard byName.updateValue(bytes, forKey: name) == nil else {
        throw .malformed(
          path: archive, format: "an archive of CIFAR", reason: "it has several files called '\(name)'")
      }
    }
    for form in Form.allCases {
      let parts = names(form).compactMap { name in
        byName[name].map { Part(path: "\(archive): \(name)", bytes: $0) }
      }
      guard parts.count == names(form).count else { continue }
      return try image(parts, form, path: archive)
    }
    throw .absentPart(
      path: archive, name: names(.records).joined(separator: ", ") + " (nor the pickles)",
      present: byName.keys.sorted())
  }

  // MARK: - Contents

  private func image(_ parts: [Part], _ form: Form, path: String) throws(DatasetError) -> ImageFile {
    var bytes: [UInt8] = []
    var labels: [Int] = []
    bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
    // Ten thousand records in each file of CIFAR-10 and in the test file of CIFAR-100.
    let published = isHundred && split == .train ? 50_000 : 10_000
    var remarks: [String] = []
    for part in parts {
      let before = labels.count
      switch form {
      case .records: try appendRecords(part, &bytes, &labels)
      case .pickles: try appendPickle(part, &bytes, &labels)
      }
      if labels.count - before != published {
        remarks.append(ImageFile.remark(part.path, holds: labels.count - before, published: published))
      }
    }
    let only = parts.count == 1 ? parts[0].path : path
    return ImageFile(
      height: Self.side, width: Self.side, channels: 3,
      layout: .planar(
        height: Self.side, width: Self.side, channels: 3, header: form == .records ? labelBytes : 0),
      bytes: bytes, labels: labels, imagesPath: only, labelsPath: only,
      digest: sha256(parts.count == 1 ? parts[0].bytes : parts.flatMap(\.bytes)), remarks: remarks)
  }

  /// CIFAR-100 has the coarse label, then the fine one.
  private var labelBytes: Int { isHundred ? 2 : 1 }

  private func appendRecords(_ part: Part, _ bytes: inout [UInt8], _ labels: inout [Int])
    throws(DatasetError)
  {
    let record = labelBytes + Self.pixels
    guard part.bytes.count % record == 0 else {
      let expected = (part.bytes.count / record + 1) * record
      throw .truncated(path: part.path, expected: expected, found: part.bytes.count)
    }
    for start in stride(from: 0, to: part.bytes.count, by: record) {
      if isHundred, part.bytes[start] >= 20 {
        throw .labelOutOfRange(
          path: part.path, row: start / record, label: Int(part.bytes[start]), classes: 20)
      }
      labels.append(Int(part.bytes[start + labelBytes - 1]))
    }
    bytes += part.bytes
  }

  private func appendPickle(_ part: Part, _ bytes: inout [UInt8], _ labels: inout [Int])
    throws(DatasetError)
  {
    let value = try PickleReader.value(of: part.bytes, path: part.path)
    guard case .array(let data)? = value["data"], case .uint8(let pixels) = data.elements,
      data.dimensions.count == 2, data.dimensions[1] == Self.pixels, data.dimensions[0] > 0
    else {
      throw .absentPart(
        path: part.path, name: "'data' of bytes [images, 3072]",
        present: value["data"].map { [$0.kindName] } ?? [])
    }
    let key = isHundred ? "fine_labels" : "labels"
    guard let found = value[key]?.wholeNumbers, found.count == data.dimensions[0] else {
      throw .absentPart(
        path: part.path, name: "'\(key)' with \(data.dimensions[0]) whole numbers",
        present: value[key].map { [$0.kindName] } ?? [])
    }
    bytes += pixels
    labels += found
  }
}
