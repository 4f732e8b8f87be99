import Datasets
import Foundation
import TestSupport
import Testing

/// An IDX file: element type, dimensions, elements.
func idx(_ dimensions: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
  let lengths = dimensions.flatMap { length in
    (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
  }
  return [0, 0, type, UInt8(dimensions.count)] + lengths + elements
}

/// 200 000 zero labels, compressed to 238 bytes.
private let compressedZeros = """
  H4sIAAAAAAACA+3BMREAMAgEsOe6sOAJ/6qqgT1J0pU3GwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
  AADg7AMyOpVHSA0DAA==
  """

/// The same 200 000 zeros behind a header that announces ten.
private let compressedBomb = """
  H4sIAAAAAAACA+3BMREAMAgAsWfr4V8wGronqTfVBgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB8\
  O/sXHA1IDQMA
  """

@Test(arguments: [false, true])
func anIDXFileGivesItsDimensionsAndElements(gzipped: Bool) throws {
  let folder = try TemporaryFolder()
  let elements = (0..<24).map { UInt8($0 * 10) }
  let plain = idx([2, 3, 4], elements)
  let stored = gzipped ? storedGzip(plain) : plain
  let file = try IDXFile(reading: folder.write(stored, as: "images"))
  #expect(file.dimensions == [2, 3, 4])
  #expect(file.elements == elements)
  #expect(file.fileBytes == stored)
}

@Test func compressedDataAndSeveralMembersAreUnpacked() throws {
  let folder = try TemporaryFolder()
  let zeros = try #require(Data(base64Encoded: compressedZeros)).map { $0 }
  let file = try IDXFile(reading: folder.write(zeros, as: "zeros"))
  #expect(file.dimensions == [200_000] && file.elements == [UInt8](repeating: 0, count: 200_000))

  let plain = idx([100_000], (0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
  let members = storedGzip(Array(plain[..<70_000])) + storedGzip(Array(plain[70_000...]))
  let joined = try IDXFile(reading: folder.write(members, as: "members"))
  #expect(joined.elements == Array(plain[8...]))
}

/// A bad file's bytes and the error that it gives at the path "bad".
private let badFiles: [(bytes: [UInt8], error: DatasetError)] = [
  ([], .empty(path: "bad")),
  ([0, 0, 8], .truncated(path: "bad", expected: 4, found: 3)),
  ([0, 0, 8, 3, 0, 0], .truncated(path: "bad", expected: 16, found: 6)),
  (idx([3], [1, 2]), .truncated(path: "bad", expected: 11, found: 10)),
  (idx([3], [1, 2, 3, 4]), .trailingBytes(path: "bad", expected: 11)),
  (Array("PNG?".utf8), .wrongMagic(path: "bad", format: "an IDX file", found: Array("PNG?".utf8))),
  ([0, 0, 8, 0], .wrongMagic(path: "bad", format: "an IDX file", found: [0, 0, 8, 0])),
  ([0, 0, 7, 1], .wrongMagic(path: "bad", format: "an IDX file", found: [0, 0, 7, 1])),
  (
    idx([1], [0, 0, 0, 0], type: 0x0D),
    .wrongElementType(path: "bad", found: "32-bit floats", supported: "unsigned bytes")
  ),
  (
    idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [1]),
    .oversizedHeader(path: "bad", dimensions: [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF])
  ),
  (idx([0x7FFF_FFFF], [1]), .oversizedHeader(path: "bad", dimensions: [0x7FFF_FFFF])),
  (storedGzip([0, 0]), .truncated(path: "bad", expected: 4, found: 2)),
  (storedGzip(idx([3], [1, 2])), .truncated(path: "bad", expected: 11, found: 10)),
  (storedGzip(idx([3], [1, 2, 3, 4])), .trailingBytes(path: "bad", expected: 11)),
  (storedGzip(idx([600_000], [1])), .oversizedHeader(path: "bad", dimensions: [600_000])),
  ([0x1F, 0x8B, 8], .damagedGzip(path: "bad", reason: "it is cut short")),
  (storedGzip(idx([2], [1, 2])).dropLast(3), .damagedGzip(path: "bad", reason: "it is cut short")),
  (
    storedGzip(idx([2], [1, 2])) + [9],
    .damagedGzip(path: "bad", reason: "other bytes follow the compressed data")
  ),
  (
    Array(Data(base64Encoded: compressedBomb) ?? Data()), .trailingBytes(path: "bad", expected: 18)
  ),
]

/// Reads a file and gives its error with the folder cut from the paths.
private func error(_ bytes: [UInt8]) throws -> DatasetError? {
  let folder = try TemporaryFolder()
  let path = try folder.write(bytes, as: "bad")
  do throws(DatasetError) {
    _ = try IDXFile(reading: path)
    return nil
  } catch {
    #expect(error.description.contains(path))
    return relocated(error, from: path)
  }
}

private func relocated(_ error: DatasetError, from path: String) -> DatasetError {
  switch error {
  case .empty: .empty(path: "bad")
  case .truncated(path, let expected, let found): .truncated(path: "bad", expected: expected, found: found)
  case .trailingBytes(path, let expected): .trailingBytes(path: "bad", expected: expected)
  case .wrongMagic(path, let format, let found): .wrongMagic(path: "bad", format: format, found: found)
  case .wrongElementType(path, let found, let supported):
    .wrongElementType(path: "bad", found: found, supported: supported)
  case .oversizedHeader(path, let dimensions): .oversizedHeader(path: "bad", dimensions: dimensions)
  case .damagedGzip(path, let reason): .damagedGzip(path: "bad", reason: reason)
  default: error
  }
}

@Test(arguments: badFiles.indices)
func aBadIDXFileGivesItsError(_ row: Int) throws {
  #expect(try error(badFiles[row].bytes) == badFiles[row].error)
}

@Test func aWrongChecksumIsNoticed() throws {
  var file = storedGzip(idx([4], [1, 2, 3, 4]))
  file[file.count - 12] ^= 1
  #expect(try error(file) == .damagedGzip(path: "bad", reason: "incorrect data check"))
}

@Test func whatIsNotAFileGivesAnError() throws {
  let folder = try TemporaryFolder()
  #expect(throws: DatasetError.missing(path: folder.file("none"))) {
    try IDXFile(reading: folder.file("none"))
  }
  #expect(throws: DatasetError.isFolder(path: folder.path)) { try IDXFile(reading: folder.path) }
  #expect(throws: DatasetError.notRegularFile(path: "/dev/zero")) { try IDXFile(reading: "/dev/zero") }
  let file = try folder.write([1], as: "file")
  #expect(throws: DatasetError.missing(path: file + "/x")) { try IDXFile(reading: file + "/x") }
}

@Test(.enabled("root may read every file", { geteuid() != 0 }))
func aFileWithoutPermissionGivesAnError() throws {
  let folder = try TemporaryFolder()
  let path = try folder.write(idx([1], [1]), as: "secret")
  try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
  #expect(throws: DatasetError.noPermission(path: path)) { try IDXFile(reading: path) }
}

@Test func damagedIDXFilesAreReadOrRefused() throws {
  let folder = try TemporaryFolder()
  let plain = idx([3, 2, 2], Array(0..<12))
  for file in mutations(of: plain, count: 2000, seed: 1)
    + mutations(of: storedGzip(plain), count: 2000, seed: 2)
  {
    let path = try folder.write(file, as: "mutant")
    do throws(DatasetError) {
      let read = try IDXFile(reading: path)
      #expect(read.elements.count == read.dimensions.reduce(1, *))
    } catch {
      #expect(error.description.contains(path))
    }
  }
}

/// The format allows 255 dimensions; a message is one screen all the same.
@Test func aMessageNamesTheFirstDimensionsOnly() {
  let dimensions = Array(repeating: 0x7FFF_FFFF, count: 255)
  #expect(
    DatasetError.oversizedHeader(path: "bad", dimensions: dimensions).description
      == "bad: the header claims the dimensions [2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, "
      + "… 255 of them], more than the file can hold; it is damaged")
  #expect(
    DatasetError.wrongDimensions(path: "bad", found: [3, 28], expected: "[labels]").description
      == "bad has the dimensions [3, 28]; expected [labels]")
}
