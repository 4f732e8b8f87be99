import Foundation
import Session
import TestSupport
import Testing

@Suite struct LoadTests {
  /// The small files that the tests of the readers use.
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "DatasetsTests/Fixtures").path

  @Test(arguments: [
    ("load cifar10 folder=\"F/cifar10\" classes=[cat, ship]", "4 images 3x32x32, 2 classes x 2"),
    ("load cifar100 folder=\"F/cifar100-pickles\" normalize=dataset", "4 images 3x32x32, 3 classes"),
    ("load svhn folder=\"F/svhn\" split=test", "1 images 3x32x32"),
    ("load npz \"F/npz/pictures.npz\" classes=[\"7\", \"2\"] per_class=1", "2 images 3x16x16"),
    ("load npz \"F/npz/vectors.npz\"", "4 vectors of 3"),
    ("load images \"F/png\" normalize=(mean=[0.5, 0.5, 0.5], sd=[1, 1, 2])", "4 images 3x32x32"),
    ("load cifar10 folder=\"F/cifar10\" augment=crop_flip seed=3", "drawn once (seed 3)"),
    ("load cifar10 folder=\"F/cifar10\" augment=flip views=epoch", "random flip, drawn anew in every epoch"),
    ("load cifar10 folder=\"F/cifar10\" as=published split=test per_class=1", "test pictures drawn from"),
  ])
  func everySourceIsRead(command: String, expected: String) throws {
    let text = try shown(command.replacing("\"F/", with: "\"\(Self.fixtures)/"))
    #expect(text.contains(expected), "\(text)")
  }

  @Test(arguments: [
    ("load npz", "load npz needs FILE"), ("load images \"/nowhere\"", "/nowhere: no such file"),
    ("load cifar10 \"x\"", "write folder=\"…\""), ("load cifar10 label=a", "has no option 'label'"),
    ("load cifar10 folder=\"F/cifar10\" classes=[catt]", "did you mean 'cat'?"),
    ("load csv \"F/none.csv\" label=a", "none.csv"),
    ("load csv \"x.csv\" pad=3 label=a", "has no option 'pad'"),
    ("load npz \"F/npz/vectors.npz\" pad=32", "holds numbers, not pictures"),
    ("load cifar10 folder=\"F/cifar10\" views=epoch", "has no option 'views'"),
    ("load cifar10 folder=\"F/cifar10\" as=published normalize=dataset", "leave them out"),
    ("load assets \"F\"", "holds no pickles of the paper"),
    ("load assets \"F\" seed=1", "has no option 'seed'"),
    ("load svhn folder=\"F/png\"", "train_32x32.mat"),
  ])
  func whatDoesNotFitIsToldInPlace(command: String, expected: String) throws {
    let message = failure(command.replacing("\"F", with: "\"\(Self.fixtures)"))
    #expect(message.contains(expected), "\(message)")
  }

  @Test func aCSVFileIsAClassificationOrARegression() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/flowers.csv"
    try "a,b,species\n1,2,iris\n3,4,rose\n5,6,iris\n".write(toFile: path, atomically: true, encoding: .utf8)
    let conversation = Conversation()
    let text = try conversation.say("d = load csv \"\(path)\" label=species\nd\nd.labels")
    #expect(text.contains("3 vectors of 2, 2 classes (2, 1)"))
    #expect(text.contains("[iris, rose, iris]"))
    let regression = try conversation.say("r = load csv \"\(path)\" target=b features=a\nr.shape")
    #expect(regression.contains("[1, 1, 1]"))
    #expect(conversation.failure("load csv \"\(path)\"").contains("load csv needs label= or target="))
    #expect(
      conversation.failure("load csv \"\(path)\" label=species target=b").contains("cannot both be given"))
    #expect(conversation.failure("load csv \"\(path)\" target=species").contains("species"))
    #expect(conversation.failure("load csv \"\(path)\" label=kind").contains("kind"))
    #expect(try conversation.say("net = model linear\ntrain net on=d batch=3 steps=2").contains("step 2"))
  }

  @Test func twoNPYFilesAreARegression() throws {
    let folder = try TemporaryFolder()
    func npy(_ values: [Float], _ shape: String, as name: String) throws {
      var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
      header += String(repeating: " ", count: 117 - header.count) + "\n"
      let bytes = values.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
      }
      try folder.write([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + bytes, as: name)
    }
    try npy([1, 2, 3, 4, 5, 6], "(3, 2)", as: "x.npy")
    try npy([1, 0, 2], "(3,)", as: "y.npy")
    try npy([1, 0], "(2,)", as: "z.npy")
    let conversation = Conversation()
    let load = "load npy \"\(folder.file("x.npy"))\" target="
    let text = try conversation.say("d = \(load)\"\(folder.file("y.npy"))\" normalize=dataset\nd")
    #expect(text.contains("3 vectors of 2"), "\(text)")
    #expect(
      try conversation.say("train model(linear) on=d loss=mse batch=3 steps=2").contains("step 2"))
    #expect(
      conversation.failure("\(load)\"\(folder.file("z.npy"))\"").contains("holds the targets of 2 samples"))
    #expect(conversation.failure("\(load)\"\(folder.file("z.npy"))\" label=a").contains("no option 'label'"))
    #expect(conversation.failure("load regression \"x.csv\" target=y").contains("'regression'"))
  }

  /// Files under published names that hold another number of images are read and told.
  @Test func cutFilesOfPublishedNamesAreTold() throws {
    let conversation = Conversation()
    try conversation.say("load cifar10 folder=\"\(Self.fixtures)/cifar10\"")
    #expect(
      conversation.warnings.contains {
        $0.contains("data_batch_1.bin holds ") && $0.contains("the published file 10000: it is cut short")
      }, "\(conversation.warnings)")
    try conversation.say("load svhn folder=\"\(Self.fixtures)/svhn\" split=test")
    #expect(conversation.warnings.last?.contains("the published file 26032") == true)
  }

  @Test func theMissingOneOfTwoFilesIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write([0, 0, 8, 3], as: "train-images-idx3-ubyte")
    let load = "load mnist folder=\"\(folder.path)\""
    #expect(failure(load).contains("\(folder.path)/train-labels-idx1-ubyte[.gz]: no such file"))
    #expect(failure(load + " split=test").contains("mnist was not found"))
  }

  @Test func testSamplesInTheTrainingDataAreInTheProvenance() throws {
    let folder = try TemporaryFolder()
    let conversation = Conversation()
    try conversation.say(
      """
      d = make mixture classes=2 per_class=20 dimensions=3
      r = train model(linear) on=(d[0..29]) test=(d[[3, 4, 5, 35, 9]]) batch=5 steps=2
      save r to="\(folder.file("r.safetensors"))"
      """)
    #expect(conversation.warnings.contains { $0.contains("4 of the 5 test samples also stand") })
    #expect(try conversation.say("r.shared_test") == "[3, 4, 5, 9]")
    #expect(
      conversation.session.provenanceNotes.contains { $0.text.hasSuffix("those with the indices 3..5, 9") })
    let bytes = try Data(contentsOf: URL(filePath: folder.file("r.safetensors")))
    let header = String(decoding: bytes.prefix(4000), as: UTF8.self)
    #expect(header.contains("\"test_samples_in_training_data\":\"4\""))
    #expect(header.contains("\"test_indices_in_training_data\":\"3..5, 9\""))
  }

  @Test func classesOfAFolderOfPicturesAreOffered() throws {
    let session = Conversation().session
    let input = "load images \"\(Self.fixtures)/png\" classes=[col"
    #expect(session.completions(in: input, at: input.utf8.count).candidates.map(\.text) == ["collar"])
    let known = "load cifar100 classes=[motor"
    #expect(session.completions(in: known, at: known.utf8.count).candidates.map(\.text) == ["motorcycle"])
  }

  @Test func trainingOnViewsOfEveryEpochIsTheSameForTheSameSeed() throws {
    let setUp =
      "d = load cifar10 folder=\"\(Self.fixtures)/cifar10\" augment=crop_flip views=epoch\nnet = model linear\n"
    let train = "r = train net on=d batch=5 epochs=2 seed=1\nr.loss"
    let first = try shown(setUp + train)
    #expect(try shown(setUp + train) == first)
    #expect(try shown(setUp.replacing(" views=epoch", with: "") + train) != first)
  }
}
