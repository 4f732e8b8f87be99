import Tables

/// The words of a figure: legend, titles of panels, axes and the note under the title.
struct Labels {
  let plan: PlotPlan

  /// How each curve looks: by families if the curves differ in same and other class.
  func styles(of keys: [[Cell]]) -> [Figure.Style] {
    if let place = plan.by.firstIndex(of: "same") {
      return Palette.styles(sameClass: keys.map { $0[place] == true })
    }
    if let place = plan.by.firstIndex(of: PlotPlan.pair) {
      return Palette.styles(sameClass: keys.map { Self.isSameClass($0[place]) })
    }
    return Palette.styles(count: keys.count)
  }

  static func isSameClass(_ pair: Cell) -> Bool {
    guard let ends = pair.text.map(Self.ends(ofPair:)) else { return false }
    return ends.source == ends.probe
  }

  private static func ends(ofPair text: String) -> (source: String, probe: String) {
    // Class names may hold "->" themselves; equal halves decide then.
    var end = text.startIndex
    var cuts: [(String, String)] = []
    while end < text.endIndex {
      if text[end...].hasPrefix("->") {
        cuts.append((String(text[..<end]), String(text[end...].dropFirst(2))))
      }
      end = text.index(after: end)
    }
    return cuts.first { $0.0 == $0.1 } ?? cuts.first ?? (text, "")
  }

  func legend(for key: [Cell]) -> String {
    let words = zip(plan.by, key).map { name, cell in value(of: name, cell) }
    let count = sampleCount(key)
    if words.isEmpty || count.isEmpty { return words.joined(separator: ", ") + count }
    return "\(words.joined(separator: ", ")) (\(count))"
  }

  func panelTitle(for key: [Cell]) -> String {
    zip(plan.facet, key).map { name, cell in value(of: name, cell) }
      .joined(separator: " · ")
  }

  /// A value in words: `sandal → sneaker`, `same class`, `sgd(lr=0.001)`, `width = 64`.
  private func value(of name: String, _ cell: Cell) -> String {
    switch (name, cell) {
    case (PlotPlan.pair, .text(let text)):
      let ends = Self.ends(ofPair: text)
      return "\(ends.source) → \(ends.probe)"
    case ("same", .flag(let same)): return same ? "same class" : "other class"
    case ("update", .text(let update)):
      return update + stepSize(of: cell)
    case (_, .text(let text)): return text
    case (_, .missing): return "no \(name)"
    default: return "\(name) = \(cell.number?.significant(4) ?? cell.description)"
    }
  }

  /// `(lr=0.001)` if the update has one step size in the whole table.
  private func stepSize(of update: Cell) -> String {
    guard !(plan.by + plan.facet).contains("update_lr"),
      let rates = try? plan.table.column(named: "update_lr"),
      let updates = try? plan.table.column(named: "update")
    else { return "" }
    let found = Set((0..<plan.table.rowCount).filter { updates[$0] == update }.map { rates[$0] })
    guard found.count == 1, let rate = found.first?.number else { return "" }
    return "(lr=\(rate.significant(4)))"
  }

  /// The number of pairs of samples behind each value of the curve, if the table tells it.
  private func sampleCount(_ key: [Cell]) -> String {
    if plan.kind == .histogram { return rowCount(key) }
    guard plan.kind == .lines, let counts = try? plan.table.column(named: "n"),
      let groups = try? plan.table.grouping(by: plan.by),
      let rows = groups.first(where: { $0.key == key })?.rows
    else { return "" }
    let numbers = rows.compactMap { counts[$0].number }
    guard let least = numbers.min(), let most = numbers.max() else { return "" }
    let range = least == most ? least.shortest : "\(least.shortest)–\(most.shortest)"
    let pairs = plan.by.contains("same") ? classPairs(rows) : 1
    return pairs > 1 ? "\(pairs) pairs of classes, n = \(range) each" : "n = \(range)"
  }

