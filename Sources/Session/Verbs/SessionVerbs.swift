import Datasets
import Language
import Network
import Random
import Tables
import Training

extension Verb {
  static let show = Verb(
    "show",
    "show values: a table with more rows, a run with its layers, a data set with its classes and pictures",
    things: [ThingDeclaration("THING", .any, .several, "what to show")],
    options: [
      OptionDeclaration("rows", .whole(atLeast: 2), "how many rows of a table, 40 if not given"),
      OptionDeclaration("columns", .names("columns"), "the columns of a table to show, in this order"),
      OptionDeclaration("on", .dataset, "the data for which a model recipe is laid out"),
    ], example: "show run shoes"
  ) { session, call in
    for var thing in call.things {
      if let names = call.words("columns") {
        guard case .table(let table) = thing else {
          throw SessionError.wrongKind(
            what: "columns=", expected: "a table to show", found: thing.kindName, hint: nil
          )
          .diagnostic(at: call.range(of: "columns"))
        }
        thing = .table(try session.located(at: call.range(of: "columns")) { try table.selecting(names) })
      }
      if case .model(let model) = thing, case .dataset(let data)? = call.options["on"] {
        let network = try session.located(at: call.range(of: "on")) {
          try model.network(input: data.input, outputs: max(1, data.classNames.count))
        }
        session.show(thing) { _ in network.layerText }
        continue
      }
      let rows = call.whole("rows") ?? 40
      session.show(thing) { thing.detailText(rows: rows, width: $0) }
      if case .dataset(let data) = thing, let pictures = data.pictures { session.show(pictures) }
    }
    return .nothing
  }

  static let seed = Verb(
    "seed", "set the root seed of what is drawn from here on",
    things: [ThingDeclaration("SEED", .seed, "a number for all streams, or numbers for some of them")],
    example: "seed 7"
  ) { session, call in
    session.seed = try session.seed(call.things[0], at: call.command.items[0].range)
    return .nothing
  }

  static let set = Verb(
    "set", "looks and resources of this session; never what is computed",
    options: [
      OptionDeclaration(
        "threads", .whole(atLeast: 1), "how many processors to use; results do not depend on it"),
      OptionDeclaration(
        "memory", .orWord("auto", .memory),
        "how much memory trainings and measurements may take; auto: half of what is free at the start; results do not depend on it"
      ),
      OptionDeclaration("colour", .word(["auto", "always", "never"]), "colours in the terminal"),
      OptionDeclaration("color", .word(["auto", "always", "never"]), "the same as colour"),
      OptionDeclaration(
        "width", .orWord("auto", .whole(atLeast: 20)), "columns of tables and sketches; auto: the window's"),
      OptionDeclaration(
        "pager", .orWord("none", .orWord("auto", .text)),
        "the command that long results go through; auto: $PAGER, or less"),
    ], example: "set colour=never width=80"
  ) { session, call in
    if call.options["colour"] != nil, call.options["color"] != nil {
      throw SessionError.conflictingOptions("colour", "color").diagnostic(at: call.range(of: "color"))
    }
    if let threads = call.whole("threads") { session.useThreads(threads) }
    switch call.options["memory"] {
    case .quantity(let size, let unit): session.settings.memory = Int(min(size * unit.factor, 1e18))
    case .some: session.settings.memory = nil
    case nil: break
    }
    if let color = call.text("colour") ?? call.text("color") { session.settings.color = color }
    if let width = call.options["width"] { session.settings.width = width.wholeNumber }
    switch call.options["pager"] {
    case .word("none"): session.settings.pager = ""
    case .word("auto"): session.settings.pager = nil
    case .string(let command): session.settings.pager = command
    default: break
    }
    return .nothing
  }

  static let time = Verb(
    "time", "run a command and tell how long it took",
    things: [ThingDeclaration("COMMAND", .any, "a whole command")], example: "time step run 2"
  ) { _, _ in .nothing }

  static let list = Verb("ls", "the names that have a value", example: "ls") { session, _ in
    let names = session.variableNames.filter { !$0.isResultName }.sorted()
    let rows = names.compactMap { name in session.lookUp(name).map { (name, $0.lineText) } }
    session.show(words: rows.isEmpty ? "no names yet" : Help.table(rows))
    return .nothing
  }

  static let delete = Verb(
    "del", "forget names", things: [ThingDeclaration("NAME", .names("names"), .several, "the names")],
    example: "del net"
  ) { session, call in
    for (thing, item) in zip(call.things, call.command.items) {
      guard let name = thing.text, session.remove(name) else {
        let name = thing.displayText
        throw SessionError.unknownName(name, hint: Speller.suggestion(for: name, in: session.variableNames))
          .diagnostic(at: item.range)
      }
    }
    return .nothing
  }

  static let help = Verb(
    "help", "all commands, or one of them",
    things: [ThingDeclaration("NAME", .names("a name"), .optional, "a command, a rule or a function")],
    example: "help train"
  ) { session, call in
    let name = call.things.first?.text
    session.show(
      words: try session.located(at: call.command.items.first?.range ?? call.command.range) {
        try Help.wrapped(name.map { try Help.text(for: $0) } ?? Help.overview, width: session.textWidth)
      })
    return .nothing
  }

  static let quit = Verb("quit", "leave", example: "quit") { _, _ in throw Stop.quit }
}

extension Session {
  /// `time COMMAND`: the value is that of the command.
  func timed(_ command: Command) throws -> Value {
    guard let inner = command.items.first else { return .nothing }
    let clock = ContinuousClock()
    let start = clock.now
    let value = try evaluate(inner)
    let seconds = (clock.now - start) / .seconds(1)
    // Beside the results, which are the same in every run.
    output(.note("time \(seconds.significant(3)) s"))
    return value
  }
}

extension String {
  /// `_`, `_3`: names that the session gives.
  var isResultName: Bool { first == "_" && dropFirst().allSatisfy { "0"..."9" ~= $0 } }
}

extension Value {
  /// The value in one line.
  var lineText: String {
    switch self {
    case .table(let table): "table of \(table.rowCount) rows: \(table.columnNames.joined(separator: ", "))"
    case .list(let items) where items.count > 12: "list of \(items.count)"
    default: displayText.split(separator: "\n").first.map(String.init) ?? ""
    }
  }

  /// The value with everything that `show` tells.
  func detailText(rows: Int, width: Int) -> String {
    switch self {
    case .table(let table) where !table.columns.isEmpty: return table.text(rows: rows, width: width)
    case .dataset(let data):
      let classes = zip(data.classNames, data.classCounts).map { ($0.0, "\($0.1)") }
      return "\(data.name): \(data.summary)\n" + Help.table(classes)
    case .run(let run):
      let network = run.run.network
      return
        "\(run.name): \(run.summary)\n  on \(run.run.data.name), optimizer \(run.run.optimizer.sourceText), "
        + "batch \(run.run.options.batch), \(run.run.batchesPerEpoch) batches an epoch\n" + network.layerText
    case .runs(let runs):
      return runs.summary + "\n"
        + Help.table(runs.runs.enumerated().map { (runs.label($0.offset), $0.element.summary) })
    default: return displayText
    }
  }
}
