import Language

/// A piece of program without comments and with one blank or one line break wherever there are any: what does not
/// change when only its looks do.
struct SyntaxText: Hashable, Sendable {
  let text: String
  /// Every word, and every name between braces in a text (`to="fig_{d}.svg"`): what it can read is among them.
  let words: Set<String>

  init(_ source: Source, in range: ByteRange) {
    var text = ""
    var words: Set<String> = []
    var breaksLine = false
    for token in Lexer(source, in: range).tokens {
      switch token.kind {
      case .comment, .end: continue
      case .newline: breaksLine = !text.isEmpty
      default:
        if breaksLine { text += "\n" } else if !token.isTouching, !text.isEmpty { text += " " }
        breaksLine = false
        text += source[token.range]
        if case .word(let word) = token.kind { words.insert(word) }
        if case .string(let content) = token.kind { words.formUnion(Self.names(in: content)) }
      }
    }
    self.text = text
    self.words = words
  }

  /// Text that has been put into this form before.
  init(_ text: String) {
    let source = Source(text)
    self.init(source, in: 0..<source.byteCount)
  }

  /// The names between braces in a text.
  static func names(in text: String) -> [String] {
    text.split(separator: "{").dropFirst().compactMap { part in
      part.firstIndex(of: "}").map { String(part[..<$0]) }
    }
  }
}

extension Definition {
  /// How it is written.
  var syntax: SyntaxText { SyntaxText(source, in: range) }

  /// The definition that a text holds and nothing else.
  init?(_ syntax: SyntaxText) {
    let source = Source(syntax.text)
    let parse = Parser.parse(source, verbs: Registry.verbNames)
    guard parse.diagnostics.isEmpty, parse.program.statements.count == 1,
      case .definition(let name, let parameters, let body)? = parse.program.statements.first?.kind
    else { return nil }
    self.init(
      name: name.text, parameters: parameters, body: body, source: source,
      range: parse.program.statements[0].range)
  }
}
