import Datasets
import Language

/// A code cell as the cache sees it.
struct CellText {
  var name: String
  var statements: [Statement]
  var source: Source
  var syntax: SyntaxText
  /// What it made before may be taken instead of running it: `cache=yes`.
  var usesCache: Bool
  /// It fails as it should, so that nothing of it goes on: `expect=error`.
  var expectsError: Bool
  /// It has a first line of its own, so that people know it by its name.
  var isNamed: Bool

  init(
    _ cell: NotebookCell, _ statements: [Statement], of source: Source, usesCache: Bool = true,
    expectsError: Bool = false
  ) {
    (name, self.statements, self.source) = (cell.name, statements, source)
    (self.usesCache, self.expectsError) = (usesCache, expectsError)
    syntax = SyntaxText(source, in: cell.body)
    isNamed = !cell.header.isEmpty
  }

  /// The name of the files that belong to the cell: readable, and its own even where two names look alike.
  var fileName: String {
    let words = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(40)
    return String(words) + "-" + sha256(Array(name.utf8)).prefix(8)
  }

  /// The names that it gives values to, as far as its text shows.
  var assignedNames: Set<String> { ScriptNames.assigned(by: Program(statements: statements)) }
}

/// All that decides what a cell gives, but for the files that it reads: by digests.
struct CellKey: Equatable {
  enum Part: Hashable {
    /// The version of the command language and of the program that reads it.
    case language
    /// The numeric version of the engine and the routines for matrix products.
    case engine
    case text
    case seed
    /// The columns of results, where they are set.
    case width
    /// Text or JSON.
    case format
    /// Where data sets that were fetched are looked for.
    case data
    /// The program that draws figures.
    case gnuplot
    /// A setting `-p` of a `param` line in the cell.
    case parameter(String)
    /// The value of a name that the cell may read.
    case name(String)
  }

  var parts: [Part: String]

  /// One digest of all that decides what is computed and recorded.
  var digest: String {
    let parts = sorted.filter { $0.part != .format && $0.part != .data }
    return sha256(Array(parts.map { "\($0.part.order)=\($0.digest)" }.joined(separator: "\n").utf8))
  }

  /// The parts in a fixed order.
  var sorted: [(part: Part, digest: String)] {
    parts.map { (part: $0.key, digest: $0.value) }.sorted { $0.part.order < $1.part.order }
  }
}

/// What is known of a name without its value.
struct KnownName: Equatable {
  var digest: String
  /// The words of a definition, since calling it reads what they name, and the names between braces in a text, since
  /// a path made of it reads them.
  var words: Set<String>
}

extension CellKey {
  init(of cell: CellText, names: [String: KnownName], session: Session, seed: String) throws(ArchiveError) {
    parts = [
      .language: "\(Version.language), program \(Version.program)",
      .engine: "\(Version.numeric), \(Version.matrixProducts)",
      .text: sha256(Array(cell.syntax.text.utf8)),
      .seed: seed, .width: "\(session.settings.width ?? 0)", .format: "\(session.resultFormat)",
    ]
    for statement in cell.statements {
      guard case .param(let name, _, _) = statement.kind, let value = session.parameters[name.text] else {
        continue
      }
      parts[.parameter(name.text)] = try ObjectStore(folder: nil).put(value, root: nil).digest
    }
    let reached = Self.reachable(from: cell.syntax.words, names)
    for name in reached { parts[.name(name)] = names[name]?.digest }
    let words = reached.reduce(into: cell.syntax.words) { $0.formUnion(names[$1]?.words ?? []) }
    if !words.isDisjoint(with: ["load", "do"]) { parts[.data] = DataFolder.path }
    if !words.isDisjoint(with: ["plot", "do"]) { parts[.gnuplot] = session.drawingProgram }
  }

  /// The words that are names, and those that definitions among them read.
  static func reachable(from words: Set<String>, _ names: [String: KnownName]) -> Set<String> {
    var found: Set<String> = []
    var rest = Array(words)
    while let word = rest.popLast() {
      guard let name = names[word], found.insert(word).inserted else { continue }
      rest += name.words
    }
    return found
  }
}

extension CellKey.Part {
  fileprivate var order: String { "\(code.kind) \(code.name)" }

  fileprivate var code: (kind: Int, name: String) {
    switch self {
    case .language: (0, "")
    case .engine: (1, "")
    case .text: (2, "")
    case .seed: (3, "")
    case .width: (4, "")
    case .format: (5, "")
    case .parameter(let name): (6, name)
    case .name(let name): (7, name)
    case .data: (8, "")
    case .gnuplot: (9, "")
    }
  }

  fileprivate init?(kind: Int, name: String) {
    switch kind {
    case 0: self = .language
    case 1: self = .engine
    case 2: self = .text
    case 3: self = .seed
    case 4: self = .width
    case 5: self = .format
    case 6: self = .parameter(name)
    case 7: self = .name(name)
    case 8: self = .data
    case 9: self = .gnuplot
    default: return nil
    }
  }
}

extension ArchiveWriter {
  mutating func append(_ key: CellKey) {
    append(key.parts.count)
    for (part, digest) in key.sorted {
      append(part.code.kind)
      append(part.code.name)
      append(digest)
    }
  }
}

extension ArchiveReader {
  mutating func key() throws(ArchiveError) -> CellKey {
    var parts: [CellKey.Part: String] = [:]
    for _ in 0..<(try count(ofAtLeast: 24)) {
      guard let part = CellKey.Part(kind: try whole(), name: try text()) else { throw .malformed("key") }
      parts[part] = try text()
    }
    return CellKey(parts: parts)
  }
}
