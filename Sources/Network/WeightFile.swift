import Tensor

/// Weights of a safetensors file that a training begins with, under the names that the network gives them.
public struct WeightFile: Hashable, Sendable {
  public let path: String
  public let renaming: [WeightRenaming]
  /// Whether every weight has to find its place; else what does not fit stays as it was drawn.
  public let isStrict: Bool
  /// The texts that the file carries.
  public let metadata: [String: String]
  public let tensors: [(name: String, tensor: Tensor)]

  /// - Throws: `SafetensorsError`.
  public init(
    reading path: String, renaming: [WeightRenaming] = [], isStrict: Bool = true
  ) throws(SafetensorsError) {
    let file = try SafetensorsFile(reading: path)
    self.init(file, path: path, renaming: renaming, isStrict: isStrict)
  }

  public init(
    _ file: SafetensorsFile, path: String = "", renaming: [WeightRenaming] = [], isStrict: Bool = true
  ) {
    (self.path, self.renaming, self.isStrict) = (path, renaming, isStrict)
    metadata = file.metadata
    tensors = renaming.renamed(file.tensors)
  }

  /// A file that was read before, its tensors under their new names.
  public init(
    restoring tensors: [(name: String, tensor: Tensor)], path: String, renaming: [WeightRenaming],
    isStrict: Bool, metadata: [String: String]
  ) {
    (self.path, self.renaming, self.isStrict) = (path, renaming, isStrict)
    (self.metadata, self.tensors) = (metadata, tensors)
  }

  public static func == (a: WeightFile, b: WeightFile) -> Bool {
    a.path == b.path && a.renaming == b.renaming && a.isStrict == b.isStrict
      && a.tensors.elementsEqual(b.tensors) { $0.name == $1.name && $0.tensor == $1.tensor }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(renaming)
  }
}

/// The weights of a file and those of a network that do not fit each other.
public struct WeightMismatch: Hashable, Sendable {
  public struct Weight: Hashable, Sendable {
    public var name: String
    public var shape: Shape

    public init(_ name: String, _ shape: Shape) { (self.name, self.shape) = (name, shape) }
  }

  public struct Misshapen: Hashable, Sendable {
    public var name: String
    public var expected: Shape
    public var found: Shape

    public init(_ name: String, expected: Shape, found: Shape) {
      (self.name, self.expected, self.found) = (name, expected, found)
    }
  }

  /// In the network and not in the file.
  public var missing: [Weight] = []
  /// In the file and not in the network.
  public var unexpected: [Weight] = []
  public var misshapen: [Misshapen] = []

  public init(missing: [Weight] = [], unexpected: [Weight] = [], misshapen: [Misshapen] = []) {
    (self.missing, self.unexpected, self.misshapen) = (missing, unexpected, misshapen)
  }

  public var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty }

  /// The weight of the file that a missing one is likely to be: of its shape, with the longest common end of the name.
  func nearest(to weight: Weight) -> String? {
    let candidates = unexpected.filter { $0.shape == weight.shape }
    let best = candidates.max { $0.name.commonEnd(weight.name) < $1.name.commonEnd(weight.name) }
    return best.flatMap { $0.name.commonEnd(weight.name) > 0 ? $0.name : nil }
  }

  /// A rule that gives all unexpected weights names that are missing: the same beginning dropped or put before each.
  var rule: String? {
    guard let first = unexpected.first, !missing.isEmpty else { return nil }
    let names = Set(missing.map(\.name))
    for weight in missing {
      for (old, new) in [(first.name, weight.name), (weight.name, first.name)]
      where old.hasSuffix("." + new) && first.shape == weight.shape {
        let prefix = String(old.dropLast(new.count))
        let drops = old == first.name
        let fits = unexpected.allSatisfy { other in
          drops
            ? other.name.hasPrefix(prefix) && names.contains(String(other.name.dropFirst(prefix.count)))
            : names.contains(prefix + other.name)
        }
        if fits { return drops ? "\(prefix)* -> *" : "* -> \(prefix)*" }
      }
    }
    return nil
  }
}

extension WeightMismatch: CustomStringConvertible {
  /// `2 missing: fc.weight [3, 512], fc.bias [3]; 1 of another shape: …`
  public var description: String {
    var parts: [String] = []
    if !missing.isEmpty {
      let words = missing.map { weight in
        "\(weight.name) \(weight.shape)" + (nearest(to: weight).map { " (it has \($0))" } ?? "")
      }
      parts.append("\(missing.count) missing: \(Self.list(words))")
    }
    if !unexpected.isEmpty {
      parts.append(
        "\(unexpected.count) that the network does not have: "
          + Self.list(unexpected.map { "\($0.name) \($0.shape)" }))
    }
    if !misshapen.isEmpty {
      let words = misshapen.map { "\($0.name) is \($0.found), the network's is \($0.expected)" }
      parts.append("\(misshapen.count) of another shape: \(Self.list(words))")
    }
    return parts.joined(separator: "; ")
  }

  private static func list(_ words: [String]) -> String {
    words.prefix(5).joined(separator: ", ") + (words.count > 5 ? " and \(words.count - 5) more" : "")
  }
}

extension String {
  /// How many parts between dots two names have in common at their ends.
  fileprivate func commonEnd(_ other: String) -> Int {
    zip(split(separator: ".").reversed(), other.split(separator: ".").reversed()).prefix { $0 == $1 }.count
  }
}
