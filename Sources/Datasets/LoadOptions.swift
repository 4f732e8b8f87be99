import Random

/// The two parts of a data set.
public enum Split: String, CaseIterable, Sendable {
  case train
  case test
}

/// How pixels in 0 ... 1 are shifted and scaled: (x − mean) / sd.
public enum Normalization: Hashable, Sendable {
  /// By the mean and standard deviation known for the source.
  case dataset
  /// One number for all channels, or one for each.
  case explicit(means: [Double], standardDeviations: [Double])

  /// CIFAR-10's mean and sd as much published code has them, which the paper applied to all of its data sets.
  public static let published = Normalization.explicit(
    means: [0.4914, 0.4822, 0.4465], standardDeviations: [0.2023, 0.1994, 0.2010])

  public static func explicit(mean: Double, standardDeviation: Double) -> Normalization {
    .explicit(means: [mean], standardDeviations: [standardDeviation])
  }
}

/// What is taken from the files of a data set and what is done to it; nothing but what stands here is done.
public struct LoadOptions: Hashable, Sendable {
  /// The folder that holds the files; nil for the places where the source usually lies.
  public var folder: String?
  public var split: Split
  /// The classes to take, which are numbered anew in this order; nil for all that there are.
  public var classes: [String]?
  /// The first so many of each class in the order of the file; nil for all.
  public var perClass: Int?
  /// Copies the one channel of grey images to so many; nil leaves it.
  public var channels: Int?
  /// Pads images with black to so many pixels in height and width, centred; nil leaves them.
  public var pad: Int?
  /// Nil leaves the pixels in 0 ... 1.
  public var normalization: Normalization?
  /// Random views of the pictures; nil leaves them.
  public var augmentation: Augmentation?
  /// Whether training draws the views anew in every epoch; else they are drawn once, when the data is loaded.
  public var redrawsViews = false
  /// The paper's preparation: CIFAR-10's statistics whatever the data, one crop and flip for good, and test pictures
  /// drawn from the training set.
  public var isAsPublished = false
  /// What views and published test pictures are drawn with.
  public var seed = Seed(0)

  public init(
    folder: String? = nil, split: Split = .train, classes: [String]? = nil, perClass: Int? = nil,
    channels: Int? = nil, pad: Int? = nil, normalization: Normalization? = nil
  ) {
    self.folder = folder
    self.split = split
    self.classes = classes
    self.perClass = perClass
    self.channels = channels
    self.pad = pad
    self.normalization = normalization
  }
}
