import Datasets
import FoundationEssentials
import Language
import Tables

extension Verb {
  private static let script = ThingDeclaration(
    "SCRIPT", .either([.text, .names("a script")]),
    "a file, or the name of a script in this folder or among those that ship")

  static let run = Verb(
    "do", "run a script as if in a program of its own; its names stay", things: [script],
    furtherOptions: .parameters, example: "do first_steps epochs=2"
  ) { session, call in
    try session.refuseInTraining(call)
    let source = try session.script(call)
    do {
      try session.run(source, call)
    } catch {
      throw Session.placed(error, in: source)
    }
    return .nothing
  }

  static let check = Verb(
    "check", "look through a script without running it: errors, steps, measurements", things: [script],
    furtherOptions: .parameters, example: "check first_steps epochs=5"
  ) { session, call in
    let source = try session.script(call)
    do {
      let reader = Session { _ in }
      let runner = try NotebookRunner(source, name: source.name ?? "", session: reader, parameters: [])
      let settings = try session.parameters(call, of: runner.program, in: source)
      let plan = Planner.plan(
        runner.program, of: source, parameters: settings.map { ($0.name, $0.value.sourceText) },
        rate: session.plannedRate)
      session.show(words: ([runner.summary] + plan).joined(separator: "\n"))
    } catch {
      throw Session.placed(error, in: source)
    }
    return .nothing
  }
}

extension Session {
  /// How deep scripts may run scripts.
  static let deepestScript = 16

  /// The script that the first thing of a command names.
  fileprivate func script(_ call: Call) throws -> Source {
    let name = call.things[0].text ?? ""
    guard let path = ScriptNames.path(of: name) else {
      throw SessionError.noScript(name, hint: ScriptNames.hint(for: name)).diagnostic(
        at: call.command.items[0].range)
    }
    do throws(SessionFailure) {
      return try ScriptFile.read(path)
    } catch {
      throw (error.diagnostics.first ?? Diagnostic("'\(path)' cannot be read"))
        .located(at: call.command.items[0].range)
    }
  }

  /// The values of the `param` lines that a command sets.
  fileprivate func parameters(_ call: Call, of program: Program, in source: Source) throws -> [(
    name: String, value: Value
  )] {
    let declared = program.declaredParameters
    return try call.further.map { name, value in
      guard let standing = declared.first(where: { $0.name == name.text })?.standing else {
        let hint = ScriptNames.hint(parameter: name.text, among: declared.map(\.name))
        throw SessionError.unknownOption(owner: source.name ?? "the script", option: name.text, hint: hint)
          .diagnostic(at: name.range).placed(in: self.source)
      }
      if standing.isLiteral, let usual = try? withoutVariables({ try evaluate(standing) }),
        !usual.isSameKind(as: value)
      {
        throw SessionError.wrongKind(
          what: name.text, expected: usual.kindName, found: value.kindName, hint: nil
        ).diagnostic(at: call.command.options.first { $0.name == name }?.range ?? name.range)
          .placed(in: self.source)
      }
      return (name.text, value)
    }
  }

