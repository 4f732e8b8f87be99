import Language

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
      """
  }

  /// What is known of a name.
  /// - Throws: `SessionError.unknownName` with the nearest name.
  public static func text(for name: String) throws(SessionError) -> String {
    if let verb = Registry.verbsByName[name] { return text(for: verb) }
    if let statement = Registry.statementsByName[name] {
      return "\(statement.usage)\n  \(statement.doc)\n\nexample: \(statement.example)"
    }
    if let recipe = Registry.recipesByName[name] {
      return """
        \(recipe.name)(…)   \(recipe.doc)
        \(options(recipe.options))

        example: \(recipe.example)
        """
    }
    if let function = Registry.functionsByName[name] {
      return function.usage.joined(separator: "\n") + "\n  \(function.doc)\n\nexample: \(function.example)"
    }
    let names =
      Registry.verbs.map(\.name) + Registry.statements.map(\.name) + Registry.recipes.map(\.name)
      + Registry.functions.map(\.name)
    throw .unknownWord(what: "help", word: name, hint: Speller.suggestion(for: name, in: names))
  }

  private static func text(for verb: Verb) -> String {
    var sections = ["\(verb.usage)\n  \(verb.doc)"]
    if !verb.things.isEmpty {
      sections.append(table(verb.things.map { ($0.name, "\($0.doc): \($0.kind.description)") }))
    }
    if !verb.options.isEmpty { sections.append(options(verb.options)) }
    if verb.filtersColumns {
      sections.append("  COLUMN=…  only the rows with these entries, as in average=median")
    }
    sections.append("example: \(verb.example)")
    return sections.joined(separator: "\n\n")
  }

  private static func options(_ options: [OptionDeclaration]) -> String {
    table(
      options.map { option in
        let fallback = option.defaultText.map { " (\($0))" } ?? (option.isRequired ? " (needed)" : "")
        return (option.name + "=", "\(option.doc): \(option.kind.description)\(fallback)")
      })
  }

  /// Two columns.
  static func table(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "  " + $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }
      .joined(separator: "\n")
  }
}
