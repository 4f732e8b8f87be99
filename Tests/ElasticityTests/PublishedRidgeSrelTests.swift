import Datasets
import Elasticity
import Foundation
import TestSupport
import Testing

/// Pickles of the shape of the authors' SRel_path_avg_p10_dim100.pkl, as NumPy writes them; the authors' own are not at hand.
@Suite struct PublishedRidgeSrelTests {
  /// How NumPy nests [20][10][8001][1].
  enum Nesting: CaseIterable { case arrayOfEachFlow, oneArray, columnMajorArray, arrayOfEachPair, lists }

  private static func value(_ pair: Int, _ start: Int, _ time: Int) -> Double {
    Double(pair) + Double(start) / 16 + Double(time) / 8192
  }

  private static func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// An array of doubles by protocol 4: _reconstruct(ndarray, (0,), b"b"), then the state (1, shape, dtype, order, bytes).
  private static func array(_ shape: [Int], columnMajor: Bool = false, _ numbers: [Double]) -> [UInt8] {
    var bytes = text("numpy._core.multiarray") + text("_reconstruct") + [0x93]
    bytes += text("numpy") + text("ndarray") + [0x93] + Array("K".utf8) + [0, 0x85] + Array("C\u{1}b".utf8)
    bytes += [0x87] + Array("R(K".utf8) + [1, UInt8(ascii: "(")]
    for length in shape { bytes += Array("M".utf8) + little(length, 2) }
    bytes += Array("t".utf8) + text("numpy") + text("dtype") + [0x93] + text("f8") + [0x89, 0x88, 0x87]
    bytes += Array("R(K".utf8) + [3] + text("<") + Array("NNNJ".utf8) + little(-1, 4) + Array("J".utf8)
    bytes += little(-1, 4) + Array("K".utf8) + [0] + Array("tb".utf8) + [columnMajor ? 0x88 : 0x89]
    bytes += Array("B".utf8) + little(8 * numbers.count, 4)
    for number in numbers { bytes += little(Int(bitPattern: UInt(number.bitPattern)), 8) }
    return bytes + Array("tb".utf8)
  }

  private static func list(_ parts: [[UInt8]]) -> [UInt8] {
    Array("](".utf8) + parts.flatMap { $0 } + Array("e".utf8)
  }

  private static func pickle(_ nesting: Nesting) -> [UInt8] {
    func flow(_ pair: Int, _ start: Int) -> [Double] { (0...8000).map { value(pair, start, $0) } }
    let body: [UInt8] =
      switch nesting {
      case .arrayOfEachFlow:
        list((0..<20).map { pair in list((0..<10).map { array([8001, 1], flow(pair, $0)) }) })
      case .arrayOfEachPair:
        list((0..<20).map { pair in array([10, 8001, 1], (0..<10).flatMap { flow(pair, $0) }) })
      case .oneArray:
        array([20, 10, 8001, 1], (0..<200).flatMap { flow($0 / 10, $0 % 10) })
      case .columnMajorArray:
        array(
          [20, 10, 8001, 1], columnMajor: true,
          (0...8000).flatMap { time in (0..<200).map { value($0 % 20, $0 / 20, time) } })
      case .lists:
        list(
          (0..<20).map { pair in
            list(
              (0..<10).map { start in
                list(
                  flow(pair, start).map { number in
                    Array("]G".utf8) + little(Int(bitPattern: UInt(number.bitPattern)), 8).reversed()
                      + Array("a".utf8)
                  })
              })
          })
      }
    return [0x80, 4] + body + Array(".".utf8)
  }

  @Test(arguments: Nesting.allCases) func theMeanOverPairsIsRead(_ nesting: Nesting) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.pickle(nesting), as: "SRel_path_avg_p10_dim100.pkl")
    let results = try PublishedResults(folder: folder.path)
    #expect(results.ridge.rowCount == 0 && results.srel.rowCount == 0)
    let table = results.ridgeSrel
    #expect(table.rowCount == 10 * 8001)
    #expect(try table.levels(of: "pairs") == [.text("interclass")])
    #expect(try table.levels(of: "features") == [.number(10)])
    let (starts, times) = (try table.numbers(in: "start"), try table.numbers(in: "time"))
    let values = try table.numbers(in: "value")
    #expect(starts[8001] == 1 && times[8001] == 0 && times[8000] == 8000)
    for row in values.indices {
      // The mean of 0 to 19 is 9.5.
      #expect(values[row] == 9.5 + starts[row] / 16 + times[row] / 8192)
    }
  }

  @Test func thePicklesOfBothNotebooksAreToldApart() throws {
    let folder = try TemporaryFolder()
    let bytes = Self.pickle(.arrayOfEachFlow)
    _ = try folder.write(bytes, as: "SRel_path_avg_p10_dim100.pkl")
    _ = try folder.write(bytes, as: "SRel_path_avg_p100_dim100_intraclass.pkl")
    let table = try PublishedResults(folder: folder.path).ridgeSrel
    let other = try table.filtered("features", equals: .number(100))
    #expect(table.rowCount == 2 * 10 * 8001 && other.rowCount == 10 * 8001)
    #expect(try other.levels(of: "pairs") == [.text("intraclass")])
  }

  @Test func anotherShapeIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      [0x80, 4] + Self.array([20, 10, 5, 1], [Double](repeating: 1, count: 1000)) + Array(".".utf8),
      as: "SRel_path_avg_p10_dim100.pkl")
    let error = DatasetError.malformed(
      path: path, format: "a result of the paper",
      reason: "an array of shape [20, 10, 8001, 1] is expected, an array of shape [20, 10, 5, 1] was found")
    #expect(throws: error) { try PublishedResults(folder: folder.path) }
  }
}
