import Datasets
import Language
import Tables

extension Verb {
  /// `load regression "data.csv" target=y`, `load regression "x.npy" target="y.npy"`.
  static func loadRegression(_ session: Session, _ call: Call) throws -> Value {
    guard call.things.count > 1, let path = call.things[1].text else {
      throw SessionError.missingThing(
        owner: "load regression", thing: "FILE", kind: "the name of a CSV or NPY file")
    }
    let allowed: Set = ["target", "split"]
    if let option = call.command.options.first(where: { !allowed.contains($0.name.text) }) {
      throw SessionError.unknownOption(owner: "load regression", option: option.name.text, hint: nil)
        .diagnostic(at: option.name.range)
    }
    guard let targets = call.words("target"), let first = targets.first else {
      throw SessionError.missingOption(
        owner: "load regression", option: "target", kind: "columns of the CSV file, or an NPY file"
      ).diagnostic(at: call.command.range)
    }
    let data: Dataset
    if path.hasSuffix(".npy") {
      data = try session.located(at: call.command.items[1].range) {
        try Dataset.regression(name: path, samples: rows(of: path), targets: rows(of: first))
      }
    } else {
      let table = try session.located(at: call.command.items[1].range) { try Table(contentsOfCSV: path) }
      data = try session.located(at: call.range(of: "target")) {
        let names = table.columnNames.filter { !targets.contains($0) }
        return try Dataset.regression(
          name: path, samples: columns(names, of: table), targets: columns(targets, of: table))
      }
    }
    session.noteData(data)
    return .dataset(data)
  }

  /// The named columns side by side.
  private static func columns(_ names: [String], of table: Table) throws -> [[Double]] {
    let columns = try names.map { try table.numbers(in: $0) }
    return (0..<table.rowCount).map { row in columns.map { $0[row] } }
  }

  /// An array of numbers, [n, …], as n rows.
  private static func rows(of path: String) throws -> [[Double]] {
    let array = try NPYArray(reading: path)
    guard let count = array.dimensions.first, count > 0 else { throw DatasetError.empty(path: path) }
    let values = array.doubles
    let length = values.count / count
    return (0..<count).map { Array(values[$0 * length..<($0 + 1) * length]) }
  }
}
