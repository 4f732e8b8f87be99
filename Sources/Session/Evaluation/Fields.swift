import Datasets
import Language
import Network
import Random
import Tables
import Training

extension Value {
  /// The names that can stand after a `.`.
  var fieldNames: [String] {
    switch self {
    case .run:
      [
        "srel", "evaluations", "history", "loss", "accuracy", "step", "epoch", "seed", "name", "weights",
        "shared_test",
      ]
    case .runs: ["srel", "evaluations", "history", "loss", "accuracy", "count"]
    case .dataset(let data):
      ["count", "classes", "labels", "shape", "name", "split", "indices", "digest"]
        + data.attributes.map(\.name)
    case .table(let table): ["count"] + table.columnNames
    case .record(let fields): fields.map(\.name)
    case .list, .range: ["count"]
    case .recipe(let recipe): ["name"] + recipe.declaration.options.map(\.name)
    case .model: ["name"]
    default: []
    }
  }

  /// The value after a `.`, nil where there is none of that name.
  func field(_ name: String) throws -> Value? {
    switch self {
    case .run(let run): return try run.field(name)?.made(from: [self])
    case .runs(let runs): return try runs.field(name)?.made(from: [self])
    case .dataset(let data): return data.field(name)
    case .table(let table):
      if table.hasColumn(named: name) { return .list(try table.column(named: name).cells.map { Value($0) }) }
      return name == "count" ? .number(Double(table.rowCount)) : nil
    case .record(let fields): return fields.first { $0.name == name }?.value
    case .list, .range: return name == "count" ? .number(Double(elements?.count ?? 0)) : nil
    case .recipe(let recipe): return name == "name" ? .word(recipe.declaration.name) : recipe.values[name]
    case .model(let model): return name == "name" ? .word(model.name) : nil
    default: return nil
    }
  }

  /// The element or elements at an index, a range or a list of indices.
  func element(_ index: Value) throws -> Value {
    switch self {
    case .dataset(let data):
      let rows = try index.rows(count: data.count)
      return .dataset(try data.subset(rows: rows))
    case .runs(let runs):
      if let place = index.wholeNumber {
        try Value.check(place, runs.runs.count)
        return .run(runs.runs[place])
      }
      let rows = try index.rows(count: runs.runs.count)
      return .runs(runs.runs(at: rows))
    case .list, .range:
      let all = elements ?? []
      if let place = index.wholeNumber {
        try Value.check(place, all.count)
        return all[place]
      }
      return .list(try index.rows(count: all.count).map { all[$0] })
    default:
      throw SessionError.wrongKind(
        what: "[…]", expected: "a list, a table, a data set or runs", found: kindName, hint: nil)
    }
  }

  /// The rows that an index stands for, each of which exists.
  func rows(count: Int) throws -> [Int] {
    if let whole = wholeNumber {
      try Value.check(whole, count)
      return [whole]
    }
    if case .range(let first, let last) = self {
      guard first <= last else { return [] }
      try Value.check(first, count)
      try Value.check(last, count)
      return Array(first...last)
    }
    guard let items = elements else { throw SessionError.notAnIndex(kind: kindName) }
    return try items.map { item in
      guard let place = item.wholeNumber else { throw SessionError.notAnIndex(kind: item.kindName) }
      try Value.check(place, count)
      return place
    }
  }

  private static func check(_ place: Int, _ count: Int) throws {
    guard place >= 0, place < count else {
      throw SessionError.indexOutOfRange(index: String(place), count: count)
    }
  }
}

extension TrainedRun {
  func field(_ name: String) throws -> Value? {
    switch name {
    case "srel": .table(try srel())
    case "evaluations": .table(try evaluations())
    case "history": .table(history)
    case "loss": .number(loss)
    case "accuracy": .number(accuracy)
    case "step": .number(Double(run.step))
    case "epoch": .number(run.epoch)
    case "seed": .number(Double(run.options.seed.root))
    case "name": .string(self.name)
    case "weights": .number(Double(run.network.weightCount))
    case "shared_test": .list(sharedTestIndices.map { .number(Double($0)) })
    default: nil
    }
  }
}

extension RunSeries {
  func field(_ name: String) throws -> Value? {
    switch name {
    case "srel": .table(try stacked { try $0.srel() })
    case "evaluations": .table(try stacked { try $0.evaluations() })
    case "history": .table(try stacked(\.history))
    case "count": .number(Double(runs.count))
    case "loss", "accuracy": .list(try runs.compactMap { try $0.field(name) })
    default: nil
    }
  }
}

extension Dataset {
  func field(_ name: String) -> Value? {
    switch name {
    case "count": .number(Double(count))
    case "classes": .list(classNames.map { .word($0) })
    case "labels": .list(labels.map { .word(classNames[$0]) })
    case "shape":
      .list([sampleShape.channels, sampleShape.height, sampleShape.width].map { .number(Double($0)) })
    case "name": .word(self.name)
    case "split": .word(split)
    case "indices": .list(indices.map { .number(Double($0)) })
    case "digest": .string(digest)
    case let name where attributes.contains { $0.name == name }:
      .list((attributes.first { $0.name == name }?.values ?? []).map { .word($0) })
    default: nil
    }
  }
}
