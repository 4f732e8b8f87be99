import Datasets
import Foundation
import Random
import TestSupport
import Testing

/// The 10 training pictures of the fixture, prepared in some way.
private func pictures(_ change: (inout LoadOptions) -> Void = { _ in }) throws -> Dataset {
  var options = LoadOptions(folder: fixture("cifar10"))
  change(&options)
  return try Dataset.load(.cifar10, options)
}

/// Every view of a picture that a crop with this border and a flip can give, written out the slow way.
private func views(of picture: [Float], border: Int, flips: Bool, black: [Float]) -> Set<[Float]> {
  var found: Set<[Float]> = []
  for top in -border...border {
    for left in -border...border {
      var cut = [[[Float]]](repeating: [[Float]](repeating: black, count: 32), count: 32)
      for y in 0..<32 {
        for x in 0..<32 where (0..<32).contains(y + top) && (0..<32).contains(x + left) {
          let start = ((y + top) * 32 + x + left) * 3
          cut[y][x] = Array(picture[start..<start + 3])
        }
      }
      found.insert(cut.flatMap { $0.flatMap { $0 } })
      if flips { found.insert(cut.map { Array($0.reversed()) }.flatMap { $0.flatMap { $0 } }) }
    }
  }
  return found
}

@Test func frozenViewsAreCropsAndFlipsAndStay() throws {
  let plain = try pictures()
  let data = try pictures {
    $0.augmentation = .cropAndFlip
    $0.seed = Seed(7)
  }
  #expect(data.samples != plain.samples && data.labels == plain.labels)
  for row in 0..<3 {
    let size = 3072
    let picture = Array(plain.samples.scalars[row * size..<(row + 1) * size])
    let view = Array(data.samples.scalars[row * size..<(row + 1) * size])
    #expect(views(of: picture, border: 4, flips: true, black: [0, 0, 0]).contains(view))
  }
  let again = try pictures {
    $0.augmentation = .cropAndFlip
    $0.seed = Seed(7)
  }
  #expect(again.samples == data.samples)
  let other = try pictures {
    $0.augmentation = .cropAndFlip
    $0.seed = Seed(8)
  }
  #expect(other.samples != data.samples)
  #expect(
    data.preparation.last == "random crop out of a border of 4, random flip, drawn once (seed 7)")
}

@Test func aSampleHasTheSameViewWhateverIsChosenBesideIt() throws {
  let all = try pictures { $0.augmentation = .cropAndFlip }
  let some = try pictures {
    $0.augmentation = .cropAndFlip
    $0.classes = ["ship", "cat"]
    $0.perClass = 1
  }
  for (place, index) in some.indices.enumerated() {
    let here = try some.subset(rows: [place])
    let there = try all.subset(rows: [index])
    #expect(here.samples == there.samples)
  }
}

@Test func viewsOfEveryEpochDifferAndTheBorderIsNormalizedBlack() throws {
  let normalization = Normalization.explicit(means: [0.5, 0.25, 0], standardDeviations: [1, 1, 1])
  let plain = try pictures { $0.normalization = normalization }
  let data = try pictures {
    $0.normalization = normalization
    $0.augmentation = Augmentation(border: 4, flips: false)
    $0.redrawsViews = true
  }
  // Measurements and tests see the pictures as they are.
  #expect(data.samples == plain.samples && data.batch(rows: [1]) == plain.batch(rows: [1]))
  let picture = Array(plain.samples.scalars[3072..<6144])
  let possible = views(of: picture, border: 4, flips: false, black: [-0.5, -0.25, 0])
  var seen: Set<[Float]> = []
  for epoch in 0..<20 {
    // A batch of one picture has the order of that picture.
    let view = data.batch(rows: [1], epoch: epoch, seed: Seed(1)).scalars
    #expect(possible.contains(view))
    #expect(data.batch(rows: [1], epoch: epoch, seed: Seed(1)).scalars == view)
    seen.insert(view)
  }
  #expect(seen.count > 10)
  // The view does not depend on the others of the batch.
  let pair = data.batch(rows: [4, 1], epoch: 3, seed: Seed(1))
  let single = data.batch(rows: [1], epoch: 3, seed: Seed(1))
  for pixel in 0..<1024 {
    for channel in 0..<3 {
      #expect(pair.scalars[(pixel * 2 + 1) * 3 + channel] == single.scalars[pixel * 3 + channel])
    }
  }
  #expect(try data.subset(rows: [1]).batch(rows: [0], epoch: 3, seed: Seed(1)) == single)
}

@Test func asPublishedNormalizesFreezesAndTestsOnTrainingPictures() throws {
  let data = try pictures {
    $0.isAsPublished = true
    $0.classes = ["airplane", "ship"]
  }
  #expect(
    data.preparation == [
      "as published", "10 of the 50000 published images", "pixels divided by 255",
      "normalized with mean [0.4914, 0.4822, 0.4465], sd [0.2023, 0.1994, 0.201]",
      "random crop out of a border of 4, random flip, drawn once (seed 0)",
    ])
  let test = try pictures {
    $0.isAsPublished = true
    $0.split = .test
    $0.classes = ["airplane", "ship"]
    $0.perClass = 2
  }
  #expect(test.split == "test" && test.classCounts == [2, 2])
  #expect(test.preparation.contains("test pictures drawn from the training set"))
  // The same pictures in other views: that they are the same is known from their place in the files.
  #expect(test.rows(sharedWith: data).count == 4)
  #expect(throws: DatasetError.self) {
    try pictures {
      $0.isAsPublished = true
      $0.normalization = .dataset
    }
  }
}
