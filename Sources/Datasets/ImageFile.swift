/// Images as their files hold them: bytes in the order of the file, a label each, nothing converted yet.
struct ImageFile {
  var height: Int
  var width: Int
  var channels: Int
  /// Where the bytes of a pixel stand.
  var layout: PixelLayout
  var bytes: [UInt8]
  /// The label of each image, not yet checked against the classes.
  var labels: [Int]
  /// The files with the images and with the labels, for messages.
  var imagesPath: String
  var labelsPath: String
  /// SHA-256 of the files as stored.
  var digest: String
  /// Where the images came from, in words, if that needs saying.
  var origin: [String] = []
  /// What is odd about the files but no error, in sentences.
  var remarks: [String] = []
  /// How to get the whole of what these files are a part of.
  var remedy: String?
}

extension ImageFile {
  /// What is said of a file under a published name with another number of images.
  static func remark(_ path: String, holds count: Int, published: Int) -> String {
    "\(path) holds \(count) images, the published file \(published): it is cut short or another file"
  }

  /// Mean and standard deviation of each channel after division by 255, to four digits, from exact sums.
  var moments: (means: [Double], deviations: [Double]) {
    var means: [Double] = []
    var deviations: [Double] = []
    let count = Double(labels.count * height * width)
    for channel in 0..<channels {
      var (sum, squares) = (0, 0)
      for image in labels.indices {
        for y in 0..<height {
          let from = layout.offset + image * layout.image + y * layout.line + channel * layout.channel
          for x in 0..<width {
            let value = Int(bytes[from + x * layout.pixel])
            sum += value
            squares += value * value
          }
        }
      }
      let mean = Double(sum) / count
      means.append((mean / 255 * 1e4).rounded() / 1e4)
      deviations.append(((Double(squares) / count - mean * mean).squareRoot() / 255 * 1e4).rounded() / 1e4)
    }
    return (means, deviations)
  }
}

/// The place of a byte: offset + row · image + y · line + x · pixel + c · channel.
struct PixelLayout {
  var offset = 0
  var image: Int
  var line: Int
  var pixel: Int
  var channel: Int

  /// [n, h, w, c], the last index fastest: IDX and decoded PNG.
  static func interleaved(height: Int, width: Int, channels: Int) -> PixelLayout {
    PixelLayout(image: height * width * channels, line: width * channels, pixel: channels, channel: 1)
  }

  /// [n, c, h, w] with `header` bytes before each image: CIFAR.
  static func planar(height: Int, width: Int, channels: Int, header: Int = 0) -> PixelLayout {
    PixelLayout(
      offset: header, image: header + channels * height * width, line: width, pixel: 1,
      channel: height * width)
  }

  /// [h, w, c, n], the first index fastest: SVHN.
  static func columnMajor(height: Int, width: Int, channels: Int) -> PixelLayout {
    PixelLayout(image: height * width * channels, line: 1, pixel: height, channel: height * width)
  }
}

extension DatasetSource {
  /// How the files of a source are laid out.
  public enum Format: Hashable, Sendable {
    case idx
    case cifar10
    case cifar100
    case svhn

    /// How many training and test images the publisher's files hold; nil where they vary.
    func publishedCount(_ split: Split) -> Int? {
      switch self {
      case .idx: nil
      case .cifar10, .cifar100: split == .train ? 50_000 : 10_000
      case .svhn: split == .train ? 73_257 : 26_032
      }
    }
  }

  /// Reads the files of one split from the folder given, or from the first known one that has them.
  ///
  /// - Throws: `sourceNotFound` with every folder that was looked in, and the errors of the formats.
  func read(_ options: LoadOptions) throws(DatasetError) -> ImageFile {
    let shipped = assetFolder.map { AssetLocation.path("Assets/" + $0) ?? "Assets/" + $0 }
    let searched = options.folder.map { [$0] } ?? folders + (shipped.map { [$0] } ?? [])
    for folder in searched {
      guard var file = try read(in: folder, options.split) else { continue }
      if folder == shipped, !folders.isEmpty {
        // What stands in for the whole set is named in the echo.
        file.origin.append("shipped subset of \(name)")
        file.remedy = remedy
      }
      if let whole = format.publishedCount(options.split), whole != file.labels.count {
        file.origin.append("\(file.labels.count) of the \(whole) published images")
        if file.remarks.isEmpty {
          file.remarks.append(ImageFile.remark(file.imagesPath, holds: file.labels.count, published: whole))
        }
      }
      return file
    }
    throw .sourceNotFound(
      name: name, searched: searched, remedy: options.folder == nil ? remedy : contents(options.split))
  }

  private func read(in folder: String, _ split: Split) throws(DatasetError) -> ImageFile? {
    switch format {
    case .idx: try IDXImages.read(in: folder, split)
    case .cifar10, .cifar100: try CIFARImages(hundred: format == .cifar100, split).read(in: folder)
    case .svhn: try SVHNImages.read(in: folder, split)
    }
  }

