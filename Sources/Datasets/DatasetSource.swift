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
  /// Mean and standard deviation of the training pixels after division by 255, one for each channel
  /// (`normalize=dataset`).
  public var means: [Double]
  public var standardDeviations: [Double]
  /// How the files are laid out.
  public var format: Format

  public init(
    name: String, classNames: [String], folders: [String], assetFolder: String? = nil, remedy: String,
    means: [Double], standardDeviations: [Double], format: Format = .idx
  ) {
    self.name = name
    self.classNames = classNames
    self.folders = folders
    self.assetFolder = assetFolder
    self.remedy = remedy
    self.means = means
    self.standardDeviations = standardDeviations
    self.format = format
  }

  /// Fashion-MNIST (Zalando, MIT licence): 60000 + 10000 grey images of 28 x 28 in ten classes.
  public static let fashionMNIST = DatasetSource(
    name: "fashion_mnist",
    classNames: [
      "t-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
      "ankle boot",
    ],
    folders: ["/usr/share/datasets/fashion-mnist", DataFolder.place(of: "fashion_mnist")],
    assetFolder: "fashion-mnist-subset",
    remedy:
      "install it with 'apt install dataset-fashion-mnist', fetch it with 'get fashion_mnist' or give folder=\"...\" with its four IDX files",
    means: [0.2860], standardDeviations: [0.3530])

  /// The part of Fashion-MNIST that ships: 500 training and 100 test images of sandal, sneaker, ankle boot.
  public static let fashionMNISTSubset = DatasetSource(
    name: "fashion_mnist_subset", classNames: fashionMNIST.classNames, folders: [],
    assetFolder: "fashion-mnist-subset",
    remedy: "set SREL_HOME to the folder that holds Assets, or load fashion_mnist", means: fashionMNIST.means,
    standardDeviations: fashionMNIST.standardDeviations)

  /// MNIST: 60000 + 10000 grey images of digits, 28 x 28; Debian has no package of it.
  public static let mnist = DatasetSource(
    name: "mnist", classNames: (0...9).map(String.init),
    folders: [DataFolder.place(of: "mnist"), "/usr/share/datasets/mnist"],
    remedy:
      "fetch it with 'get mnist' or give folder=\"...\" with its four IDX files, such as train-images-idx3-ubyte.gz",
    means: [0.1307], standardDeviations: [0.3081])

  /// CIFAR-10 (Krizhevsky 2009): 50000 + 10000 colour images of 32 x 32 in ten classes.
  public static let cifar10 = DatasetSource(
    name: "cifar10",
    classNames: [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ],
    folders: DataFolder.places("cifar10"),
    remedy:
      "fetch it with 'get cifar10' or give folder=\"...\" with cifar-10-binary.tar.gz or cifar-10-python.tar.gz, packed or not",
    means: [0.4914, 0.4822, 0.4465], standardDeviations: [0.2470, 0.2435, 0.2616], format: .cifar10)

  /// CIFAR-100 (Krizhevsky 2009): 50000 + 10000 colour images of 32 x 32; the fine labels.
  public static let cifar100 = DatasetSource(
    name: "cifar100", classNames: cifar100ClassNames, folders: DataFolder.places("cifar100"),
    remedy:
      "fetch it with 'get cifar100' or give folder=\"...\" with cifar-100-binary.tar.gz or cifar-100-python.tar.gz, packed or not",
    means: [0.5071, 0.4865, 0.4409], standardDeviations: [0.2673, 0.2564, 0.2762], format: .cifar100)

  /// SVHN's cropped digits (Netzer et al. 2011): 73257 + 26032 colour images of 32 x 32.
  public static let svhn = DatasetSource(
    name: "svhn", classNames: (0...9).map(String.init), folders: DataFolder.places("svhn"),
    remedy: "fetch it with 'get svhn' or give folder=\"...\" with train_32x32.mat and test_32x32.mat",
    means: [0.4377, 0.4438, 0.4728], standardDeviations: [0.1980, 0.2010, 0.1970], format: .svhn)

  /// Every source that `load` knows.
  public static let all = [fashionMNIST, fashionMNISTSubset, mnist, cifar10, cifar100, svhn]

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
