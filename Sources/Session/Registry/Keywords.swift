/// A word of the language that begins a statement without being a verb: for help and completion.
public struct KeywordDeclaration: Sendable {
  public let name: String
  /// How it is written.
  public let usage: String
  /// One line.
  public let doc: String
  /// Statements that run after those of `Registry.exampleSetup`.
  public let example: String
}

extension Registry {
  public static let keywords: [KeywordDeclaration] = [
    KeywordDeclaration(
      name: "use", usage: "use srel 1", doc: "the version of the language, on the first line of a file",
      example: "use srel 1"),
    KeywordDeclaration(
      name: "param", usage: "param NAME = value \"what it is\"",
      doc: "an input of a notebook, which -p NAME=VALUE or do SCRIPT NAME=VALUE sets",
      example: "param epochs = 3 \"passes over the samples\""),
    KeywordDeclaration(
      name: "repeat", usage: "repeat NAME in values [on_error=keep] { … }",
      doc: "once for each value; runs and tables made inside stack, with a column of that name",
      example: "runs = repeat seed in 1..2 { train net on=shoes steps=2 seed=seed }"),
    KeywordDeclaration(
      name: "every", usage: "every N batches|steps|epochs { … }",
      doc: "in a block of train or step: batches count inside each epoch, steps over the whole run, from 0",
      example: "step run 4 { every 2 steps { evaluate on=shoes } }"),
    KeywordDeclaration(
      name: "at", usage: "at start|end { … }   at VALUES steps|epochs { … }",
      doc: "in a block of train or step: at these places, which a list or log(1, 1e5, per_decade=10) gives",
      example: "step run 9 { at log(1, 10, per_decade=2) steps { evaluate on=shoes } }"),
    KeywordDeclaration(
      name: "when", usage: "when (condition) { … }",
      doc: "in a block of train or step: once, after the first step for which it holds",
      example: "step run 4 { when (loss < 2) { evaluate on=shoes } }"),
    KeywordDeclaration(
      name: "if", usage: "if condition { … } else if condition { … } else { … }",
      doc: "the first block whose condition holds", example: "if 2 > 1 { show 2 } else { show 1 }"),
    KeywordDeclaration(
      name: "assert", usage: "assert condition \"why\"", doc: "stop with exit code 3 where it does not hold",
      example: "assert 2 > 1 \"numbers are ordered\""),
    KeywordDeclaration(
      name: "def", usage: "def NAME(a, b=1) { … }",
      doc: "a function: its value is that of its last statement",
      example: "def twice(x) { 2 * x }"),
  ]

  static let keywordsByName = Dictionary(uniqueKeysWithValues: keywords.map { ($0.name, $0) })
}
