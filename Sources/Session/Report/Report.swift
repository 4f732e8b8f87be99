/// What one cell of a notebook said and drew.
public struct CellOutput: Sendable, Equatable {
  public enum Kind: String, Sendable { case prose, code }

  /// A drawing: SVG text, the file it was also written to, and words under it.
  public struct Figure: Sendable, Equatable {
    public var svg: String
    public var fileName: String
    public var caption: String
    /// The file itself where it is a PNG that was read back.
    var png: [UInt8]?

    public init(svg: String, fileName: String, caption: String = "") {
      (self.svg, self.fileName, self.caption) = (svg, fileName, caption)
    }
  }

  public var name: String
  public var kind: Kind
  /// The script of a code cell, or the Markdown of a prose cell without the `# ` before its lines.
  public var source: String
  public var text: String
  public var figures: [Figure]
  /// The message of the error that stopped the cell, as the terminal shows it without colours.
  public var error: String?
  /// What the report leaves out.
  public var hidden: Set<CellOptions.Part>
  /// The question that is put before the cell.
  public var question: Question?
  /// The cell is folded until a reader opens it.
  public var isFolded = false
  /// The cell was not run, as its options say.
  public var isSkipped = false

  public init(
    name: String, kind: Kind, source: String, text: String = "", figures: [Figure] = [], error: String? = nil,
    hidden: Set<CellOptions.Part> = []
  ) {
    (self.name, self.kind, self.source) = (name, kind, source)
    (self.text, self.figures, self.error) = (text, figures, error)
    self.hidden = hidden
  }

  /// Takes what the first line of the cell says of the page.
  mutating func take(_ options: CellOptions) {
    hidden = options.hidden
    isFolded = options.isFolded
    question = options.question.map { Question(text: $0, choices: options.choices) }
  }

  /// Whether a part is to be seen.
  func shows(_ part: CellOptions.Part) -> Bool { hidden.isDisjoint(with: [part, .cell]) }
}

/// The HTML report of a notebook: one file that needs no network, no script and no other file.
public enum Report {
  /// The most letters of text output on a page; of longer outputs the middle is left out and counted.
  static let mostText = 160_000

  /// The page of a notebook.
  ///
  /// All text is escaped; ids are unique; the same arguments give the same bytes. Formulas that are not understood
  /// are shown as typed and marked (`Prose.check` refuses them before a run).
  /// - Parameters:
  ///   - title: the name of the page, also its heading unless the prose begins with one.
  ///   - provenance: names and values for the footer, in order.
  ///   - verbs: the words coloured as commands.
  public static func html(
    cells: [CellOutput], title: String, provenance: [(String, String)],
    verbs: Set<String> = Registry.verbNames
  ) -> String {
    let texts = cells.count { !$0.text.isEmpty }
    let limit = min(16_000, mostText / max(1, texts))
    var names: [String: Int] = [:]
    var figures = 0
    var body: [String] = []
    // An error is never hidden.
    for cell in cells where !cell.hidden.contains(.cell) || cell.error != nil {
      body.append("<section id=\"\(identifier(for: cell, taken: &names))\" class=\"\(cell.kind.rawValue)\">")
      if let opening = opening(cell) { body.append(opening) }
      switch cell.kind {
      case .prose: body.append(Prose.lenientHTML(cell.source))
      case .code: body.append(code(cell, verbs: verbs))
      }
      if cell.isSkipped { body.append("<p class=\"cut\">not run: skipped</p>") }
      if !cell.text.isEmpty, cell.shows(.output) { body.append(output(cell.text, limit: limit)) }
      for figure in cell.figures where cell.shows(.output) {
        figures += 1
        body.append(self.figure(figure, number: figures))
      }
      if cell.isFolded { body.append("</details>") }
      // An error is never folded away.
      if let error = cell.error { body.append(failure(error)) }
      body.append("</section>")
    }
    let hasHeading = cells.first { $0.kind == .prose }?.source.hasPrefix("# ") ?? false
    let heading = hasHeading ? "" : "<h1>\(HTML.escaped(title))</h1>\n"
    return page(title: title, body: heading + body.joined(separator: "\n"), footer: footer(provenance))
  }

