import Datasets
import FoundationEssentials
import Language
import Tables

extension CompletionCandidates {
  /// What begins a statement.
  var heads: [Candidate] {
    Registry.verbs.map { Candidate($0.name, $0.doc) }
      + Registry.statements.filter { $0.name != "use" && (!$0.isScheduled || !place.frames.isEmpty) }.map {
        Candidate($0.name, $0.doc)
      }
  }

  /// What an expression is made of.
  var expression: [Candidate] {
    variables { _ in true }
      + Registry.functions.map { Candidate($0.name + "(", $0.doc) }
      + Registry.recipes.map { Candidate($0.name + "(", $0.doc) }
  }

  /// The names whose value passes a test, with what they stand for.
  func variables(where isWanted: (Value) -> Bool) -> [Candidate] {
    session.variableNames.filter { !$0.isResultName }.sorted().compactMap { name in
      guard let value = session.lookUp(name), isWanted(value) else { return nil }
      return Candidate(name, value.lineText)
    }
  }

  func columns(of table: Table) -> [Candidate] {
    table.columns.map { Candidate($0.name, "\($0.role.rawValue) column") }
  }

  /// The entries of a column, as they are typed.
  func entries(of name: String, _ table: Table) -> [Candidate] {
    guard let column = try? table.column(named: name) else { return [] }
    return column.levels.prefix(500).map { Candidate($0.optionText, name) }
  }

  /// The value of names joined by dots.
  func value(of path: [String]) -> Value? {
    guard let first = path.first, var value = session.lookUp(first) else { return nil }
    for name in path.dropFirst() {
      guard let next = (try? value.field(name)) ?? nil else { return nil }
      value = next
    }
    return value
  }

  /// What fits a kind; `after` are the tokens after the verb, by which classes and columns are found.
  func values(of kind: ValueKind, _ verb: Verb?, _ after: ArraySlice<Token>, option: String = "")
    -> [Candidate]
  {
    switch kind {
    case .word(let words), .words(let words): return words.map { Candidate($0, wordNote(verb, option)) }
    case .flag: return ["yes", "no"].map { Candidate($0) } + variables { kind.accepts($0) }
    case .names: return names(verb, after, option: option)
    case .text: return []
    case .recipe(let role), .recipes(let role):
      return Registry.recipes.filter { $0.roles.contains(role) }.map { Candidate($0.name + "(", $0.doc) }
        + variables { ValueKind.recipe(role).accepts($0) }
    case .table: return variables { kind.accepts($0) } + tablesOfRuns
    case .model:
      return variables { kind.accepts($0) } + [Candidate("model(", Registry.verbsByName["model"]?.doc ?? "")]
    case .either(let kinds): return kinds.flatMap { values(of: $0, verb, after, option: option) }
    case .orWord(let word, let other):
      return values(of: other, verb, after, option: option) + [Candidate(word)]
    case .condition, .any: return expression
    default: return variables { kind.accepts($0) }
    }
  }

  /// The `param` lines of a script with their values and words.
  func parameters(ofScript name: String) -> [Candidate] {
    guard let (source, program) = ScriptNames.program(of: name) else { return [] }
    return program.statements.compactMap { statement in
      guard case .param(let name, let value, let doc) = statement.kind else { return nil }
      return Candidate(name.text + "=", (doc.map { $0 + " " } ?? "") + "(\(source[value.range]))")
    }
  }

  private func wordNote(_ verb: Verb?, _ option: String) -> String {
    verb?.options.first { $0.name == option }?.doc ?? ""
  }

  /// `run.srel` and the other tables of runs.
  private var tablesOfRuns: [Candidate] {
    variables { ValueKind.runs.accepts($0) }.flatMap { run in
      ["srel", "evaluations", "history"].map { Candidate("\(run.text).\($0)", "a table of \(run.text)") }
    }
  }

  /// Free words: the classes of the data that is read, the columns of the table, names of the session or of the help.
  private func names(_ verb: Verb?, _ after: ArraySlice<Token>, option: String) -> [Candidate] {
    switch (verb?.name, option) {
    case ("load", "classes"):
      return loadedClasses(after).map { Candidate(Cell.text($0).optionText, "a class") }
    case ("del", _): return variables { _ in true }
    case ("do", _), ("check", _): return ScriptNames.all.map { Candidate($0, "a script") }
    case ("help", _):
      return Registry.verbs.map { Candidate($0.name, $0.doc) }
        + Registry.functions.map { Candidate($0.name, $0.doc) }
        + Registry.recipes.map { Candidate($0.name, $0.doc) }
        + Registry.statements.map { Candidate($0.name, $0.doc) }
    default:
      guard case .table(let table)? = value(of: firstPath(from: after.startIndex)) else {
        return []
      }
      let pairs = ["by", "facet"].contains(option) ? [Candidate("pair", "source and probe class")] : []
      return columns(of: table) + pairs
    }
  }
}

extension CompletionCandidates {
  /// The classes of a known source, or of the folder of pictures that is named.
  private func loadedClasses(_ after: ArraySlice<Token>) -> [String] {
    guard let name = after.first?.word else { return [] }
    if name == "images", case .string(let folder)? = after.dropFirst().first?.kind {
      return (try? Dataset.classFolders(in: folder)) ?? []
    }
    return (try? DatasetSource.named(name))?.classNames ?? []
  }
}

/// The names of files that begin with what has been typed.
enum FileNames {
  static func candidates(for typed: String) -> [Suggestions.Candidate] {
    let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    let start = typed.dropFirst(folder.count)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)
    else {
      return []
    }
    return names.filter { $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix(".")) }.sorted().map {
      name in
      var isFolder = false
      _ = FileManager.default.fileExists(atPath: folder + name, isDirectory: &isFolder)
      return Suggestions.Candidate(folder + name + (isFolder ? "/" : ""), isFolder ? "folder" : "file")
    }
  }
}