  /// What a folder has to hold.
  private func contents(_ split: Split) -> String {
    switch format {
    case .idx:
      let part = split == .train ? "train" : "t10k"
      return "the folder has to hold \(part)-images-idx3-ubyte and \(part)-labels-idx1-ubyte, plain or .gz"
    case .cifar10:
      return "the folder has to hold cifar-10-batches-bin, cifar-10-batches-py or one of their .tar.gz"
    case .cifar100:
      return "the folder has to hold cifar-100-binary, cifar-100-python or one of their .tar.gz"
    case .svhn: return "the folder has to hold \(split.rawValue)_32x32.mat"
    }
  }
}

/// The IDX files of MNIST and Fashion-MNIST.
enum IDXImages {
  static func read(in folder: String, _ split: Split) throws(DatasetError) -> ImageFile? {
    let part = split == .train ? "train" : "t10k"
    let (imagesName, labelsName) = (
      "\(folder)/\(part)-images-idx3-ubyte", "\(folder)/\(part)-labels-idx1-ubyte"
    )
    let found = (fileOrGzipped(imagesName), fileOrGzipped(labelsName))
    if found.0 == nil, found.1 == nil { return nil }
    // One without the other is a slip to be told, not a folder without the data set.
    guard let imagesPath = found.0 else { throw .missing(path: imagesName + "[.gz]") }
    guard let labelsPath = found.1 else { throw .missing(path: labelsName + "[.gz]") }
    let images = try IDXFile(reading: imagesPath)
    let labels = try IDXFile(reading: labelsPath)
    guard images.dimensions.count == 3, images.dimensions[1] > 0, images.dimensions[2] > 0 else {
      throw .wrongDimensions(
        path: imagesPath, found: images.dimensions, expected: "[images, height, width], none of them 0")
    }
    guard labels.dimensions.count == 1 else {
      throw .wrongDimensions(path: labelsPath, found: labels.dimensions, expected: "[labels]")
    }
    guard images.dimensions[0] == labels.dimensions[0] else {
      throw .countsDiffer(
        images: imagesPath, imageCount: images.dimensions[0], labels: labelsPath,
        labelCount: labels.dimensions[0])
    }
    guard !labels.elements.isEmpty else {
      throw .wrongDimensions(path: imagesPath, found: images.dimensions, expected: "at least one image")
    }
    let (height, width) = (images.dimensions[1], images.dimensions[2])
    return ImageFile(
      height: height, width: width, channels: 1,
      layout: .interleaved(height: height, width: width, channels: 1), bytes: images.elements,
      labels: labels.elements.map(Int.init), imagesPath: imagesPath, labelsPath: labelsPath,
      digest: sha256(images.fileBytes + labels.fileBytes))
  }

  /// `path` or `path.gz`, whichever is there.
  private static func fileOrGzipped(_ path: String) -> String? {
    [path, path + ".gz"].first(where: fileExists)
  }
}

/// The cropped digits of SVHN (Netzer et al., 2011), MATLAB files with X [32, 32, 3, n] and y [n, 1].
enum SVHNImages {
  static func read(in folder: String, _ split: Split) throws(DatasetError) -> ImageFile? {
    let path = "\(folder)/\(split.rawValue)_32x32.mat"
    guard fileExists(path) else { return nil }
    let fileBytes = try readFile(path)
    let file = try MATFile(fileBytes: fileBytes, path: path)
    let images = try file.variable("X", path: path)
    let labels = try file.variable("y", path: path)
    let shape = images.dimensions
    guard shape.count == 4 || shape.count == 3, shape[2] == 3, shape[0] > 0, shape[1] > 0 else {
      throw .wrongDimensions(path: path, found: shape, expected: "X of [height, width, 3, images]")
    }
    // MATLAB drops a last dimension of 1.
    let count = shape.count == 4 ? shape[3] : 1
    guard case .bytes(let pixels) = images.elements else {
      throw .wrongElementType(path: path, found: "an X of numbers", supported: "bytes (uint8)")
    }
    guard count > 0, labels.dimensions.count == 2, labels.elements.count == count else {
      throw .countsDiffer(
        images: path, imageCount: count, labels: "its y", labelCount: labels.elements.count)
    }
    return ImageFile(
      height: shape[0], width: shape[1], channels: 3,
      layout: .columnMajor(height: shape[0], width: shape[1], channels: 3), bytes: pixels,
      // The digit 0 has the label 10.
      labels: labels.elements.wholeNumbers.map { $0 == 10 ? 0 : $0 == 0 ? 10 : $0 }, imagesPath: path,
      labelsPath: path, digest: sha256(fileBytes))
  }
}

extension MATFile.Elements {
  /// The elements as `Int`; what is no whole number becomes −1, which is no label.
  fileprivate var wholeNumbers: [Int] {
    switch self {
    case .bytes(let bytes): bytes.map(Int.init)
    case .numbers(let numbers): numbers.map { Int(exactly: $0) ?? -1 }
    }
  }
}
