import Language

/// Certain words of another option, with which alone an option has a meaning.
public struct OptionScope: Sendable, Hashable {
  public let option: String
  public let words: [String]

  /// `kind=lines, points`
  public var text: String { "\(option)=\(words.joined(separator: ", "))" }
}

/// An option of a verb or a recipe.
public struct OptionDeclaration: Sendable {
  public let name: String
  public let kind: ValueKind
  /// What is taken when the option is not given, as it would be typed; nil where there is nothing to take.
  public let defaultText: String?
  /// Has to be given, within its scope.
  public let isRequired: Bool
  /// Where the option may be given and its default is taken; nil for everywhere.
  public let scope: OptionScope?
  /// One line.
  public let doc: String

  public init(
    _ name: String, _ kind: ValueKind, default defaultText: String? = nil, isRequired: Bool = false,
    with scope: OptionScope? = nil, _ doc: String
  ) {
    self.name = name
    self.kind = kind
    self.defaultText = defaultText
    self.isRequired = isRequired
    self.scope = scope
    self.doc = doc + (scope.map { " (with \($0.text))" } ?? "")
  }

  /// Whether the option has a meaning where the options that scopes speak of have these words; one whose word is not
  /// known yet may have any.
  func isInScope(_ word: (String) -> String?) -> Bool {
    guard let scope, let found = word(scope.option) else { return true }
    return scope.words.contains(found)
  }
}

/// A thing that stands after a verb, before its options.
public struct ThingDeclaration: Sendable {
  public enum Count: Sendable {
    case one, optional, several
  }

  public let name: String
  public let kind: ValueKind
  public let count: Count
  public let doc: String

  public init(_ name: String, _ kind: ValueKind, _ doc: String) { self.init(name, kind, .one, doc) }

  public init(_ name: String, _ kind: ValueKind, _ count: Count, _ doc: String) {
    self.name = name
    self.kind = kind
    self.count = count
    self.doc = doc
  }
}

/// What the options of a verb are that it does not declare one by one.
public enum FurtherOptions: Sendable {
  /// There are none: an unknown name is an error.
  case none
  /// They choose rows of the table: `average=median`.
  case columns
  /// They set the `param` lines of a script: `epochs=1`.
  case parameters

  /// How they are written in a usage line.
  var usage: String? {
    switch self {
    case .none: nil
    case .columns: "COLUMN="
    case .parameters: "PARAM="
    }
  }

  /// What they take and what they are for.
  var help: (kind: String, doc: String) {
    switch self {
    case .none: ("", "")
    case .columns: ("entries", "only the rows with these, as in `average=median`")
    case .parameters: ("a value", "the value of a `param` of the script, as in `epochs=1`")
    }
  }
}

/// A verb: what it takes, what it is for, how it is used, and what it does.
public struct Verb: Sendable {
  public let name: String
  /// One line.
  public let doc: String
  public let things: [ThingDeclaration]
  public let options: [OptionDeclaration]
  /// A block with `every`, `at` and `when` may follow.
  public let takesBlock: Bool
  /// What options beyond the declared ones are.
  public let furtherOptions: FurtherOptions
  /// What a reader of the result has to know, a paragraph each.
  public let notes: [String]
  /// One command that runs after the ones in `Registry.exampleSetup`.
  public let example: String
  let perform: @Sendable (Session, Call) throws -> Value

  init(
    _ name: String, _ doc: String, things: [ThingDeclaration] = [], options: [OptionDeclaration] = [],
    takesBlock: Bool = false, furtherOptions: FurtherOptions = .none, notes: [String] = [], example: String,
    perform: @escaping @Sendable (Session, Call) throws -> Value
  ) {
    self.name = name
    self.doc = doc
    self.things = things
    self.options = options
    self.takesBlock = takesBlock
    self.furtherOptions = furtherOptions
    self.notes = notes
    self.example = example
    self.perform = perform
  }

  /// `train MODEL on=… [epochs=…] { … }`
  public var usage: String {
    let things = things.map { thing in
      switch thing.count {
      case .one: thing.name
      case .optional: "[\(thing.name)]"
      case .several: "[\(thing.name) …]"
      }
    }
    let options = options.map { $0.isRequired && $0.scope == nil ? "\($0.name)=…" : "[\($0.name)=…]" }
    let further = furtherOptions.usage.map { ["[\($0)…]"] } ?? []
    return ([name] + things + options + further + (takesBlock ? ["[{ … }]"] : [])).joined(separator: " ")
  }
}

/// A command whose things and options have been checked against its verb.
public struct Call {
  let verb: Verb
  let command: Command
  /// The values of the things, in order.
  var things: [Value]
  /// Every option that was given or has a default.
  var options: [String: Value]
  /// Where the options that were given stand.
  var ranges: [String: ByteRange]
  /// Options that are conditions, not yet evaluated.
  var conditions: [String: Expression]
  /// Options of verbs with `furtherOptions` that are none of the declared ones.
  var further: [(name: Name, value: Value)]

  /// The place of an option, or of the whole command.
  func range(of option: String) -> ByteRange { ranges[option] ?? command.range }

  /// The place of a word in the list of an option, or of the whole option.
  func range(of option: String, word: String) -> ByteRange {
    command.options.first { $0.name.text == option }?.value.range(ofWord: word) ?? range(of: option)
  }

  func flag(_ name: String) -> Bool { options[name]?.flag ?? false }
  func number(_ name: String) -> Double? { options[name]?.number }
  func whole(_ name: String) -> Int? { options[name]?.wholeNumber }
  func text(_ name: String) -> String? { options[name]?.text }

  /// One or several words.
  func words(_ name: String) -> [String]? {
    options[name].map { ($0.elements ?? [$0]).compactMap(\.text) }
  }

  /// The command with every option that it used, as it can be typed again.
  func echo(things: [String], source: Source) -> String {
    let given = Dictionary(
      uniqueKeysWithValues: command.options.map { ($0.name.text, source[$0.value.range]) })
    let declared = verb.options.compactMap { option -> String? in
      (given[option.name] ?? option.defaultText.flatMap { options[option.name] == nil ? nil : $0 }).map {
        "\(option.name)=\($0)"
      }
    }
    let others = further.map { "\($0.name.text)=\($0.value.sourceText)" }
    return ([verb.name] + things + declared + others).joined(separator: " ")
  }
}

/// A function of the expression language.
public struct FunctionDeclaration: Sendable {
  public let name: String
  public let doc: String
  /// `mean(values)` or `mean(table, column, by=columns)`.
  public let usage: [String]
  public let example: String
  let apply: @Sendable (FunctionCall) throws -> Value
}

extension Verb {
  /// The words that options have if they are not given.
  var defaultWords: [String: String] {
    var words: [String: String] = [:]
    for option in options where !option.kind.words.isEmpty { words[option.name] = option.defaultText }
    return words
  }

  /// The error of an option that has no meaning here.
  func outOfScope(_ option: OptionDeclaration, found word: (String) -> String?) -> SessionError {
    let scope = option.scope
    let here = scope.map { " \($0.option)=\(word($0.option) ?? "")" } ?? ""
    return .unknownOption(
      owner: name + here, option: option.name, hint: scope.map { "it goes with \($0.text)" })
  }
}
