extension Dataset {
  /// Loads samples and labels from an NPZ file.
  ///
  /// The arrays are `x_train` and `y_train` or `x_test` and `y_test` by the split, else `x` and `y`, `X` and `y`,
  /// `images` and `labels`, or `data` and `labels`. Samples are [n, d], [n, h, w], [n, h, w, c] or, where only the
  /// second axis can be the channels, [n, c, h, w]; bytes are taken as pixels. Whole numbers y [n] are classes,
  /// other y, [n] or [n, k], are targets of a regression.
  ///
  /// - Throws: `DatasetError`.
  public static func load(npz path: String, _ options: LoadOptions = LoadOptions()) throws(DatasetError)
    -> Dataset
  {
    let file = try NPZFile(reading: path)
    let arrays = Dictionary(file.arrays.map { ($0.name, $0.array) }) { first, _ in first }
    let split = options.split.rawValue
    let pairs = [
      ("x_\(split)", "y_\(split)"), ("x", "y"), ("X", "y"), ("images", "labels"), ("data", "labels"),
    ]
    guard let names = pairs.first(where: { arrays[$0.0] != nil && arrays[$0.1] != nil }),
      let x = arrays[names.0], let y = arrays[names.1]
    else {
      throw .absentPart(
        path: path, name: "pair of arrays " + pairs.map { "\($0.0) and \($0.1)" }.joined(separator: ", "),
        present: file.arrays.map(\.name))
    }
    guard let count = x.dimensions.first, count > 0, y.dimensions.first == count else {
      throw .countsDiffer(
        images: "\(path): \(names.0)", imageCount: x.dimensions.first ?? 0, labels: names.1,
        labelCount: y.dimensions.first ?? 0)
    }
    let (shape, isPlanar) = try sampleShape(x.dimensions, path: "\(path): \(names.0)")
    let name = stem(of: path)
    // Of the two arrays as NPY files: train and test may stand in one file.
    let digest = sha256(x.fileBytes + y.fileBytes)
    let labels = y.dimensions.count == 1 ? y.classLabels : nil
    guard labels != nil || y.dimensions.count <= 2 else {
      throw .wrongDimensions(
        path: "\(path): \(names.1)", found: y.dimensions, expected: "[n] or [n, targets]")
    }
    if case .uint8(let bytes) = x.elements, let labels, shape[0] * shape[1] > 1 {
      return try picture(
        ImageFile(
          height: shape[0], width: shape[1], channels: shape[2],
          layout: isPlanar
            ? .planar(height: shape[0], width: shape[1], channels: shape[2])
            : .interleaved(height: shape[0], width: shape[1], channels: shape[2]),
          bytes: bytes, labels: labels, imagesPath: path, labelsPath: path, digest: digest),
        name, options)
    }
    let scalars = isPlanar ? interleaved(x.floats, shape) : x.floats
    return try load(
      SampleTable(
        name: name, path: path, sampleShape: shape, scalars: scalars,
        labels: labels?.map(String.init) ?? [], targets: labels == nil ? y.floats : [],
        digest: digest), options)
  }

  /// Numbers the labels of a file anew by their order, since any whole numbers may be classes.
  private static func picture(_ file: ImageFile, _ name: String, _ options: LoadOptions) throws(DatasetError)
    -> Dataset
  {
    let values = Set(file.labels).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(values, 0...))
    var renumbered = file
    renumbered.labels = file.labels.map { places[$0] ?? 0 }
    let source = DatasetSource(
      name: name, classNames: values.map(String.init), folders: [], remedy: "", means: [],
      standardDeviations: [])
    return try Dataset(renumbered, source, options)
  }

  /// Height, width and channels, and whether the channels stand before them.
  private static func sampleShape(_ dimensions: [Int], path: String) throws(DatasetError) -> ([Int], Bool) {
    let sample = Array(dimensions.dropFirst())
    guard sample.allSatisfy({ $0 > 0 }) else {
      throw .wrongDimensions(path: path, found: dimensions, expected: "no axis of length 0")
    }
    switch sample.count {
    case 1: return ([1, 1, sample[0]], false)
    case 2: return (sample + [1], false)
    case 3:
      let isPlanar = [1, 3].contains(sample[0]) && ![1, 3].contains(sample[2])
      return (isPlanar ? [sample[1], sample[2], sample[0]] : sample, isPlanar)
    default:
      throw .wrongDimensions(path: path, found: dimensions, expected: "[n, d], [n, h, w] or [n, h, w, c]")
    }
  }

  /// Channels moved behind height and width.
  private static func interleaved(_ scalars: [Float], _ shape: [Int]) -> [Float] {
    let (pixels, channels) = (shape[0] * shape[1], shape[2])
    var result = scalars
    for place in scalars.indices {
      let (sample, inside) = place.quotientAndRemainder(dividingBy: pixels * channels)
      result[sample * pixels * channels + inside % pixels * channels + inside / pixels] = scalars[place]
    }
    return result
  }

  /// The file's name without folder and ending.
  static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }
}

extension NPYArray {
  /// The elements of an array of integers; nil for floats, which are targets even where they are whole.
  fileprivate var classLabels: [Int]? {
    switch elements {
    case .float32, .float64: nil
    default: wholeNumbers
    }
  }
}
