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
  #expect(one.rows(sharedWith: one).count == 10)
  #expect(one.rows(sharedWith: numbered(10, from: 42)).count == 3)
  #expect(one.rows(sharedWith: numbered(10, from: 1)).count == 0)
  let doubled = try? one.subset(rows: [0, 0, 1])
  #expect(doubled?.rows(sharedWith: one).count == 3)
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

@Test func publishedPointsAreThePlacesThatPythonDraws() throws {
  let data = try Dataset.mixture(
    classes: 3, perClass: 30, dimensions: 2, separation: 1, noise: 1, seed: Seed(1))
  let rows = try data.publishedRows(perClass: 5, seed: Seed(1))
  #expect(rows.map { data.labels[$0] } == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
  #expect(Set(rows).count == 15)
  #expect(rows == (try data.publishedRows(perClass: 5, seed: Seed(1))))
  #expect(rows != (try data.publishedRows(perClass: 5, seed: Seed(2))))
  // The places are the same for every seed, the samples that stand there are not: with 29 of 30 drawn each time one
  // sample a class is left out, and over seeds that is not always the same one.
  let left = try (1...20).map { seed in
    Set(0..<30).subtracting(try data.publishedRows(perClass: 29, seed: Seed(UInt64(seed))))
  }
  #expect(left.allSatisfy { $0.count == 1 } && Set(left).count > 5)
  #expect(throws: DatasetError.tooFewSamples(of: "the class '0'", wanted: 30, available: 29)) {
    try data.publishedRows(perClass: 30, seed: Seed(1))
  }
}
