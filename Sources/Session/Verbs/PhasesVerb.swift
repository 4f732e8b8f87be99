import Elasticity
import Language
import Tables

extension Verb {
  static let phases = Verb(
    "phases",
    "where S, changing fast at first (elastic), begins to settle (inelastic): the onset t* of each curve, or why there is none",
    things: [ThingDeclaration("TABLE", .table, "curves of S over time or step, such as run.srel")],
    options: [
      OptionDeclaration("x", .names("a column"), "the column of times; time if there is one, else step"),
      OptionDeclaration("y", .names("a column"), default: "value", "the column of S"),
      OptionDeclaration("by", .names("columns"), "a curve for each value"),
      OptionDeclaration(
        "between", .names("a column"),
        "compare the onsets of every two values in place of giving each: ratio, interval and p over runs"
      ),
      OptionDeclaration(
        "paired", .names("a column"),
        "with between=: the column, such as seed, that pairs the runs of two values; else they are apart"
      ),
      OptionDeclaration(
        "exact", .flag, default: "no",
        "the curves have no noise (closed forms): nothing is compared with noise, the slopes alone decide"),
      OptionDeclaration("seed", .seed, "the seed of the noise curves; else that of the session"),
    ], furtherOptions: .columns,
    notes: [
      """
      The outcome is one of: settles · still changing · changed, whether it has settled cannot be told · \
      no phase change (one line is as good).
      """,
      """
      p is an upper value of the share of noise curves, as correlated and as loud as what is left of the \
      curve, in which joined segments gain as much. correlation is that of neighbouring measurements.
      """,
      """
      settles: p < .05, S moved by 1.5 or more before the last joint t*, and an upper bound of the slope \
      after it is below a quarter of the slope before it. low to high is a 95 % interval of t*: over \
      runs from three on, of the noise of the curve for one run, none for two.
      """,
      """
      A curve needs 8 measurements over 1.5 decades of time. Times at 0 and below, values that are not \
      positive and times that not every run has are left out and counted in left_out.
      """,
      """
      What cannot be held: a random walk looks like a change (p < .05 in about 13 of 100, still changing \
      in up to 9, settles in at most 3). At 20 % noise most changes are not found, and steep growth \
      reads as no phase change: average over runs. With 21 measurements and a correlation of .8, p < .05 \
      in up to 9 of 100. Below 13 measurements changes are found only where noise is below 5 %. t* of a \
      smooth curve is the joint of two lines, no time constant. A smooth curve without noise looks like \
      a walk: exact=yes takes it as it is.
      """,
    ],
    example:
      "phases (solve(homogeneous, degree=3, optimum=[1, 0.5, 0], points=20, times=log(0.1, 1000))) exact=yes"
  ) { session, call in
    guard case .table(let whole) = call.things[0] else { return .nothing }
    let filtered = try session.filtered(whole, call)
    let (by, between, paired) = (call.words("by") ?? [], call.text("between"), call.text("paired"))
    return try session.located(at: call.command.range) {
      let table = try filtered.withoutCoveredKeys(keeping: by + [between, paired].compactMap { $0 })
      let columns = Phases.Columns(
        along: call.text("x"), value: call.text("y") ?? "value", by: by, isExact: call.flag("exact"))
      let seed = try session.seed(call)
      guard let between else {
        if paired != nil {
          throw SessionError.unknownOption(owner: "phases", option: "paired", hint: "it goes with between=")
            .diagnostic(at: call.range(of: "paired"))
        }
        return .table(try Phases.table(table, columns, seed: seed, workers: session.workers))
      }
      return .table(
        try Phases.differences(
          table, columns, between: between, paired: paired, seed: seed, workers: session.workers))
    }
  }
}
