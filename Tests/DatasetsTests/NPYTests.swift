import Datasets
import Foundation
import TestSupport
import Testing

/// An NPY file with the given header text, version and elements.
private func npy(_ header: String, _ elements: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
  let length = header.utf8.count
  let size = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(header.utf8) + elements
}

private func header(_ type: String, _ shape: String, order: String = "False") -> String {
  "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n"
}

private func read(_ bytes: [UInt8]) throws -> NPYArray {
  let folder = try TemporaryFolder()
  return try NPYArray(reading: folder.write(bytes, as: "a.npy"))
}

@Test func anArrayWrittenByNumPyIsReadAndWrittenAlike() throws {
  // numpy.save of arange(3, dtype="<f4") * 0.5, reshaped to (3, 1)
  let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }"
  let padded = dictionary + String(repeating: " ", count: 117 - dictionary.utf8.count) + "\n"
  let file = npy(padded, [0, 0, 0, 0, 0, 0, 0, 0x3F, 0, 0, 0x80, 0x3F])
  let array = try read(file)
  #expect(array == NPYArray([3, 1], .float32([0, 0.5, 1])))
  #expect(array.fileBytes == file)
}

@Test(arguments: [
  NPYArray([2, 2], .float32([1.5, -0.0, .infinity, .leastNonzeroMagnitude])),
  NPYArray([3], .float64([1.0 / 3, -1e300, 0])),
  NPYArray([], .float64([7])), NPYArray([2], .int64([.min, .max])), NPYArray([1, 1], .int32([-5])),
  NPYArray([4], .uint8([0, 1, 128, 255])), NPYArray([0, 5], .float32([])),
])
func anArrayComesBackAsItWasWritten(_ array: NPYArray) throws {
  let folder = try TemporaryFolder()
  try array.write(to: folder.file("a.npy"))
  #expect(try NPYArray(reading: folder.file("a.npy")) == array)
  #expect(try folder.names == ["a.npy"])
  #expect((array.fileBytes.count - array.elements.count * array.elementWidth) % 64 == 0)
}

extension NPYArray {
  fileprivate var elementWidth: Int {
    switch elements {
    case .float32, .int32: 4
    case .float64, .int64: 8
    case .uint8: 1
    }
  }
}

@Test func numbersConvertToFloatAndDouble() throws {
  #expect(NPYArray([2], .int32([-1, 7])).doubles == [-1, 7])
  #expect(NPYArray([2], .uint8([3, 255])).floats == [3, 255])
  #expect(NPYArray([1], .float64([0.1])).floats == [0.1])
}

@Test(arguments: [1, 2, 3] as [UInt8])
func versionsOneToThreeAreRead(_ version: UInt8) throws {
  #expect(try read(npy(header("|u1", "(2,)"), [8, 9], version: version)) == NPYArray([2], .uint8([8, 9])))
}

@Test(arguments: [
  "", "{", "{}", "[]", "{'descr': '<f4'}", "{'descr': '<f4', 'descr': '<f4', }", "{'descr: 1}",
  "{'descr': '<f4', 'fortran_order': False, 'shape': (2}",
  "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
  "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
  "{'descr': '<f4', 'fortran_order': maybe, 'shape': (2,), }",
  "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
  "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x",
  "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), }",
])
func aMalformedHeaderIsRefused(_ header: String) throws {
  #expect {
    _ = try read(npy(header, [0, 0, 0, 0, 0, 0, 0, 0]))
  } throws: { error in
    guard case .malformedHeader? = error as? DatasetError else { return false }
    return true
  }
}

@Test func badNPYFilesGiveTheirErrors() throws {
  let folder = try TemporaryFolder()
  func error(_ bytes: [UInt8]) throws -> DatasetError? {
    let path = try folder.write(bytes, as: "bad.npy")
    do throws(DatasetError) {
      _ = try NPYArray(reading: path)
      return nil
    } catch { return error }
  }
  let path = folder.file("bad.npy")
  let good = npy(header("<f4", "(2,)"), [0, 0, 0, 0, 0, 0, 0, 0])
  #expect(try error(good) == nil)
  #expect(try error([]) == .empty(path: path))
  #expect(try error([1, 2, 3]) == .wrongMagic(path: path, format: "an NPY file", found: [1, 2, 3]))
  #expect(try error(Array(good.prefix(9))) == .truncated(path: path, expected: 12, found: 9))
  let headerEnd = good.count - 8
  #expect(try error(Array(good.prefix(30))) == .truncated(path: path, expected: headerEnd, found: 30))
  #expect(try error(good.dropLast()) == .truncated(path: path, expected: good.count, found: good.count - 1))
  #expect(try error(good + [0]) == .trailingBytes(path: path, expected: good.count))
  let supported = "<f4 <f8 <i8 <i4 |u1"
  for type in [">f4", "<c8", "|b1", "<f2", "O"] {
    let found = "elements of type \(type)"
    #expect(
      try error(npy(header(type, "(2,)"), [0, 0, 0, 0, 0, 0, 0, 0]))
        == .wrongElementType(path: path, found: found, supported: supported))
  }
  let huge = [4_294_967_296, 4_294_967_296]
  #expect(
    try error(npy(header("<f8", "(4294967296, 4294967296)")))
      == .oversizedHeader(path: path, dimensions: huge))
  #expect(
    try error(npy(header("<f8", "(0, 4294967296, 4294967296)")))
      == .oversizedHeader(path: path, dimensions: [0] + huge))
  var future = good
  future[6] = 9
  #expect(
    try error(future)
      == .malformedHeader(path: path, reason: "version 9.0; 1.0, 2.0 and 3.0 can be read"))
}

@Test func damagedNPYFilesAreReadOrRefused() throws {
  let folder = try TemporaryFolder()
  let good = NPYArray([2, 3], .float32([1, 2, 3, 4, 5, 6])).fileBytes
  for file in mutations(of: good, count: 4000, seed: 3) {
    let path = try folder.write(file, as: "mutant")
    do throws(DatasetError) {
      let array = try NPYArray(reading: path)
      #expect(array.elements.count == array.dimensions.reduce(1, *))
    } catch {
      #expect(error.description.contains(path))
    }
  }
}

@Test func writingWhereThereIsNoFolderIsRefused() throws {
  let folder = try TemporaryFolder()
  let path = folder.file("none/a.npy")
  #expect(throws: DatasetError.notWritable(path: path, reason: "there is no such folder")) {
    try NPYArray([1], .float32([1])).write(to: path)
  }
}
