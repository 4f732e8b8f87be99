import Random

extension Dataset {
  /// The rows of `perClass` samples of each class, drawn without replacement from the stream `points`.
  ///
  /// Class by class; the draw of a class depends on the seed, the data set's name and split and the class's
  /// place only, and a larger `perClass` keeps the points of a smaller one.
  ///
  /// - Throws: `tooFewSamples` where a class has fewer, `invalidOption` for a count below 1.
  public func pickedRows(perClass: Int, seed: Seed) throws(DatasetError) -> [Int] {
    guard perClass >= 1 else {
      throw .invalidOption(
        name: "per_class", value: "\(perClass)", reason: "pick at least one point of each class")
    }
    let stream = RandomStream(seed, .points, object: "\(name) \(split)")
    let rowsOfClass = Dictionary(grouping: labels.indices) { labels[$0] }
    var picked: [Int] = []
    for (label, className) in classNames.enumerated() {
      let rows = rowsOfClass[label] ?? []
      guard perClass <= rows.count else {
        throw .tooFewSamples(of: "the class '\(className)'", wanted: perClass, available: rows.count)
      }
      var generator = stream.generator(UInt64(label))
      picked += generator.sample(perClass, of: rows.count).map { rows[$0] }
    }
    return picked
  }

  /// The rows of `perClass` samples of each class as the paper's code draws them.
  ///
  /// `random.sample(range(n·i, n·(i + 1) − 1), perClass)` for class after class i of n samples, after `random.seed(1234)`:
  /// the last place of a class is never drawn. There the places are drawn once, and each run shuffles the samples
  /// anew; here the order of a class is drawn from the stream `points` of the seed.
  ///
  /// - Throws: `tooFewSamples` where a class has no sample more than are picked, `invalidOption` for a count below 1.
  public func publishedRows(perClass: Int, seed: Seed) throws(DatasetError) -> [Int] {
    let stream = RandomStream(seed, .points, object: "\(name) \(split) as published")
    let rowsOfClass = Dictionary(grouping: labels.indices) { labels[$0] }
    var random = PythonRandom(seed: 1234)
    var picked: [Int] = []
    for (label, className) in classNames.enumerated() {
      let rows = rowsOfClass[label] ?? []
      guard perClass >= 1, perClass < rows.count else {
        throw .tooFewSamples(
          of: "the class '\(className)'", wanted: perClass, available: max(0, rows.count - 1))
      }
      var generator = stream.generator(UInt64(label))
      let order = generator.permutation(rows.count)
      picked += random.sample(0..<rows.count - 1, count: perClass).map { rows[order[$0]] }
    }
    return picked
  }

  /// The rows of `count` samples drawn without replacement from the stream `points`, whatever their class.
  ///
  /// - Throws: `tooFewSamples` where there are fewer, `invalidOption` for a count below 1.
  public func pickedRows(count wanted: Int, seed: Seed) throws(DatasetError) -> [Int] {
    guard wanted >= 1 else {
      throw .invalidOption(name: "count", value: "\(wanted)", reason: "pick at least one point")
    }
    guard wanted <= count else {
      throw .tooFewSamples(of: name, wanted: wanted, available: count)
    }
    var generator = RandomStream(seed, .points, object: "\(name) \(split) any class").generator()
    return generator.sample(wanted, of: count)
  }
}
