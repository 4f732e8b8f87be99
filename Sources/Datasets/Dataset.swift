import Tensor

/// Labelled samples held in memory, with what was done to them and where they came from.
public struct Dataset: Sendable {
  /// The name of the source, as in `load fashion_mnist`.
  public var name: String
  /// The samples, [n, h, w, c] in row-major order; a vector of d numbers is [1, 1, d].
  public var samples: Tensor
  /// The class of each sample, a row of `classNames`.
  public var labels: [Int]
  /// Targets of a regression, [n, k]; nil for classification.
  public var targets: Tensor?
  public var classNames: [String]
  /// Where each sample stands in the file or set that it was taken from.
  public var indices: [Int]
  /// "train" or "test".
  public var split: String
  /// SHA-256 of the files read as they are stored (`cat IMAGES LABELS | sha256sum`), or of the numbers drawn.
  public var digest: String
  /// Each thing done to the numbers of the file, in words and in order.
  public var preparation: [String]
  /// Further properties of the samples by which pairs can be grouped, each with one entry a sample.
  public var attributes: [(name: String, values: [String])] = []
  /// What is odd about the files that were read but no error, in sentences.
  public var remarks: [String] = []
  /// The views that training draws anew in every epoch; nil where a sample always looks the same.
  public var redrawing: Redrawing?

  /// - Precondition: samples of rank 4; one label, one index and one row of targets a sample; labels name
  ///   classes.
  public init(
    name: String, samples: Tensor, labels: [Int], targets: Tensor? = nil, classNames: [String],
    indices: [Int], split: String, digest: String, preparation: [String]
  ) {
    precondition(samples.shape.rank == 4, "samples are [n, h, w, c]")
    precondition(
      samples.shape[0] == labels.count && labels.count == indices.count, "one label and index a sample")
    precondition(labels.allSatisfy(classNames.indices.contains), "a label names a class")
    precondition(
      targets.map { $0.shape.rank == 2 && $0.shape[0] == labels.count } ?? true, "targets are [n, k]")
    self.name = name
    self.samples = samples
    self.labels = labels
    self.targets = targets
    self.classNames = classNames
    self.indices = indices
    self.split = split
    self.digest = digest
    self.preparation = preparation
  }

  /// The number of samples.
  public var count: Int { labels.count }

  /// Height, width and channels of one sample.
  public var sampleShape: (height: Int, width: Int, channels: Int) {
    (samples.shape[1], samples.shape[2], samples.shape[3])
  }

  /// The number of samples of each class.
  public var classCounts: [Int] {
    labels.reduce(into: [Int](repeating: 0, count: classNames.count)) { $0[$1] += 1 }
  }

  /// The mean over all numbers of all samples.
  public var mean: Double {
    samples.withSpan { values in
      var sum = 0.0
      for i in values.indices { sum += Double(values[i]) }
      return sum / Double(max(values.count, 1))
    }
  }

  /// The samples at `rows`, in that order; a row may occur more than once.
  ///
  /// - Throws: `rowOutOfRange`.
  public func subset(rows: [Int]) throws(DatasetError) -> Dataset {
    for row in rows where !labels.indices.contains(row) {
      throw .rowOutOfRange(row: row, count: count)
    }
    var result = Dataset(
      name: name, samples: samples.rows(rows), labels: rows.map { labels[$0] },
      targets: targets.map { $0.rows(rows) }, classNames: classNames, indices: rows.map { indices[$0] },
      split: split, digest: digest, preparation: preparation)
    result.redrawing = redrawing
    result.attributes = attributes.map { attribute in (attribute.name, rows.map { attribute.values[$0] }) }
    return result
  }

  /// The samples at `rows` in the engine's layout [h, w, rows, c]: one pixel of all samples is one matrix.
  ///
  /// - Precondition: every row is below `count`.
  public func batch(rows: [Int]) -> Tensor {
    let (height, width, channels) = sampleShape
    let pixels = height * width
    var batch = Tensor(zeros: [height, width, rows.count, channels])
    samples.withSpan { source in
      batch.withMutableSpan { target in
        for (place, row) in rows.enumerated() {
          for pixel in 0..<pixels {
            let from = (row * pixels + pixel) * channels
            let to = (pixel * rows.count + place) * channels
            for channel in 0..<channels { target[to + channel] = source[from + channel] }
          }
        }
      }
    }
    return batch
  }

  /// The targets at `rows`, [rows, k]; nil for classification.
  ///
  /// - Precondition: every row is below `count`.
  public func batchTargets(rows: [Int]) -> Tensor? {
    targets.map { $0.rows(rows) }
  }

  /// The rows of the samples that also stand in `other`: those at the same place of the same files, in whatever view, and those
  /// equal number for number to one there.
  ///
  /// From different files both have to be prepared alike to be found. One pass over each with a hash of the bits.
  public func rows(sharedWith other: Dataset) -> [Int] {
    let isSameFile = !digest.isEmpty && digest == other.digest
    let places = isSameFile ? Set(other.indices) : []
    guard samples.shape.dims.dropFirst() == other.samples.shape.dims.dropFirst() else {
      return labels.indices.filter { places.contains(indices[$0]) }
    }
    let known = Dictionary(grouping: 0..<other.count) { other.samples.rowHash($0) }
    return labels.indices.filter { row in
      places.contains(indices[row])
        || known[samples.rowHash(row), default: []].contains {
          samples.row(row, equals: other.samples, row: $0)
        }
    }
  }
}

extension Tensor {
  private var rowLength: Int { shape.dims.dropFirst().reduce(1, *) }

  /// The slices at `rows` of the outermost axis.
  fileprivate func rows(_ rows: [Int]) -> Tensor {
    let length = rowLength
    var result = Tensor(zeros: Shape([rows.count] + shape.dims.dropFirst()))
    withSpan { source in
      result.withMutableSpan { target in
        for (place, row) in rows.enumerated() {
          for i in 0..<length { target[place * length + i] = source[row * length + i] }
        }
      }
    }
    return result
  }

  /// FNV-1a over the bit patterns of one slice of the outermost axis, 32 bits at a time.
  fileprivate func rowHash(_ row: Int) -> UInt64 {
    let length = rowLength
    return withSpan { values in
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for i in row * length..<(row + 1) * length {
        hash = (hash ^ UInt64(values[i].bitPattern)) &* 0x100_0000_01B3
      }
      return hash
    }
  }

  fileprivate func row(_ row: Int, equals other: Tensor, row otherRow: Int) -> Bool {
    let length = rowLength
    return withSpan { mine in
      other.withSpan { theirs in
        (0..<length).allSatisfy { mine[row * length + $0] == theirs[otherRow * length + $0] }
      }
    }
  }
}
