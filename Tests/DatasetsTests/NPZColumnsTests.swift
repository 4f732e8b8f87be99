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
