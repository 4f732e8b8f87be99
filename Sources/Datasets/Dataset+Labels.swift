import Random

extension Dataset {
  /// Two parts: `fraction` of each class (rounded to nearest, at least one, drawn from the stream `split`) and the rest,
  /// each in the order of the whole.
  ///
  /// - Throws: `invalidOption` for a fraction outside of 0 ... 1, `tooFewSamples` where a class would be missing in a
  ///   part.
  public func split(fraction: Double, seed: Seed) throws(DatasetError) -> (part: Dataset, rest: Dataset) {
    guard fraction > 0, fraction < 1 else {
      throw .invalidOption(name: "fraction", value: "\(fraction)", reason: "a part lies between 0 and 1")
    }
    let stream = RandomStream(seed, .split, object: "\(name) \(split)")
    let rowsOfClass = Dictionary(grouping: labels.indices) { labels[$0] }
    var chosen: Set<Int> = []
    for (label, className) in classNames.enumerated() {
      let rows = rowsOfClass[label] ?? []
      guard rows.count >= 2 else {
        throw .tooFewSamples(of: "the class '\(className)'", wanted: 2, available: rows.count)
      }
      let count = min(max(1, Int((fraction * Double(rows.count)).rounded())), rows.count - 1)
      var generator = stream.generator(UInt64(label))
      for place in generator.sample(count, of: rows.count) { chosen.insert(rows[place]) }
    }
    return (
      try subset(rows: labels.indices.filter { chosen.contains($0) }),
      try subset(rows: labels.indices.filter { !chosen.contains($0) })
    )
  }

  /// Gives `fraction` of the samples (each by its own draw from the stream `shuffle`) another class, each other class
  /// with equal probability.
  ///
  /// The attribute `corrupted` says which, `clean` what their class was; whether a sample is corrupted depends on the
  /// seed and its place in the file only, and a larger fraction keeps the samples of a smaller one.
  ///
  /// - Throws: `invalidOption` for a fraction outside of 0 ... 1, a single class, or labels that are corrupted already.
  public func corrupted(fraction: Double, seed: Seed) throws(DatasetError) -> Dataset {
    func refuse(_ reason: String) -> DatasetError {
      .invalidOption(name: "fraction", value: "\(fraction)", reason: reason)
    }
    guard (0...1).contains(fraction) else { throw refuse("a part lies between 0 and 1") }
    guard classNames.count > 1, targets == nil else { throw refuse("there is no other class to name") }
    guard !attributes.contains(where: { $0.name == "corrupted" }) else {
      throw refuse("these labels are corrupted already")
    }
    let stream = RandomStream(seed, .shuffle, object: "corrupt \(name) \(split)")
    var result = self
    var isCorrupted = [Bool](repeating: false, count: count)
    for row in 0..<count {
      var generator = stream.generator(UInt64(indices[row]))
      guard generator.uniform() < fraction else { continue }
      isCorrupted[row] = true
      let other = generator.integer(below: classNames.count - 1)
      result.labels[row] = other < labels[row] ? other : other + 1
    }
    result.attributes.append(("corrupted", isCorrupted.map { $0 ? "yes" : "no" }))
    result.attributes.append(("clean", labels.map { classNames[$0] }))
    let changed = isCorrupted.count { $0 }
    result.preparation.append("\(changed) labels changed (seed \(seed.root(for: .shuffle)))")
    return result
  }
}
