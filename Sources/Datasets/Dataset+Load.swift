import Tensor

extension Dataset {
  /// Loads images and labels from IDX files, plain or gzipped.
  ///
  /// With `classes` or `perClass` the samples stand class by class, each class in the order of the file, else
  /// in the order of the file. Takes the unpacked file and the chosen samples in memory.
  ///
  /// - Throws: `DatasetError`: no such source, files that are absent or damaged, classes that are unknown,
  ///   more samples than there are, options that do not fit.
  public static func load(
    _ source: DatasetSource, _ options: LoadOptions = LoadOptions()
  ) throws(DatasetError) -> Dataset {
    let wanted = try options.classes.map { names throws(DatasetError) in try source.labels(of: names) }
    let files = try source.files(options)
    let images = try IDXFile(reading: files.images)
    let labels = try IDXFile(reading: files.labels)
    try check(images, labels, files, classes: source.classNames.count)

    let rowsOfLabel = Dictionary(grouping: labels.elements.indices) { Int(labels.elements[$0]) }
    let present = rowsOfLabel.keys.sorted()
    let chosen = wanted ?? present
    var rows: [Int] = []
    for label in chosen {
      let name = source.classNames[label]
      guard let all = rowsOfLabel[label] else {
        throw .absentClass(
          name: name, source: files.images, present: present.map { source.classNames[$0] },
          remedy: files.remedy)
      }
      rows += try first(options.perClass, of: all, className: name)
    }
    if options.classes == nil && options.perClass == nil { rows.sort() }

    let preparation = try PixelPreparation(
      height: images.dimensions[1], width: images.dimensions[2], options: options, source: source)
    let places = Dictionary(uniqueKeysWithValues: zip(chosen, 0...))
    return Dataset(
      name: source.name,
      samples: try preparation.samples(rows, of: images.elements, path: files.images),
      labels: rows.compactMap { places[Int(labels.elements[$0])] },
      classNames: chosen.map { source.classNames[$0] }, indices: rows, split: options.split.rawValue,
      digest: sha256(images.fileBytes + labels.fileBytes), preparation: files.origin + preparation.description
    )
  }

  private static func first(
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

  private static func check(
    _ images: IDXFile, _ labels: IDXFile, _ files: SourceFiles, classes: Int
  ) throws(DatasetError) {
    guard images.dimensions.count == 3, images.dimensions[1] > 0, images.dimensions[2] > 0 else {
      throw .wrongDimensions(
        path: files.images, found: images.dimensions, expected: "[images, height, width], none of them 0")
    }
    guard labels.dimensions.count == 1 else {
      throw .wrongDimensions(path: files.labels, found: labels.dimensions, expected: "[labels]")
    }
    guard images.dimensions[0] == labels.dimensions[0] else {
      throw .countsDiffer(
        images: files.images, imageCount: images.dimensions[0], labels: files.labels,
        labelCount: labels.dimensions[0])
    }
    guard !labels.elements.isEmpty else {
      throw .wrongDimensions(path: files.images, found: images.dimensions, expected: "at least one image")
    }
    if let row = labels.elements.firstIndex(where: { Int($0) >= classes }) {
      throw .labelOutOfRange(
        path: files.labels, row: row, label: Int(labels.elements[row]), classes: classes)
    }
  }
}

/// The files of one split, and the words for where they came from, if that needs saying.
struct SourceFiles {
  let images: String
  let labels: String
  let origin: [String]
  /// How to get the whole of what these files are a part of.
  let remedy: String?
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

  /// The paths of the image and the label file: in the folder given, or in the first known one that has them.
  ///
  /// - Throws: `sourceNotFound` with every folder that was looked in.
  func files(_ options: LoadOptions) throws(DatasetError) -> SourceFiles {
    let part = options.split == .train ? "train" : "t10k"
    let shipped = assetFolder.map { AssetLocation.path("Assets/" + $0) ?? "Assets/" + $0 }
    let searched = options.folder.map { [$0] } ?? folders + (shipped.map { [$0] } ?? [])
    for folder in searched {
      if let images = fileOrGzipped("\(folder)/\(part)-images-idx3-ubyte"),
        let labels = fileOrGzipped("\(folder)/\(part)-labels-idx1-ubyte")
      {
        // What stands in for the whole set is named in the echo.
        let isPart = folder == shipped && !folders.isEmpty
        return SourceFiles(
          images: images, labels: labels, origin: isPart ? ["shipped subset of \(name)"] : [],
          remedy: isPart ? remedy : nil)
      }
    }
    let files = "the folder has to hold \(part)-images-idx3-ubyte and \(part)-labels-idx1-ubyte, plain or .gz"
    throw .sourceNotFound(
      name: name, searched: searched, remedy: options.folder == nil ? remedy : files)
  }
}

/// `path` or `path.gz`, whichever is there.
private func fileOrGzipped(_ path: String) -> String? {
  [path, path + ".gz"].first(where: fileExists)
}
