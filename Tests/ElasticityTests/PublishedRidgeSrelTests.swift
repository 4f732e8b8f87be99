import Datasets
import Elasticity
import Foundation
import TestSupport
import Testing

/// Pickles of the shape of the authors' SRel_path_avg_p10_dim100.pkl, as NumPy writes them; the authors' own are not at hand.
@Suite struct PublishedRidgeSrelTests {
  @Test(arguments: RidgePickle.Nesting.allCases) func theMeanOverPairsIsRead(_ nesting: RidgePickle.Nesting)
    throws
  {
    let folder = try TemporaryFolder()
    _ = try folder.write(RidgePickle.bytes(nesting), as: "SRel_path_avg_p10_dim100.pkl")
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
    let bytes = RidgePickle.bytes(.arrayOfEachFlow)
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
      [0x80, 4] + RidgePickle.array([20, 10, 5, 1], [Double](repeating: 1, count: 1000)) + Array(".".utf8),
      as: "SRel_path_avg_p10_dim100.pkl")
    let error = DatasetError.malformed(
      path: path, format: "a result of the paper",
      reason: "an array of shape [20, 10, 8001, 1] is expected, an array of shape [20, 10, 5, 1] was found")
    #expect(throws: error) { try PublishedResults(folder: folder.path) }
  }
}
