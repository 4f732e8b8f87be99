import Datasets
import Foundation
import TestSupport
import Testing

@Test func aFolderOfPicturesIsReadPixelForPixel() throws {
  let data = try Dataset.load(imageFolder: fixture("png"))
  #expect(data.samples.shape == [4, 32, 32, 3])
  #expect(data.classNames == ["collar", "flag"] && data.labels == [0, 0, 1, 1])
  #expect(try data.samples.scalars == pixels([0, 1, 2, 3], of: "png-pixels.npy"))
  #expect(data.name == "png")
  let one = try Dataset.load(imageFolder: fixture("png"), LoadOptions(classes: ["flag"], perClass: 1))
  #expect(try one.samples.scalars == pixels([2], of: "png-pixels.npy"))
}

@Test func greyPicturesStayGrey() throws {
  let image = try PNGImage(reading: fixture("png/collar/b.png"))
  #expect(image.channels == 1 && image.height == 32)
  #expect(
    try image.pixels.map { Float($0) / 255 }
      == stride(from: 0, to: 3072, by: 3).map {
        try pixels([1], of: "png-pixels.npy")[$0]
      })
}

@Test func picturesThatWouldLoseSomethingAreRefused() throws {
  for name in ["transparent", "sixteen"] {
    #expect(throws: DatasetError.self) { try PNGImage(reading: fixture("png-refused/\(name).png")) }
  }
}

@Test func foldersOfOtherThingsAreRefused() throws {
  let folder = try TemporaryFolder()
  #expect(throws: DatasetError.self) { try Dataset.load(imageFolder: folder.path) }
  #expect(throws: DatasetError.missing(path: folder.file("none"))) {
    try Dataset.load(imageFolder: folder.file("none"))
  }
  let class1 = folder.file("a")
  try FileManager.default.createDirectory(atPath: class1, withIntermediateDirectories: true)
  #expect(throws: DatasetError.absentPart(path: class1, name: "*.png", present: [])) {
    try Dataset.load(imageFolder: folder.path)
  }
  _ = try folder.write([1, 2, 3], as: "a/x.png")
  #expect(throws: DatasetError.self) { try Dataset.load(imageFolder: folder.path) }
}

@Test(arguments: ["collar/a", "flag/a", "flag/b"])
func aDamagedPictureIsRefused(name: String) throws {
  let folder = try TemporaryFolder()
  let path = folder.file("x.png")
  let honest = try PNGImage(reading: fixture("png/\(name).png"))
  let copies = damaged(try bytes(of: fixture("png/\(name).png")), seed: 40)
  let refused = try refusals(of: copies, as: "x.png", in: folder) {
    try PNGImage(reading: path)
  } isHonest: {
    $0.pixels == honest.pixels
  }
  #expect(refused > 1900)
}
