import Foundation
import Network
import Tables
import Tensor
import TestSupport
import Testing

/// Written by the reference implementation (Python's safetensors 0.x): five tensors of four types and a map
/// of texts.
private let referenceFile = """
  aAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCIsIm5vdGUiOiJhIFwicXVvdGVkXCIgw7wifSwiZG91YmxlIjp7\
  ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxLDFdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZmMud2VpZ2h0Ijp7ImR0eXBlIjoiRjMy\
  Iiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOls4LDMyXX0sInNjYWxhciI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbXSwi\
  ZGF0YV9vZmZzZXRzIjpbMzIsMzZdfSwiYnJhaW4iOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpb\
  MzYsNDJdfSwiaGFsZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbNF0sImRhdGFfb2Zmc2V0cyI6WzQyLDUwXX19ICCamZmZmZm5\
  PwAAAAAAAIA+AAAAPwAAQD8AAIA/AACgPwAA4ECAP0nAln4APgDA/3sBAA==
  """

/// A file with the given header, padded as it stands, and so many bytes of data.
private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
  let length = header.utf8.count
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
}

private func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
  "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

private func read(_ bytes: [UInt8]) throws -> SafetensorsFile {
  let folder = try TemporaryFolder()
  return try SafetensorsFile(reading: folder.write(bytes, as: "a.safetensors"))
}

@Test func aFileOfTheReferenceImplementationIsRead() throws {
  let bytes = try #require(Data(base64Encoded: referenceFile))
  let read = try read(Array(bytes))
  #expect(read.metadata == ["format": "pt", "note": "a \"quoted\" ü"])
  #expect(read.tensors.map(\.name) == ["double", "fc.weight", "scalar", "brain", "half"])
  #expect(
    read.tensors.map(\.tensor) == [
      Tensor([1, 1], scalars: [0.1]), Tensor([2, 3], scalars: [0, 0.25, 0.5, 0.75, 1, 1.25]),
      Tensor([], scalars: [7]), Tensor([3], scalars: [1, -3.140625, Float(bitPattern: 0x7E96_0000)]),
      Tensor([4], scalars: [1.5, -2, 65504, 0x1p-24]),
    ])
}

@Test func whatIsWrittenComesBackToTheBit() throws {
  let folder = try TemporaryFolder()
  let path = folder.file("w.safetensors")
  let written = SafetensorsFile(
    tensors: [
      ("conv.weight", Tensor([2, 2], scalars: [1, -0.0, .infinity, .leastNonzeroMagnitude])),
      ("empty", Tensor([0, 3], scalars: [])), ("scalar", Tensor([], scalars: [.pi])),
      ("a \"name\"\\\n\u{1}é", Tensor([1], scalars: [Float(bitPattern: 0x7FC0_0123)])),
    ], metadata: ["z": "last", "a": "line\nline\t\"x\"", "": ""])
  try written.write(to: path)
  let read = try SafetensorsFile(reading: path)
  #expect(read.metadata == written.metadata)
  #expect(read.tensors.map(\.name) == written.tensors.map(\.name))
  #expect(read.tensors.map(\.tensor) == written.tensors.map(\.tensor))
  #expect(try folder.names == ["w.safetensors"])

  let first = try Data(contentsOf: URL(fileURLWithPath: path))
  try read.write(to: path)
  #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first, "the same tensors give the same bytes")
}

@Test func theWrittenBytesAreThoseOfTheFormat() throws {
  let folder = try TemporaryFolder()
  let path = folder.file("f")
  try SafetensorsFile(tensors: [("f", Tensor([1], scalars: [1]))], metadata: ["k": "v"]).write(to: path)
  let header = "{\"__metadata__\":{\"k\":\"v\"}," + entry("f", "F32", "[1]", "[0,4]") + "}"
  let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
  #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == file(padded, data: [0, 0, 0x80, 0x3F]))
}

@Test func aFileWithoutTensorsIsAFile() throws {
  #expect(try read(file("{}")).tensors.isEmpty)
  #expect(try read(file("{\"__metadata__\":{}}  \n")).metadata.isEmpty)
}

@Test func escapesOfJSONAreUnderstood() throws {
  let header = #"{"__metadata__":{"a\u00e9\/\b\f\r":"\ud83d\ude00 \u0041"}}"#
  #expect(try read(file(header)).metadata == ["aé/\u{8}\u{C}\r": "😀 A"])
}

