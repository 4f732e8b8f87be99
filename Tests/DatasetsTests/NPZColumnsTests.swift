import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct NPZColumnsTests {
  @Test func columnsWrittenByNumPyAreRead() throws {
    let columns = try NPZColumns(reading: fixture("npz/columns.npz")).columns
    #expect(columns.map(\.name) == ["name", "same", "step", "value", "half"])
    #expect(columns[0].entries == .texts(["a", "é 😀", ""]))
    #expect(columns[1].entries == .flags([true, false, true]))
    #expect(columns[2].entries == .numbers([0, 1, 2]))
    guard case .numbers(let values) = columns[3].entries else { return #expect(Bool(false)) }
    #expect(values[0] == 0.5 && values[1].isNaN && values[2] == -1e300)
    #expect(columns[4].entries == .numbers([1, 2, 3]))
  }

  @Test func manyEntriesThatShareTheirBytesAreRefused() throws {
    let folder = try TemporaryFolder()
    func little(_ number: Int, _ bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    // A directory of three arrays of half a gigabyte each, all at the same place.
    let local: [UInt8] = [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 26)
    let directory = (0..<3).flatMap { place -> [UInt8] in
      [0x50, 0x4B, 1, 2] + [UInt8](repeating: 0, count: 16) + little(0, 4) + little(1 << 29, 4)
        + little(5, 2) + [UInt8](repeating: 0, count: 12) + little(0, 4) + Array("\(place).npy".utf8)
    }
    let end =
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(3, 2) + little(3, 2) + little(directory.count, 4)
      + little(local.count, 4) + [0, 0]
    let path = try folder.write(local + directory + end, as: "a.npz")
    let expected = DatasetError.tooLarge(path: path, bytes: 3 << 29, limit: 1 << 30)
    #expect(throws: expected) { try NPZColumns(reading: path) }
    #expect(throws: expected) { try NPZFile(reading: path) }
  }

  @Test func whatIsNoColumnIsRefused() throws {
    #expect(throws: DatasetError.self) { try NPZColumns(reading: fixture("npz/pictures.npz")) }
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.self) { try NPZColumns(reading: folder.write("", as: "a.npz")) }
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: fixture("npz/columns.npz"))))
    for damaged in mutations(of: bytes, count: 300, seed: 3) {
      _ = try? NPZColumns(reading: folder.write(damaged, as: "a.npz"))
    }
  }
}
