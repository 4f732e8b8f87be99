import Charts
import Language
import Tables

extension Verb {
  static let plot = Verb(
    "plot",
    "draw a table as a figure: lines (means over runs, one for each value of by=, a panel for each of facet=), points, "
      + "histograms, heat maps, functions, planes, images",
    things: [ThingDeclaration("TABLE", .table, "what to draw, such as run.srel")],
    options: figureOptions + [
      OptionDeclaration(
        "to", .either([.text, .names("file names")]), isRequired: true,
        "the files, ending in .svg, .png or .pdf")
    ], furtherOptions: .columns, example: "plot run.srel x=step by=same average=median to=\"s.svg\""
  ) { session, call in
    let figure = try session.figure(call)
    return try session.located(at: call.range(of: "to")) { try session.write(figure, call) }
  }
}

extension Session {
  /// Writes a figure to every file of `to=`, and hands its drawing to the report.
  fileprivate func write(_ figure: Figure, _ call: Call) throws -> Value {
    var written: [String] = []
    for name in call.words("to") ?? [] {
      let path = try folders.path(expanded(name, at: call.range(of: "to")), for: .figures)
      for file in try figure.write(to: path) where !written.contains(file) { written.append(file) }
    }
    filesWritten += written
    let summary = figure.summary
    if folders.root != nil, let first = written.first {
      figuresDrawn += 1
      let svg = try figure.svg(idPrefix: "figure-\(figuresDrawn)")
      output(.figure(svg: svg, path: first, caption: figure.title))
    }
    if sketchesFigures { output(.drawing(Drawing { figure.sketch($0) })) }
    return .figure(FigureFiles(paths: written, summary: summary))
  }

  /// `fig_{d}.svg` with the value of d in it.
  func expanded(_ text: String, at range: ByteRange) throws -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: open)..<close])
      guard let value = lookUp(name) else {
        throw SessionError.unknownName(name, hint: nameHint(name)).diagnostic(at: range)
      }
      result += rest[..<open] + value.displayText.replacing("/", with: "_")
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}
