/// The files of a data set as its publisher distributes them, and where they lie.
///
/// All addresses and checksums of the program stand in this file. A mirror is a folder with files of these names.
public struct Publication: Hashable, Sendable {
  /// The name of the data set in the command language.
  public let name: String
  /// The folder on the net that holds the files, without a slash at the end.
  public let address: String
  public let files: [PublishedFile]

  public init(name: String, address: String, files: [PublishedFile]) {
    (self.name, self.address, self.files) = (name, address, files)
  }

  /// The names of all data sets that can be fetched, in the order of the documentation.
  public static let names = all.map(\.name)

  /// The data set of that name.
  public static func named(_ name: String) -> Publication? { all.first { $0.name == name } }

  public static let all = [cifar10, cifar100, svhn, mnist, fashionMNIST]

  /// Sizes and MD5 as on the publisher's page; the binary form, which needs no pickles.
  static let cifar10 = Publication(
    name: "cifar10", address: "https://www.cs.toronto.edu/~kriz",
    files: [
      PublishedFile("cifar-10-binary.tar.gz", bytes: 170_052_171, .md5("c32a1d4ab5d03f1284b67883e8d87530"))
    ])

  static let cifar100 = Publication(
    name: "cifar100", address: "https://www.cs.toronto.edu/~kriz",
    files: [
      PublishedFile("cifar-100-binary.tar.gz", bytes: 168_513_733, .md5("03b5dce01913d631647c71ecec9e9cb8"))
    ])

  /// The publisher gives no checksums; these are those of TensorFlow Datasets.
  static let svhn = Publication(
    name: "svhn", address: "http://ufldl.stanford.edu/housenumbers",
    files: [
      PublishedFile(
        "train_32x32.mat", bytes: 182_040_794,
        .sha256("435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8")),
      PublishedFile(
        "test_32x32.mat", bytes: 64_275_384,
        .sha256("cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b")),
    ])

  /// The publisher gives no checksums and serves no files any more; address and MD5 are those of torchvision.
  static let mnist = Publication(
    name: "mnist", address: "https://ossci-datasets.s3.amazonaws.com/mnist",
    files: [
      PublishedFile(
        "train-images-idx3-ubyte.gz", bytes: 9_912_422, .md5("f68b3c2dcbeaaa9fbdd348bbdeb94873")),
      PublishedFile("train-labels-idx1-ubyte.gz", bytes: 28_881, .md5("d53e105ee54ea40749a09fcbcd1e9432")),
      PublishedFile(
        "t10k-images-idx3-ubyte.gz", bytes: 1_648_877, .md5("9fb629c4189551a2d022fa330f9573f3")),
      PublishedFile("t10k-labels-idx1-ubyte.gz", bytes: 4_542, .md5("ec29112dd5afa0611ce80d1b7f02629c")),
    ])

  /// MD5 as in the publisher's README.
  static let fashionMNIST = Publication(
    name: "fashion_mnist", address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    files: [
      PublishedFile(
        "train-images-idx3-ubyte.gz", bytes: 26_421_880, .md5("8d4fb7e6c68d591d4c3dfef9ec88bf0d")),
      PublishedFile("train-labels-idx1-ubyte.gz", bytes: 29_515, .md5("25c81989df183df01b3e8a0aad5dffbe")),
      PublishedFile(
        "t10k-images-idx3-ubyte.gz", bytes: 4_422_102, .md5("bef4ecab320f06d8554ea6380940ec79")),
      PublishedFile("t10k-labels-idx1-ubyte.gz", bytes: 5_148, .md5("bb300cfdad3c16e7a12a480ee83cd310")),
    ])
}

/// One file of a publisher.
public struct PublishedFile: Hashable, Sendable {
  public let name: String
  public let bytes: Int
  public let checksum: Checksum

  public init(_ name: String, bytes: Int, _ checksum: Checksum) {
    (self.name, self.bytes, self.checksum) = (name, bytes, checksum)
  }
}
