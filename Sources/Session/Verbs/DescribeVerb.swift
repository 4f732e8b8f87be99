import Datasets
import Language
import Network
import Tables
import Tensor
import Training

extension Verb {
  static let describe = Verb(
    "describe",
    "a table about a value: the columns of a table, the classes of a data set, the weights of a run, a list of numbers",
    things: [ThingDeclaration("THING", .any, "a table, a data set, a run or a list of numbers")],
    example: "describe run.srel"
  ) { session, call in
    switch call.things[0] {
    case .table(let table): return .table(table.described())
    case .dataset(let data): return .table(try data.described())
    case .run(let run): return .table(try run.describedWeights())
    case let value:
      if let items = value.elements, !items.isEmpty, items.allSatisfy({ $0.number != nil }) {
        return .table(
          try Table.described(
            items.compactMap(\.number), as: [("n", .value)], row: [.number(Double(items.count))]))
      }
      throw SessionError.wrongKind(
        what: "describe", expected: "a table, a data set, a run or a list of numbers", found: value.kindName,
        hint: "show tells what else there is"
      ).diagnostic(at: call.command.items[0].range)
    }
  }
}

extension Dataset {
  /// One row a class: how many samples, and the statistics of all their numbers.
  func described() throws -> Table {
    let length = count > 0 ? samples.shape.count / count : 0
    var tables: [Table] = []
    for (place, name) in classNames.enumerated() {
      let rows = labels.indices.filter { labels[$0] == place }
      let numbers = samples.withSpan { values in
        rows.flatMap { row in (row * length..<(row + 1) * length).map { Double(values[$0]) } }
      }
      tables.append(
        try Table.described(
          numbers, as: [("class", .key), ("samples", .value)],
          row: [.text(name), .number(Double(rows.count))]))
    }
    return try Table.stacked(tables)
  }
}

extension TrainedRun {
  /// One row a parameter of the network: its shape and the statistics of its weights.
  func describedWeights() throws -> Table {
    let names = run.network.parameters.map(\.name)
    return try Table.stacked(
      zip(names, run.weights).map { name, weights in
        let numbers = weights.withSpan { values in values.indices.map { Double(values[$0]) } }
        return try Table.described(
          numbers, as: [("parameter", .key), ("shape", .note), ("weights", .value)],
          row: [.text(name), .text("\(weights.shape)"), .number(Double(numbers.count))])
      })
  }
}

extension Table {
  /// One row: given cells, then mean, sd, min, median and max of some numbers.
  fileprivate static func described(_ numbers: [Double], as columns: [(String, ColumnRole)], row: [Cell])
    throws
    -> Table
  {
    let statistics: [Statistic] = [.mean, .sd, .min, .median, .max]
    var table = Table(columns: columns + statistics.map { ($0.rawValue, .value) })
    try table.append(row + statistics.map { $0(numbers).map(Cell.number) ?? .missing })
    return table
  }
}
