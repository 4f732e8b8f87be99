import Datasets
import Foundation
import TestSupport
import Testing

private let labels = [3, 0, 9, 0, 1, 3, 8, 0, 8, 1]

@Test(arguments: [
  "cifar10", "cifar10/cifar-10-batches-bin", "cifar10-archives/cifar-10-binary.tar.gz",
  "cifar10-archives/cifar-10-python.tar.gz", "cifar10-archives",
])
func cifar10IsReadPixelForPixel(folder: String) throws {
  let data = try Dataset.load(.cifar10, LoadOptions(folder: fixture(folder)))
  #expect(data.samples.shape == [10, 32, 32, 3])
  #expect(try data.samples.scalars == pixels(Array(0..<10)))
  #expect(data.labels.map { data.classNames[$0] } == labels.map { DatasetSource.cifar10.classNames[$0] })
  #expect(data.preparation == ["10 of the 50000 published images", "pixels divided by 255"])
  let test = try Dataset.load(.cifar10, LoadOptions(folder: fixture(folder), split: .test))
  #expect(try test.samples.scalars == pixels([10]))
  #expect(test.classNames == ["frog"])
}

@Test func pickledBatchesAreReadFromTheirFolder() throws {
  let folder = try TemporaryFolder()
  let batch = try bytes(of: fixture("cifar10-pickles/data_batch_1"))
  for number in 1...5 { _ = try folder.write(batch, as: "data_batch_\(number)") }
  let data = try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  #expect(try data.samples.scalars == pixels([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]))
  #expect(data.labels == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0] && data.classNames == ["airplane", "cat"])
}

@Test func theDigestIsThatOfTheFiles() throws {
  let archive = fixture("cifar10-archives/cifar-10-binary.tar.gz")
  let folder = fixture("cifar10/cifar-10-batches-bin")
  let joined = try (1...5).flatMap { try bytes(of: "\(folder)/data_batch_\($0).bin") }
  for place in [folder, archive] {
    #expect(try Dataset.load(.cifar10, LoadOptions(folder: place)).digest == sha256(joined))
  }
}

@Test(arguments: ["cifar100", "cifar100-pickles"])
func cifar100HasItsFineClassesByName(folder: String) throws {
  let options = LoadOptions(
    folder: fixture(folder), classes: ["motorcycle", "orange", "wardrobe"], normalization: .dataset)
  let data = try Dataset.load(.cifar100, options)
  #expect(data.labels == [0, 1, 1, 2] && data.indices == [0, 1, 3, 2])
  let plain = try pixels([0, 1, 3, 2])
  let expected = plain.enumerated().map { place, value -> Float in
    let channel = place % 3
    return (value - [0.5071, 0.4865, 0.4409][channel]) / [0.2673, 0.2564, 0.2762][channel]
  }
  #expect(data.samples.scalars == expected)
  let test = try Dataset.load(.cifar100, LoadOptions(folder: fixture(folder), split: .test))
  #expect(test.classNames == ["apple"])
}

@Test func coloursCannotBeCopiedAndAreNormalizedEach() throws {
  #expect(throws: DatasetError.self) {
    try Dataset.load(.cifar10, LoadOptions(folder: fixture("cifar10"), channels: 4))
  }
  #expect(throws: DatasetError.self) {
    let two = Normalization.explicit(means: [0, 0], standardDeviations: [1])
    _ = try Dataset.load(.cifar10, LoadOptions(folder: fixture("cifar10"), normalization: two))
  }
  // Padding has the normalized value of black in each channel.
  let options = LoadOptions(
    folder: fixture("cifar10"), perClass: 1, pad: 34,
    normalization: .explicit(means: [0.5, 0, 0.25], standardDeviations: [1, 1, 0.5]))
  let data = try Dataset.load(.cifar10, options)
  #expect(Array(data.samples.scalars.prefix(3)) == [-0.5, 0, -0.5])
}