  private static func page(title: String, body: String, footer: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="generator" content="srel-repl">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
    <title>\(HTML.escaped(title))</title>
    <style>
    \(ReportStyle.css)
    </style>
    </head>
    <body>
    <main>
    \(body)
    </main>
    \(footer)
    </body>
    </html>

    """
  }

  private static func identifier(for cell: CellOutput, taken: inout [String: Int]) -> String {
    let name = "cell-" + HTML.identifier(cell.name)
    taken[name, default: 0] += 1
    let count = taken[name] ?? 1
    // Two underscores cannot come from a name, so a counted id never meets another cell's.
    return count == 1 ? name : "\(name)__\(count)"
  }

  /// The question of a cell with its answers and hands; around a folded cell what opens it.
  private static func opening(_ cell: CellOutput) -> String? {
    let words = cell.name.replacing("_", with: " ")
    if cell.isFolded, let question = cell.question, question.choices.isEmpty {
      return "<details>\n<summary>\(HTML.escaped(question.text))</summary>"
    }
    let question = cell.question.map { question in
      let choices = question.choices.map { "<li>\(HTML.escaped($0))</li>" }.joined()
      let hands = question.handsText.map { "\n<p class=\"hands\">\(HTML.escaped($0))</p>" } ?? ""
      return "<p class=\"question\">\(HTML.escaped(question.text))</p>"
        + (choices.isEmpty ? "" : "\n<ol class=\"choices\">\(choices)</ol>") + hands
    }
    guard cell.isFolded else { return question }
    // The question with its choices is read before anything is opened.
    return question.map { $0 + "\n<details>\n<summary>Answer</summary>" }
      ?? "<details>\n<summary>\(HTML.escaped(words))</summary>"
  }

  private static func code(_ cell: CellOutput, verbs: Set<String>) -> String {
    let name = cell.name.isEmpty ? "" : "<p class=\"name\">\(HTML.escaped(cell.name))</p>\n"
    guard cell.shows(.code) else { return name }
    let lines = cell.source.drop { $0 == "\n" }
    let end = lines.reversed().prefix { $0.isWhitespace }.count
    return "\(name)<pre class=\"source\">\(Highlighter.html(String(lines.dropLast(end)), verbs: verbs))</pre>"
  }

  private static func output(_ text: String, limit: Int) -> String {
    let plain = HTML.withoutTerminalCodes(text)
    if plain.count <= limit { return "<pre class=\"output\">\(markingEchoes(plain))</pre>" }
    let half = limit / 2
    let hidden = plain.count - 2 * half
    return """
      <pre class="output">\(markingEchoes(plain.prefix(half)))</pre>
      <p class="cut">\(hidden) characters are left out here; the result files hold all.</p>
      <pre class="output">\(markingEchoes(plain.suffix(half)))</pre>
      """
  }

  /// Escapes text; lines that echo a command with its defaults may be long, so they wrap, unlike the rows of a table.
  private static func markingEchoes(_ text: some StringProtocol) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let escaped = HTML.escaped(line)
      return line.hasPrefix("# ") ? "<span class=\"echo\">\(escaped)</span>" : escaped
    }.joined(separator: "\n")
  }

  private static func figure(_ figure: CellOutput.Figure, number: Int) -> String {
    let words = [figure.caption, figure.fileName].filter { !$0.isEmpty }.map { HTML.escaped($0) }
    let drawing =
      InlineSVG.element(figure.svg, prefix: "f\(number)")
      ?? "<p class=\"cut\">This figure cannot stand in the page; see its file.</p>"
    return """
      <figure>
      <div class="plot" tabindex="0">\(drawing)</div>
      <figcaption>Figure \(number). \(words.joined(separator: " · "))</figcaption>
      </figure>
      """
  }

  private static func failure(_ message: String) -> String {
    "<pre class=\"error\" role=\"alert\">\(HTML.escaped(HTML.withoutTerminalCodes(message)))</pre>"
  }

  private static func footer(_ provenance: [(String, String)]) -> String {
    if provenance.isEmpty { return "" }
    let rows = provenance.map { name, value in
      "<dt>\(HTML.escaped(name))</dt><dd>\(HTML.escaped(value))</dd>"
    }
    return "<footer>\n<h2>Provenance</h2>\n<dl>\n\(rows.joined(separator: "\n"))\n</dl>\n</footer>"
  }
}
