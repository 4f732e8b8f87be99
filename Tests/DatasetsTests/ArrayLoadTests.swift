import Datasets
import Foundation
import TestSupport
import Testing

@Test func picturesOfAnNPZAreBytesWithNumberedClasses() throws {
  let data = try Dataset.load(npz: fixture("npz/pictures.npz"))
  #expect(data.samples.shape == [4, 16, 16, 3])
  #expect(data.classNames == ["2", "5", "7"] && data.labels == [2, 0, 2, 1])
  let whole = try pixels([0])
  #expect(data.samples.scalars[3] == whole[2 * 3])
  #expect(data.name == "pictures" && data.preparation == ["pixels divided by 255"])
  let chosen = try Dataset.load(
    npz: fixture("npz/pictures.npz"), LoadOptions(classes: ["7", "2"], perClass: 1))
  #expect(chosen.indices == [0, 1] && chosen.labels == [0, 1])
  // Normalized by its own mean and sd, since none are published.
  let normalized = try Dataset.load(npz: fixture("npz/pictures.npz"), LoadOptions(normalization: .dataset))
  #expect(abs(normalized.mean) < 1e-3)
}

@Test func floatsWithFloatTargetsAreARegression() throws {
  let data = try Dataset.load(npz: fixture("npz/vectors.npz"))
  #expect(data.samples.shape == [4, 1, 1, 3])
  #expect(data.samples.scalars == (0..<12).map { Float($0) / 8 })
  #expect(data.targets?.scalars == [0.5, -1, 2, 0])
  #expect(data.classNames == [Dataset.regressionClass])
  #expect(throws: DatasetError.self) {
    try Dataset.load(npz: fixture("npz/vectors.npz"), LoadOptions(classes: ["1"]))
  }
  #expect(throws: DatasetError.self) {
    try Dataset.load(npz: fixture("npz/vectors.npz"), LoadOptions(pad: 32))
  }
  let normalized = try Dataset.load(
    npz: fixture("npz/vectors.npz"), LoadOptions(normalization: .dataset))
  #expect(abs(normalized.mean) < 1e-6)
}

@Test func planesAreMovedBehindThePixels() throws {
  let data = try Dataset.load(npz: fixture("npz/planes.npz"))
  #expect(data.samples.shape == [2, 8, 8, 3])
  let whole = try pixels([0, 1])
  for y in 0..<8 {
    for x in 0..<8 {
      for c in 0..<3 {
        #expect(data.samples.scalars[(y * 8 + x) * 3 + c] == whole[(4 * y * 32 + 4 * x) * 3 + c])
      }
    }
  }
  #expect(data.classNames == ["0", "1"] && data.labels == [1, 0])
  #expect(throws: DatasetError.self) {
    try Dataset.load(npz: fixture("npz/planes.npz"), LoadOptions(split: .test))
  }
}

@Test(arguments: ["pictures", "vectors"])
func aDamagedNPZIsRefusedOrReadRight(name: String) throws {
  let folder = try TemporaryFolder()
  let honest = try Dataset.load(npz: fixture("npz/\(name).npz"))
  let copies = damaged(try bytes(of: fixture("npz/\(name).npz")), seed: 30)
  let path = folder.file("x.npz")
  let refused = try refusals(of: copies, as: "x.npz", in: folder) {
    try Dataset.load(npz: path)
  } isHonest: {
    $0.samples == honest.samples && $0.labels == honest.labels
      && $0.targets?.scalars == honest.targets?.scalars
  }
  #expect(refused > 1000)
}

@Test func numbersThatAreNotFiniteAreRefusedByRow() throws {
  let table = SampleTable(
    name: "t", path: "t.csv", sampleShape: [1, 1, 2], scalars: [1, 2, .nan, 4], labels: ["a", "b"],
    targets: [],
    digest: "")
  let reason = DatasetError.malformed(
    path: "t.csv", format: "samples", reason: "sample 1 holds NaN or infinity")
  #expect(throws: reason) { try Dataset.load(table) }
}
