import Datasets
import Foundation
import TestSupport
import Testing

/// Three classes of images of 2 x 3; image i has the pixels 10 i, 10 i + 1, …
private let letters = DatasetSource(
  name: "letters", classNames: ["alpha", "beta", "gamma"], folders: [], remedy: "write them",
  means: [0.5], standardDeviations: [0.25])
private let labels: [UInt8] = [2, 0, 0, 1, 2, 0]
private let pixels = (0..<36).map { (i: Int) -> UInt8 in UInt8(i / 6 * 10 + i % 6) }

private func lettersFolder(gzipped: Bool = false, labels: [UInt8] = labels) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  let images = idx([6, 2, 3], pixels)
  let classes = idx([labels.count], labels)
  if gzipped {
    _ = try folder.write(storedGzip(images), as: "train-images-idx3-ubyte.gz")
    _ = try folder.write(storedGzip(classes), as: "train-labels-idx1-ubyte.gz")
  } else {
    _ = try folder.write(images, as: "train-images-idx3-ubyte")
    _ = try folder.write(classes, as: "train-labels-idx1-ubyte")
  }
  return folder
}

private func load(
  _ folder: TemporaryFolder, _ change: (inout LoadOptions) -> Void = { _ in }
) throws(DatasetError) -> Dataset {
  var options = LoadOptions(folder: folder.path)
  change(&options)
  return try Dataset.load(letters, options)
}

@Test(arguments: [false, true])
func aFolderLoadsWholeInFileOrder(gzipped: Bool) throws {
  let folder = try lettersFolder(gzipped: gzipped)
  let data = try load(folder)
  #expect(data.samples.shape == [6, 2, 3, 1])
  #expect(data.samples.scalars == pixels.map { Float($0) / 255 })
  #expect(data.labels == labels.map(Int.init))
  #expect(data.indices == Array(0..<6))
  #expect(data.name == "letters" && data.split == "train" && data.classCounts == [3, 1, 2])
  #expect(data.preparation == ["pixels divided by 255"])
  let bytes = try ["images-idx3", "labels-idx1"].flatMap { part in
    try Data(contentsOf: URL(fileURLWithPath: folder.file("train-\(part)-ubyte" + (gzipped ? ".gz" : ""))))
  }
  #expect(data.digest == sha256(bytes))
}

@Test func classesAreNumberedAndOrderedAsGiven() throws {
  let folder = try lettersFolder()
  let data = try load(folder) { $0.classes = ["gamma", "alpha"] }
  #expect(data.classNames == ["gamma", "alpha"])
  #expect(data.indices == [0, 4, 1, 2, 5])
  #expect(data.labels == [0, 0, 1, 1, 1])
  let first = try load(folder) {
    $0.classes = ["gamma", "alpha"]
    $0.perClass = 2
  }
  #expect(first.indices == [0, 4, 1, 2])
  #expect(first.samples.scalars[6..<12].elementsEqual(pixels[24..<30].map { Float($0) / 255 }))
}

@Test func imagesArePaddedThenCopiedThenNormalized() throws {
  let folder = try lettersFolder()
  let data = try load(folder) {
    $0.pad = 5
    $0.channels = 3
    $0.normalization = .dataset
  }
  #expect(data.samples.shape == [6, 5, 5, 3])
  #expect(
    data.preparation == [
      "pixels divided by 255", "padded 2x3 -> 5x5 with black, centred", "1 channel copied to 3",
      "normalized with mean 0.5, sd 0.25",
    ])
  let values = data.samples.scalars
  for row in 0..<6 {
    for y in 0..<5 {
      for x in 0..<5 {
        // 2 rows start at row 1 (the odd row of padding lies below), 3 columns at column 1
        let inside = (1...2).contains(y) && (1...3).contains(x)
        let byte = inside ? pixels[row * 6 + (y - 1) * 3 + x - 1] : 0
        let start = ((row * 5 + y) * 5 + x) * 3
        let expected: Float = (Float(byte) / 255 - 0.5) / 0.25
        #expect(values[start..<start + 3].allSatisfy { $0 == expected })
      }
    }
  }
  let explicit = try load(folder) { $0.normalization = .explicit(mean: 1, standardDeviation: 2) }
  #expect(explicit.samples.scalars[0] == -0.5)
}

@Test func moreNumbersThanCanBeHeldAreAnErrorOfTheOptionThatMakesThem() {
  func images(_ size: String) -> String { "1500 images of \(size) are more than 2^28 numbers" }
  #expect(throws: DatasetError.invalidOption(name: "pad", value: "4096", reason: images("4096x4096x3"))) {
    try Dataset.load(.fashionMNISTSubset, LoadOptions(channels: 3, pad: 4096))
  }
  #expect(throws: DatasetError.invalidOption(name: "channels", value: "1024", reason: images("28x28x1024"))) {
    try Dataset.load(.fashionMNISTSubset, LoadOptions(channels: 1024))
  }
}

