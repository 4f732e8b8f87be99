import Datasets
import Foundation
import TestSupport
import Testing

@Test func svhnIsReadPixelForPixelAndTenIsZero() throws {
  let options = LoadOptions(folder: fixture("svhn"))
  let data = try Dataset.load(.svhn, options)
  #expect(data.samples.shape == [4, 32, 32, 3])
  #expect(try data.samples.scalars == pixels([0, 1, 2, 3]))
  #expect(data.classNames == ["0", "1", "2", "4"] && data.labels == [1, 0, 3, 2])
  #expect(data.digest == sha256(try bytes(of: fixture("svhn/train_32x32.mat"))))
  #expect(data.preparation[0] == "4 of the 73257 published images")
  // Not compressed.
  let test = try Dataset.load(.svhn, LoadOptions(folder: fixture("svhn"), split: .test))
  #expect(try test.samples.scalars == pixels([4]))
}

@Test func everyNumericTypeIsReadAndTheRestIsNamed() throws {
  let path = fixture("mat/kinds.mat")
  let file = try MATFile(reading: path)
  func numbers(_ name: String) throws -> [Double] {
    switch try file.variable(name, path: path).elements {
    case .bytes(let bytes): bytes.map(Double.init)
    case .numbers(let numbers): numbers
    }
  }
  #expect(try numbers("doubles") == [1.5, -2, 300])
  #expect(try numbers("words") == [1, 70000])
  #expect(try numbers("shorts") == [-5, 6])
  #expect(try numbers("singles") == [0.25])
  #expect(file.otherNames.sorted() == ["complex", "text"])
  #expect(throws: DatasetError.self) { try file.variable("X", path: path) }
}

@Test func otherMATLABFilesAreRefusedWithARemedy() throws {
  let folder = try TemporaryFolder()
  let path = try folder.write(Array("MATLAB 7.3 MAT-file, Platform: GLNXA64".utf8), as: "train_32x32.mat")
  let newer = DatasetError.malformed(
    path: path, format: "a MATLAB file", reason: "it has version 7.3; save it with -v7")
  #expect(throws: newer) { try MATFile(reading: path) }
  var bigEndian = try bytes(of: fixture("svhn/test_32x32.mat"))
  bigEndian.replaceSubrange(124..<128, with: [1, 0, 0x4D, 0x49])
  _ = try folder.write(bigEndian, as: "train_32x32.mat")
  #expect(throws: DatasetError.self) { try Dataset.load(.svhn, LoadOptions(folder: folder.path)) }
  _ = try folder.write(try bytes(of: fixture("mat/kinds.mat")), as: "train_32x32.mat")
  #expect(throws: DatasetError.self) { try Dataset.load(.svhn, LoadOptions(folder: folder.path)) }
  _ = try folder.write([], as: "train_32x32.mat")
  #expect(throws: DatasetError.empty(path: path)) { try MATFile(reading: path) }
}

@Test func anArrayThatGrowsBeyondTheLimitIsRefused() throws {
  let folder = try TemporaryFolder()
  func word(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
  // A row of int8, of which each takes eight bytes as a Double; its zeros are a hole in the file.
  let count = 1 << 27 + 8
  let array =
    [6, 8, 8, 0, 5, 8, 1, count, 1, 1, 0x58, 0, 1, count].flatMap(word)
  var head = Array("MATLAB 5.0 MAT-file".utf8)
  head += [UInt8](repeating: 0x20, count: 124 - head.count) + [0, 1, 0x49, 0x4D]
  let bytes = head + word(14) + word(array.count + count) + array
  let path = try folder.write(bytes, as: "x.mat")
  let file = try #require(FileHandle(forWritingAtPath: path))
  try file.truncate(atOffset: UInt64(bytes.count + count))
  try file.close()
  #expect(throws: DatasetError.tooLarge(path: path, bytes: 8 * count, limit: 1 << 30)) {
    try MATFile(reading: path)
  }
}

@Test func aDamagedCompressedFileIsRefusedOrReadRight() throws {
  let folder = try TemporaryFolder()
  let copies = damaged(try bytes(of: fixture("svhn/train_32x32.mat")), seed: 20)
  let honest = try pixels([0, 1, 2, 3])
  let refused = try refusals(of: copies, as: "train_32x32.mat", in: folder) {
    try Dataset.load(.svhn, LoadOptions(folder: folder.path))
  } isHonest: {
    $0.samples.scalars == honest && $0.labels == [1, 0, 3, 2]
  }
  #expect(refused > 1900)
}

@Test func everyFlippedBitOfTheCompressedPixelsIsSeen() throws {
  let folder = try TemporaryFolder()
  let honest = try bytes(of: fixture("svhn/train_32x32.mat"))
  let copies = stride(from: 136, to: honest.count, by: 11).map { place in
    var copy = honest
    copy[place] ^= 1 << UInt8(place % 8)
    return copy
  }
  let refused = try refusals(of: copies, as: "train_32x32.mat", in: folder) {
    try Dataset.load(.svhn, LoadOptions(folder: folder.path))
  } isHonest: { _ in
    false
  }
  #expect(refused == copies.count)
}

@Test func aDamagedUncompressedFileNeverHasAWrongShape() throws {
  let folder = try TemporaryFolder()
  let copies = damaged(try bytes(of: fixture("svhn/test_32x32.mat")), seed: 21)
  let refused = try refusals(of: copies, as: "test_32x32.mat", in: folder) {
    try Dataset.load(.svhn, LoadOptions(folder: folder.path, split: .test))
  } isHonest: {
    $0.samples.shape == [1, 32, 32, 3] && $0.labels == [0]
  }
  #expect(refused > 900)
}
