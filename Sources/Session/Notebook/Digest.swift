import Datasets
import Language
import Network
import Tables
import Tensor
import Training

/// SHA-256 of what a session holds.
enum Digest {
  static func text(_ text: String) -> String { sha256(Array(text.utf8)) }

  /// The digest of a value: equal for the same bits, on every machine and for every number of threads.
  ///
  /// - Parameter root: the folder of the run, which is left out of the names of figures.
  static func value(_ value: Value, root: String?) -> String {
    text(value.kindName + "\n" + content(value).withoutFolder(root))
  }

  private static func content(_ value: Value) -> String {
    switch value {
    case .list(let items): items.map(content).joined(separator: "\n")
    case .record(let fields): fields.map { $0.name + "=" + content($0.value) }.joined(separator: "\n")
    case .table(let table): table.columns.map(\.role.rawValue).joined(separator: ",") + "\n" + table.csv
    case .dataset(let data): content(data)
    case .run(let run): content(run)
    case .runs(let series):
      zip(series.runs.indices, series.runs).map { series.label($0) + "\n" + content($1) }.joined(
        separator: "\n")
    case .definition(let definition): definition.source[definition.body.range]
    case .figure: value.displayText
    default: value.sourceText
    }
  }

  private static func content(_ data: Dataset) -> String {
    let attributes = data.attributes.map { "\($0.name) " + $0.values.joined(separator: ",") }
    return
      ([data.name, data.split] + data.preparation + data.classNames + attributes + [
        data.labels.map(String.init).joined(separator: ","),
        data.indices.map(String.init).joined(separator: ","),
        digest(data.samples), data.targets.map(digest) ?? "",
      ]).joined(separator: "\n")
  }

  private static func content(_ run: TrainedRun) -> String {
    let origin = [
      run.name, run.run.network.model.sourceText, run.run.optimizer.sourceText, content(run.run.data),
    ]
    let tables = [run.history] + run.measurements + run.evaluationParts
    return (origin + run.run.weights.map(digest) + tables.map(\.csv)).joined(separator: "\n")
  }

  private static func digest(_ tensor: Tensor) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * tensor.count)
    for scalar in tensor.scalars {
      let bits = scalar.bitPattern
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    return sha256(bytes)
  }
}

extension String {
  /// The text with the paths below a folder as seen from there: it is then the same wherever the folder stands.
  func withoutFolder(_ root: String?) -> String { root.map { replacing($0 + "/", with: "") } ?? self }
}
