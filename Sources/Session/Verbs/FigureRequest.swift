import Charts
import Datasets
import Language
import Tables

extension Verb {
  private static func kinds(_ kinds: Figure.Kind...) -> OptionScope {
    OptionScope(option: "kind", words: kinds.map(\.rawValue))
  }

  /// What `plot` and `sketch` have in common.
  static let figureOptions = [
    OptionDeclaration(
      "kind", .word(Figure.Kind.allCases.map(\.rawValue)), default: "lines",
      "means over runs, single rows, a histogram, a heat map of S (keep=pairs), a one-dimensional fit before and after a "
        + "step (predict … source=), the plane of a gate (keep=plane), the images with the largest and the smallest S"
    ),
    OptionDeclaration(
      "x", .names("a column"), isRequired: true, with: kinds(.lines, .points, .histogram),
      "the column along the x axis"),
    OptionDeclaration(
      "y", .names("a column"), default: "value", with: kinds(.lines, .points, .matrix, .images),
      "the column along the y axis; of a matrix and of images, that of S"),
    OptionDeclaration(
      "by", .names("columns"), with: kinds(.lines, .points, .histogram),
      "a line for each value; pair stands for source and probe class"),
    OptionDeclaration(
      "facet", .names("columns"), with: kinds(.lines, .points, .histogram, .matrix, .function, .plane),
      "a panel for each value"),
    OptionDeclaration(
      "band", .word(Figure.Band.allCases.map(\.rawValue)), with: kinds(.lines),
      "what the band around a line shows"),
    OptionDeclaration(
      "phases", .table, with: kinds(.lines),
      "what phases found: the elastic and the inelastic part are shaded, t* is marked"),
    OptionDeclaration(
      "log", .word(Figure.LogAxes.allCases.map(\.rawValue)), default: "none",
      with: kinds(.lines, .points, .histogram), "logarithmic axes"),
    OptionDeclaration(
      "outliers", .word(["keep", "leave_out"]), default: "keep", with: kinds(.lines, .points, .matrix),
      "whether the y axis, or the scale of colours, makes room for outliers"),
    OptionDeclaration(
      "bins", .whole(atLeast: 1), with: kinds(.histogram),
      "how many bars, 1000 at most; else as the numbers suggest"),
    OptionDeclaration(
      "height", .word(["count", "share"]), default: "count", with: kinds(.histogram),
      "what a bar counts: rows, or the share of the rows of its line"),
    OptionDeclaration(
      "points", .dataset, with: kinds(.images), "the data set that holds sources and probes"),
    OptionDeclaration("source", .dataset, with: kinds(.images), "in place of points=, that of the sources"),
    OptionDeclaration("probe", .dataset, with: kinds(.images), "in place of points=, that of the probes"),
    OptionDeclaration(
      "pairs", .whole(atLeast: 1), default: "4", with: kinds(.images),
      "how many pairs of each end of S, 100 at most"),
    OptionDeclaration("title", .text, "words above the figure"),
  ]
}

extension Session {
  /// The figure that a `plot` or `sketch` asks for.
  func figure(_ call: Call) throws -> Figure {
    guard case .table(let whole) = call.things[0] else { throw ChartError.emptyTable }
    let table = try filtered(whole, call)
    for option in ["x", "y", "by", "facet"] where table.rowCount > 0 && call.ranges[option] != nil {
      for name in call.words(option) ?? [] where !table.hasColumn(named: name) && name != "pair" {
        throw SessionError.noColumn(name, among: table.columnNames)
          .diagnostic(at: call.range(of: option, word: name))
      }
    }
    var figure = try located(at: call.command.range) {
      do { return try self.figure(of: table, call) } catch let error as ChartError {
        throw EngineErrors.diagnostic(error, at: call.range(of: option(of: error, call) ?? ""))
      }
    }
    if case .table(let phases)? = call.options["phases"] {
      try located(at: call.range(of: "phases")) {
        try figure.mark(phases: phases, facet: call.words("facet") ?? [], by: call.words("by") ?? [])
      }
    }
    return figure
  }

  /// The option that asked for what cannot be drawn.
  private func option(of error: ChartError, _ call: Call) -> String? {
    switch error {
    case .tooManyBins: "bins"
    case .tooManyPairs: "pairs"
    case .tooManyPanels: "facet"
    case .tooManySeries: "by"
    case .intervalOfSeveral: "band"
    case .notPositive: "log"
    case .notNumeric(let column, _), .nothingFinite(let column):
      ["x", "y"].first { call.text($0) == column }
    default: nil
    }
  }

  private func figure(of table: Table, _ call: Call) throws -> Figure {
    let (x, y) = (call.text("x") ?? "", call.text("y") ?? "value")
    let (by, facet) = (call.words("by") ?? [], call.words("facet") ?? [])
    let log = call.text("log").flatMap(Figure.LogAxes.init) ?? .none
    let (title, leavesOutOutliers) = (call.text("title") ?? "", call.text("outliers") == "leave_out")
    let kind = call.text("kind").flatMap(Figure.Kind.init) ?? .lines
    switch kind {
    case .lines, .points:
      return try Figure(
        plotting: table, x: x, y: y, by: by, facet: facet, band: call.text("band").flatMap(Figure.Band.init),
        kind: kind, log: log, title: title, leavesOutOutliers: leavesOutOutliers)
    case .histogram:
      return try Figure(
        histogramOf: table, x: x, by: by, facet: facet, bins: call.whole("bins"),
        isShare: call.text("height") == "share", log: log, title: title)
    case .matrix:
      return try Figure(
        matrixOf: table, value: y, facet: facet, title: title, leavesOutOutliers: leavesOutOutliers)
    case .function: return try Figure(functionOf: table, facet: facet, title: title)
    case .plane: return try Figure(planeOf: table, facet: facet, title: title)
    case .images:
      let (sources, probes) = try Verb.points(call)
      let pictures = (try sources.smallImages(call), try probes.smallImages(call))
      return try Figure(imagesOf: table, value: y, count: call.whole("pairs") ?? 4, title: title) {
        (id, end) throws(ChartError) in
        try (end == .source ? pictures.0 : pictures.1)(id)
      }
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
