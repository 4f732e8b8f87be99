import Datasets
import Foundation
import TestSupport
import Testing

@Test(arguments: 0...5)
func picklesOfEveryProtocolAreRead(version: Int) throws {
  let value = try PickleValue(reading: fixture("pickle/protocol\(version).pkl"))
  guard case .none? = value["none"] else { return #expect(Bool(false), "None") }
  #expect(value["whole"]?.wholeNumbers == [0, 255, 256, -1, 70000, -1_099_511_627_776])
  #expect(value["number"]?.number == -0.125)
  #expect(value["shared"]?.elements?.map(\.wholeNumbers) == [[1, 2], [1, 2]])
  guard case .flag(true)? = value["flags"]?.elements?[0], case .flag(false)? = value["flags"]?.elements?[1]
  else { return #expect(Bool(false), "True and False") }
  #expect(value["text"]?.text == "Grüße")
  if case .bytes(let bytes)? = value["bytes"] { #expect(bytes == [0, 255]) } else { #expect(Bool(false)) }
  #expect(value["tuple"]?.elements?[2].elements?[0].number == 3)
  func array(_ name: String) -> NPYArray? {
    if case .array(let array)? = value[name] { array } else { nil }
  }
  #expect(array("f8") == NPYArray([2, 3], .float64([0, 1, 2, 3, 4, 5])))
  #expect(array("f4") == NPYArray([2, 3], .float32([0, 1, 2, 3, 4, 5])))
  #expect(array("u1") == NPYArray([3], .uint8([0, 1, 2])))
  #expect(array("i8") == NPYArray([], .int64([-7])))
  #expect(array("b1") == NPYArray([2], .uint8([1, 0])))
  #expect(value["scalar"]?.number == 2.5)
}

@Test(arguments: [(0, "posix.system"), (2, "posix.system"), (4, "posix.system")])
func whatWouldRunSomethingIsRefusedByName(version: Int, name: String) throws {
  let path = fixture("pickle/payload\(version).pkl")
  #expect(throws: DatasetError.refusedPickle(path: path, what: name)) { try PickleValue(reading: path) }
  #expect(!FileManager.default.fileExists(atPath: "srel-pickle-was-executed"))
}

@Test func namesThatNumPyHasButArraysDoNotNeedAreRefused() throws {
  let folder = try TemporaryFolder()
  for name in ["cnumpy\nload\n.", "cbuiltins\neval\n.", "cnumpy.core.multiarray\nfromfile\n.", "P1\n."] {
    let path = try folder.write(Array(name.utf8), as: "x.pkl")
    #expect(throws: DatasetError.self) { try PickleValue(reading: path) }
  }
  // The element type itself is no value.
  let path = try folder.write(Array("cnumpy\nndarray\n.".utf8), as: "x.pkl")
  #expect(throws: DatasetError.refusedPickle(path: path, what: "numpy.ndarray itself")) {
    try PickleValue(reading: path)
  }
}

@Test func bombsAndLoopsAreRefused() throws {
  let folder = try TemporaryFolder()
  // A list that holds itself.
  let loop = try folder.write(Array("(lp0\ng0\na.".utf8), as: "loop.pkl")
  #expect(throws: DatasetError.self) { try PickleValue(reading: loop) }
  // Sixty lists, each of twice the one before.
  var text = "(lp0\n"
  for place in 1...60 { text += "(g\(place - 1)\ng\(place - 1)\nlp\(place)\n" }
  let bomb = try folder.write(Array((text + ".").utf8), as: "bomb.pkl")
  #expect(throws: DatasetError.self) { try PickleValue(reading: bomb) }
  // Tuples and lists that hold each other 200 000 deep: neither reading nor freeing them may overflow the stack.
  let (tuple, list, append) = (UInt8(0x85), UInt8(ascii: "]"), UInt8(ascii: "a"))
  for deep in [
    [UInt8(ascii: ")")] + Array(repeating: tuple, count: 200_000),
    Array(repeating: list, count: 200_001) + Array(repeating: append, count: 200_000),
  ] {
    let path = try folder.write(deep + [UInt8(ascii: ".")], as: "deep.pkl")
    #expect(throws: DatasetError.self) { try PickleValue(reading: path) }
  }
}

@Test(arguments: [[1 << 62, 0], [0, 1 << 62], [1 << 40, 1 << 40], [-1, 0]])
func impossibleShapesAreRefused(shape: [Int]) throws {
  let folder = try TemporaryFolder()
  // numpy.core.numeric._frombuffer(b"", dtype("f4"), shape, "F"), the column-major order of protocol 5.
  func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
  func global(_ module: String, _ name: String) -> [UInt8] { text(module) + text(name) + [0x93] }
  var bytes: [UInt8] = [0x80, 5] + global("numpy.core.numeric", "_frombuffer") + Array("(C\0".utf8)
  bytes += global("numpy", "dtype") + text("f4") + [0x85] + Array("R(".utf8)
  for length in shape {
    bytes += [0x8A, 8]
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  }
  bytes += Array("t".utf8) + text("F") + Array("tR.".utf8)
  let path = try folder.write(bytes, as: "x.pkl")
  #expect(
    throws: DatasetError.malformed(
      path: path, format: "a pickle", reason: "an array of shape \(shape) with 0 bytes")
  ) { try PickleValue(reading: path) }
}

@Test(arguments: [1, 2, 4, 5])
func damagedPicklesNeverCrash(version: Int) throws {
  let folder = try TemporaryFolder()
  let path = folder.file("x.pkl")
  let copies = damaged(try bytes(of: fixture("pickle/protocol\(version).pkl")), seed: UInt64(10 + version))
  let refused = try refusals(of: copies, as: "x.pkl", in: folder) {
    try PickleValue(reading: path)
  } isHonest: {
    // Without a checksum values may differ; an array never has other bytes than its shape says.
    if case .array(let array)? = $0["f8"] {
      array.elements.count == array.dimensions.reduce(1, *)
    } else {
      true
    }
  }
  #expect(refused > 500)
}

/// Python's protocol 0 writes a text as Latin-1 with escapes for line ends, backslashes and what Latin-1 lacks.
@Test func textsOfProtocolZeroHaveTheirEscapes() throws {
  let folder = try TemporaryFolder()
  let line = Array("V\\u005c\\u000a a\\u20ac\\U0001f600".utf8) + [0xE9] + Array("\n.".utf8)
  let path = try folder.write(line, as: "x.pkl")
  #expect(try PickleValue(reading: path).text == "\\\n a€😀é")
  for bad in ["\\n", "\\u00", "\\uzzzz", "\\", "\\ud800", "\\U00110000"] {
    let path = try folder.write(Array("V\(bad)\n.".utf8), as: "x.pkl")
    #expect(throws: DatasetError.self) { try PickleValue(reading: path) }
  }
}
