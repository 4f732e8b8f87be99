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
