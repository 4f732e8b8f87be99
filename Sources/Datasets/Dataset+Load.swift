import Random
import Tensor

extension Dataset {
  /// Loads the images and labels of a known source.
  ///
  /// With `classes` or `perClass` the samples stand class by class, each class in the order of the file, else
  /// in the order of the file. Takes the unpacked file and the chosen samples in memory.
  ///
  /// - Throws: `DatasetError`: no such source, files that are absent or damaged, classes that are unknown,
  ///   more samples than there are, options that do not fit.
  public static func load(
    _ source: DatasetSource, _ options: LoadOptions = LoadOptions()
  ) throws(DatasetError) -> Dataset {
    // Names are looked at before any file is.
    if let names = options.classes { _ = try source.labels(of: names) }
    guard options.isAsPublished else { return try Dataset(try source.read(options), source, options) }
    return try asPublished(source, options)
  }

  /// The paper's preparation (its notebooks' code): see `LoadOptions.isAsPublished`.
  private static func asPublished(_ source: DatasetSource, _ options: LoadOptions) throws(DatasetError)
    -> Dataset
  {
    guard options.normalization == nil, options.augmentation == nil else {
      throw .invalidOption(
        name: "as", value: "published", reason: "it sets normalize and augment itself; leave them out")
    }
    var published = options
    published.normalization = .published
    published.augmentation = .cropAndFlip
    var file = options
    file.split = .train
    var data = try Dataset(try source.read(file), source, published)
    data.preparation.insert("as published", at: 0)
    return data
  }

  /// The chosen images of a file as samples.
  init(_ file: ImageFile, _ source: DatasetSource, _ options: LoadOptions) throws(DatasetError) {
    let wanted = try options.classes.map { names throws(DatasetError) in try source.labels(of: names) }
    let classes = source.classNames.count
    if let row = file.labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw .labelOutOfRange(path: file.labelsPath, row: row, label: file.labels[row], classes: classes)
    }
    let rowsOfLabel = Dictionary(grouping: file.labels.indices) { file.labels[$0] }
    let present = rowsOfLabel.keys.sorted()
    let chosen = wanted ?? present
    var rows: [Int] = []
    for label in chosen {
      let name = source.classNames[label]
      guard let all = rowsOfLabel[label] else {
        throw .absentClass(
          name: name, source: file.imagesPath, present: present.map { source.classNames[$0] },
          remedy: file.remedy)
      }
      rows += try Self.first(
        options.perClass, of: Self.inOrder(all, options, source, label: label), className: name)
    }
    if options.classes == nil && options.perClass == nil { rows.sort() }

    let preparation = try PixelPreparation(file, options: options, source: source)
    let places = Dictionary(uniqueKeysWithValues: zip(chosen, 0...))
    let words =
      options.isAsPublished && options.split == .test ? ["test pictures drawn from the training set"] : []
    let plain = Dataset(
      name: source.name, samples: try preparation.samples(rows, of: file),
      labels: rows.compactMap { places[file.labels[$0]] },
      classNames: chosen.map { source.classNames[$0] }, indices: rows, split: options.split.rawValue,
      digest: file.digest, preparation: file.origin + words + preparation.description)
    self = try plain.augmented(options, black: preparation.black)
    remarks = file.remarks
  }

  /// The rows of a class in the order in which they are taken: that of the file, or as published in random order for
  /// the test pictures, which are drawn from the training set (stream `split`).
  private static func inOrder(_ rows: [Int], _ options: LoadOptions, _ source: DatasetSource, label: Int)
    -> [Int]
  {
    guard options.isAsPublished, options.split == .test else { return rows }
    var generator = RandomStream(options.seed, .split, object: source.name).generator(UInt64(label))
    return generator.permutation(rows.count).map { rows[$0] }
  }

  /// The pictures in random views, drawn now or by each epoch of training.
  func augmented(_ options: LoadOptions, black: [Float]) throws(DatasetError) -> Dataset {
    guard let augmentation = options.augmentation else { return self }
    let (height, width, _) = sampleShape
    guard height > augmentation.border, width > augmentation.border else {
      let reason = "pictures of \(height)x\(width) are too small to be cropped"
      throw .invalidOption(name: "augment", value: "crop", reason: reason)
    }
    guard options.redrawsViews else { return frozen(augmentation, black: black, seed: options.seed) }
    var result = self
    result.redrawing = Redrawing(augmentation: augmentation, black: black)
    result.preparation.append("\(augmentation.words), drawn anew in every epoch")
    return result
  }

  static func first(
    _ perClass: Int?, of rows: [Int], className: String
  ) throws(DatasetError) -> ArraySlice<Int> {
    guard let perClass else { return rows[...] }
    guard perClass >= 1 else {
      throw .invalidOption(name: "per_class", value: "\(perClass)", reason: "take at least one of each class")
    }
    guard perClass <= rows.count else {
      throw .tooFewSamples(of: "the class '\(className)'", wanted: perClass, available: rows.count)
    }
    return rows.prefix(perClass)
  }
}

extension DatasetSource {
  /// The labels of the classes called `names`, in their order.
  ///
  /// - Throws: `unknownClass`, `repeatedClass`, `invalidOption` for an empty list.
  func labels(of names: [String]) throws(DatasetError) -> [Int] {
    guard !names.isEmpty else {
      throw .invalidOption(name: "classes", value: "[]", reason: "name at least one class")
    }
    var labels: [Int] = []
    for name in names {
      guard let label = classNames.firstIndex(of: name) else {
        throw .unknownClass(name: name, nearest: nearestName(to: name, in: classNames), known: classNames)
      }
      guard !labels.contains(label) else { throw .repeatedClass(name: name) }
      labels.append(label)
    }
    return labels
  }
}
