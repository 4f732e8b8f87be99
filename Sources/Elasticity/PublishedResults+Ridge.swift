import Datasets
import Tables

/// The pickles of the ridge notebooks: what each flow of 20 pairs and 10 starts gave, with 10 and 100
/// features, in the two notebooks (both pair samples of different classes, also the one called "intraclass").
/// The shape of the S is that of the code that wrote them; the authors' own files of S were not at hand.
extension PublishedResults {
  private static let pairCount = 20
  private static let startCount = 10
  private static let times = 0...8000

  /// The pickles of one name that a folder holds.
  private static func files(_ name: String, in folder: String) throws -> [(
    features: Int, kind: String, path: String, value: PickleValue
  )] {
    try [10, 100].flatMap { features in
      try [("", "interclass"), ("_intraclass", "intraclass")].compactMap { ending, kind in
        let path = "\(folder)/\(name)_path_avg_p\(features)_dim100\(ending).pkl"
        return try pickle(path).map { (features, kind, path, $0) }
      }
    }
  }

  /// The loss at every hundredth time.
  static func ridge(in folder: String) throws -> Table {
    var table = Table(columns: [
      ("features", .key), ("pairs", .key), ("pair", .replicate), ("start", .replicate), ("time", .axis),
      ("loss", .value),
    ])
    let count = times.upperBound / 100 + 1
    for file in try files("Loss", in: folder) {
      let losses = try numbers(file.value, [pairCount, startCount, count], file.path)
      for (place, loss) in losses.enumerated() {
        let (series, time) = place.quotientAndRemainder(dividingBy: count)
        try table.append([
          .number(Double(file.features)), .text(file.kind), .number(Double(series / startCount)),
          .number(Double(series % startCount)), .number(Double(100 * time)), .number(loss),
        ])
      }
    }
    return table
  }

  /// S at every time, [pair][start][time][1], as the mean over the pairs: 1.6 million numbers a file are
  /// read.
  static func ridgeSrel(in folder: String) throws -> Table {
    var table = Table(columns: [
      ("features", .key), ("pairs", .key), ("start", .replicate), ("time", .axis), ("n", .note),
      ("value", .value),
    ])
    for file in try files("SRel", in: folder) {
      let values = try numbers(file.value, [pairCount, startCount, times.count, 1], file.path)
      let ofPair = startCount * times.count
      for place in 0..<ofPair {
        let sum = (0..<pairCount).reduce(0) { $0 + values[$1 * ofPair + place] }
        try table.append([
          .number(Double(file.features)), .text(file.kind), .number(Double(place / times.count)),
          .number(Double(place % times.count)), .number(Double(pairCount)),
          .number(sum / Double(pairCount)),
        ])
      }
    }
    return table
  }
}
