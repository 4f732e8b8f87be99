import Charts
import Language
import Tables

extension Verb {
  static let sketch = Verb(
    "sketch", "draw a table in the terminal: the lines, panels and bands of plot, in characters",
    things: [ThingDeclaration("TABLE", .table, "what to draw, such as run.srel")],
    options: figureOptions, furtherOptions: .columns,
    example: "sketch run.srel x=step by=same average=median"
  ) { session, call in
    let figure = try session.figure(call)
    session.show(Drawing { figure.sketch($0) })
    return .nothing
  }

  /// What `plot` and `sketch` have in common.
  static let figureOptions = [
    OptionDeclaration("x", .names("a column"), isRequired: true, "the column along the x axis"),
    OptionDeclaration("y", .names("a column"), default: "value", "the column along the y axis"),
    OptionDeclaration(
      "by", .names("columns"), "a line for each value; pair stands for source and probe class"),
    OptionDeclaration("facet", .names("columns"), "a panel for each value"),
    OptionDeclaration(
      "band", .word(Figure.Band.allCases.map(\.rawValue)), "what the band around a line shows"),
    OptionDeclaration(
      "kind", .word(Figure.Kind.allCases.map(\.rawValue)), default: "lines", "lines or single rows"),
    OptionDeclaration(
      "log", .word(Figure.LogAxes.allCases.map(\.rawValue)), default: "none", "logarithmic axes"),
    OptionDeclaration(
      "outliers", .word(["keep", "leave_out"]), default: "keep",
      "whether the y axis makes room for outliers"),
    OptionDeclaration("title", .text, "words above the figure"),
  ]
}

extension Session {
  /// The figure that a `plot` or `sketch` asks for.
  func figure(_ call: Call) throws -> Figure {
    guard case .table(let whole) = call.things[0], let x = call.text("x"), let y = call.text("y") else {
      throw ChartError.emptyTable
    }
    let table = try filtered(whole, call)
    for option in ["x", "y", "by", "facet"] where table.rowCount > 0 {
      for name in call.words(option) ?? [] where !table.hasColumn(named: name) && name != "pair" {
        throw SessionError.noColumn(name, among: table.columnNames)
          .diagnostic(at: call.range(of: option, word: name))
      }
    }
    return try located(at: call.command.range) {
      try Figure(
        plotting: table, x: x, y: y, by: call.words("by") ?? [], facet: call.words("facet") ?? [],
        band: call.text("band").flatMap(Figure.Band.init),
        kind: call.text("kind").flatMap(Figure.Kind.init) ?? .lines,
        log: call.text("log").flatMap(Figure.LogAxes.init) ?? .none, title: call.text("title") ?? "",
        leavesOutOutliers: call.text("outliers") == "leave_out")
    }
  }

  /// The rows that the further options of a figure keep: `average=median`, `distance=[kl, l2]`.
  func filtered(_ table: Table, _ call: Call) throws -> Table {
    var result = table
    for filter in call.further {
      guard table.hasColumn(named: filter.name.text) else {
        let names = table.columnNames + call.verb.options.map(\.name)
        throw SessionError.unknownOption(
          owner: call.verb.name, option: filter.name.text,
          hint: Speller.suggestion(for: filter.name.text, in: names)
        ).diagnostic(at: filter.name.range)
      }
      let wanted = filter.value.elements ?? [filter.value]
      let column = try result.column(named: filter.name.text)
      let levels = column.levels.map { Value($0) }
      for word in wanted where !levels.contains(where: { $0.isEqual(to: word) }) && !levels.isEmpty {
        let known = levels.map(\.displayText)
        let hint =
          Speller.suggestion(for: word.displayText, in: known)
          ?? "it has \(known.prefix(8).joined(separator: ", "))"
        throw SessionError.unknownWord(what: filter.name.text, word: word.displayText, hint: hint)
          .diagnostic(at: filter.name.range)
      }
      result = result.filtered { row in
        let entry = Value(column[row])
        return wanted.contains { $0.isEqual(to: entry) }
      }
    }
    return result
  }
}
