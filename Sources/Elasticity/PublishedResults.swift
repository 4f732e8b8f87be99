import Datasets
import Tables

/// The results that the paper published as pickles (its repository's `Assets`), as long tables.
///
/// The pickles hold numbers only; what each stands for is known from the code that wrote them: 3 runs, 9 pairs of
/// classes in the order of its `plot_order`, one number for each measurement, which is the mean of 400 ratios with the
/// self pairs among them. A measurement is taken after every ninth batch of an epoch, counted from 0, so that its place
/// on the axis follows from the number of batches: 7 measurements an epoch for CIFAR, 6 for SVHN, which the published
/// figures divide by 7 all the same.
public struct PublishedResults: Sendable {
  /// S_rel: the columns of `Table.Schema.averages` after the key `data`.
  public let srel: Table
  /// Loss and accuracy after each epoch, on training and "test" pictures (which are training pictures, too).
  public let accuracy: Table
  /// The losses of the ridge notebooks along the flow, by features, kind of pairs, pair and start.
  public let ridge: Table
  /// S_rel of the ridge notebooks along the flow, by features, kind of pairs and start: the mean over their pairs.
  public let ridgeSrel: Table

  /// One of the paper's three classification experiments.
  struct Experiment {
    let name: String
    let file: String
    let classes: [String]
    let batches: Int

    /// Measurements in an epoch: after batches 0, 9, 18, ….
    var measurements: Int { (batches + 8) / 9 }
  }

  static let experiments = [
    Experiment(name: "cifar10", file: "cifar_10", classes: ["airplane", "automobile", "ship"], batches: 58),
    Experiment(
      name: "cifar100", file: "cifar_100", classes: ["motorcycle", "orange", "wardrobe"], batches: 60),
    Experiment(name: "svhn", file: "svhn", classes: ["0", "2", "4"], batches: 46),
  ]
  static let runs = 3
  static let epochs = 7
  /// Class of the probe and class of the source, in the order in which the pickles have the pairs.
  static let pairs = [(0, 0), (1, 0), (2, 0), (1, 1), (0, 1), (2, 1), (2, 2), (0, 2), (1, 2)]

  /// Reads every one of the paper's pickles that `folder` holds.
  ///
  /// - Throws: `DatasetError`: `absentPart` where it holds none of them, and what is wrong with one of them.
  public init(folder: String) throws {
    var srel = Table(columns: [("data", .key)] + Table.Schema.averages)
    var accuracy = Table(columns: [
      ("data", .key), ("split", .key), ("run", .replicate), ("epoch", .axis), ("loss", .value),
      ("accuracy", .value),
    ])
    for experiment in Self.experiments {
      for (part, distance) in [("kl", Distance.publishedKL), ("suhe", .publishedL2)] {
        let path = "\(folder)/pair_iters_\(experiment.file)_\(part).pkl"
        if let value = try Self.pickle(path) { try Self.append(value, experiment, distance, path, to: &srel) }
      }
      // The two definitions were measured on the same runs; their metrics are the same to the byte.
      for part in ["kl", "suhe"] {
        let path = "\(folder)/metrics_dictionary_\(experiment.file)_\(part).pkl"
        if let value = try Self.pickle(path) {
          try Self.append(metrics: value, experiment, path, to: &accuracy)
          break
        }
      }
    }
    let (ridge, ridgeSrel) = (try Self.ridge(in: folder), try Self.ridgeSrel(in: folder))
    guard srel.rowCount + accuracy.rowCount + ridge.rowCount + ridgeSrel.rowCount > 0 else {
      throw DatasetError.absentPart(
        path: folder, name: "pickles of the paper, such as pair_iters_cifar_10_kl.pkl", present: [])
    }
    (self.srel, self.accuracy) = (srel, accuracy)
    (self.ridge, self.ridgeSrel) = (ridge, ridgeSrel)
  }

  /// The pickle at a path; nil where there is none.
  static func pickle(_ path: String) throws -> PickleValue? {
    do {
      return try PickleValue(reading: path)
    } catch DatasetError.missing {
      return nil
    }
  }

  private static func append(
    _ value: PickleValue, _ experiment: Experiment, _ distance: Distance, _ path: String,
    to table: inout Table
  ) throws {
    let shape = [runs, pairs.count, epochs * experiment.measurements]
    let numbers = try numbers(value, shape, path)
    for (place, number) in numbers.enumerated() {
      let (series, measurement) = place.quotientAndRemainder(dividingBy: shape[2])
      let (run, pair) = series.quotientAndRemainder(dividingBy: pairs.count)
      let (epoch, inside) = measurement.quotientAndRemainder(dividingBy: experiment.measurements)
      let step = epoch * experiment.batches + 9 * inside + 1
      let (probe, source) = pairs[pair]
      try table.append([
        "data": .text(experiment.name), "run": .text("run\(run + 1)"),
        "epoch": .number(Double(step) / Double(experiment.batches)), "step": .number(Double(step)),
        "update": .text("adam_fresh"), "update_lr": .number(1e-4), "control": .text("none"),
        "distance": .text(distance.rawValue), "average": .text("mean"),
        "source_class": .text(experiment.classes[source]), "probe_class": .text(experiment.classes[probe]),
        "same": .flag(source == probe), "n": .number(400), "dropped": .number(0), "value": .number(number),
      ])
    }
  }

  private static func append(
    metrics value: PickleValue, _ experiment: Experiment, _ path: String, to table: inout Table
  ) throws {
    for split in ["train", "test"] {
      func metric(_ name: String) throws -> [Double] {
        guard let entry = value["\(split)_\(name)"] else {
          throw DatasetError.absentPart(path: path, name: "'\(split)_\(name)'", present: [])
        }
        return try numbers(entry, [runs, epochs], path)
      }
      let (accuracies, losses) = (try metric("accs"), try metric("losses"))
      for place in accuracies.indices {
        try table.append([
          .text(experiment.name), .text(split), .text("run\(place / epochs + 1)"),
          .number(Double(place % epochs + 1)), .number(losses[place]), .number(accuracies[place]),
        ])
      }
    }
  }

  /// The numbers of nested lists, tuples or arrays of the given lengths, the last index fastest.
  static func numbers(_ value: PickleValue, _ shape: [Int], _ path: String) throws -> [Double] {
    if shape.isEmpty {
      guard let number = value.number else { throw unfit(value, "a number", path) }
      return [number]
    }
    if case .array(let array) = value {
      guard array.dimensions == shape else { throw unfit(value, "an array of shape \(shape)", path) }
      return array.doubles
    }
    guard let parts = value.elements, parts.count == shape[0] else {
      throw unfit(value, "a list of \(shape[0])", path)
    }
    return try parts.flatMap { try numbers($0, Array(shape.dropFirst()), path) }
  }

  private static func unfit(_ value: PickleValue, _ expected: String, _ path: String) -> DatasetError {
    .malformed(
      path: path, format: "a result of the paper",
      reason: "\(expected) is expected, \(value.kindName) was found")
  }
}