private let malformedHeaders = [
  "", " {}", "[]", "{", "{}}", "{} x", "{\"a\"}", "{\"a\":1}", "{\"a\":{}}", "{\"a\":{},}", "{\"a", "{\"a\\",
  "{\"a\\\"", "{\"a\\q\":{}}", "{\"a\\u12\":{}}", "{\"a\\ud800\":{}}", "{\"a\\ud800\\u0041\":{}}",
  "{\"a\u{1}\":{}}",
  "{\"__metadata__\":{\"k\":1}}", "{\"__metadata__\":[]}",
  "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "{" + entry("a", "F32", "[-1]", "[0,4]") + "}",
  "{" + entry("a", "F32", "[1.0]", "[0,4]") + "}", "{" + entry("a", "F32", "[01]", "[0,4]") + "}",
  "{" + entry("a", "F32", "[99999999999999999999]", "[0,4]") + "}",
  "{" + entry("a", "F32", "[1,]", "[0,4]") + "}",
  "{" + entry("a", "F32", "[1]", "[0]") + "}", "{" + entry("a", "F32", "[1]", "[0,4,8]") + "}",
  "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":\"y\"}}",
]

@Test(arguments: malformedHeaders)
func aMalformedHeaderIsRefused(_ header: String) {
  #expect {
    _ = try read(file(header, data: [0, 0, 0, 0]))
  } throws: { error in
    guard case .malformedHeader(let path, _, _)? = error as? SafetensorsError else { return false }
    return "\(error)".contains(path)
  }
}

@Test func wordsThatAreNotUTF8AreRefused() {
  var bytes = file("{\"__metadata__\":{\"k\":\"v\"}}")
  bytes[bytes.count - 4] = 0xFF
  #expect(throws: SafetensorsError.self) { try read(bytes) }
}

/// A header, the number of bytes that follow it, and the reason it is refused for.
private let wrongRanges: [(header: String, bytes: Int, reason: String)] = [
  (entry("a", "F32", "[1]", "[4,0]"), 4, "the range 4 ... 0 runs backwards"),
  (entry("a", "F32", "[1]", "[0,4]"), 3, "it ends at byte 4 of 3"),
  (entry("a", "F32", "[2]", "[0,4]"), 4, "the shape [2] needs 8 bytes, not 4"),
  (entry("a", "F16", "[1]", "[0,4]"), 4, "the shape [1] needs 2 bytes, not 4"),
  (entry("a", "F32", "[]", "[0,0]"), 0, "the shape [] needs 4 bytes, not 0"),
  (entry("a", "F32", "[1]", "[4,8]"), 8, "it starts at byte 4, but the tensors before it end at 0"),
  (
    entry("b", "F32", "[1]", "[0,4]") + "," + entry("a", "F32", "[1]", "[2,6]"), 6,
    "it starts at byte 2, but the tensors before it end at 4"
  ),
  (
    entry("a", "F32", "[4294967296,4294967296]", "[0,0]"), 0,
    "the shape [4294967296, 4294967296] is too large"
  ),
  (
    entry("a", "F32", "[0,4294967296,4294967296]", "[0,0]"), 0,
    "the shape [0, 4294967296, 4294967296] is too large"
  ),
  (
    entry("a", "F32", "[0,4294967296]", "[0,0]"), 0,
    "of its shape [0, 4294967296], at most 8 axes of up to 4294967295 can be read"
  ),
  (
    entry("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4,
    "of its shape [1, 1, 1, 1, 1, 1, 1, 1, 1], at most 8 axes of up to 4294967295 can be read"
  ),
  (entry("a", "F32", "[1]", "[0,9223372036854775807]"), 4, "it ends at byte 9223372036854775807 of 4"),
]

@Test(arguments: wrongRanges.indices)
func rangesHaveToFitTheShapesWithoutGapOrOverlap(_ row: Int) throws {
  let (header, count, reason) = wrongRanges[row]
  let folder = try TemporaryFolder()
  let path = try folder.write(file("{\(header)}", data: [UInt8](repeating: 0, count: count)), as: "a")
  #expect(throws: SafetensorsError.wrongRange(path: path, tensor: "a", reason: reason)) {
    try SafetensorsFile(reading: path)
  }
}

