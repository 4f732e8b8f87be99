import Datasets
import Elasticity
import Foundation
import Tables
import TestSupport
import Testing

/// The folder with the paper's pickles, which are not part of this project: where SREL_PAPER says, else beside it.
private let paper: String? = {
  let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/paper").path
  let path = ProcessInfo.processInfo.environment["SREL_PAPER"] ?? beside
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

/// Mean S of each epoch over runs and pairs, same class and other class, to the digits of the record.
private let published: [(data: String, distance: String, same: [Double], other: [Double])] = [
  (
    "cifar10", "published_kl", [1.013, 1.031, 1.045, 1.054, 1.056, 1.065, 1.050],
    [0.956, 0.899, 0.864, 0.835, 0.841, 0.813, 0.779]
  ),
  (
    "cifar10", "published_l2", [0.77, 1.27, 2.12, 3.84, 5.36, 12.2, 23.4],
    [0.91, 1.88, 3.69, 7.99, 11.6, 30.3, 69.5]
  ),
  (
    "cifar100", "published_kl", [1.021, 1.043, 1.052, 1.036, 1.044, 1.016, 1.028],
    [0.927, 0.892, 0.913, 0.897, 0.923, 0.887, 0.911]
  ),
  (
    "cifar100", "published_l2", [1.23, 4.05, 11.6, 22.6, 132, 244, 242],
    [2.12, 20.9, 34.3, 116, 475, 4500, 2925]
  ),
  (
    "svhn", "published_kl", [1.003, 1.024, 1.034, 1.066, 1.045, 1.035, 1.023],
    [0.993, 0.907, 0.823, 0.798, 0.777, 0.748, 0.704]
  ),
  (
    "svhn", "published_l2", [0.66, 1.47, 7.2, 62, 96, 198, 761],
    [0.67, 2.67, 20.5, 301, 444, 1229, 6664]
  ),
]

@Test(.enabled(if: paper != nil, "the paper's pickles are not here"), arguments: published.indices)
func theMeansOfEveryEpochAreThoseOnRecord(place: Int) throws {
  let (data, distance, same, other) = published[place]
  let srel = try PublishedResults(folder: paper ?? "").srel
    .filtered("data", equals: .text(data)).filtered("distance", equals: .text(distance))
  for epoch in 0..<7 {
    for (isSame, expected) in [(true, same[epoch]), (false, other[epoch])] {
      let values = try srel.filtered("same", equals: .flag(isSame)).filtered {
        let at = try srel.filtered("same", equals: .flag(isSame)).cell($0, "epoch").number ?? 0
        return Int(at.rounded(.up)) == epoch + 1
      }.numbers(in: "value")
      let mean = values.reduce(0, +) / Double(values.count)
      // Half a unit of the last digit on record.
      let tolerance = distance == "published_kl" ? 6e-4 : max(0.006 * expected, 5.1e-3)
      #expect(abs(mean - expected) <= tolerance, "\(data) \(distance) epoch \(epoch + 1): \(mean)")
    }
  }
}

@Test(.enabled(if: paper != nil, "the paper's pickles are not here"))
func theAxisOfSVHNEndsAtItsLastMeasurement() throws {
  let results = try PublishedResults(folder: paper ?? "")
  func epochs(_ data: String) throws -> [Double] {
    Set(try results.srel.filtered("data", equals: .text(data)).numbers(in: "epoch")).sorted()
  }
  #expect(try epochs("svhn").count == 42 && epochs("cifar10").count == 49 && epochs("cifar100").count == 49)
  // Batch 45 of 46, after its step, in the seventh epoch; the published axis ends at 41 / 7 = 5.86.
  #expect(try epochs("svhn").last == 7)
  #expect(try epochs("svhn")[1] == 10.0 / 46)
  #expect(try epochs("cifar100").last == 6 + 55.0 / 60)
  let accuracy = try results.accuracy.filtered("data", equals: .text("svhn"))
    .filtered("split", equals: .text("test"))
  let last = try accuracy.filtered("epoch", equals: .number(7)).numbers(in: "accuracy")
  #expect(abs(last.reduce(0, +) / 3 - 0.860) < 6e-4)
  #expect(results.ridge.rowCount == 4 * 20 * 10 * 81)
}

@Test func aPickleOfAnotherShapeIsRefused() throws {
  let folder = try TemporaryFolder()
  #expect(throws: DatasetError.self) { try PublishedResults(folder: folder.path) }
  // A list of one number, protocol 0.
  let path = try folder.write(Array("(lp0\nF1.0\na.".utf8), as: "pair_iters_svhn_kl.pkl")
  let error = DatasetError.malformed(
    path: path, format: "a result of the paper", reason: "a list of 3 is expected, a list of 1 was found")
  #expect(throws: error) { try PublishedResults(folder: folder.path) }
}