private let badRequests: [(change: @Sendable (inout LoadOptions) -> Void, error: DatasetError)] = [
  ({ $0.classes = ["gama"] }, .unknownClass(name: "gama", nearest: "gamma", known: letters.classNames)),
  ({ $0.classes = ["omicron"] }, .unknownClass(name: "omicron", nearest: nil, known: letters.classNames)),
  ({ $0.classes = ["beta", "beta"] }, .repeatedClass(name: "beta")),
  ({ $0.classes = [] }, .invalidOption(name: "classes", value: "[]", reason: "name at least one class")),
  ({ $0.perClass = 2 }, .tooFewSamples(of: "the class 'beta'", wanted: 2, available: 1)),
  (
    { $0.perClass = 0 },
    .invalidOption(name: "per_class", value: "0", reason: "take at least one of each class")
  ),
  (
    { $0.pad = 2 },
    .invalidOption(name: "pad", value: "2", reason: "images of 2x3 can be padded to 3 ... 4096")
  ),
  (
    { $0.channels = 0 },
    .invalidOption(name: "channels", value: "0", reason: "a grey image can be copied to 1 ... 1024 channels")
  ),
  (
    { $0.normalization = .explicit(mean: 0, standardDeviation: 0) },
    .invalidOption(
      name: "normalize", value: "(mean=0.0, sd=0.0)", reason: "the sd has to be above 0, both finite")
  ),
  (
    { $0.normalization = .explicit(mean: .nan, standardDeviation: 1) },
    .invalidOption(
      name: "normalize", value: "(mean=nan, sd=1.0)", reason: "the sd has to be above 0, both finite")
  ),
]

@Test(arguments: badRequests.indices)
func aRequestThatDoesNotFitIsRefused(_ row: Int) throws {
  let folder = try lettersFolder()
  #expect(throws: badRequests[row].error) { try load(folder, badRequests[row].change) }
}

@Test func moreNumbersThanCanBeHeldAreRefused() throws {
  let folder = try lettersFolder()
  #expect(throws: DatasetError.self) {
    try load(folder) {
      $0.pad = 4096
      $0.channels = 1024
    }
  }
}

@Test func imagesAndLabelsHaveToBelongTogether() throws {
  let short = try lettersFolder(labels: [0, 1])
  #expect(
    throws: DatasetError.countsDiffer(
      images: short.file("train-images-idx3-ubyte"), imageCount: 6,
      labels: short.file("train-labels-idx1-ubyte"), labelCount: 2)
  ) { try load(short) }
  let unknown = try lettersFolder(labels: [0, 1, 2, 3, 0, 0])
  #expect(
    throws: DatasetError.labelOutOfRange(
      path: unknown.file("train-labels-idx1-ubyte"), row: 3, label: 3, classes: 3)
  ) { try load(unknown) }
  let twoClasses = try lettersFolder(labels: [0, 1, 0, 1, 0, 1])
  #expect(
    throws: DatasetError.absentClass(
      name: "gamma", source: twoClasses.file("train-images-idx3-ubyte"), present: ["alpha", "beta"],
      remedy: nil)
  ) { try load(twoClasses) { $0.classes = ["gamma"] } }
  #expect(try load(twoClasses).classNames == ["alpha", "beta"])
}

@Test func imageAndLabelFilesMustNotBeSwappedOrEmpty() throws {
  let swapped = try TemporaryFolder()
  _ = try swapped.write(idx([2], [0, 1]), as: "train-images-idx3-ubyte")
  _ = try swapped.write(idx([2, 1, 1], [0, 1]), as: "train-labels-idx1-ubyte")
  #expect(
    throws: DatasetError.wrongDimensions(
      path: swapped.file("train-images-idx3-ubyte"), found: [2],
      expected: "[images, height, width], none of them 0")
  ) { try load(swapped) }
  let empty = try TemporaryFolder()
  _ = try empty.write(idx([0, 2, 3], []), as: "train-images-idx3-ubyte")
  _ = try empty.write(idx([0], []), as: "train-labels-idx1-ubyte")
  #expect(
    throws: DatasetError.wrongDimensions(
      path: empty.file("train-images-idx3-ubyte"), found: [0, 2, 3], expected: "at least one image")
  ) { try load(empty) }
}

@Test func anAbsentSourceNamesThePlacesAndTheRemedy() throws {
  let folder = try lettersFolder()
  #expect(
    throws: DatasetError.sourceNotFound(
      name: "letters", searched: [folder.path],
      remedy: "the folder has to hold t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz")
  ) { try load(folder) { $0.split = .test } }
  #expect(throws: DatasetError.sourceNotFound(name: "letters", searched: [], remedy: "write them")) {
    try Dataset.load(letters)
  }
  #expect(throws: DatasetError.unknownSource(name: "mnst", known: DatasetSource.all.map(\.name))) {
    try DatasetSource.named("mnst")
  }
  #expect(try DatasetSource.named("mnist") == .mnist)
}