@Test func absentPartsOfCIFARAreNamed() throws {
  let folder = try TemporaryFolder()
  #expect(throws: DatasetError.self) { try Dataset.load(.cifar10, LoadOptions(folder: folder.path)) }
  let batch = try bytes(of: fixture("cifar10/cifar-10-batches-bin/data_batch_1.bin"))
  _ = try folder.write(batch, as: "data_batch_1.bin")
  #expect(throws: DatasetError.missing(path: folder.file("data_batch_2.bin"))) {
    try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  }
  for number in 2...5 { _ = try folder.write(batch, as: "data_batch_\(number).bin") }
  let last = folder.file("data_batch_5.bin")
  _ = try folder.write(Array(batch.dropLast()), as: "data_batch_5.bin")
  #expect(throws: DatasetError.truncated(path: last, expected: 6146, found: 6145)) {
    try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  }
  _ = try folder.write([], as: "data_batch_5.bin")
  #expect(throws: DatasetError.empty(path: last)) {
    try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  }
  _ = try folder.write([10] + batch.dropFirst(), as: "data_batch_5.bin")
  #expect(
    throws: DatasetError.labelOutOfRange(path: folder.path, row: 8, label: 10, classes: 10)
  ) {
    try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  }
  // An archive of the other data set.
  let archive = fixture("cifar10-archives/cifar-10-binary.tar.gz")
  #expect(throws: DatasetError.self) { try Dataset.load(.cifar100, LoadOptions(folder: archive)) }
}

@Test func anArchiveWithSeveralFilesOfOneNameIsRefused() throws {
  let folder = try TemporaryFolder()
  let batch = try bytes(of: fixture("cifar10/cifar-10-batches-bin/data_batch_1.bin"))
  let archive = ["a/test_batch.bin", "b/test_batch.bin"].flatMap { name -> [UInt8] in
    var header = [UInt8](repeating: 0, count: 512)
    header.replaceSubrange(0..<name.utf8.count, with: name.utf8)
    header.replaceSubrange(124..<135, with: Array("0000000\(String(batch.count, radix: 8))".utf8.suffix(11)))
    header.replaceSubrange(148..<156, with: Array("        ".utf8))
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    header.replaceSubrange(148..<148 + sum.utf8.count, with: sum.utf8)
    return header + batch + [UInt8](repeating: 0, count: (512 - batch.count % 512) % 512)
  }
  let path = try folder.write(storedGzip(archive + [UInt8](repeating: 0, count: 1024)), as: "x.tar.gz")
  let expected = DatasetError.malformed(
    path: path, format: "an archive of CIFAR", reason: "it has several files called 'test_batch.bin'")
  #expect(throws: expected) { try Dataset.load(.cifar10, LoadOptions(folder: path, split: .test)) }
}

@Test func damagedRecordsNeverGiveAWrongShapeOrLabel() throws {
  let folder = try TemporaryFolder()
  for number in 1...5 {
    let batch = try bytes(of: fixture("cifar10/cifar-10-batches-bin/data_batch_\(number).bin"))
    _ = try folder.write(batch, as: "data_batch_\(number).bin")
  }
  let batch = try bytes(of: fixture("cifar10/cifar-10-batches-bin/data_batch_3.bin"))
  let refused = try refusals(of: damaged(batch, seed: 1), as: "data_batch_3.bin", in: folder) {
    try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  } isHonest: { data in
    // There is no checksum: pixels may differ, and whole records may be missing, which the echo tells.
    data.samples.shape == [data.count, 32, 32, 3] && data.count <= 10
      && data.classNames.allSatisfy(DatasetSource.cifar10.classNames.contains)
      && data.preparation[0] == "\(data.count) of the 50000 published images"
  }
  #expect(refused > 1000)
}

@Test func damagedPicklesNeverGiveAWrongShapeOrLabel() throws {
  let folder = try TemporaryFolder()
  let batch = try bytes(of: fixture("cifar10-pickles/data_batch_1"))
  for number in 1...5 { _ = try folder.write(batch, as: "data_batch_\(number)") }
  let refused = try refusals(of: damaged(batch, seed: 2), as: "data_batch_4", in: folder) {
    try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  } isHonest: { data in
    data.samples.shape == [10, 32, 32, 3]
      && data.classNames.allSatisfy(DatasetSource.cifar10.classNames.contains)
  }
  #expect(refused > 800)
}

@Test(arguments: ["binary", "python"])
func aDamagedArchiveIsRefusedOrReadRight(form: String) throws {
  let folder = try TemporaryFolder()
  let name = "cifar-10-\(form).tar.gz"
  let archive = try bytes(of: fixture("cifar10-archives/" + name))
  let honest = try pixels(Array(0..<10))
  let refused = try refusals(of: damaged(archive, seed: 3), as: name, in: folder) {
    try Dataset.load(.cifar10, LoadOptions(folder: folder.path))
  } isHonest: {
    $0.samples.scalars == honest && $0.labels.count == 10
  }
  #expect(refused > 1900)
}
