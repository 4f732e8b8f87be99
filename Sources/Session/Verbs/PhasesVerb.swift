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
      OptionDeclaration("seed", .seed, "the seed of the bootstrap; else that of the session"),
    ], furtherOptions: .columns,
    example: "phases (solve(homogeneous, degree=3, optimum=[1, 0.5, 0], points=20, times=log(0.1, 1000)))"
  ) { session, call in
    guard case .table(let whole) = call.things[0] else { return .nothing }
    let table = try session.filtered(whole, call)
    return try session.located(at: call.command.range) {
      .table(
        try Phases.table(
          table.withoutCoveredKeys(keeping: call.words("by") ?? []), along: call.text("x"),
          value: call.text("y") ?? "value", by: call.words("by") ?? [], seed: session.seed(call)))
    }
  }
}