  /// The number of rows that a histogram counts.
  private func rowCount(_ key: [Cell]) -> String {
    guard let groups = try? plan.table.grouping(by: plan.by), let x = try? plan.table.column(named: plan.x),
      let rows = groups.first(where: { $0.key == key })?.rows
    else { return "" }
    return "n = \(rows.count { x[$0].number?.isFinite ?? false })"
  }

  private func classPairs(_ rows: [Int]) -> Int {
    guard let source = try? plan.table.column(named: "source_class"),
      let probe = try? plan.table.column(named: "probe_class")
    else { return 1 }
    return Set(rows.map { [source[$0], probe[$0]] }).count
  }

  /// The name of an axis; the elasticity itself in its notation.
  func axis(_ name: String) -> String {
    guard isElasticity(name) else { return name }
    let average = constant("average").map { " (\($0))" } ?? ""
    return "S(x → x′)" + average
  }

  /// Whether a column of the table holds values of S.
  func isElasticity(_ name: String) -> Bool {
    // Measured S has a distance, that of a closed form a model.
    name == "value"
      && ["distance", "model"].contains(where: plan.table.hasColumn(named:))
      && (["source_class", "probe_class"].allSatisfy(plan.table.hasColumn(named:))
        || plan.table.hasColumn(named: "pairing"))
  }

  /// What the figure shows besides its axes: keys with one value, what a line averages, what a band means.
  func note(curves: Curves) -> String {
    var parts = constants + averageWords(curves)
    if plan.kind == .lines && isElasticity(plan.y) && (plan.by + plan.facet).contains("same") {
      parts.append("high S for the other class = little locality")
    }
    if curves.notFinite > 0 { parts.append("left out for having no finite value: \(curves.notFinite)") }
    return parts.joined(separator: "; ")
  }

  /// The note of a figure without averaged curves.
  func note(runs: Int = 1, notFinite: Int = 0, also others: [String] = []) -> String {
    var parts = constants + others
    if runs > 1 { parts.append("mean of \(runs) runs") }
    if notFinite > 0 { parts.append("left out for having no finite value: \(notFinite)") }
    return parts.joined(separator: "; ")
  }

  /// The keys with one value that a reader has to know.
  private var constants: [String] {
    var parts: [String] = []
    for name in ["distance", "update"] where !(plan.by + plan.facet).contains(name) {
      guard let cell = try? plan.table.column(named: name).levels, cell.count == 1, cell[0].text != nil else {
        continue
      }
      parts.append("\(name) " + value(of: name, cell[0]))
    }
    if let control = constant("control"), control != "none" {
      parts.append("control \(control)" + (constant("controls").map { " of \($0)" } ?? ""))
    }
    return parts
  }

  /// What lines and bands are: `line and band: mean ± standard deviation of 3 runs`.
  private func averageWords(_ curves: Curves) -> [String] {
    let averaged =
      curves.runs > 1
      ? (curves.fewestRuns < curves.runs ? "\(curves.fewestRuns) to " : "") + "\(curves.runs) runs"
      : curves.rowsPerRun > 1 ? "the pairs of classes" : nil
    switch (curves.band, averaged) {
    case (.none, let averaged?): return ["line: mean of \(averaged)"]
    case (.none, nil): return []
    case (.sd, let averaged): return ["line and band: mean ± standard deviation of \(averaged ?? "one run")"]
    case (.sem, let averaged):
      return ["line and band: mean ± standard error of \(averaged ?? "one run") at these points"]
    case (.minmax, let averaged): return ["line and band: mean and range of \(averaged ?? "one run")"]
    case (.interval, let averaged?):
      return ["line: mean of \(averaged)", "band: mean of their 95 % intervals"]
    case (.interval, nil): return ["band: 95 % interval of one run, for other samples"]
    }
  }

  private func constant(_ name: String) -> String? {
    guard let levels = try? plan.table.column(named: name).levels, levels.count == 1 else { return nil }
    return levels[0].text
  }
}
