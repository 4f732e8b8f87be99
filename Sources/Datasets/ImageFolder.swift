import FoundationEssentials
import Tables

extension Dataset {
  /// Loads a folder that holds one folder of PNG pictures for each class.
  ///
  /// The classes are the names of the folders in alphabetical order, or `options.classes`. Where the folder holds
  /// `train` and `test`, the one of the split is taken. Pictures stand class by class in the order of their names and
  /// have to be of one size; where some are in colour, grey ones are copied to three channels.
  ///
  /// - Throws: `DatasetError`, with the picture that is wrong.
  public static func load(imageFolder folder: String, _ options: LoadOptions = LoadOptions())
    throws(DatasetError) -> Dataset
  {
    let place =
      fileExists("\(folder)/\(options.split.rawValue)") ? "\(folder)/\(options.split.rawValue)" : folder
    let classNames = try classFolders(in: folder, split: options.split)
    let source = DatasetSource(
      name: folder.split(separator: "/").last.map(String.init) ?? "images", classNames: classNames,
      folders: [],
      remedy: "", means: [], standardDeviations: [])
    if let names = options.classes { _ = try source.labels(of: names) }
    var pictures: [(path: String, image: PNGImage)] = []
    var labels: [Int] = []
    var stored: [UInt8] = []
    var unpacked = 0
    for (label, name) in classNames.enumerated() where options.classes?.contains(name) ?? true {
      let files = try entries(of: "\(place)/\(name)").filter { $0.lowercased().hasSuffix(".png") }
      guard !files.isEmpty else { throw .absentPart(path: "\(place)/\(name)", name: "*.png", present: []) }
      for file in files.prefix(options.perClass ?? .max) {
        let path = "\(place)/\(name)/\(file)"
        let bytes = try readFile(path)
        let image = try PNGImage(fileBytes: bytes, path: path)
        pictures.append((path, image))
        labels.append(label)
        stored += bytes
        unpacked += image.pixels.count
        let size = max(stored.count, unpacked)
        guard size <= largestFile else { throw .tooLarge(path: place, bytes: size, limit: largestFile) }
      }
    }
    let channels = pictures.map(\.image.channels).max() ?? 1
    let (height, width) = (pictures[0].image.height, pictures[0].image.width)
    var bytes: [UInt8] = []
    for (path, image) in pictures {
      guard image.height == height, image.width == width else {
        throw .wrongDimensions(
          path: path, found: [image.height, image.width],
          expected: "[\(height), \(width)] as the first picture")
      }
      bytes += image.channels == channels ? image.pixels : image.pixels.flatMap { [$0, $0, $0] }
    }
    return try Dataset(
      ImageFile(
        height: height, width: width, channels: channels,
        layout: .interleaved(height: height, width: width, channels: channels), bytes: bytes, labels: labels,
        imagesPath: place, labelsPath: place, digest: sha256(stored)), source, options)
  }

  /// The names of the classes of such a folder.
  ///
  /// - Throws: `missing`, `unreadable`, `absentPart` for a folder without folders.
  public static func classFolders(in folder: String, split: Split = .train) throws(DatasetError) -> [String] {
    let part = "\(folder)/\(split.rawValue)"
    let place = fileExists(part) ? part : folder
    let names = try entries(of: place).filter { name in
      var isFolder = false
      return FileManager.default.fileExists(atPath: "\(place)/\(name)", isDirectory: &isFolder) && isFolder
    }
    guard !names.isEmpty else { throw .absentPart(path: place, name: "folder of pictures", present: []) }
    return names
  }

  private static func entries(of folder: String) throws(DatasetError) -> [String] {
    guard fileExists(folder) else { throw .missing(path: folder) }
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      FileTrace.noteListing(folder, names)
      return names.filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw .unreadable(path: folder, reason: "it is no folder that may be listed")
    }
  }
}
