/// Everything that can be wrong with a data file or with what is asked of a data set.
public enum DatasetError: Error, Equatable, Sendable {
  // files
  case missing(path: String)
  case isFolder(path: String)
  case notRegularFile(path: String)
  case noPermission(path: String)
  case unreadable(path: String, reason: String)
  case empty(path: String)
  case tooLarge(path: String, bytes: Int, limit: Int)
  case notWritable(path: String, reason: String)
  // contents
  case wrongMagic(path: String, format: String, found: [UInt8])
  case wrongElementType(path: String, found: String, supported: String)
  case wrongDimensions(path: String, found: [Int], expected: String)
  case oversizedHeader(path: String, dimensions: [Int])
  case malformedHeader(path: String, reason: String)
  case truncated(path: String, expected: Int, found: Int)
  case trailingBytes(path: String, expected: Int)
  case damagedGzip(path: String, reason: String)
  case malformed(path: String, format: String, reason: String)
  case wrongChecksum(path: String)
  case absentPart(path: String, name: String, present: [String])
  /// A pickle that names something other than plain values and arrays.
  case refusedPickle(path: String, what: String)
  case countsDiffer(images: String, imageCount: Int, labels: String, labelCount: Int)
  case labelOutOfRange(path: String, row: Int, label: Int, classes: Int)
  // requests
  case unknownSource(name: String, known: [String])
  case sourceNotFound(name: String, searched: [String], remedy: String)
  case unknownClass(name: String, nearest: String?, known: [String])
  case repeatedClass(name: String)
  case absentClass(name: String, source: String, present: [String], remedy: String?)
  case tooFewSamples(of: String, wanted: Int, available: Int)
  case rowOutOfRange(row: Int, count: Int)
  case invalidOption(name: String, value: String, reason: String)
}

extension DatasetError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    fileSentence ?? contentSentence ?? requestSentence
  }

  private var fileSentence: String? {
    switch self {
    case .missing(let path): "\(path): no such file"
    case .isFolder(let path): "\(path) is a folder; give the file in it"
    case .notRegularFile(let path): "\(path) is a device or pipe, not a file"
    case .noPermission(let path): "\(path): no permission; change its mode (chmod) or copy it"
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .empty(let path): "\(path) is empty; copy or download it again"
    case .tooLarge(let path, let bytes, let limit):
      "\(path) holds \(bytes) bytes; at most \(limit) are read"
    case .notWritable(let path, let reason): "\(path) cannot be written: \(reason)"
    default: nil
    }
  }

  private var contentSentence: String? {
    switch self {
    case .wrongMagic(let path, let format, let found):
      "\(path) is not \(format): it begins with the bytes \(found.map(hexadecimal).joined(separator: " "))"
    case .wrongElementType(let path, let found, let supported):
      "\(path) holds \(found); only \(supported) can be read"
    case .wrongDimensions(let path, let found, let expected):
      "\(path) has the dimensions \(dimensionList(found)); expected \(expected)"
    case .oversizedHeader(let path, let dimensions):
      "\(path): the header claims the dimensions \(dimensionList(dimensions)), more than the file can hold; it is damaged"
    case .malformedHeader(let path, let reason): "\(path): the header is malformed: \(reason)"
    case .truncated(let path, let expected, let found):
      "\(path) is cut short: \(expected) bytes expected, \(found) found; copy or download it again"
    case .trailingBytes(let path, let expected):
      "\(path) goes on after the \(expected) bytes that its header announces; it is damaged"
    case .damagedGzip(let path, let reason):
      "\(path) does not unpack (\(reason)); copy or download it again"
    case .malformed(let path, let format, let reason): "\(path) cannot be read as \(format): \(reason)"
    case .wrongChecksum(let path): "\(path) has a wrong checksum; copy or download it again"
    case .absentPart(let path, let name, let present):
      "\(path) holds no \(name)"
        + (present.isEmpty ? "" : ", only \(list(Array(present.prefix(20))))")
    case .refusedPickle(let path, let what):
      "\(path) was refused: the pickle asks for \(what); only numbers, texts, lists, dictionaries and NumPy arrays are read, and nothing was executed"
    case .countsDiffer(let images, let imageCount, let labels, let labelCount):
      "\(images) has \(imageCount) images but \(labels) has \(labelCount) labels; they do not belong together"
    case .labelOutOfRange(let path, let row, let label, let classes):
      "\(path): row \(row) has the label \(label), but there are \(classes) classes (0 to \(classes - 1))"
    default: nil
    }
  }

  private var requestSentence: String {
    switch self {
    case .unknownSource(let name, let known):
      "there is no data set '\(name)'; known are \(list(known))"
    case .sourceNotFound(let name, let searched, let remedy):
      "\(name) was not found (looked in \(list(searched))); \(remedy)"
    case .unknownClass(let name, let nearest, let known):
      "there is no class '\(name)'; "
        + (nearest.map { "did you mean '\($0)'?" } ?? "the classes are \(list(known))")
    case .repeatedClass(let name): "the class '\(name)' is named twice"
    case .absentClass(let name, let source, let present, let remedy):
      "\(source) has no samples of '\(name)', only of \(list(present))" + (remedy.map { "; \($0)" } ?? "")
    case .tooFewSamples(let of, let wanted, let available):
      "\(wanted) samples of \(of) were asked for; ask for at most the \(available) that there are"
    case .rowOutOfRange(let row, let count):
      "row \(row) is outside the data set, which has \(count) samples (0 to \(count - 1))"
    case .invalidOption(let name, let value, let reason): "\(name)=\(value): \(reason)"
    default: ""
    }
  }
}

/// The first of the dimensions that a file claims, of which there may be 255.
private func dimensionList(_ dimensions: [Int]) -> String {
  let first = dimensions.prefix(6).map(String.init).joined(separator: ", ")
  return dimensions.count > 6 ? "[\(first), … \(dimensions.count) of them]" : "[\(first)]"
}

private func list(_ words: [String]) -> String {
  words.joined(separator: ", ")
}

func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

/// The word of `known` with the fewest changed letters, if at most a third of the letters differ.
func nearestName(to word: String, in known: [String]) -> String? {
  let distances = known.map { (name: $0, distance: editDistance(word, $0)) }
  guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance * 3 <= max(word.count, best.name.count) ? best.name : nil
}

/// Levenshtein's distance: letters inserted, removed or replaced.
private func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second.lowercased())
  var row = Array(0...second.count)
  for (i, a) in first.lowercased().enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in second.enumerated() {
      let changed = min(diagonal + (a == b ? 0 : 1), row[j] + 1, row[j + 1] + 1)
      diagonal = row[j + 1]
      row[j + 1] = changed
    }
  }
  return row[second.count]
}