  /// Runs a script where no name, seed or parameter of this session can be in its way; then its names join those of the
  /// session. Its files go below a folder of its own, as those of `srel-repl FILE` do.
  fileprivate func run(_ script: Source, _ call: Call) throws {
    guard scriptDepth < Self.deepestScript else { throw SessionError.scriptsTooDeep }
    let runner = try NotebookRunner(
      script, name: script.name ?? "", session: Session { _ in }, parameters: [])
    let settings = try parameters(call, of: runner.program, in: script)
    let outer = (scopes, seed, parameters, log, folders, source, assignee, passName)
    (scopes, seed, log, source) = ([Scope()], Self.usualSeed, SessionLog(), script)
    (assignee, passName) = (nil, nil)
    parameters = Dictionary(settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    if folders.root == nil, !folders.isConfined { folders.root = ScriptNames.stem(of: script.name) + ".out" }
    scriptDepth += 1
    var isDone = false
    defer {
      let (names, begun) = (scopes[0].values, log)
      (scopes, seed, parameters, log, folders, source, assignee, passName) = outer
      for (name, value) in names { set(name, value, inScope: scopes.count - 1) }
      // What was done before an error or a stop is kept, and so it stands in the log.
      if !isDone { log.append(begun) }
      rewriting = nil
      scriptDepth -= 1
    }
    do {
      for cell in runner.cells { try run(cell) }
    } catch Stop.quit {}
    isDone = true
  }

  /// Runs a cell as its options say.
  private func run(_ cell: NotebookRunner.Cell) throws {
    if let condition = cell.options.skip, try self.condition(condition) { return }
    if cell.cell.kind == .code, !cell.cell.header.isEmpty { output(.echo("# %% \(cell.cell.name)")) }
    do {
      for statement in cell.statements { try logged(statement) }
    } catch {
      guard cell.options.expectsError, case let expected = SessionFailure(error), expected.isError else {
        throw error
      }
      return show(
        words: expected.diagnostics.map { DiagnosticText().render($0, in: source) }.joined(separator: "\n"))
    }
    if cell.options.expectsError {
      throw SessionError.noError(cell: cell.cell.name).diagnostic(at: cell.cell.header)
    }
  }

  /// An error of a script, whose place lies in the text of the script.
  fileprivate static func placed(_ error: any Error, in source: Source) -> any Error {
    switch error {
    case let error as Diagnostic: error.placed(in: source)
    case Stop.assertion(let error): Stop.assertion(error.placed(in: source))
    case SessionFailure.invalid(let errors): SessionFailure.invalid(errors.map { $0.placed(in: source) })
    default: error
    }
  }
}

/// Where scripts are found that a command names.
enum ScriptNames {
  private static let shipped = "notebooks"

  /// A path as it stands, or `NAME.srel` or `NAME.srel.md` in the present folder or among the scripts that ship.
  static func path(of name: String) -> String? {
    if name.contains("/") || isScript(name) { return name }
    let files = [name + ".srel", name + ".srel.md"]
    return files.first(where: isThere)
      ?? files.lazy.compactMap { AssetLocation.path("\(shipped)/\($0)") }.first
  }

  private static func isThere(_ path: String) -> Bool {
    if FileManager.default.fileExists(atPath: path) { return true }
    FileTrace.noteAbsence(of: path)
    return false
  }

  private static func isScript(_ name: String) -> Bool {
    [.script, .markdown].contains(NotebookFormat(path: name))
  }

  /// The names that `path(of:)` finds without a folder.
  static var all: [String] {
    let folders = [".", AssetLocation.path(shipped)].compactMap { $0 }
    let files = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
    return Set(files.filter(isScript).map(NotebookFormat.stem)).sorted()
  }

  /// The nearest name, or those that there are.
  static func hint(for name: String) -> String? {
    let names = all
    return Speller.suggestion(for: name, in: names)
      ?? (names.isEmpty ? nil : "there are \(names.prefix(8).joined(separator: ", "))")
  }

  /// The nearest parameter, or those that there are.
  static func hint(parameter name: String, among names: [String]) -> String {
    Speller.suggestion(for: name, in: names)
      ?? (names.isEmpty ? "it has no param" : "it has \(names.joined(separator: ", "))")
  }

  /// The text of a script and what of it can be read.
  static func program(of name: String) -> (Source, Program)? {
    guard let path = path(of: name), let source = try? ScriptFile.read(path) else { return nil }
    return (source, Parser.parse(source, verbs: Registry.verbNames).program)
  }

  /// The names that have a value after a script, those of scripts that it runs included.
  static func assigned(by program: Program, depth: Int = 0) -> Set<String> {
    var names: Set<String> = []
    for statement in program.statements {
      switch statement.kind {
      case .assignment(let name, _), .param(let name, _, _), .definition(let name, _, _):
        names.insert(name.text)
      case .expression(let expression):
        guard depth < Session.deepestScript, case .command(let command) = expression.kind,
          command.verb.text == Verb.run.name, let inner = command.items.first?.writtenText,
          let (_, program) = self.program(of: inner)
        else { continue }
        names.formUnion(assigned(by: program, depth: depth + 1))
      default: continue
      }
    }
    return names
  }

  /// The name of a script without its folder and ending.
  static func stem(of path: String?) -> String {
    path.map(NotebookFormat.stem) ?? "script"
  }
}
