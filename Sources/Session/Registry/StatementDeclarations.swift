/// A statement that is no verb: it has a grammar of its own and things and options of none.
public struct StatementDeclaration: Sendable {
  public let name: String
  /// How it is written.
  public let usage: String
  /// One line.
  public let doc: String
  /// Stands only inside the block of `train` or `step`.
  public let isScheduled: Bool
  /// Statements that run after the ones in `Registry.exampleSetup`.
  public let example: String

  init(_ name: String, _ usage: String, _ doc: String, isScheduled: Bool = false, example: String) {
    (self.name, self.usage, self.doc) = (name, usage, doc)
    (self.isScheduled, self.example) = (isScheduled, example)
  }
}

extension Registry {
  /// The statements besides commands, in the order of the manual.
  public static let statements = [
    StatementDeclaration(
      "use", "use srel VERSION", "the version of the language, in the first line of a file",
      example: "use srel 1"),
    StatementDeclaration(
      "param", "param NAME = VALUE [\"DOC\"]", "an input of a notebook, which -p NAME=VALUE sets",
      example: "param epochs = 3 \"passes over the data\""),
    StatementDeclaration(
      "repeat", "repeat NAME in VALUES [on_error=stop|keep] { … }",
      "once for each value; runs become a series, tables one table with a column NAME",
      example: "runs = repeat seed in [1, 2] { train net on=shoes steps=2 seed=seed }"),
    StatementDeclaration(
      "every", "every COUNT batches|steps|epochs { … }",
      "in the block of train or step, after a step. Steps are counted over the whole run: every 4 steps acts after steps 1, 5, 9, …; batches inside each epoch: every 4 batches acts after the batches 1, 5, 9, … of each; every 0.5 epochs acts when half an epoch is done, then again at its end. `at start` is before the first step; a training and --check say after which steps it acts",
      isScheduled: true, example: "train net on=shoes steps=4 batch=20 { every 2 steps { loss } }"),
    StatementDeclaration(
      "at", "at start|end { … }, at VALUES steps|epochs { … }",
      "in the block of train or step: at the start, the end, or after these steps", isScheduled: true,
      example: "train net on=shoes steps=4 batch=20 { at [1, 3] steps { loss } }"),
    StatementDeclaration(
      "when", "when (CONDITION) { … }",
      "in the block of train or step: once, after the first step for which it holds", isScheduled: true,
      example: "train net on=shoes steps=4 batch=20 { when (step > 2) { loss } }"),
    StatementDeclaration(
      "if", "if CONDITION { … } [else if CONDITION { … }] [else { … }]", "only where a condition holds",
      example: "if run.step > 2 { \"trained\" } else { \"fresh\" }"),
    StatementDeclaration(
      "assert", "assert CONDITION [\"MESSAGE\"]",
      "end with exit code 3 where it does not hold, with the values of both sides",
      example: "assert run.step == 3 \"three steps were taken\""),
    StatementDeclaration(
      "def", "def NAME(PARAMETER, PARAMETER=DEFAULT, …) { … }",
      "a function of one's own; its value is that of the last statement",
      example: "def double(x) { 2 * x }; double(4)"),
  ]

  static let statementsByName = Dictionary(uniqueKeysWithValues: statements.map { ($0.name, $0) })
}
