import Language
import Tables

/// Help texts, made from the declarations.
public enum Help {
  /// All verbs, recipes, functions and statements, a line each.
  public static var overview: String {
    let verbs = table(Registry.verbs.map { ($0.name, $0.doc) })
    let recipes = table(Registry.recipes.map { ($0.name, $0.doc) })
    let statements = table(
      [("NAME = …", "gives a name to a value or to what a command gives")]
        + Registry.statements.map { ($0.name, $0.doc) })
    let functions = table(Registry.functions.map { ($0.usage.first ?? $0.name, $0.doc) })
    return """
      Commands (help NAME tells more)
      \(verbs)

      Rules for optimizer= and update=
      \(recipes)

      Functions
      \(functions)

      Statements
      \(statements)

      Words of the field
      \(table(words))
      """
  }

  /// The words of the field, a line for each kind.
  private static var words: [(String, String)] {
    (Glossary.sections.map { ($0.title.lowercased(), $0.entries.map(\.name)) }
      + [("columns", Table.Schema.words.map(\.name).firstOccurrences)])
      .map { ($0.0, $0.1.joined(separator: ", ")) }
  }

  /// Everything that help is given on.
  static let names =
    (Registry.verbs.map(\.name) + Registry.statements.map(\.name) + [cell] + Registry.functions.map(\.name)
    + Registry.recipes.map(\.name) + Glossary.names).firstOccurrences

  /// The first line of a cell of a notebook.
  private static let cell = "cell"

  /// Where the options of something can be read.
  static func hint(of owner: String, _ options: [OptionDeclaration]) -> String? {
    if options.isEmpty { return nil }
    if Registry.takesOptions(owner) { return "'help \(owner)' lists them" }
    return "it takes " + options.map { $0.name + "=" }.joined(separator: ", ")
  }

  /// Everything that a name means: verb or statement, function, recipe, words of the field, options.
  /// - Throws: `SessionError.unknownName` with the nearest name.
  public static func text(for name: String) throws(SessionError) -> String {
    if name == "verbs" { return table(Registry.verbs.map { ($0.name, $0.doc) }) }
    if name == "functions" { return table(Registry.functions.map { ($0.usage.first ?? $0.name, $0.doc) }) }
    let meanings = commands(name) + functions(name) + Glossary.paragraphs(for: name) + options(named: name)
    if meanings.isEmpty {
      throw .unknownWord(what: "help", word: name, hint: Speller.suggestion(for: name, in: names))
    }
    return meanings.joined(separator: "\n\n")
  }

  /// A verb, a statement or the first line of a cell.
  private static func commands(_ name: String) -> [String] {
    let verb = Registry.verbsByName[name].map(text)
    let statement = Registry.statementsByName[name].map {
      "\($0.usage)\n  \($0.doc)\n\nexample: \($0.example)"
    }
    let first =
      name == cell
      ? "# %% NAME [OPTION=…]\n  the first line of a cell of a notebook\n\n" + options(Registry.cellOptions)
      : nil
    return [verb, statement, first].compactMap(\.self)
  }

  /// A function or a recipe, which is called like one.
  private static func functions(_ name: String) -> [String] {
    let function = Registry.functionsByName[name].map {
      $0.usage.joined(separator: "\n") + "\n  \($0.doc)\n\nexample: \($0.example)"
    }
    let recipe = Registry.recipesByName[name].map {
      "\($0.name)(…)   \($0.doc)\n\(options($0.options))\n\nexample: \($0.example)"
    }
    return [function, recipe].compactMap(\.self)
  }

  /// `lr=, an option of sgd, adam: the step size: a number above 0 (needed)`
  private static func options(named name: String) -> [String] {
    Glossary.options.filter { $0.name == name }.map {
      "\(name)=: an option of \($0.owners.joined(separator: ", "))\n  \(words(of: $0.option))"
    }
  }

  /// A word with its meaning: the formula, and what a high number says, unit and source in two columns.
  static func paragraph(_ head: String, _ meaning: Meaning) -> String {
    (["\(head)\n  \(meaning.formula)"] + (meaning.parts.isEmpty ? [] : [table(meaning.parts)]))
      .joined(separator: "\n")
  }

  private static func text(for verb: Verb) -> String {
    var sections = ["\(verb.usage)\n  \(verb.doc)"]
    if !verb.things.isEmpty {
      sections.append(table(verb.things.map { ($0.name, "\($0.doc): \($0.kind.description)") }))
    }
    if !verb.options.isEmpty { sections.append(options(verb.options)) }
    if let name = verb.furtherOptions.usage {
      sections.append("  \(name)…  \(verb.furtherOptions.help.doc.filter { $0 != "`" })")
    }
    if !verb.notes.isEmpty { sections.append(verb.notes.map { "  " + $0 }.joined(separator: "\n")) }
    sections.append("example: \(verb.example)")
    return sections.joined(separator: "\n\n")
  }

  private static func options(_ options: [OptionDeclaration]) -> String {
    table(options.map { ($0.name + "=", words(of: $0)) })
  }

  private static func words(of option: OptionDeclaration) -> String {
    let fallback = option.defaultText.map { " (\($0))" } ?? (option.isRequired ? " (needed)" : "")
    return "\(option.doc): \(option.kind.description)\(fallback)"
  }

  /// Two columns.
  static func table(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "  " + $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }
      .joined(separator: "\n")
  }

  /// The text in lines of at most `width` letters: what is left of a line stands below its second column, or indented.
  static func wrapped(_ text: String, width: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { wrapped(line: String($0), width: max(width, 40)) }.joined(separator: "\n")
  }

  private static func wrapped(line: String, width: Int) -> [String] {
    // An example is there to be pasted.
    guard line.count > width, !line.hasPrefix("example: ") else { return [line] }
    let indent = String(repeating: " ", count: min(hangingIndent(of: line), width / 2))
    let head = line.prefix { $0 == " " }
    var (lines, present) = ([String](), String(head))
    for word in line.dropFirst(head.count).split(separator: " ", omittingEmptySubsequences: false) {
      let isStart = present.allSatisfy { $0 == " " }
      if !isStart, present.count + 1 + word.count > width {
        lines.append(present)
        present = indent + word
      } else {
        present += (isStart ? "" : " ") + word
      }
    }
    return lines + [present]
  }

  /// Where the second of two columns begins, as in `  lr=  the step size`; four blanks where there is none.
  private static func hangingIndent(of line: String) -> Int {
    let head = line.prefix { $0 == " " }.count
    guard head > 0, let gap = line.dropFirst(head).firstRange(of: "  ") else { return 4 }
    return line.distance(from: line.startIndex, to: gap.lowerBound)
      + line[gap.lowerBound...].prefix { $0 == " " }.count
  }
}
