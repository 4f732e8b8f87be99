import Language

/// What a thing or an option takes; errors, help and checking all follow from it.
public indirect enum ValueKind: Sendable, Hashable {
  /// A number in an interval.
  case number(Bound)
  /// A whole number, at least so large.
  case whole(atLeast: Int)
  case numbers
  case wholes(atLeast: Int)
  case flag
  case text
  /// A time such as `5min`.
  case duration
  /// A memory size such as `2GB`.
  case memory
  /// One word of a closed list.
  case word([String])
  /// One or several words of a closed list.
  case words([String])
  /// One or several free words: classes, columns.
  case names(String)
  case dataset
  case model
  case run
  case runs
  case table
  case recipe(RecipeRole)
  /// One or several recipes.
  case recipes(RecipeRole)
  /// A whole number or `(init=1, order=2)`.
  case seed
  /// An expression that is asked again and again while training.
  case condition
  case any
  case either([ValueKind])
  /// A certain bare word that is no variable, or something else.
  case orWord(String, ValueKind)

  public enum Bound: Sendable, Hashable {
    case any, positive, nonNegative
  }

  /// The kind in words, with its article.
  public var description: String {
    switch self {
    case .number(.any): "a number"
    case .number(.positive): "a number above 0"
    case .number(.nonNegative): "a number, 0 or more"
    case .whole(let least): least > .min ? "a whole number, \(least) or more" : "a whole number"
    case .numbers: "a list of numbers"
    case .wholes(let least): "a list of whole numbers, each \(least) or more"
    case .flag: "yes or no"
    case .text: "a string"
    case .duration: "a time such as 5min"
    case .memory: "a memory size such as 2GB"
    case .word(let words):
      words.count == 1 ? "the word \(words[0])" : "one of " + words.joined(separator: ", ")
    case .words(let words): "one or several of " + words.joined(separator: ", ")
    case .names(let what): what
    case .dataset: "a data set"
    case .model: "a model"
    case .run: "a run"
    case .runs: "a run or a series of runs"
    case .table: "a table"
    case .recipe(let role): role.article
    case .recipes(.optimizer): "one or several optimisers"
    case .recipes(.update): "one or several updates"
    case .seed: "a whole number or (init=1, order=2)"
    case .condition: "a condition such as (loss < 0.1)"
    case .any: "a value"
    case .either(let kinds): kinds.map(\.description).joined(separator: ", or ")
    case .orWord(let word, let kind): "\(kind.description), or the word \(word)"
    }
  }

  /// Bare words are taken literally here.
  var isLiteral: Bool {
    switch self {
    case .word, .words, .names: true
    case .either(let kinds): kinds.contains { $0.isLiteral }
    default: false
    }
  }

  /// The words of a closed list.
  var words: [String] {
    switch self {
    case .word(let words), .words(let words): words
    case .either(let kinds): kinds.flatMap(\.words)
    case .flag: ["yes", "no"]
    default: []
    }
  }

  /// Whether a value fits; literal words have been checked against their list before.
  func accepts(_ value: Value) -> Bool {
    switch self {
    case .number(let bound):
      guard let number = value.number, number.isFinite else { return false }
      return bound == .any || number > 0 || (bound == .nonNegative && number == 0)
    case .whole(let least): return value.wholeNumber.map { $0 >= least } ?? false
    case .numbers: return value.elements?.allSatisfy { $0.number != nil } ?? false
    case .wholes(let least):
      return value.elements?.allSatisfy { $0.wholeNumber.map { $0 >= least } ?? false } ?? false
    case .flag: return value.flag != nil
    case .text: return if case .string = value { true } else { false }
    case .duration:
      return if case .quantity(let time, let unit) = value { unit.dimension == .time && time >= 0 } else {
        false
      }
    case .memory:
      return if case .quantity(let size, let unit) = value { unit.dimension == .size && size > 0 } else {
        false
      }
    case .word(let words): return value.text.map(words.contains) ?? false
    case .words(let words):
      return (value.elements ?? [value]).allSatisfy { $0.text.map(words.contains) ?? false }
    case .names: return (value.elements ?? [value]).allSatisfy { $0.text != nil }
    case .dataset: return if case .dataset = value { true } else { false }
    case .model: return if case .model = value { true } else { false }
    case .run: return if case .run = value { true } else { false }
    case .runs:
      switch value {
      case .run, .runs: return true
      default: return false
      }
    case .table: return if case .table = value { true } else { false }
    case .recipe(let role):
      return if case .recipe(let recipe) = value { recipe.declaration.roles.contains(role) } else { false }
    case .recipes(let role):
      return (value.elements ?? [value]).allSatisfy { ValueKind.recipe(role).accepts($0) }
    case .seed: return isSeed(value)
    case .condition, .any: return true
    case .either(let kinds): return kinds.contains { $0.accepts(value) }
    case .orWord(let word, let kind):
      if case .word(word) = value { return true }
      return kind.accepts(value)
    }
  }

  /// What was found in the place of this kind: the number itself, and of a list the first element that does not fit.
  func found(_ value: Value) -> String {
    switch (self, value) {
    case (.number, .number), (.whole, .number), (.seed, .number): return value.sourceText
    case (.wholes(let least), .list(let items)):
      return ValueKind.whole(atLeast: least).misfit(in: items) ?? value.kindName
    case (.numbers, .list(let items)): return ValueKind.number(.any).misfit(in: items) ?? value.kindName
    case (.recipes(let role), .list(let items)):
      return ValueKind.recipe(role).misfit(in: items) ?? value.kindName
    default: return value.kindName
    }
  }

  private func misfit(in items: [Value]) -> String? {
    guard let item = items.first(where: { !accepts($0) }) else { return nil }
    return "one with " + (item.number == nil && item.text == nil ? item.kindName : item.sourceText)
  }

  /// An element that a list of different words or recipes holds twice.
  func repeatedElement(of value: Value) -> Value? {
    switch self {
    case .words, .recipes: break
    default: return nil
    }
    let items = value.elements ?? []
    return items.indices.first { place in items[..<place].contains { $0.isEqual(to: items[place]) } }
      .map { items[$0] }
  }

  private func isSeed(_ value: Value) -> Bool {
    switch value {
    case .number: value.wholeNumber.map { $0 >= 0 } ?? false
    case .record(let fields): fields.allSatisfy { isSeed($0.value) && $0.value.number != nil }
    default: false
    }
  }
}
