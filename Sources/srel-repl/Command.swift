import ArgumentParser
import LineEditor
import Session

/// What the command line asks for.
@main
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "srel-repl",
    abstract: "Measure the local elasticity of neural nets: a prompt, scripts, notebooks.",
    discussion: """
      Without FILE, a prompt (or, when stdin is no terminal, the commands on stdin). Results go to stdout, everything \
      else to stderr. `srel-repl FILE --help` lists the parameters of a script. Exit codes: 0 ok, 1 a command failed, 2 the script or its parameters are wrong, 3 an assertion \
      failed, 4 a run differs from its record, 130 stopped by Ctrl-C, 143 terminated.
      """,
    subcommands: [Convert.self])

  /// One fact a line. The licence of what edits the lines holds for a program that is handed on with it.
  private static var versionText: String {
    let library = LineEditor.library
    let lines =
      library.version.isEmpty
      ? "lines without editing" : "lines edited by \(library.name) \(library.version) (\(library.licence))"
    return """
      srel-repl \(Version.program), language \(Version.language)
      \(lines)
      matrix products by \(Version.matrixProducts)
      processor: \(Version.processor)

      """
  }

  @Argument(help: ArgumentHelp("The script or notebook to run; - is stdin.", valueName: "FILE"))
  var file: String?

  @Option(
    name: .short, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Set a param of the script; may be given several times.", valueName: "NAME=VALUE"))
  var p: [String] = []

  @Option(
    name: .short, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Run a command; may be given several times.", valueName: "COMMAND"))
  var e: [String] = []

  @Flag(name: .short, help: "Stay at the prompt afterwards.")
  var i = false

  @Flag(
    name: [.customShort("n"), .long],
    help: "Check syntax, names, options, parameters and formulas; run nothing.")
  var check = false

  @Option(
    help: ArgumentHelp(
      "The folder for figures, results and report (with FILE: its name and .out; else the present one).",
      valueName: "DIR"))
  var out: String?

  @Flag(help: "Go on with a training that was stopped or killed, to the same bytes as without the break.")
  var resume = false

  @Flag(help: "Run every cell of FILE anew, whatever earlier runs have kept.")
  var fresh = false

  @Option(
    help: ArgumentHelp(
      "Say whether a cell of FILE would run and what has changed; run nothing.", valueName: "CELL"))
  var why: String?

  @Flag(
    help:
      "Run FILE again in a folder of its own and compare with what its last run has recorded, as exactly as tol= says."
  )
  var verify = false

  @Flag(
    help: "Run FILE twice, each in a process and a folder of its own, and name the first thing that differs.")
  var reprun = false

  @Flag(help: "Go on after an error; the first one still decides the exit code.")
  var keepGoing = false

  @Flag(name: .shortAndLong, help: "No progress and no echoes on stderr.")
  var quiet = false

  /// What a run of --verify or --reprun shows: how far it is, not what it leaves in a folder that is soon gone.
  @Flag(help: .hidden)
  var progressOnly = false

  /// Nothing is told of what was kept and written.
  var hidesNotes: Bool { quiet || progressOnly }

  @Flag(help: "Results as JSON, one value a line; errors too.")
  var json = false

  @Flag(
    help: ArgumentHelp(
      "Show FILE to a class: a cell at a time, with its questions; a key runs it (needs a terminal)."))
  var present = false

  @Flag(help: "No shell commands; files are written only below the folder of --out.")
  var safe = false

  @Flag(help: "Do not run the init file before the prompt.")
  var noInit = false

  @Flag(help: "Print the reference manual as Markdown.")
  var manual = false

  @Option(help: ArgumentHelp("How many processors to use; results do not depend on it.", valueName: "N"))
  var threads: Int?

  @Option(help: ArgumentHelp("Colours in messages: auto, always or never.", valueName: "WHEN"))
  var color: ColorChoice = .auto

  @Flag(help: "Show the version, the libraries and the processor.")
  var version = false

  enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads needs 1 or more") }
    if file != nil, !e.isEmpty { throw ValidationError("give FILE or -e, not both") }
    for setting in p where !setting.contains("=") {
      throw ValidationError("-p takes NAME=VALUE, not '\(setting)'")
    }
    if resume || fresh || why != nil {
      let flag = resume ? "--resume" : fresh ? "--fresh" : "--why"
      if file == nil || file == "-" { throw ValidationError("\(flag) needs a FILE") }
      if check { throw ValidationError("give \(flag) or --check, not both") }
      if resume && fresh { throw ValidationError("give --resume or --fresh, not both") }
      if why != nil, resume || fresh { throw ValidationError("--why runs nothing: give it alone") }
    }
    if present, file == nil || file == "-" { throw ValidationError("--present needs a FILE") }
    if present, check || json || quiet || verify || reprun || why != nil {
      throw ValidationError("--present shows a run to people: it goes with no other way to run a script")
    }
    if verify || reprun {
      let flag = verify ? "--verify" : "--reprun"
      if file == nil || file == "-" { throw ValidationError("\(flag) needs a FILE") }
      if verify && reprun { throw ValidationError("give --verify or --reprun, not both") }
      if check || i { throw ValidationError("\(flag) goes with neither --check nor -i") }
      if reprun, out != nil { throw ValidationError("--reprun keeps nothing and takes no --out") }
    }
    if check, file == nil, e.isEmpty { throw ValidationError("--check needs a FILE or -e") }
  }

  func run() throws {
    if version { return StandardStream.results.write(Self.versionText) }
    if manual {
      return StandardStream.results.write(Manual.markdown(commandLine: Command.helpMessage(columns: 100)))
    }
    let shell = Shell(self)
    let code = shell.run()
    if code != 0 { throw ExitCode(code) }
  }

  /// Usage errors exit with 2; everything else as ArgumentParser does.
  static func main() {
    // FILE would take the word, which is a subcommand only where it comes first.
    let words = CommandLine.arguments.dropFirst()
    let isConvert = words.first == Convert.configuration.commandName
    let asked: any ParsableCommand.Type = isConvert ? Convert.self : Command.self
    do {
      if !isConvert, let file = fileOfHelp(Array(words)) { throw ExitCode(ScriptHelp.tell(of: file)) }
      var command = try asked.parseAsRoot(Array(isConvert ? words.dropFirst() : words))
      try command.run()
    } catch {
      let code = asked.exitCode(for: error)
      if code == .validationFailure {
        StandardStream.messages.write(asked.fullMessage(for: error) + "\n")
        exit(withError: ExitCode(2))
      }
      asked.exit(withError: error)
    }
  }

  /// The script about which `srel-repl FILE --help` asks.
  private static func fileOfHelp(_ words: [String]) -> String? {
    let others = words.filter { !["--help", "-h"].contains($0) }
    guard others.count < words.count, let command = try? parse(others), let file = command.file, file != "-"
    else {
      return nil
    }
    return file
  }

  var settings: [(name: String, text: String)] {
    p.map { setting in
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }
}
