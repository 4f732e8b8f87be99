import Datasets
import Language
import Network
import Tables

/// Anything that a name can stand for.
public indirect enum Value: Sendable {
  case nothing
  case number(Double)
  case quantity(Double, QuantityUnit)
  case string(String)
  /// A bare word taken literally: `kl`, `sandal`.
  case word(String)
  case flag(Bool)
  /// Whole numbers from the first to the last, both included.
  case range(Int, Int)
  case list([Value])
  case record([Field])
  case table(Table)
  case dataset(Dataset)
  case model(Model)
  case recipe(Recipe)
  case run(TrainedRun)
  case runs(RunSeries)
  case figure(FigureFiles)
  case definition(Definition)

  /// One named entry of a record.
  public struct Field: Sendable {
    public var name: String
    public var value: Value
  }

  /// What the value is, with its article, for error messages.
  public var kindName: String {
    switch self {
    case .nothing: "nothing"
    case .number: "a number"
    case .quantity(_, let unit): unit.dimension == .time ? "a time" : "a memory size"
    case .string: "a string"
    case .word: "a word"
    case .flag: "yes or no"
    case .range: "a range"
    case .list: "a list"
    case .record: "a record"
    case .table: "a table"
    case .dataset: "a data set"
    case .model: "a model recipe without weights"
    case .recipe(let recipe):
      recipe.declaration.roles.count > 1 ? "a recipe" : recipe.declaration.roles[0].article
    case .run: "a run"
    case .runs: "a series of runs"
    case .figure: "a figure"
    case .definition: "a definition"
    }
  }

  public var number: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  public var flag: Bool? {
    if case .flag(let value) = self { value } else { nil }
  }

  /// The letters of a word or a string.
  public var text: String? {
    switch self {
    case .word(let text), .string(let text): text
    default: nil
    }
  }

  /// A whole number that fits into `Int`.
  public var wholeNumber: Int? { number.flatMap { Int(exactly: $0) } }

  /// The parts of a list or range; nil for every other value.
  public var elements: [Value]? {
    switch self {
    case .list(let items): items
    case .range(let first, let last): first <= last ? (first...last).map { .number(Double($0)) } : []
    default: nil
    }
  }

  /// A value of a table's cell.
  init(_ cell: Cell) {
    switch cell {
    case .number(let value): self = .number(value)
    case .text(let text): self = .word(text)
    case .flag(let flag): self = .flag(flag)
    case .missing: self = .nothing
    }
  }

  /// The value as a table's cell, where it fits into one.
  var cell: Cell? {
    switch self {
    case .number(let value): .number(value)
    case .string(let text), .word(let text): .text(text)
    case .flag(let flag): .flag(flag)
    case .nothing: .missing
    case .recipe(let recipe): .text(recipe.sourceText)
    case .model(let model): .text(model.name)
    case .record(let fields): fields.first { $0.name == "name" }?.value.text.map { .text($0) }
    default: nil
    }
  }
}

/// A `def` of the script.
public struct Definition: Sendable {
  public var name: String
  var parameters: [FormalParameter]
  var body: Block
  var source: Source
  /// Where the whole statement stands.
  var range: ByteRange
}

/// The files that one plot wrote.
public struct FigureFiles: Sendable, Hashable {
  /// Paths, the first of which is the SVG.
  public var paths: [String]
  /// What was drawn, in one line.
  public var summary: String
}
