import Datasets
import Random
import Testing

private func clouds() throws -> Dataset {
  try Dataset.mixture(
    classes: 3, perClass: 100, dimensions: 4, separation: 2, noise: 1, seed: Seed(1))
}

@Test func aSplitTakesTheSamePartOfEachClassAndNothingTwice() throws {
  let data = try clouds()
  let (part, rest) = try data.split(fraction: 0.2, seed: Seed(3))
  #expect(part.classCounts == [20, 20, 20] && rest.classCounts == [80, 80, 80])
  #expect(Set(part.indices).isDisjoint(with: rest.indices))
  #expect((part.indices + rest.indices).sorted() == Array(0..<300))
  #expect(part.indices == part.indices.sorted())
  #expect(try data.split(fraction: 0.2, seed: Seed(3)).part.indices == part.indices)
  #expect(try data.split(fraction: 0.2, seed: Seed(4)).part.indices != part.indices)
  for fraction in [0, 1, -1, .nan] {
    #expect(throws: DatasetError.self) { try data.split(fraction: fraction, seed: Seed(3)) }
  }
  #expect(throws: DatasetError.self) {
    try data.subset(rows: [0, 100, 200]).split(fraction: 0.5, seed: Seed(3))
  }
}

@Test func corruptedLabelsAreOtherOnesAndTheCleanOnesAreKept() throws {
  let data = try clouds()
  let noisy = try data.corrupted(fraction: 0.3, seed: Seed(5))
  let changed = (0..<300).filter { noisy.labels[$0] != data.labels[$0] }
  #expect((60...120).contains(changed.count))
  #expect(noisy.samples == data.samples)
  let attributes = Dictionary(uniqueKeysWithValues: noisy.attributes.map { ($0.name, $0.values) })
  #expect(attributes["clean"] == data.labels.map { data.classNames[$0] })
  #expect((0..<300).filter { attributes["corrupted"]?[$0] == "yes" } == changed)
  // More noise keeps the samples of less, and a subset is corrupted like the whole.
  let more = try data.corrupted(fraction: 0.6, seed: Seed(5))
  #expect(changed.allSatisfy { more.labels[$0] == noisy.labels[$0] })
  let some = try data.subset(rows: [5, 150, 299]).corrupted(fraction: 0.3, seed: Seed(5))
  #expect(some.labels == [5, 150, 299].map { noisy.labels[$0] })
  #expect(try noisy.subset(rows: [7]).attributes[0].values == [noisy.attributes[0].values[7]])
  #expect(throws: DatasetError.self) { try noisy.corrupted(fraction: 0.1, seed: Seed(1)) }
  #expect(throws: DatasetError.self) { try data.corrupted(fraction: 1.5, seed: Seed(1)) }
  #expect(try data.corrupted(fraction: 0, seed: Seed(1)).labels == data.labels)
}
