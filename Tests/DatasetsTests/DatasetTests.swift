import Datasets
import Random
import Tensor
import Testing

/// n samples of 2 x 1 pixels with 3 channels, numbered throughout; two classes in turn.
private func numbered(_ n: Int, from start: Int = 0) -> Dataset {
  Dataset(
    name: "numbered", samples: Tensor([n, 2, 1, 3], scalars: (0..<6 * n).map { Float($0 + start) }),
    labels: (0..<n).map { $0 % 2 }, targets: Tensor([n, 1], scalars: (0..<n).map(Float.init)),
    classNames: ["even", "odd"], indices: (0..<n).map { 100 + $0 }, split: "train", digest: "",
    preparation: [])
}

@Test func aBatchPutsTheSamplesBetweenPixelsAndChannels() {
  let batch = numbered(4).batch(rows: [3, 1])
  #expect(batch.shape == [2, 1, 2, 3])
  #expect(batch.scalars == [18, 19, 20, 6, 7, 8, 21, 22, 23, 9, 10, 11])
  #expect(numbered(4).batchTargets(rows: [3, 1])?.scalars == [3, 1])
  #expect(numbered(4).batch(rows: []).shape == [2, 1, 0, 3])
}

@Test func aSubsetKeepsWhereItsSamplesCameFrom() throws {
  let subset = try numbered(5).subset(rows: [4, 0, 4])
  #expect(subset.indices == [104, 100, 104] && subset.labels == [0, 0, 0] && subset.count == 3)
  #expect(subset.samples.scalars == [24, 25, 26, 27, 28, 29, 0, 1, 2, 3, 4, 5, 24, 25, 26, 27, 28, 29])
  #expect(subset.targets?.scalars == [4, 0, 4])
  #expect(try subset.subset(rows: [1]).indices == [100])
  for row in [-1, 5, .max] {
    #expect(throws: DatasetError.rowOutOfRange(row: row, count: 5)) {
      try numbered(5).subset(rows: [0, row])
    }
  }
}

@Test func overlapCountsEqualSamples() {
  let one = numbered(10)
  #expect(one.overlap(with: one) == 10)
  #expect(one.overlap(with: numbered(10, from: 42)) == 3)
  #expect(one.overlap(with: numbered(10, from: 1)) == 0)
  let doubled = try? one.subset(rows: [0, 0, 1])
  #expect(doubled?.overlap(with: one) == 3)
}

@Test func pointsAreDrawnPerClassAndForGood() throws {
  let data = numbered(40)
  let rows = try data.pickedRows(perClass: 6, seed: Seed(1))
  #expect(rows.count == 12 && Set(rows).count == 12)
  #expect(rows[..<6].allSatisfy { $0 % 2 == 0 } && rows[6...].allSatisfy { $0 % 2 == 1 })
  #expect(rows == (try data.pickedRows(perClass: 6, seed: Seed(1))))
  #expect(rows != (try data.pickedRows(perClass: 6, seed: Seed(2))))
  #expect(rows == (try data.pickedRows(perClass: 6, seed: Seed(2, overrides: [.points: 1]))))
  let fewer = try data.pickedRows(perClass: 3, seed: Seed(1))
  #expect(Array(fewer[..<3]) == Array(rows[..<3]), "more points keep the points that there were")
}

@Test func pointsOfAnyClassAreDrawnWithoutRepetition() throws {
  let rows = try numbered(40).pickedRows(count: 40, seed: Seed(1))
  #expect(rows.sorted() == Array(0..<40) && rows != Array(0..<40))
}

@Test func morePointsThanSamplesAreRefused() {
  let data = numbered(5)
  #expect(throws: DatasetError.tooFewSamples(of: "the class 'odd'", wanted: 3, available: 2)) {
    try data.pickedRows(perClass: 3, seed: Seed(1))
  }
  #expect(throws: DatasetError.tooFewSamples(of: "numbered", wanted: 6, available: 5)) {
    try data.pickedRows(count: 6, seed: Seed(1))
  }
  #expect(throws: DatasetError.self) { try data.pickedRows(perClass: 0, seed: Seed(1)) }
  #expect(throws: DatasetError.self) { try data.pickedRows(count: -1, seed: Seed(1)) }
}

@Test func sha256GivesTheStandardsExamples() {
  #expect(sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  #expect(sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
}
