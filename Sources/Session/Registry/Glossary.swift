import Elasticity
import Tables

/// The words of the field that tables and options use, each with its meaning, from where they are defined.
enum Glossary {
  /// A kind of word: what `help` says it is, and its words in order.
  struct Section {
    let title: String
    /// What an entry is called: `kl: a distance, …`.
    let kind: String
    let entries: [(name: String, meaning: Meaning)]

    init<Word: Defined>(_ title: String, _ kind: String, _ words: Word.Type) {
      (self.title, self.kind) = (title, kind)
      entries = Word.allCases.map { ($0.rawValue, $0.meaning) }
    }
  }

  static let sections = [
    Section("Updates", "an update, for update= of measure", UpdateRule.Kind.self),
    Section("Distances", "a distance, for distance= of measure", Distance.self),
    Section("Averages", "an average, for average= of measure", Average.self),
    Section("Summaries", "a summary, of locality", Locality.self),
    Section("Controls", "a control, for control= of measure", Control.self),
    Section("Kernel columns", "a column of measure, with drift= or alignment=", TangentKernel.Column.self),
  ]

  /// S itself, which is the column `value` of a measurement.
  private static let ratio = ["S", "S_rel", "srel"]

  /// Every word that help is given on.
  static let names: [String] =
    (ratio.prefix(2) + sections.flatMap { $0.entries.map(\.name) } + Table.Schema.words.map(\.name)
    + Table.Schema.renamed.keys + options.map(\.name)).firstOccurrences

  /// What a word means, a paragraph for each meaning: update, distance, average, summary, control, column.
  static func paragraphs(for name: String) -> [String] {
    let present = Table.Schema.presentName(of: name)
    let ofLists = sections.flatMap { section in
      section.entries.filter { $0.name == present }.map { entry in
        Help.paragraph("\(entry.name): \(section.kind)", entry.meaning)
      }
    }
    let column = ratio.contains(name) ? "value" : name
    var columns = Table.Schema.words(for: column)
    if column != name {
      // Of the meanings of the column the first is S; what it and the loss beside it belong to goes with it.
      columns =
        Array(columns.prefix(1)) + Table.Schema.words(for: "step") + Table.Schema.words(for: "loss").prefix(1)
    }
    return ofLists + columns.map { Help.paragraph("\($0.name): a column of \($0.tables)", $0.meaning) }
  }

  /// Every option with its owners, options that say the same taken together.
  static let options: [(name: String, owners: [String], option: OptionDeclaration)] = {
    let owners =
      Registry.verbs.map { ($0.name, $0.options) } + Registry.recipes.map { ($0.name, $0.options) }
      + [("cell", Registry.cellOptions)]
    var result: [(name: String, owners: [String], option: OptionDeclaration)] = []
    for (owner, options) in owners {
      for option in options {
        if let place = result.firstIndex(where: { $0.name == option.name && $0.option.isLike(option) }) {
          result[place].owners.append(owner)
        } else {
          result.append((option.name, [owner], option))
        }
      }
    }
    return result
  }()
}

extension OptionDeclaration {
  fileprivate func isLike(_ other: OptionDeclaration) -> Bool {
    kind == other.kind && defaultText == other.defaultText && isRequired == other.isRequired
      && doc == other.doc
  }
}

extension [String] {
  /// Each text once, where it came first.
  var firstOccurrences: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
