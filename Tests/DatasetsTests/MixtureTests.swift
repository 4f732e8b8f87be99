import Datasets
import Random
import Testing

private func mixture(
  classes: Int = 3, perClass: Int = 4, dimensions: Int = 5, separation: Double = 2, noise: Double = 0,
  seed: UInt64 = 1, split: Split = .train
) throws(DatasetError) -> Dataset {
  try Dataset.mixture(
    classes: classes, perClass: perClass, dimensions: dimensions, separation: separation, noise: noise,
    seed: Seed(seed), split: split)
}

private func vectors(_ data: Dataset) -> [[Float]] {
  let d = data.sampleShape.channels
  let scalars = data.samples.scalars
  return (0..<data.count).map { Array(scalars[$0 * d..<($0 + 1) * d]) }
}

private func distance(_ a: [Float], _ b: [Float]) -> Float {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}

@Test(arguments: [(2, 1), (2, 3), (3, 2), (4, 3), (10, 16)])
func theCentresOfAMixtureAreEquallyFarApartAround0(classes: Int, dimensions: Int) throws {
  let centres = vectors(try mixture(classes: classes, perClass: 1, dimensions: dimensions, separation: 3))
  for (i, a) in centres.enumerated() {
    for b in centres[..<i] { #expect(abs(distance(a, b) - 3) < 1e-5) }
  }
  for axis in 0..<dimensions { #expect(abs(centres.reduce(0) { $0 + $1[axis] }) < 1e-5) }
}

@Test func aMixtureHasTheAskedNoiseAndShape() throws {
  let data = try mixture(classes: 2, perClass: 5000, dimensions: 3, separation: 0, noise: 0.5)
  #expect(data.samples.shape == [10_000, 1, 1, 3])
  #expect(data.labels == (0..<10_000).map { $0 / 5000 } && data.classNames == ["0", "1"])
  let squares = data.samples.scalars.reduce(0.0) { $0 + Double($1) * Double($1) } / 30_000
  #expect(abs(squares - 0.25) < 4 * 0.25 * (2.0 / 30_000).squareRoot())
}

@Test func aMixtureIsDrawnFromSeedSplitAndClass() throws {
  let small = try mixture(noise: 1)
  #expect(small.samples == (try mixture(noise: 1)).samples)
  #expect(small.digest == (try mixture(noise: 1)).digest)
  let others = [
    try mixture(noise: 1, seed: 2), try mixture(noise: 1, split: .test), try mixture(perClass: 9, noise: 1),
  ]
  #expect(Set(others.map(\.digest) + [small.digest]).count == 4)
  let more = vectors(others[2])
  #expect(Array(more[9..<13]) == Array(vectors(small)[4..<8]), "more samples keep those that there were")
  #expect(small.rows(sharedWith: others[1]).count == 0)
}

@Test func aMixtureThatCannotBeDrawnIsRefused() {
  let cases: [() throws -> Dataset] = [
    { try mixture(classes: 1) }, { try mixture(perClass: 0) }, { try mixture(dimensions: 1) },
    { try mixture(separation: -1) }, { try mixture(separation: .nan) }, { try mixture(noise: -1) },
    { try mixture(noise: .infinity) }, { try mixture(perClass: .max) }, { try mixture(dimensions: 1 << 40) },
  ]
  for draw in cases { #expect(throws: DatasetError.self) { try draw() } }
}
