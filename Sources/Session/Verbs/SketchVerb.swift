import Charts

extension Verb {
  static let sketch = Verb(
    "sketch", "draw a table in the terminal: what plot draws, in characters",
    things: [ThingDeclaration("TABLE", .table, "what to draw, such as run.srel")],
    options: figureOptions, furtherOptions: .columns,
    example: "sketch run.srel x=step by=same average=median"
  ) { session, call in
    let figure = try session.figure(call)
    session.show(Drawing { figure.sketch($0) })
    return .nothing
  }
}
