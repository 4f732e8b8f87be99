import Language
import Tables

/// Text in the place of a part of a statement, in the notebook that `save session` writes.
struct Rewriting {
  var range: ByteRange
  var text: String
}

/// The statements that were run, as a notebook that gives the same values.
struct SessionLog {
  private struct Entry {
    var text: String
    /// The number of the result that it showed.
    var result: Int?
  }

  private var entries: [Entry] = []

  mutating func append(_ text: String, result: Int?) { entries.append(Entry(text: text, result: result)) }

  mutating func append(_ later: SessionLog) { entries += later.entries }

  /// A notebook of one cell. A result that another statement uses under its number (`_3`) gets that name.
  var notebook: String {
    let numbered = Set(entries.flatMap { Self.resultNames(in: $0.text) })
    let lines = entries.map { entry in
      let name = entry.result.map { "_\($0)" } ?? ""
      return numbered.contains(name) ? "\(name) = \(entry.text)\n\(name)" : entry.text
    }
    return (["use srel \(Version.language)", "", "# %% session"] + lines).joined(separator: "\n") + "\n"
  }

  private static func resultNames(in text: String) -> [String] {
    Lexer(Source(text)).tokens.compactMap { token in
      guard case .word(let word) = token.kind, word.first == "_", Int(word.dropFirst()) != nil else {
        return nil
      }
      return word
    }
  }
}

extension Session {
  /// Runs a statement and keeps its text for `save session`, unless it failed without a trace.
  func logged(_ statement: Statement) throws {
    rewriting = nil
    let before = resultCount
    do {
      _ = try execute(statement)
    } catch {
      if rewriting != nil {
        log.append(text(of: statement), result: nil)
      } else if stopped?.series?.text == "" {
        stopped?.series?.text = text(of: statement)
      }
      throw error
    }
    if statement.isWorthKeeping {
      log.append(text(of: statement), result: resultCount > before ? resultCount : nil)
    }
  }

  /// Keeps the text of statements whose effect was taken over without running them.
  func note(_ statements: [Statement], of source: Source) {
    let outer = self.source
    self.source = source
    defer { self.source = outer }
    rewriting = nil
    for statement in statements where statement.isWorthKeeping {
      log.append(text(of: statement), result: nil)
    }
  }

  private func text(of statement: Statement) -> String {
    let range = statement.range
    if case .param(let name, _, let doc) = statement.kind, let value = parameters[name.text] {
      return "param \(name.text) = \(value.sourceText)" + (doc.map { " " + Cell.quoted($0) } ?? "")
    }
    guard let rewriting else { return source[range] }
    return source[range.lowerBound..<rewriting.range.lowerBound] + rewriting.text
      + source[rewriting.range.upperBound..<range.upperBound]
  }
}

extension Statement {
  /// Whether a later reader of the session needs it: questions about the program and looks are left out.
  fileprivate var isWorthKeeping: Bool {
    switch kind {
    case .use: return false
    case .expression(let expression):
      guard case .command(let command) = expression.kind else { return true }
      if command.verb.text == "save", case .name("session")? = command.items.first?.kind { return false }
      return !["help", "ls", "set", "check", "quit"].contains(command.verb.text)
    default: return true
    }
  }
}
