import Tensor

/// A known set of labelled images: what it is called, where it may lie, what its classes are.
public struct DatasetSource: Hashable, Sendable {
  /// The name in the command language.
  public var name: String
  /// The classes in the order of the labels in the files.
  public var classNames: [String]
  /// Folders to look in, the first that holds the files is taken.
  public var folders: [String]
  /// A folder below the shipped `Assets`, looked in last.
  public var assetFolder: String?
  /// What to do where no folder holds it.
  public var remedy: String
  /// Mean and standard deviation of the training pixels after division by 255 (`normalize=dataset`).
  public var mean: Double
  public var standardDeviation: Double

  public init(
    name: String, classNames: [String], folders: [String], assetFolder: String? = nil, remedy: String,
    mean: Double, standardDeviation: Double
  ) {
    self.name = name
    self.classNames = classNames
    self.folders = folders
    self.assetFolder = assetFolder
    self.remedy = remedy
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Fashion-MNIST (Zalando, MIT licence): 60000 + 10000 grey images of 28 x 28 in ten classes.
  public static let fashionMNIST = DatasetSource(
    name: "fashion_mnist",
    classNames: [
      "t-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
      "ankle boot",
    ],
    folders: ["/usr/share/datasets/fashion-mnist"], assetFolder: "fashion-mnist-subset",
    remedy:
      "install it with 'apt install dataset-fashion-mnist' or give folder=\"...\" with its four IDX files",
    mean: 0.2860, standardDeviation: 0.3530)

  /// The part of Fashion-MNIST that ships: 500 training and 100 test images of sandal, sneaker, ankle boot.
  public static let fashionMNISTSubset = DatasetSource(
    name: "fashion_mnist_subset", classNames: fashionMNIST.classNames, folders: [],
    assetFolder: "fashion-mnist-subset",
    remedy: "set SREL_HOME to the folder that holds Assets, or load fashion_mnist", mean: fashionMNIST.mean,
    standardDeviation: fashionMNIST.standardDeviation)

  /// MNIST: 60000 + 10000 grey images of digits, 28 x 28; Debian has no package of it.
  public static let mnist = DatasetSource(
    name: "mnist", classNames: (0...9).map(String.init),
    folders: ["/usr/share/datasets/mnist"],
    remedy: "give folder=\"...\" with its four IDX files, such as train-images-idx3-ubyte.gz",
    mean: 0.1307, standardDeviation: 0.3081)

  /// Every source that `load` knows.
  public static let all = [fashionMNIST, fashionMNISTSubset, mnist]

  /// The source called `name`.
  ///
  /// - Throws: `unknownSource` with the names that are known.
  public static func named(_ name: String) throws(DatasetError) -> DatasetSource {
    guard let source = all.first(where: { $0.name == name }) else {
      throw .unknownSource(name: name, known: all.map(\.name))
    }
    return source
  }
}
