import Datasets
import Foundation
import Testing

private let shoes = ["sandal", "sneaker", "ankle boot"]
private let debianFolder = "/usr/share/datasets/fashion-mnist"

@Test(arguments: [(Split.train, 500), (.test, 100)])
func theShippedSubsetHasThreeBalancedClasses(split: Split, perClass: Int) throws {
  let data = try Dataset.load(.fashionMNISTSubset, LoadOptions(split: split))
  #expect(data.classNames == shoes)
  #expect(data.classCounts == [perClass, perClass, perClass])
  #expect(data.samples.shape == [3 * perClass, 28, 28, 1])
  #expect(data.preparation == ["pixels divided by 255"])
  #expect((0.1...0.4).contains(data.mean), "a shoe covers a good part of its picture")
}

@Test func theSplitsOfTheShippedSubsetShareNoImage() throws {
  let train = try Dataset.load(.fashionMNISTSubset)
  let test = try Dataset.load(.fashionMNISTSubset, LoadOptions(split: .test))
  #expect(test.rows(sharedWith: train).count == 0)
}

@Test func aClassThatTheSubsetLacksIsNamedAsAbsent() {
  #expect {
    _ = try Dataset.load(.fashionMNISTSubset, LoadOptions(classes: ["bag"]))
  } throws: { error in
    guard case .absentClass("bag", _, let present, nil)? = error as? DatasetError else { return false }
    return present == shoes
  }
}

@Test func theSubsetStandsInForTheWholeSetByName() throws {
  var source = DatasetSource.fashionMNIST
  source.folders = ["/nowhere"]
  let data = try Dataset.load(source, LoadOptions(classes: ["sneaker"], perClass: 3))
  #expect(data.preparation == ["shipped subset of fashion_mnist", "pixels divided by 255"])
  #expect {
    _ = try Dataset.load(source, LoadOptions(classes: ["bag"]))
  } throws: { error in
    guard case .absentClass("bag", _, shoes, source.remedy)? = error as? DatasetError else { return false }
    return "\(error)".contains("apt install dataset-fashion-mnist")
  }
}

@Test(
  .enabled(
    "Debian's dataset-fashion-mnist is not installed",
    {
      FileManager.default.fileExists(atPath: debianFolder)
    }), arguments: [(Split.train, 500, 60_000), (.test, 100, 10_000)])
func theShippedSubsetIsTheStartOfTheWholeSet(split: Split, perClass: Int, total: Int) throws {
  let part = try Dataset.load(
    .fashionMNISTSubset, LoadOptions(split: split, classes: shoes, perClass: perClass))
  let options = LoadOptions(folder: debianFolder, split: split, classes: shoes, perClass: perClass)
  let chosen = try Dataset.load(.fashionMNIST, options)
  #expect(part.samples == chosen.samples && part.labels == chosen.labels)
  #expect(chosen.indices.allSatisfy { $0 < total } && part.digest != chosen.digest)
  let whole = try Dataset.load(.fashionMNIST, LoadOptions(split: split))
  #expect(whole.classCounts == [Int](repeating: total / 10, count: 10))
}
