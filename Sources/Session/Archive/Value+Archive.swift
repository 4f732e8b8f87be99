import Datasets
import Language
import Tables
import Tensor
import Training

/// The bytes of a value, and what they hang on.
struct ArchivedValue {
  var digest: String
  /// The objects in which the value lies, its own among them.
  var objects: Set<String>
}

extension ObjectStore {
  /// The first bytes of an archived value: the name of the format and its version.
  private static let header = "srel value 2"

  /// Keeps a value; its digest is the SHA-256 of its bytes.
  ///
  /// - Parameter root: the folder of the run, which is left out of the paths of figures.
  func put(_ value: Value, root: String?) throws(ArchiveError) -> ArchivedValue {
    var writer = ArchiveWriter(to: self)
    writer.append(Self.header)
    try writer.append(value, root: root)
    let digest = try put(writer.bytes)
    return ArchivedValue(digest: digest, objects: writer.objects.union([digest]))
  }

  /// The value of a digest.
  func value(of digest: String, root: String?) throws(ArchiveError) -> Value {
    var reader = ArchiveReader(try bytes(of: digest), from: self)
    guard try reader.text() == Self.header else { throw .otherVersion }
    let value = try reader.value(root: root)
    try reader.finish()
    return value
  }
}

extension Value {
  /// The tensors that several values may share.
  var sharedTensors: [Tensor] {
    func tensors(_ data: Dataset) -> [Tensor] { [data.samples] + (data.targets.map { [$0] } ?? []) }
    func tensors(_ run: TrainedRun) -> [Tensor] {
      ([run.run.data] + [run.test, run.start?.data].compactMap(\.self)).flatMap(tensors)
    }
    switch self {
    case .dataset(let data): return tensors(data)
    case .run(let run): return tensors(run)
    case .runs(let series): return series.runs.flatMap(tensors)
    case .list(let items): return items.flatMap(\.sharedTensors)
    case .record(let fields): return fields.flatMap(\.value.sharedTensors)
    default: return []
    }
  }
}

/// What kind of value follows; numbers that are never given to another kind.
private enum Tag: UInt8 {
  case nothing, number, quantity, string, word, flag, range, list, record, table, dataset, model, recipe, run
  case runs, figure, definition
}

extension ArchiveWriter {
  mutating func append(_ value: Value, root: String?) throws(ArchiveError) {
    func tag(_ tag: Tag) { append(tag: tag.rawValue) }
    switch value {
    case .nothing: tag(.nothing)
    case .number(let number):
      tag(.number)
      append(number)
    case .quantity(let number, let unit):
      tag(.quantity)
      append(number)
      append(unit.rawValue)
    case .string(let text):
      tag(.string)
      append(text)
    case .word(let text):
      tag(.word)
      append(text)
    case .flag(let flag):
      tag(.flag)
      append(flag)
    case .range(let first, let last):
      tag(.range)
      append(first)
      append(last)
    case .list(let items):
      tag(.list)
      try append(each: items) { (writer, item) throws(ArchiveError) in try writer.append(item, root: root) }
    case .record(let fields):
      tag(.record)
      try append(each: fields) { (writer, field) throws(ArchiveError) in
        writer.append(field.name)
        try writer.append(field.value, root: root)
      }
    case .table(let table):
      tag(.table)
      append(table)
    case .dataset(let data):
      tag(.dataset)
      try append(data)
    case .model(let model):
      tag(.model)
      try append(model)
    case .recipe(let recipe):
      tag(.recipe)
      append(recipe.declaration.name)
      try append(each: recipe.values.sorted { $0.key < $1.key }) { (writer, entry) throws(ArchiveError) in
        writer.append(entry.key)
        try writer.append(entry.value, root: root)
      }
    case .run(let run):
      tag(.run)
      try append(run)
    case .runs(let series):
      tag(.runs)
      try append(series, root: root)
    case .figure(let figure):
      tag(.figure)
      append(figure.paths.map { $0.leavingOut(root) })
      append(figure.summary)
    case .definition(let definition):
      tag(.definition)
      append(definition.syntax.text)
    }
  }

  private mutating func append(_ series: RunSeries, root: String?) throws(ArchiveError) {
    append(series.name)
    try append(each: series.values) { (writer, value) throws(ArchiveError) in
      try writer.append(value, root: root)
    }
    try append(each: series.runs) { (writer, run) throws(ArchiveError) in try writer.append(run) }
    try append(each: series.outer) { (writer, level) throws(ArchiveError) in
      writer.append(level.name)
      try writer.append(each: level.values) { (writer, value) throws(ArchiveError) in
        try writer.append(value, root: root)
      }
    }
  }
}

extension ArchiveReader {
  /// - Throws: `malformed` for bytes that no value has, and for values nested more deeply than any can be.
  mutating func value(root: String?, depth: Int = 0) throws(ArchiveError) -> Value {
    guard depth < 1000, let tag = Tag(rawValue: try tag()) else { throw .malformed("value") }
    func inner(_ reader: inout ArchiveReader) throws(ArchiveError) -> Value {
      try reader.value(root: root, depth: depth + 1)
    }
    switch tag {
    case .nothing: return .nothing
    case .number: return .number(try number())
    case .quantity:
      let number = try number()
      guard let unit = QuantityUnit(rawValue: try text()) else { throw .malformed("unit") }
      return .quantity(number, unit)
    case .string: return .string(try text())
    case .word: return .word(try text())
    case .flag: return .flag(try flag())
    case .range: return .range(try whole(), try whole())
    case .list: return .list(try list(inner))
    case .record:
      return .record(
        try list { (reader) throws(ArchiveError) in
          Value.Field(name: try reader.text(), value: try inner(&reader))
        })
    case .table: return .table(try table())
    case .dataset: return .dataset(try dataset())
    case .model: return .model(try model())
    case .recipe:
      guard let declaration = Registry.recipesByName[try text()] else { throw .malformed("recipe") }
      let values = try list { (reader) throws(ArchiveError) in (try reader.text(), try inner(&reader)) }
      return .recipe(Recipe(declaration: declaration, values: Dictionary(values) { $1 }))
    case .run: return .run(try run())
    case .runs: return .runs(try series(inner))
    case .figure:
      return .figure(FigureFiles(paths: try texts().map { $0.putting(root) }, summary: try text()))
    case .definition:
      guard let definition = Definition(SyntaxText(try text())) else { throw .malformed("definition") }
      return .definition(definition)
    }
  }

  private mutating func series(
    _ value: (inout ArchiveReader) throws(ArchiveError) -> Value
  ) throws(ArchiveError) -> RunSeries {
    let name = try text()
    let values = try list(value)
    let runs = try list { (reader) throws(ArchiveError) in try reader.run() }
    let outer = try list { (reader) throws(ArchiveError) in
      (name: try reader.text(), values: try reader.list(value))
    }
    guard values.count == runs.count, outer.allSatisfy({ $0.values.count == runs.count }) else {
      throw .malformed("series")
    }
    var series = RunSeries(name: name, values: values, runs: runs)
    series.outer = outer
    return series
  }
}

extension String {
  /// Stands for the folder of the run; no text of a program can hold it.
  private static let rootMark = "\u{0}/"

  /// The text without the folder of the run in its paths.
  func leavingOut(_ root: String?) -> String { replacingFolder(root, with: Self.rootMark) }

  /// The text with the folder of the run where it was left out.
  func putting(_ root: String?) -> String { replacing(Self.rootMark, with: root.map { $0 + "/" } ?? "") }
}