@Test func badFilesGiveTheirErrors() throws {
  let folder = try TemporaryFolder()
  func error(_ bytes: [UInt8]) throws -> SafetensorsError? {
    let path = try folder.write(bytes, as: "a")
    do throws(SafetensorsError) {
      _ = try SafetensorsFile(reading: path)
      return nil
    } catch { return error }
  }
  let path = folder.file("a")
  let one = entry("a", "F32", "[1]", "[0,4]")
  #expect(try error([]) == .empty(path: path))
  #expect(try error([1, 0, 0]) == .truncated(path: path, expected: 8, found: 3))
  #expect(try error(file("{\(one)}").dropLast(2)) == .truncated(path: path, expected: 62, found: 60))
  #expect(
    try error([UInt8](repeating: 0xFF, count: 20))
      == .oversizedHeader(path: path, length: .max, limit: 100_000_000))
  #expect(
    try error(file("{\(one)}", data: [0, 0, 0, 0, 0])) == .trailingBytes(path: path, expected: 66, found: 67))
  #expect(try error(file("{\(one),\(one)}")) == .repeatedName(path: path, name: "a"))
  #expect(
    try error(file("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}"))
      == .repeatedName(path: path, name: "a.dtype"))
  #expect(
    try error(file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}")) == .repeatedName(path: path, name: "k"))
  #expect(
    try error(file("{\(entry("n", "U64", "[1]", "[0,8]"))}", data: [UInt8](repeating: 0, count: 8)))
      == .unsupportedType(path: path, tensor: "n", type: "U64"))
}

@Test func whatIsNotASafetensorsFileGivesAnError() throws {
  let folder = try TemporaryFolder()
  let absent = folder.file("none")
  #expect(throws: SafetensorsError.missing(path: absent)) { try SafetensorsFile(reading: absent) }
  #expect(throws: SafetensorsError.notAFile(path: folder.path)) { try SafetensorsFile(reading: folder.path) }
  #expect(throws: SafetensorsError.notAFile(path: "/dev/zero")) { try SafetensorsFile(reading: "/dev/zero") }
}

@Test func aLinkToAFileIsFollowed() throws {
  let folder = try TemporaryFolder()
  let path = try folder.write(file("{}"), as: "a")
  try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: path)
  #expect(try SafetensorsFile(reading: folder.file("link")).tensors.isEmpty)
}

@Test func aFailedWriteLeavesNothingBehindAndKeepsWhatWasThere() throws {
  let folder = try TemporaryFolder()
  let one = SafetensorsFile(tensors: [("a", Tensor([1], scalars: [1]))])
  let nowhere = folder.file("none/a")
  #expect(throws: SafetensorsError.notWritable(.missingFolder(nowhere))) {
    try one.write(to: nowhere)
  }
  try FileManager.default.createDirectory(atPath: folder.file("d/e"), withIntermediateDirectories: true)
  #expect(throws: SafetensorsError.notWritable(.isFolder(folder.file("d")))) {
    try one.write(to: folder.file("d"))
  }
  let path = folder.file("kept")
  try one.write(to: path)
  let twice = SafetensorsFile(tensors: one.tensors + one.tensors)
  #expect(throws: SafetensorsError.repeatedName(path: path, name: "a")) { try twice.write(to: path) }
  #expect(try SafetensorsFile(reading: path).tensors.count == 1)
  #expect(try folder.names == ["d", "kept"])
}

@Test func damagedSafetensorsFilesAreReadOrRefused() throws {
  let folder = try TemporaryFolder()
  let reference = Array(try #require(Data(base64Encoded: referenceFile)))
  let small = file("{\(entry("a", "F32", "[2]", "[0,8]"))}", data: [UInt8](repeating: 1, count: 8))
  for bytes in mutations(of: reference, count: 2000, seed: 1) + mutations(of: small, count: 4000, seed: 2) {
    let path = try folder.write(bytes, as: "mutant")
    do throws(SafetensorsError) {
      let read = try SafetensorsFile(reading: path)
      #expect(read.tensors.allSatisfy { $0.tensor.count == $0.tensor.shape.count })
    } catch {
      #expect(error.description.contains(path))
    }
  }
}
