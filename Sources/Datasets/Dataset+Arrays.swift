import Tensor

/// Samples that are numbers already, each with a class or with targets, before any are chosen.
public struct SampleTable: Sendable {
  public var name: String
  /// The file, for messages.
  public var path: String
  /// One sample: [h, w, c], or [1, 1, d] for a vector.
  public var sampleShape: [Int]
  /// Samples in row-major order.
  public var scalars: [Float]
  /// The class of each sample; empty for a regression.
  public var labels: [String]
  /// The targets of each sample, [n, k] row by row; empty for a classification.
  public var targets: [Float]
  public var digest: String
  public var preparation: [String]

  public init(
    name: String, path: String, sampleShape: [Int], scalars: [Float], labels: [String], targets: [Float],
    digest: String, preparation: [String] = []
  ) {
    self.name = name
    self.path = path
    self.sampleShape = sampleShape
    self.scalars = scalars
    self.labels = labels
    self.targets = targets
    self.digest = digest
    self.preparation = preparation
  }
}

extension Dataset {
  /// The class that all samples of a regression have.
  public static let regressionClass = "all"

  /// Chooses from samples that are numbers already; `channels` and `pad` are for pictures only.
  ///
  /// Class names are in the order of numbers where all are numbers, else in that of the alphabet.
  ///
  /// - Throws: `DatasetError`: numbers that are not finite, options that do not fit, classes that are unknown, more
  ///   samples than there are.
  public static func load(_ table: SampleTable, _ options: LoadOptions = LoadOptions()) throws(DatasetError)
    -> Dataset
  {
    for (name, value) in [("channels", options.channels), ("pad", options.pad)] {
      if let value {
        throw .invalidOption(
          name: name, value: "\(value)", reason: "\(table.path) holds numbers, not pictures")
      }
    }
    if options.augmentation != nil {
      throw .invalidOption(name: "augment", value: "…", reason: "\(table.path) holds numbers, not pictures")
    }
    let size = table.sampleShape.reduce(1, *)
    let count = size > 0 ? table.scalars.count / size : 0
    guard count > 0 else { throw .empty(path: table.path) }
    if let place = (table.scalars + table.targets).firstIndex(where: { !$0.isFinite }) {
      let row =
        place < table.scalars.count
        ? place / size : (place - table.scalars.count) * count / table.targets.count
      throw .malformed(path: table.path, format: "samples", reason: "sample \(row) holds NaN or infinity")
    }
    let isRegression = table.labels.isEmpty
    if isRegression, let classes = options.classes {
      throw .invalidOption(
        name: "classes", value: classes.joined(separator: ", "),
        reason: "\(table.path) has targets, no classes")
    }
    let labels = isRegression ? [String](repeating: regressionClass, count: count) : table.labels
    let names = sortedNames(labels)
    let source = DatasetSource(
      name: table.name, classNames: names, folders: [], remedy: "", means: [], standardDeviations: [])
    let chosen = try options.classes.map { wanted throws(DatasetError) in try source.labels(of: wanted) }
    let rowsOfName = Dictionary(grouping: labels.indices) { labels[$0] }
    var rows: [Int] = []
    for label in chosen ?? Array(names.indices) {
      rows += try first(options.perClass, of: rowsOfName[names[label]] ?? [], className: names[label])
    }
    if options.classes == nil && options.perClass == nil { rows.sort() }
    let classNames = chosen.map { $0.map { names[$0] } } ?? names
    let places = Dictionary(uniqueKeysWithValues: zip(classNames, 0...))
    var scalars: [Float] = []
    scalars.reserveCapacity(rows.count * size)
    for row in rows { scalars += table.scalars[row * size..<(row + 1) * size] }
    var preparation = table.preparation
    let channels = table.sampleShape[2]
    if let normalization = options.normalization {
      preparation.append(try normalize(&scalars, by: normalization, channels: channels))
    }
    let outputs = table.targets.count / count
    return Dataset(
      name: table.name, samples: Tensor(Shape([rows.count] + table.sampleShape), scalars: scalars),
      labels: rows.map { places[labels[$0]] ?? 0 },
      targets: isRegression
        ? Tensor(
          [rows.count, outputs],
          scalars: rows.flatMap { table.targets[$0 * outputs..<($0 + 1) * outputs] }) : nil,
      classNames: classNames, indices: rows, split: options.split.rawValue, digest: table.digest,
      preparation: preparation)
  }

  /// Names that are all whole numbers in their order, others by the alphabet.
  private static func sortedNames(_ labels: [String]) -> [String] {
    let names = Set(labels)
    let numbers = names.compactMap(Int.init)
    return numbers.count == names.count
      ? numbers.sorted().map(String.init) : names.sorted()
  }

  /// Shifts and scales each channel, by its own mean and sd for `dataset`; says with which numbers.
  private static func normalize(_ scalars: inout [Float], by normalization: Normalization, channels: Int)
    throws(DatasetError) -> String
  {
    let (means, deviations): ([Double], [Double])
    switch normalization {
    case .explicit(let given, let spread): (means, deviations) = (given, spread)
    case .dataset: (means, deviations) = moments(scalars, channels: channels)
    }
    let words = try PixelPreparation.checked(means, deviations, channels: channels)
    for place in scalars.indices {
      let channel = place % channels
      scalars[place] =
        (scalars[place] - Float(means[channel % means.count])) / Float(deviations[channel % deviations.count])
    }
    return words
  }

  /// Mean and standard deviation (n) of each channel.
  static func moments(_ scalars: [Float], channels: Int) -> (means: [Double], deviations: [Double]) {
    let count = Double(scalars.count / channels)
    var means = [Double](repeating: 0, count: channels)
    for place in scalars.indices { means[place % channels] += Double(scalars[place]) / count }
    var squares = [Double](repeating: 0, count: channels)
    for place in scalars.indices {
      let difference = Double(scalars[place]) - means[place % channels]
      squares[place % channels] += difference * difference / count
    }
    return (means, squares.map { $0.squareRoot() })
  }
}
