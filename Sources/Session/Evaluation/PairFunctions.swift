import Elasticity
import Language
import Tables

extension Registry {
  private static let pairsExample =
    "measure(srel, train(model(mlp), on=make(mixture)), points=make(mixture, per_class=6), keep=pairs)"

  /// Numbers made from pairs of samples, with their intervals, and comparisons over seeds.
  static let pairStatistics: [FunctionDeclaration] = [
    FunctionDeclaration(
      name: "locality",
      doc:
        "same, other, difference, ratio, lantk, their geometric means and auc of pairs, with 95 % intervals for new samples (over=seed: and new runs); p: auc and geomean_ratio against permuted labels; p_labels: labels matter for the mean S, with or without locality. Means suppose that samples differ about lognormally; geomean, median and ratio do not",
      usage: ["locality(pairs)", "locality(pairs, over=seed)"], example: "locality(\(pairsExample))"
    ) { call in
      let (pairs, isPooled) = try pairs(call)
      return try call.noted(Locality.summaries(of: pairs, isPooled: isPooled), from: pairs)
    },
    FunctionDeclaration(
      name: "averages",
      doc:
        "mean, ratio_of_means, median and geomean of pairs for each two classes, with 95 % intervals for new samples (over=seed: and new runs)",
      usage: ["averages(pairs)", "averages(pairs, over=seed)"], example: "averages(\(pairsExample))"
    ) { call in
      let (pairs, isPooled) = try pairs(call)
      return try call.noted(Average.all(Average.allCases, of: pairs, isPooled: isPooled), from: pairs)
    },
    FunctionDeclaration(
      name: "plan",
      doc:
        "how many sources and probes of each class, for several numbers of runs, an interval of so wide needs, judged from a pilot's pairs; width is high - low, divided by the value but for lantk and auc; of=geomean_ratio if not given",
      usage: ["plan(pairs, width=0.2)", "plan(pairs, width=0.2, of=auc, runs=[3, 5, 10])"],
      example: "plan(\(pairsExample), width=0.2)", apply: plan),
    FunctionDeclaration(
      name: "difference",
      doc:
        "what two or more conditions differ by, paired over seeds: t intervals and p of ratios or differences, corrected for as many comparisons as the table has (Bonferroni, Holm); scale=log compares ratios, scale=plain differences",
      usage: [
        "difference(table, column, between=key, paired=seed)",
        "difference(table, column, between=key, paired=seed, by=columns, scale=log)",
      ],
      example:
        "difference(measure(srel, train(model(mlp), on=make(mixture)), points=make(mixture, per_class=3), update=[sgd(lr=0.001), sgd(lr=0.01)], average=geomean), value, between=update_lr, paired=source_class, by=probe_class)",
      apply: difference),
  ]

  /// A table of pairs, and whether its runs are taken together.
  private static func pairs(_ call: FunctionCall) throws -> (Table, isPooled: Bool) {
    try call.expect(1...1, named: ["over"])
    let pairs = try call.pairs()
    guard let over = call.argument(named: "over") else { return (pairs, false) }
    guard try call.words(over) == ["seed"] else {
      throw SessionError.wrongKind(
        what: "over", expected: "the word seed", found: "something else",
        hint: "over=seed takes the runs of all seeds together")
    }
    return (pairs, true)
  }

  @Sendable private static func plan(_ call: FunctionCall) throws -> Value {
    try call.expect(1...1, named: ["width", "of", "runs"])
    let pairs = try call.pairs()
    guard let argument = call.argument(named: "width") else { throw call.usageError }
    let value = try call.session.evaluate(argument.value)
    guard let width = value.number, width > 0, width.isFinite else {
      throw SessionError.wrongKind(
        what: "width", expected: "a number above 0", found: value.displayText, hint: nil
      ).diagnostic(at: argument.range)
    }
    var number = Locality.geomeanRatio
    if let argument = call.argument(named: "of") {
      let word = try call.words(argument).first ?? ""
      let names = IntervalPlan.numbers.map(\.rawValue)
      guard let named = Locality(rawValue: word), IntervalPlan.numbers.contains(named) else {
        throw SessionError.wrongKind(
          what: "of", expected: "one of \(names.joined(separator: ", "))", found: word,
          hint: Speller.suggestion(for: word, in: names)
        ).diagnostic(at: argument.range)
      }
      number = named
    }
    var runs = [1, 2, 3, 5, 10, 20]
    if let argument = call.argument(named: "runs") {
      let value = try call.session.evaluate(argument.value)
      let numbers = (value.elements ?? [value]).map(\.number)
      runs = numbers.compactMap { $0.flatMap { Int(exactly: $0) } }.filter { $0 > 0 && $0 <= 100_000 }
      guard runs.count == numbers.count, !runs.isEmpty else {
        throw SessionError.wrongKind(
          what: "runs", expected: "whole numbers from 1", found: value.displayText, hint: nil
        ).diagnostic(at: argument.range)
      }
    }
    return .table(try IntervalPlan.table(of: pairs, number: number, width: width, runs: runs))
      .made(from: [.table(pairs)])
  }

  @Sendable private static func difference(_ call: FunctionCall) throws -> Value {
    try call.expect(2...2, named: ["between", "paired", "by", "scale"])
    let value = try call.value(0)
    guard case .table(let table) = value else { throw call.wrongKind(value, "a table", 0) }
    func column(_ name: String) throws -> String {
      guard let argument = call.argument(named: name),
        let column = try call.columns(argument, of: table).first
      else { throw call.usageError }
      return column
    }
    guard let number = try call.columns(call.positional[1], of: table).first else { throw call.usageError }
    let by = try call.argument(named: "by").map { try call.columns($0, of: table) } ?? []
    var scale: Table.ComparisonScale?
    if let argument = call.argument(named: "scale") {
      let word = try call.words(argument).first ?? ""
      guard let named = Table.ComparisonScale(rawValue: word) else {
        throw SessionError.wrongKind(what: "scale", expected: "log or plain", found: word, hint: nil)
          .diagnostic(at: argument.range)
      }
      scale = named
    }
    let (between, paired) = (try column("between"), try column("paired"))
    let differences = try table.withoutCoveredKeys(keeping: by + [between, paired]).pairedDifferences(
      of: number, between: between, paired: paired, by: by, scale: scale)
    return .table(differences).made(from: [.table(table)])
  }
}

extension FunctionCall {
  fileprivate func pairs() throws -> Table {
    let value = try value(0)
    guard case .table(let pairs) = value else {
      throw wrongKind(value, "a table of pairs (measure … keep=pairs)", 0)
    }
    return pairs
  }

  /// The table, after a line that says how many of its numbers have no interval, and why.
  fileprivate func noted(_ table: Table, from pairs: Table) throws -> Value {
    let notes = try table.column(named: "note")
    let missing = (0..<table.rowCount).filter { notes[$0] != .missing }
    if let first = missing.first {
      let more = try table.levels(of: "note").filter { $0 != .missing }.count - 1
      session.output(
        .echo(
          "\(function.name): \(missing.count) of \(table.rowCount) rows have a note: \(notes[first].description)"
            + (more > 0 ? "; and \(more) more" : "")))
    }
    return .table(table).made(from: [.table(pairs)])
  }
}
