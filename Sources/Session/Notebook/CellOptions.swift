import Language

/// What the first line of a cell says of it: `# %% train tol=1e-6 hide=code`.
public struct CellOptions: Sendable {
  /// What of a cell a report leaves out.
  public enum Part: String, CaseIterable, Sendable {
    case code, output, cell
  }

  /// `expect=error`: the cell has to fail.
  public private(set) var expectsError = false
  /// `skip=`: the condition under which the cell is not run, computed just before it.
  var skip: Expression?
  /// `tol=`: by which part of itself a number may differ from the recorded one in `--verify`.
  public private(set) var tolerance = 0.0
  /// `hide=`
  public private(set) var hidden: Set<Part> = []
  /// `cache=`: what the cell made before may be taken instead of running it again.
  public private(set) var usesCache = true
  /// `ask=`: the question to put to a class before the cell runs.
  public private(set) var question: String?
  /// `choices=`: the answers to it.
  public private(set) var choices: [String] = []
  /// `reveal=`: the cell is folded in the report.
  public private(set) var isFolded = false

  public init() {}

  /// The options of a cell that `Checker` has found to be right as far as their form goes.
  ///
  /// - Throws: `Diagnostic` for a value of another kind.
  init(_ options: [Option], session: Session) throws {
    for option in options {
      guard let declaration = Registry.cellOptions.first(where: { $0.name == option.name.text }) else {
        continue
      }
      if declaration.name == "skip" {
        skip = option.value
        continue
      }
      // What belongs to the text of the notebook must not hang on what has run before.
      let value = try session.withoutVariables {
        try session.bind(option.value, to: declaration.kind, of: declaration.name)
      }
      take(value, as: declaration.name)
    }
  }

  private mutating func take(_ value: Value, as name: String) {
    let words = (value.elements ?? [value]).compactMap(\.text)
    switch name {
    case "expect": expectsError = true
    case "tol": tolerance = value.number ?? 0
    case "hide": hidden = Set(words.compactMap(Part.init))
    case "cache": usesCache = value.flag ?? true
    case "ask": question = value.text
    case "choices": choices = words
    default: isFolded = value.flag ?? false
    }
  }
}

extension Registry {
  /// What may stand on the first line of a cell after its name.
  public static let cellOptions = [
    OptionDeclaration(
      "expect", .word(["error"]), "the cell has to fail: its error is shown as what it gives, and all goes on"
    ),
    OptionDeclaration(
      "skip", .flag, default: "no",
      "do not run the cell; a condition on what is known before it, as in skip=(epochs < 3)"),
    OptionDeclaration(
      "tol", .number(.nonNegative), default: "0",
      "with --verify: by which part of itself a number may differ from the record"),
    OptionDeclaration(
      "hide", .words(CellOptions.Part.allCases.map(\.rawValue)), "what the report leaves out; never an error"),
    OptionDeclaration(
      "cache", .flag, default: "yes", "take what the cell made before, where nothing changed"),
    OptionDeclaration("ask", .text, "a question to put to a class before the cell runs"),
    OptionDeclaration("choices", .names("one or several answers"), "the answers to ask="),
    OptionDeclaration("reveal", .flag, default: "no", "fold the cell in the report until it is opened"),
  ]

  /// Those that mean something for prose.
  static let proseOptions = cellOptions.filter {
    ["skip", "hide", "ask", "choices", "reveal"].contains($0.name)
  }
}

extension Checker {
  /// What is wrong with the options of the cells. `skip=` may use what the cells before it give names to.
  static func errors(of notebook: Notebook, statements: [[Statement]]) -> [Diagnostic] {
    var checker = Checker(known: [], source: notebook.source)
    var errors: [Diagnostic] = []
    for (cell, statements) in zip(notebook.cells, statements) {
      checker.errors = []
      checker.check(
        options: cell.options, of: cell.kind == .prose ? Registry.proseOptions : Registry.cellOptions,
        owner: cell.kind == .prose ? "a prose cell" : "cell", cell.header)
      errors += checker.errors
      checker.check(statements, in: .program)
    }
    return errors
  }
}
